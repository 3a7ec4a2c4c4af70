-- How many actions have each value of each facet, and their budget: each facet as if it were not filtered itself.
-- $1 text platform      $2 text institution (lead or collaborator)    $3 text crime     $4 text axis
-- $5 text kind          $6 text department (national actions too)     $7 text status    $8 text search, as typed
-- $9 text plan          $10 boolean overdue   $11 boolean due soon     $12 date today, in Paraguay
-- $13 integer days that are soon    $14 boolean stale
-- $15 timestamptz since when an action is stale that nothing was heard of
-- $16 text external reference, its kind or kind:value    $17 date from    $18 date to    $19 boolean milestone due
-- Answers rows of facet, value, actions, budget, unbudgeted; facet `total` has no value, no department is the value '',
-- and every department comes.
WITH quiet AS (
    SELECT action_id FROM register_head
    WHERE seq <= (SELECT seq_at($15::timestamptz))
      -- What has just been changed may not have its number yet.
      AND action_id NOT IN (SELECT split_part(stream, ':', 2) FROM pending WHERE stream LIKE 'action:%')
), derived AS (
    SELECT platform, axis, kind, status, crimes, departments, institutions, budget,
           coalesce(status IN ('planned', 'in_progress') AND ends < $12::date, false) AS overdue,
           coalesce(status IN ('planned', 'in_progress') AND ends BETWEEN $12::date AND $12::date + $13::integer, false)
               AS due_soon,
           coalesce((status = 'in_progress' OR status = 'planned' AND starts <= $12::date)
                    AND quiet.action_id IS NOT NULL, false) AS stale
    FROM register_action AS action LEFT JOIN quiet ON quiet.action_id = action.id
    WHERE (search_query($8) IS NULL OR words @@ search_query($8))
      AND ($9::text IS NULL OR plan = $9)
      AND ($16::text IS NULL OR external_references @> ARRAY[$16])
      AND ($17::date IS NULL OR coalesce(ends, starts) >= $17)
      AND ($18::date IS NULL OR coalesce(starts, ends) <= $18)
      AND ($19::boolean IS NULL OR $19 = (status IN ('planned', 'in_progress') AND milestone IS NOT NULL
                                          AND milestone <= $12::date))
), missed AS (
    -- Which filters a row does not pass, a bit each.
    SELECT *, CASE WHEN $1::text IS NULL OR platform = $1 THEN 0 ELSE 1 END
            + CASE WHEN $4::text IS NULL OR axis = $4 THEN 0 ELSE 2 END
            + CASE WHEN $5::text IS NULL OR kind = $5 THEN 0 ELSE 4 END
            + CASE WHEN $7::text IS NULL OR status = $7 THEN 0 ELSE 8 END
            + CASE WHEN $3::text IS NULL OR crimes @> ARRAY[$3] THEN 0 ELSE 16 END
            + CASE WHEN $6::text IS NULL OR departments @> ARRAY[$6] OR departments = '{}' THEN 0 ELSE 32 END
            + CASE WHEN $2::text IS NULL OR institutions @> ARRAY[$2] THEN 0 ELSE 64 END
            + CASE WHEN $10::boolean IS NULL OR overdue = $10 THEN 0 ELSE 128 END
            + CASE WHEN $11::boolean IS NULL OR due_soon = $11 THEN 0 ELSE 256 END
            + CASE WHEN $14::boolean IS NULL OR stale = $14 THEN 0 ELSE 512 END AS missed
    FROM derived
), counted AS MATERIALIZED (
    SELECT missed, platform, axis, kind, status, crimes, departments, institutions, overdue, due_soon, stale,
           GROUPING(platform, kind, overdue, crimes, departments, institutions) AS level,
           count(*) AS actions, sum(budget) AS budget, count(*) - count(budget) AS unbudgeted
    FROM missed
    -- A row counts for all facets if it passes all filters, for one if it passes all but that one's.
    WHERE missed & (missed - 1) = 0
    -- Few sets of some columns each are counted sooner than one for each column.
    GROUP BY GROUPING SETS ((missed, platform, axis), (missed, kind, status), (missed, overdue, due_soon, stale),
                            (missed, crimes), (missed, departments), (missed, institutions))
)
SELECT facet, value, sum(actions)::bigint AS actions, sum(budget) AS budget, sum(unbudgeted)::bigint AS unbudgeted
FROM (
    SELECT 'total' AS facet, NULL AS value, actions, budget, unbudgeted FROM counted WHERE level = 55 AND missed = 0
    UNION ALL
    SELECT 'platform', platform, actions, budget, unbudgeted FROM counted WHERE level = 31 AND missed IN (0, 1)
    UNION ALL
    SELECT 'axis', axis, actions, budget, unbudgeted FROM counted WHERE level = 31 AND missed IN (0, 2)
    UNION ALL
    SELECT 'kind', kind, actions, budget, unbudgeted FROM counted WHERE level = 47 AND missed IN (0, 4)
    UNION ALL
    SELECT 'status', status, actions, budget, unbudgeted FROM counted WHERE level = 47 AND missed IN (0, 8)
    UNION ALL
    SELECT 'overdue', overdue::text, actions, budget, unbudgeted FROM counted WHERE level = 55 AND missed IN (0, 128)
    UNION ALL
    SELECT 'due_soon', due_soon::text, actions, budget, unbudgeted FROM counted WHERE level = 55 AND missed IN (0, 256)
    UNION ALL
    SELECT 'stale', stale::text, actions, budget, unbudgeted FROM counted WHERE level = 55 AND missed IN (0, 512)
    UNION ALL
    SELECT 'crime', crime, actions, budget, unbudgeted
    FROM counted, unnest(crimes) AS crime WHERE level = 59 AND missed IN (0, 16)
    UNION ALL
    SELECT 'department', department, actions, budget, unbudgeted
    FROM counted, unnest(CASE departments WHEN '{}' THEN ARRAY[''] ELSE departments END) AS department
    WHERE level = 61 AND missed IN (0, 32)
    UNION ALL
    SELECT 'department', code, 0, 0, 0 FROM department
    UNION ALL
    SELECT 'institution', institution, actions, budget, unbudgeted
    FROM counted, unnest(institutions) AS institution WHERE level = 62 AND missed IN (0, 64)
) AS rows
GROUP BY facet, value
