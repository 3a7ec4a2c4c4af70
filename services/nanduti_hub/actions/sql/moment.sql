-- A moment: its number, when that was given or which instant was asked for, the last number of all, and what time it is.
-- $1 bigint number, or    $2 timestamptz instant, or neither: the last number
SELECT head.seq AS head, asked.number, coalesce($2::timestamptz, time_of(asked.number)) AS at, now() AS now
FROM ledger_head AS head,
     LATERAL (SELECT coalesce($1::bigint, seq_at($2::timestamptz), head.seq) AS number) AS asked
