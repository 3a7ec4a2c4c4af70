-- A person with its roles.
-- $1 text id
SELECT id, home, login, issuer, name, version, created_by, created_by_name, created_at, activated_at, removed_at, (
    SELECT coalesce(json_agg(json_build_object('role', role, 'scope', scope) ORDER BY role, scope), '[]')::text
    FROM person_role WHERE person_role.person = person.id
) AS roles
FROM person WHERE id = $1
