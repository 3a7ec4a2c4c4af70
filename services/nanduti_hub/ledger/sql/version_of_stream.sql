-- The version that a stream's events bring it to.
-- $1 text stream id
SELECT max(version)::integer FROM (
    SELECT version FROM event WHERE stream = $1 UNION ALL SELECT version FROM pending WHERE stream = $1
) AS versions
