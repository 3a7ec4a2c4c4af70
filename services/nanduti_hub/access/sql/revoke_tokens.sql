-- Revoke the tokens of a name.
-- $1 text name
UPDATE token SET revoked_at = now() WHERE name = $1 AND revoked_at IS NULL RETURNING id
