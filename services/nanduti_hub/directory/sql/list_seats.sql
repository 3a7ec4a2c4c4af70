-- The seats of a platform, or all.
-- $1 text platform or null
SELECT version, body FROM seat WHERE $1::text IS NULL OR platform = $1 ORDER BY platform, institution
