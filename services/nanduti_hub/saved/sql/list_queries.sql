-- The caller's queries in the order of their making; row security shows no others.
-- $1 text owner    $2 text id to go on after    $3 integer how many
SELECT id, name, query, version, created_at, changed_at, calendar_since, calendar_read_on
FROM saved_query WHERE owner = $1 AND id > $2 ORDER BY id LIMIT $3
