-- The token with a hash, if it is valid now.
-- $1 bytea SHA-256
SELECT id, name, role, scope FROM token
WHERE sha256 = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
