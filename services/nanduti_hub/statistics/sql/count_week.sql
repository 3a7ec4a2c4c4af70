-- What happened to the tracks of cases in a time, by measure, crime, track and department; what did not is no row. A
-- case counts for the first of its crimes in the order given.
-- $1 timestamptz from    $2 timestamptz until (not included)    $3 text[] crimes, in their order
WITH happened (measure, case_id, track) AS (
    SELECT 'opened', case_id, track FROM track WHERE opened_at >= $1::timestamptz AND opened_at < $2::timestamptz
    UNION ALL
    SELECT 'closed', case_id, track FROM track WHERE closed_at >= $1 AND closed_at < $2
    UNION ALL
    SELECT 'offered', case_id, track FROM handoff WHERE offered_at >= $1 AND offered_at < $2
    UNION ALL
    -- What was completed was accepted before, and has kept the time.
    SELECT CASE state WHEN 'completed' THEN 'accepted' ELSE state END, case_id, track FROM handoff
    WHERE answered_at >= $1 AND answered_at < $2
        AND state IN ('accepted', 'completed', 'declined', 'redirected', 'expired')
    UNION ALL
    SELECT 'completed', case_id, track FROM handoff WHERE completed_at >= $1 AND completed_at < $2
)
SELECT happened.measure, first_of.crime, happened.track, case_file.department, count(*)::integer AS count
FROM happened
JOIN case_file ON case_file.id = happened.case_id
CROSS JOIN LATERAL (
    SELECT listed.crime FROM unnest($3::text[]) WITH ORDINALITY AS listed (crime, place)
    WHERE listed.crime = ANY (case_file.crimes)
    ORDER BY listed.place LIMIT 1
) AS first_of
GROUP BY happened.measure, first_of.crime, happened.track, case_file.department
