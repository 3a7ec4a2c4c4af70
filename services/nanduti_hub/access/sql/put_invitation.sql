-- Keep a link's hash.
-- $1 text id    $2 bytea SHA-256    $3 text person    $4 bytea sealed secret    $5 text by whom    $6 timestamptz expiry
INSERT INTO invitation (id, sha256, person, totp, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
