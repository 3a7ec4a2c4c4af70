-- How many numbered events are for one reader alone, and the number of the last of them (0 for none).
-- $1 text the reader   $2 bigint up to this number, NULL for all
SELECT count(*) AS count, coalesce(max(seq), 0) AS last
FROM event
WHERE audience = $1::text AND seq <= coalesce($2::bigint, 9223372036854775807)
