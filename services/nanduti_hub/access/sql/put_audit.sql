-- Write a row of the record.
-- $1 text actor, a caller's id    $2 text name    $3 text role or null    $4 text scope or null    $5 text method
-- $6 text route, its template     $7 text act or null    $8 text target or null    $9 smallint status
-- $10 text problem code or null   $11 text address or null
INSERT INTO audit (actor, name, role, scope, method, route, act, target, status, code, address)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
