-- The reports of some actions, all of them: those that are not named any more go.
-- $1 text[] the actions
-- $2 text[] action      $3 integer[] indicator    $4 integer[] place    $5 text[] platform    $6 text[] plan
-- $7 text[] institutions, as words                $8 text[] measure     $9 date[] day
-- $10 text[] department $11 text[] counted in     $12 text[] category   $13 double precision[] value
WITH told AS (
    SELECT action, indicator, place, platform, plan, string_to_array(institutions, ' ') AS institutions, measure, day,
           department, counted_in, category, value
    FROM unnest($2::text[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::date[],
                $10::text[], $11::text[], $12::text[], $13::double precision[])
        AS row (action, indicator, place, platform, plan, institutions, measure, day,
                department, counted_in, category, value)
), gone AS (
    DELETE FROM report
    WHERE report.action = ANY($1::text[]) AND NOT EXISTS (
        SELECT FROM told
        WHERE (told.action, told.indicator, told.place) = (report.action, report.indicator, report.place))
)
INSERT INTO report (action, indicator, place, platform, plan, institutions, measure, day,
                    department, counted_in, category, value)
SELECT * FROM told
ON CONFLICT (action, indicator, place) DO UPDATE SET
    platform = excluded.platform, plan = excluded.plan, institutions = excluded.institutions,
    measure = excluded.measure, day = excluded.day, department = excluded.department,
    counted_in = excluded.counted_in, category = excluded.category, value = excluded.value
WHERE report IS DISTINCT FROM excluded
