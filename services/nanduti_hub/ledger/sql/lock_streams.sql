-- The current version and state of some streams, held until the transaction ends. In id order, so that two
-- commands over the same streams wait for one another and do not deadlock.
-- $1 text[]  stream ids
SELECT id, version, schema, state FROM stream WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE
