-- Write a stream's state as its events say it is.
-- $1 text id    $2 text kind    $3 integer version    $4 smallint schema    $5 bytea state
INSERT INTO stream (id, kind, version, schema, state) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, schema = excluded.schema, state = excluded.state
