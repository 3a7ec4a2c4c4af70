-- The last number that the ledger has given.
SELECT seq FROM ledger_head
