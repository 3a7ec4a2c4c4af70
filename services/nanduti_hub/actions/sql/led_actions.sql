-- Actions by the institution that leads them, within it those with a SIMORE recommendation first.
-- $1 text institution, all where NULL    $2 date from    $3 date to    $4 boolean only with a recommendation
SELECT body
FROM register_action
WHERE ($1::text IS NULL OR institutions @> ARRAY[$1] AND institutions[1] = $1)
  AND ($2::date IS NULL OR coalesce(ends, starts) >= $2)
  AND ($3::date IS NULL OR coalesce(starts, ends) <= $3)
  AND ($4::boolean IS NOT TRUE OR external_references @> '{simore}')
ORDER BY institutions[1], external_references @> '{simore}' DESC, number
