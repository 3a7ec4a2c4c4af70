-- The read-model rows of some versions of the procedure.
-- $1 text[] code    $2 integer[] version    $3 bytea[] body
INSERT INTO procedure (code, version, body) SELECT * FROM unnest($1::text[], $2::integer[], $3::bytea[])
ON CONFLICT (code) DO UPDATE SET version = excluded.version, body = excluded.body
