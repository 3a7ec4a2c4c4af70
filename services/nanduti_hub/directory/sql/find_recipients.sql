-- The keys of an institution.
-- $1 text institution
SELECT version, body FROM recipients WHERE institution = $1
