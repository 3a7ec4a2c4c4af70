-- Actions of which there are events between two numbers, in the order of their numbers, as they were at both.
-- It looks at each action until the page is full: for a long stretch, in which many have events.
-- $1 bigint number from    $2 bigint number to    $3 text platform or null    $4 text plan or null
-- $5 bigint action number to go on after    $6 integer how many at most
SELECT action.number, before.body AS before, after.body AS after
FROM register_action AS action
CROSS JOIN LATERAL (
    SELECT version, body FROM event
    WHERE event.stream = 'action:' || action.id AND event.seq <= $2
    ORDER BY event.version DESC LIMIT 1
) AS after
LEFT JOIN LATERAL (
    SELECT version, body FROM event
    WHERE event.stream = 'action:' || action.id AND event.seq <= $1
    ORDER BY event.version DESC LIMIT 1
) AS before ON true
WHERE action.number > $5
  AND ($3::text IS NULL OR action.platform = $3)
  AND ($4::text IS NULL OR action.plan = $4)
  AND before.version IS DISTINCT FROM after.version
ORDER BY action.number
LIMIT $6
