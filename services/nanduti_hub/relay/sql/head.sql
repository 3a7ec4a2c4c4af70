-- The last number given, the event that has the number $1 (if any), and since when this server runs.
-- $1 bigint seq
SELECT ledger_head.seq, event.subject, event.body, pg_postmaster_start_time() AS server_start
FROM ledger_head LEFT JOIN event ON event.seq = $1
