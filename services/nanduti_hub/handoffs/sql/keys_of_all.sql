-- The keys of all institutions. No binds.
SELECT body FROM recipients
