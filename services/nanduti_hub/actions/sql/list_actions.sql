-- A page of actions in the order of their numbers, with every filter optional.
-- $1 text platform      $2 text institution (lead or collaborator)    $3 text crime     $4 text axis
-- $5 text kind          $6 text department (national actions too)     $7 text status    $8 text search, as typed
-- $9 text plan          $10 boolean overdue   $11 boolean due soon     $12 date today, in Paraguay
-- $13 integer days that are soon    $14 bigint number to go on after    $15 integer how many at most
SELECT number, version, body,
       status IN ('planned', 'in_progress') AND ends < $12::date AS overdue,
       status IN ('planned', 'in_progress') AND ends BETWEEN $12::date AND $12::date + $13::integer AS due_soon
FROM action
WHERE number > $14
  AND ($1::text IS NULL OR platform = $1)
  AND ($2::text IS NULL OR institutions @> ARRAY[$2])
  AND ($3::text IS NULL OR crimes @> ARRAY[$3])
  AND ($4::text IS NULL OR axis = $4)
  AND ($5::text IS NULL OR kind = $5)
  AND ($6::text IS NULL OR departments @> ARRAY[$6] OR departments = '{}')
  AND ($7::text IS NULL OR status = $7)
  AND (search_query($8) IS NULL OR words @@ search_query($8))
  AND ($9::text IS NULL OR plan = $9)
  AND ($10::boolean IS NULL OR $10 = (status IN ('planned', 'in_progress') AND ends IS NOT NULL AND ends < $12::date))
  AND ($11::boolean IS NULL OR $11 = (status IN ('planned', 'in_progress') AND ends IS NOT NULL
                                      AND ends BETWEEN $12::date AND $12::date + $13::integer))
ORDER BY number
LIMIT $15
