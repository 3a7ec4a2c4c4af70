-- A page of a platform's actions as they were at a number, in the order of their numbers, each the latest of its own events.
-- The statement is planned once for all values.
-- $1 bigint number of the ledger    $2 timestamptz since when an action was stale that nothing was heard of
-- $3 bigint action number to go on after    $4 integer how many at most
-- $5 text platform
SELECT action.number, event.version, event.body, event.seq <= (SELECT seq_at($2::timestamptz)) AS quiet
FROM register_action AS action CROSS JOIN LATERAL (
    SELECT seq, version, body FROM event
    WHERE event.stream = 'action:' || action.id AND event.seq <= $1
    ORDER BY event.version DESC LIMIT 1
) AS event
WHERE (action.platform, action.number) > ($5, $3) AND action.platform <= $5
ORDER BY action.platform, action.number
LIMIT $4
