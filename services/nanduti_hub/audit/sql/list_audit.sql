-- A page of the record, the newest first, with every filter optional.
-- $1 text actor     $2 text name        $3 text role       $4 text scope            $5 text act
-- $6 text target    $7 smallint status  $8 boolean refused $9 text address
-- $10 timestamptz since                 $11 timestamptz until (before it)
-- $12 timestamptz and $13 bigint: the last row shown, to go on after; null at the beginning
-- $14 integer how many at most
SELECT id, at, actor, name, role, scope, method, route, act, target, status, code, address
FROM audit
WHERE ($1::text IS NULL OR actor = $1)
  AND ($2::text IS NULL OR name = $2)
  AND ($3::text IS NULL OR role = $3)
  AND ($4::text IS NULL OR scope = $4)
  AND ($5::text IS NULL OR act = $5)
  AND ($6::text IS NULL OR target = $6)
  AND ($7::smallint IS NULL OR status = $7)
  AND ($8::boolean IS NULL OR $8 = (status >= 400))
  AND ($9::text IS NULL OR address = $9)
  AND ($10::timestamptz IS NULL OR at >= $10)
  AND ($11::timestamptz IS NULL OR at < $11)
  AND ($12::timestamptz IS NULL OR (at, id) < ($12, $13::bigint))
ORDER BY at DESC, id DESC
LIMIT $14
