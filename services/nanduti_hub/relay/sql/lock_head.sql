-- The last number given and its event's bytes, held until the transaction ends.
SELECT seq, (SELECT body FROM event WHERE event.seq = ledger_head.seq) AS body FROM ledger_head FOR UPDATE
