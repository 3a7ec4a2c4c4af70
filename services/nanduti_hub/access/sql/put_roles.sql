-- Give a person the roles of these that it has not.
-- $1 text person    $2 text[] roles    $3 text[] their scopes
INSERT INTO person_role (person, role, scope) SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING
