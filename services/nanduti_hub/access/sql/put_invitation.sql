-- Keep a link's hash.
-- $1 text id    $2 bytea SHA-256    $3 text person    $4 text by whom    $5 timestamptz expiry
INSERT INTO invitation (id, sha256, person, created_by, expires_at) VALUES ($1, $2, $3, $4, $5)
