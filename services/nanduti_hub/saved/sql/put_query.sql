-- Keep a query of the caller's, unless it keeps as many as it may; row security shows its own alone.
-- $1 text id    $2 text owner    $3 text name    $4 text query, canonical    $5 integer how many at most
INSERT INTO saved_query (id, owner, name, query)
SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM saved_query WHERE owner = $2) < $5
RETURNING id
