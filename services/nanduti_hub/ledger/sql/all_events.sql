-- All events, numbered or not, stream by stream in order.
SELECT stream, version, body FROM (
    SELECT stream, version, body FROM event UNION ALL SELECT stream, version, body FROM pending
) AS events
ORDER BY stream, version
