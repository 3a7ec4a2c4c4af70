-- Keep a token's hash.
-- $1 text id    $2 bytea SHA-256    $3 text name    $4 text role    $5 text scope    $6 timestamptz expiry or null
INSERT INTO token (id, sha256, name, role, scope, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
