-- Keep the answer of a key.
-- $1 text  caller    $2 text  key    $3 bytea  request hash
-- $4 smallint  status    $5 jsonb  headers    $6 bytea  body
INSERT INTO idempotency (caller, key, request_hash, status, headers, body)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6)
