-- A new person, unless the home has the login already.
-- $1 text id    $2 text home    $3 text login    $4 text name    $5 text by whom    $6 text its name
INSERT INTO person (id, home, login, name, created_by, created_by_name) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (home, login) WHERE removed_at IS NULL DO NOTHING
RETURNING id
