-- All events, numbered or not, stream by stream in order.
SELECT stream, version, type, subject, audience, body, numbered FROM (
    SELECT stream, version, type, subject, audience, body, true AS numbered FROM event
    UNION ALL
    SELECT stream, version, type, subject, audience, body, false FROM pending
) AS events
ORDER BY stream, version
