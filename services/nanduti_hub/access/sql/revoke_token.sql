-- Revoke a token.
-- $1 text id
UPDATE token SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 RETURNING id
