-- A page of the series of reports behind the results, in the order of their actions' codes.
-- $1 date since (NULL: from the beginning)    $2 date until    $3 text platform    $4 text department
-- $5 text plan    $6 text institution    $7 text measure    $8 text category
-- $9 bigint action's number, $10 integer indicator and $11 integer place to go on after    $12 integer how many
SELECT action.number, action.body, s.indicator, s.place, s.measure, s.counted_in, s.category, s.before, s.now, s.reports
FROM reported_between($1::date, $2::date, $3::text, $4::text, $5::text, $6::text) AS s
JOIN action ON action.id = s.action
WHERE ($7::text IS NULL OR s.measure = $7) AND ($8::text IS NULL OR s.category = $8)
    AND (action.number, s.indicator, s.place) > ($9::bigint, $10::integer, $11::integer)
ORDER BY action.number, s.indicator, s.place
LIMIT $12::integer
