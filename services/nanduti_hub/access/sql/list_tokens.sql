-- Tokens in the order of their making.
-- $1 text id to go on after    $2 text scope or null for all    $3 int how many
SELECT id, name, role, scope, created_by, created_by_name, created_at, expires_at, last_used_at, revoked_at, replaced_by
FROM token WHERE id > $1 AND ($2::text IS NULL OR scope = $2) ORDER BY id LIMIT $3
