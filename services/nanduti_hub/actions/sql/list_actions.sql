-- A page of actions in the order of their numbers, with every filter optional.
-- $1 text platform      $2 text institution (lead or collaborator)    $3 text crime     $4 text axis
-- $5 text kind          $6 text department (national actions too)     $7 text status    $8 text search, as typed
-- $9 text plan          $10 boolean overdue   $11 boolean due soon     $12 date today, in Paraguay
-- $13 integer days that are soon    $14 bigint number to go on after    $15 integer how many at most
-- $16 boolean stale     $17 timestamptz since when an action is stale that nothing was heard of
-- $18 bigint the number that the ledger had then, where somebody asks for what is stale: the planner goes by it
-- $19 text external reference, its kind or kind:value    $20 date from    $21 date to    $22 boolean milestone due
SELECT number, version, action.body,
       status IN ('planned', 'in_progress') AND ends < $12::date AS overdue,
       status IN ('planned', 'in_progress') AND ends BETWEEN $12::date AND $12::date + $13::integer AS due_soon,
       (status = 'in_progress' OR status = 'planned' AND starts <= $12::date)
           AND heard <= coalesce($18::bigint, (SELECT seq_at($17::timestamptz))) AS stale
FROM register_action AS action
-- Joined only where it is asked for, and then from its numbers to the actions if that is the shorter way.
LEFT JOIN register_head AS head ON $16::boolean IS NOT NULL AND head.action_id = action.id
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
  AND ($16::boolean IS NULL OR $16 = ((status = 'in_progress'
                                       OR status = 'planned' AND starts IS NOT NULL AND starts <= $12::date)
                                      AND head.seq IS NOT NULL AND head.seq <= $18::bigint
                                      AND heard IS NOT NULL))
  AND ($19::text IS NULL OR external_references @> ARRAY[$19])
  AND ($20::date IS NULL OR coalesce(ends, starts) >= $20)
  AND ($21::date IS NULL OR coalesce(starts, ends) <= $21)
  AND ($22::boolean IS NULL OR $22 = (status IN ('planned', 'in_progress') AND milestone IS NOT NULL
                                      AND milestone <= $12::date))
-- A search has to use its own index: how common a beginning of words is the planner does not know.
ORDER BY CASE WHEN search_query($8) IS NULL THEN number ELSE number + 0 END
LIMIT $15
