-- Actions of which there are events between two numbers, in the order of their numbers, as they were at both.
-- It reads the events of the stretch, all of them for each page: for a short one.
-- $1 bigint number from    $2 bigint number to    $3 text platform or null    $4 text plan or null
-- $5 bigint action number to go on after    $6 integer how many at most
WITH touched AS MATERIALIZED (
    SELECT DISTINCT substr(stream, 8) AS id FROM event
    WHERE seq > $1 AND seq <= $2 AND stream >= 'action:' AND stream < 'action;'
), page AS MATERIALIZED (
    SELECT action.id, action.number FROM touched JOIN register_action AS action ON action.id = touched.id
    WHERE action.number > $5
      AND ($3::text IS NULL OR action.platform = $3)
      AND ($4::text IS NULL OR action.plan = $4)
    ORDER BY action.number
    LIMIT $6
)
SELECT page.number, before.body AS before, after.body AS after
FROM page
LEFT JOIN LATERAL (
    SELECT body FROM event
    WHERE event.stream = 'action:' || page.id AND event.seq <= $1
    ORDER BY event.version DESC LIMIT 1
) AS before ON true
CROSS JOIN LATERAL (
    SELECT body FROM event
    WHERE event.stream = 'action:' || page.id AND event.seq <= $2
    ORDER BY event.version DESC LIMIT 1
) AS after
ORDER BY page.number
