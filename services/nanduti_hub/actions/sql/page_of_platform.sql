-- A page of the actions of one platform in the order of their numbers, as `list_actions` answers it.
-- The statement is planned once for all values.
-- $1 date today, in Paraguay    $2 integer days that are soon
-- $3 timestamptz since when an action is stale that nothing was heard of
-- $4 bigint number to go on after    $5 integer how many at most
-- $6 text platform
SELECT number, version, body,
       status IN ('planned', 'in_progress') AND ends < $1::date AS overdue,
       status IN ('planned', 'in_progress') AND ends BETWEEN $1::date AND $1::date + $2::integer AS due_soon,
       (status = 'in_progress' OR status = 'planned' AND starts <= $1::date)
           AND heard <= (SELECT seq_at($3::timestamptz)) AS stale
FROM register_action
-- As one range of the index on both: not knowing the value, the planner would else take the numbers' own.
WHERE (platform, number) > ($6, $4) AND platform <= $6
ORDER BY platform, number
LIMIT $5
