-- The keys of some institutions.
-- $1 text[] institution    $2 integer[] version    $3 bytea[] body
INSERT INTO recipients (institution, version, body)
SELECT * FROM unnest($1::text[], $2::integer[], $3::bytea[])
ON CONFLICT (institution) DO UPDATE SET version = excluded.version, body = excluded.body
