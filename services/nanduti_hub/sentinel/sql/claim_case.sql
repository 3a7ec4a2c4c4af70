-- Take a case for this transaction, unless somebody is at work on it: then nothing is answered.
-- $1 text  the case
SELECT id FROM stream WHERE id = 'case:' || $1 FOR NO KEY UPDATE SKIP LOCKED
