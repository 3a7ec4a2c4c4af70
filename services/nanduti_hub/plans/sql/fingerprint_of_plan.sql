-- What a plan and its actions are at: changes whenever one of them does.
-- $1 text plan
SELECT concat(
    (SELECT version FROM plan WHERE id = $1), '|',
    encode(sha256(convert_to(coalesce(string_agg(concat(id, ':', version), ',' ORDER BY id), ''), 'UTF8')), 'hex')
) FROM action WHERE plan = $1
