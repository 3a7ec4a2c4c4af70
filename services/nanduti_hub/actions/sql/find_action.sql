-- One action by its id or its code.
-- $1 text id or code    $2 date today, in Paraguay    $3 integer days that are soon
-- $4 timestamptz since when an action is stale that nothing was heard of
SELECT number, version, body,
       status IN ('planned', 'in_progress') AND ends < $2::date AS overdue,
       status IN ('planned', 'in_progress') AND ends BETWEEN $2::date AND $2::date + $3::integer AS due_soon,
       (status = 'in_progress' OR status = 'planned' AND starts <= $2::date)
           AND heard <= (SELECT seq_at($4::timestamptz)) AS stale
FROM register_action WHERE id = $1 OR code = $1
