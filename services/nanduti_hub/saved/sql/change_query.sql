-- Give a query another name and another question, if it is at the version that was seen.
-- $1 text id    $2 integer version    $3 text name    $4 text query, canonical
UPDATE saved_query SET name = $3, query = $4, version = version + 1, changed_at = now()
WHERE id = $1 AND version = $2 RETURNING version
