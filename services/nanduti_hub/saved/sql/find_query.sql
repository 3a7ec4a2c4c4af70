-- One of the caller's queries; row security shows no others.
-- $1 text id
SELECT id, name, query, version, created_at, changed_at, calendar_since, calendar_read_on
FROM saved_query WHERE id = $1
