-- What was reported in a period, added up: for each measure in all, by category, by department, and by both.
-- $1 date since (NULL: from the beginning)    $2 date until    $3 text platform    $4 text department
-- $5 text plan    $6 text institution    $7 integer most codes that are named
SELECT s.measure, s.category, s.counted_in,
       GROUPING(s.category) = 0 AS is_of_category, GROUPING(s.counted_in) = 0 AS is_of_department,
       sum(s.now - s.before)::bigint AS value,
       count(DISTINCT s.action) AS actions,
       sum(s.reports)::bigint AS reports,
       (array_agg(DISTINCT action.code ORDER BY action.code))[1:$7::integer] AS codes
FROM reported_between($1::date, $2::date, $3::text, $4::text, $5::text, $6::text) AS s
JOIN action ON action.id = s.action
GROUP BY GROUPING SETS ((s.measure), (s.measure, s.category), (s.measure, s.counted_in),
                        (s.measure, s.category, s.counted_in))
ORDER BY s.measure, s.category COLLATE "C", s.counted_in COLLATE "C" NULLS LAST
