-- A plan's actions of which there are events between two numbers, as they were at both.
-- $1 text plan    $2 bigint number from    $3 bigint number to
-- $4 bigint action number to go on after    $5 integer how many at most
SELECT action.number, before.body AS before, after.body AS after
FROM register_action AS action
CROSS JOIN LATERAL (
    SELECT version, body FROM event
    WHERE event.stream = 'action:' || action.id AND event.seq <= $3
    ORDER BY event.version DESC LIMIT 1
) AS after
LEFT JOIN LATERAL (
    SELECT version, body FROM event
    WHERE event.stream = 'action:' || action.id AND event.seq <= $2
    ORDER BY event.version DESC LIMIT 1
) AS before ON true
WHERE action.plan = $1 AND action.number > $4 AND before.version IS DISTINCT FROM after.version
ORDER BY action.number
LIMIT $5
