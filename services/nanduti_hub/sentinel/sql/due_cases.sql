-- Cases with a clock that is due, those that have waited longest first.
-- $1 timestamptz  the moment
-- $2 text[]       cases that are left alone for now
-- $3 integer      how many tracks at most
SELECT case_id FROM (
    SELECT case_id, next_at FROM track
    WHERE next_at <= $1 AND case_id <> ALL ($2::text[])
    ORDER BY next_at
    LIMIT $3
) AS due
GROUP BY case_id
ORDER BY min(next_at)
