-- Forget a query of the caller's, and its calendar address with it.
-- $1 text id
DELETE FROM saved_query WHERE id = $1 RETURNING id
