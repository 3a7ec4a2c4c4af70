-- The read-model rows of some plans.
-- $1 text[] id    $2 text[] platform    $3 integer[] version    $4 bytea[] body
INSERT INTO plan (id, platform, version, body)
SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::bytea[])
ON CONFLICT (id) DO UPDATE SET
    platform = excluded.platform, version = excluded.version, body = excluded.body
