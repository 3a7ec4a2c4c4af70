-- Take all roles of a person but these.
-- $1 text person    $2 text[] roles    $3 text[] their scopes
DELETE FROM person_role WHERE person = $1 AND (role, scope) NOT IN (SELECT * FROM unnest($2::text[], $3::text[]))
