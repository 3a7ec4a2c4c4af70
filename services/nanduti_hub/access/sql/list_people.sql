-- People in the order in which they came, with their roles; without those who have been removed.
-- $1 text id to go on after    $2 text home or null for all    $3 text login or null for all    $4 int how many
SELECT id, home, login, issuer, name, version, created_by, created_by_name, created_at, activated_at, removed_at, (
    SELECT coalesce(json_agg(json_build_object('role', role, 'scope', scope) ORDER BY role, scope), '[]')::text
    FROM person_role WHERE person_role.person = person.id
) AS roles
FROM person
WHERE removed_at IS NULL AND id > $1 AND ($2::text IS NULL OR home = $2) AND ($3::text IS NULL OR login = $3)
ORDER BY id LIMIT $4
