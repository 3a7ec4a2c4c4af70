-- The read-model rows of some seats.
-- $1 text[] platform    $2 text[] institution    $3 integer[] version    $4 bytea[] body
INSERT INTO seat (platform, institution, version, body)
SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::bytea[])
ON CONFLICT (platform, institution) DO UPDATE SET version = excluded.version, body = excluded.body
