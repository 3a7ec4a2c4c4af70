-- The plan's actions as they were at a number of the ledger: the latest event of each until then.
-- $1 text plan    $2 bigint number
SELECT latest.body
FROM action
CROSS JOIN LATERAL (
    SELECT event.body FROM event
    WHERE event.stream = 'action:' || action.id AND event.seq <= $2
    ORDER BY event.version DESC LIMIT 1
) AS latest
WHERE action.plan = $1
