-- The last number given, and the last event's.
SELECT seq AS given, (SELECT coalesce(max(event.seq), 0) FROM event) AS last FROM ledger_head
