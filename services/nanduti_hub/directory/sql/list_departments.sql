-- All departments, or one.
-- $1 text code or null
SELECT version, body FROM department WHERE $1::text IS NULL OR code = $1 ORDER BY code
