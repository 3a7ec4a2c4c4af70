-- Hold a person until the transaction ends.
-- $1 text id
SELECT version FROM person WHERE id = $1 FOR NO KEY UPDATE
