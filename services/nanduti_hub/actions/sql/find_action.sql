-- One action by its id or its code.
-- $1 text id or code    $2 date today, in Paraguay    $3 integer days that are soon
SELECT number, version, body,
       status IN ('planned', 'in_progress') AND ends < $2::date AS overdue,
       status IN ('planned', 'in_progress') AND ends BETWEEN $2::date AND $2::date + $3::integer AS due_soon
FROM action WHERE id = $1 OR code = $1
