-- How many actions' latest numbered events are not those of the register's head.
SELECT count(*) FROM (
    SELECT DISTINCT ON (stream) split_part(stream, ':', 2) AS action_id, seq, body
    FROM event WHERE stream LIKE 'action:%' ORDER BY stream, seq DESC
) AS latest
FULL JOIN register_head USING (action_id)
WHERE latest.seq IS DISTINCT FROM register_head.seq OR latest.body IS DISTINCT FROM register_head.body
