-- What has been reported of indicators, one row a report: what results are added up from. It is projected with its
-- action, all of it from the action as it stands.
--
-- `place` is the report's in its indicator, from 1: a name for the row, since reports of old need not differ in
-- anything else. `department` is what the report itself says; `counted_in` is that, or else the action's only
-- department, or else NULL.

CREATE TABLE report (
    action       text COLLATE "C" NOT NULL,
    indicator    integer NOT NULL,
    place        integer NOT NULL,
    platform     text NOT NULL,
    plan         text COLLATE "C" NOT NULL,
    institutions text[] NOT NULL,
    measure      text NOT NULL,
    day          date NOT NULL,
    department   text,
    counted_in   text,
    category     text NOT NULL,
    value        double precision NOT NULL,
    PRIMARY KEY (action, indicator, place)
);
CREATE INDEX report_plan ON report (plan);

INSERT INTO report
SELECT a.id, (i ->> 'number')::integer, place, a.platform, a.plan, a.institutions, coalesce(i ->> 'measure', 'other'),
       (r ->> 'on')::date, r ->> 'department',
       coalesce(r ->> 'department', CASE cardinality(a.departments) WHEN 1 THEN a.departments[1] END),
       coalesce(r ->> 'category', ''), (r ->> 'value')::double precision
FROM action a
CROSS JOIN json_array_elements(convert_from(a.body, 'UTF8')::json -> 'indicators') AS of_action (i)
CROSS JOIN json_array_elements(i -> 'reports') WITH ORDINALITY AS of_indicator (r, place);

GRANT SELECT, INSERT, UPDATE, DELETE ON report TO nanduti_app, nanduti_worker;

-- As the action that it is of.
ALTER TABLE report ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON report TO nanduti_worker USING (true);
CREATE POLICY register ON report FOR SELECT TO nanduti_app USING (is_known());
CREATE POLICY begin_own ON report FOR INSERT TO nanduti_app WITH CHECK (may_write(platform));
CREATE POLICY change_own ON report FOR UPDATE TO nanduti_app USING (may_write(platform));
CREATE POLICY withdraw_own ON report FOR DELETE TO nanduti_app USING (may_write(platform));

-- What each series of reports (an indicator's, of one department and category) brought from a day to another: values
-- go on from one another, so it is the last one up to `until` less the last one before `since`. Only those that were
-- reported in between; NULL narrows nothing. `place` is that of the last report.
CREATE FUNCTION reported_between(since date, until date, of_platform text, in_department text, of_plan text,
                                 of_institution text)
RETURNS TABLE (action text, indicator integer, measure text, counted_in text, category text, place integer, day date,
               before double precision, now double precision, reports bigint)
LANGUAGE sql STABLE
AS $$
    SELECT r.action, r.indicator, r.measure, r.counted_in, r.category,
           (array_agg(r.place ORDER BY r.day DESC, r.place DESC))[1],
           max(r.day),
           coalesce((array_agg(r.value ORDER BY r.day DESC, r.place DESC) FILTER (WHERE r.day < since))[1], 0),
           (array_agg(r.value ORDER BY r.day DESC, r.place DESC))[1],
           count(*) FILTER (WHERE since IS NULL OR r.day >= since)
    FROM report r
    WHERE r.measure <> 'other' AND r.day <= until
        AND (of_platform IS NULL OR r.platform = of_platform)
        AND (in_department IS NULL OR r.counted_in = in_department)
        AND (of_plan IS NULL OR r.plan = of_plan)
        AND (of_institution IS NULL OR r.institutions @> ARRAY[of_institution])
    GROUP BY r.action, r.indicator, r.measure, r.department, r.counted_in, r.category
    HAVING count(*) FILTER (WHERE since IS NULL OR r.day >= since) > 0
$$;
