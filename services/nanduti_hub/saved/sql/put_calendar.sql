-- Give a query a calendar address; the one before stops being one.
-- $1 text id    $2 bytea SHA-256 of its secret
UPDATE saved_query SET calendar_sha256 = $2, calendar_since = now(), calendar_read_on = NULL
WHERE id = $1 RETURNING calendar_since
