-- A moment: its number, when that was given or which instant was asked for, the register's last number, and what time
-- it is.
-- $1 bigint number, or    $2 timestamptz instant, or neither: the last number
SELECT last.head, asked.number, coalesce($2::timestamptz, time_of(asked.number)) AS at, now() AS now
FROM (SELECT register_number() AS head) AS last,
     LATERAL (SELECT coalesce($1::bigint, seq_at($2::timestamptz), last.head) AS number) AS asked
