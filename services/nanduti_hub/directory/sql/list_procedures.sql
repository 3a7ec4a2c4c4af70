-- All versions of the procedure, or one.
-- $1 text version or null
SELECT version, body FROM procedure WHERE $1::text IS NULL OR code = $1 ORDER BY code
