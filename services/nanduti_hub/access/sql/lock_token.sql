-- A token, held until the transaction ends.
-- $1 text id
SELECT id, name, role, scope, created_by, created_by_name, created_at, expires_at, last_used_at, revoked_at, replaced_by
FROM token WHERE id = $1 FOR NO KEY UPDATE
