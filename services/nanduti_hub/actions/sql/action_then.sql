-- One action by its id or its code, as it was at a number; without an event where it did not exist yet.
-- $1 text id or code    $2 bigint number    $3 timestamptz since when an action was stale that nothing was heard of
SELECT action.number, event.version, event.body, event.seq <= (SELECT seq_at($3::timestamptz)) AS quiet
FROM action LEFT JOIN LATERAL (
    SELECT seq, version, body FROM event
    WHERE event.stream = 'action:' || action.id AND event.seq <= $2
    ORDER BY event.version DESC LIMIT 1
) AS event ON true
WHERE action.id = $1 OR action.code = $1
