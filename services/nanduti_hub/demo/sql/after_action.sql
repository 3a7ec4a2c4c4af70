-- How each institution of a drill has done: what it was offered and how it answered, what it sent that went wrong, and
-- what it is late with now. Times are in seconds. Who has no part in anything is no row.
-- $1 timestamptz now
WITH received AS (
    SELECT receiver AS institution,
           count(*) AS received,
           count(*) FILTER (WHERE state IN ('accepted', 'completed')) AS accepted,
           count(*) FILTER (WHERE state = 'declined') AS declined,
           count(*) FILTER (WHERE state = 'redirected') AS redirected,
           count(*) FILTER (WHERE state = 'expired') AS expired,
           count(*) FILTER (WHERE state = 'offered') AS waiting,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - offered_at))
               FILTER (WHERE state IN ('accepted', 'completed', 'declined', 'redirected')) AS median_seconds,
           max(extract(epoch FROM answered_at - offered_at))
               FILTER (WHERE state IN ('accepted', 'completed', 'declined', 'redirected')) AS worst_seconds
    FROM handoff WHERE told GROUP BY receiver
), sent AS (
    SELECT sender AS institution,
           count(*) AS sent,
           count(*) FILTER (WHERE state = 'redirected' OR (state = 'declined' AND code = 'not_competent')) AS sent_wrong
    FROM handoff WHERE told GROUP BY sender
), late AS (
    SELECT member AS institution,
           count(*) FILTER (WHERE kind = 'stage') AS late_stages,
           count(*) FILTER (WHERE kind <> 'stage') AS late_answers
    FROM waiting WHERE due_at < $1::timestamptz GROUP BY member
), opened AS (
    SELECT opened_by AS institution, count(*) AS opened FROM case_file GROUP BY opened_by
)
SELECT institution,
       coalesce(opened, 0) AS opened, coalesce(received, 0) AS received, coalesce(accepted, 0) AS accepted,
       coalesce(declined, 0) AS declined, coalesce(redirected, 0) AS redirected, coalesce(expired, 0) AS expired,
       coalesce(waiting, 0) AS waiting, median_seconds::double precision, worst_seconds::double precision,
       coalesce(sent, 0) AS sent, coalesce(sent_wrong, 0) AS sent_wrong,
       coalesce(late_stages, 0) AS late_stages, coalesce(late_answers, 0) AS late_answers
FROM received
FULL JOIN sent USING (institution)
FULL JOIN late USING (institution)
FULL JOIN opened USING (institution)
ORDER BY institution
