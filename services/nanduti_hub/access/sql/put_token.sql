-- Keep a token's hash. What a token makes ends with it at the latest.
-- $1 text id    $2 bytea SHA-256    $3 text name    $4 text role    $5 text scope    $6 timestamptz expiry or null
-- $7 text id of who makes it    $8 text its name
INSERT INTO token (id, sha256, name, role, scope, expires_at, created_by, created_by_name)
VALUES ($1, $2, $3, $4, $5,
    least($6, (SELECT own.expires_at FROM token own WHERE own.id = substring($7 FROM '^token:(.*)$'))), $7, $8)
