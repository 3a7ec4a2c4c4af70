-- The events of one stream, numbered or not yet, in order.
-- $1 text  stream id
SELECT body FROM (
    SELECT version, body FROM event WHERE stream = $1
    UNION ALL
    SELECT version, body FROM pending WHERE stream = $1
) AS events
ORDER BY version
