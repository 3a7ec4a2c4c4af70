-- End a query's calendar address, where it has one.
-- $1 text id
UPDATE saved_query SET calendar_sha256 = NULL, calendar_since = NULL, calendar_read_on = NULL
WHERE id = $1 RETURNING id
