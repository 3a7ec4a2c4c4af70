-- When the next clock is due, of cases that are not left alone; nothing, if none runs.
-- $1 text[]  cases that are left alone for now
SELECT min(next_at) FROM track WHERE next_at IS NOT NULL AND case_id <> ALL ($1::text[])
