-- The cases of which a clock runs. No binds.
SELECT DISTINCT case_id FROM track WHERE next_at IS NOT NULL
