-- The register's canonical form as it was at a number, action by action.
-- $1 bigint number
SELECT event.seq, event.body
FROM register_action AS action CROSS JOIN LATERAL (
    SELECT seq, body FROM event
    WHERE event.stream = 'action:' || action.id AND event.seq <= $1
    ORDER BY event.version DESC LIMIT 1
) AS event
ORDER BY action.id
