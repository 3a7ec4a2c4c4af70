-- Write a stream's state as its events say it is.
-- $1 text id    $2 text kind    $3 integer version    $4 smallint schema    $5 bytea state
-- $6 text whose it is, should it not exist yet
INSERT INTO stream (id, kind, version, schema, state, owner)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, schema = excluded.schema, state = excluded.state
