-- The number that the ledger had at a moment, 0 before its first event.
-- $1 timestamptz
SELECT seq_at($1::timestamptz)
