-- Write a stream's state as its events say it is.
-- $1 text id    $2 text kind    $3 integer version    $4 smallint schema    $5 bytea state
INSERT INTO stream (id, kind, version, schema, state, owner)
VALUES ($1, $2, $3, $4, $5, (SELECT split_part(subject, '.', 4) FROM event WHERE stream = $1 LIMIT 1))
ON CONFLICT (id) DO UPDATE SET version = excluded.version, schema = excluded.schema, state = excluded.state
