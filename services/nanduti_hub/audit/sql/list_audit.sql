-- A page of the record, the newest first, with every filter optional.
-- $1 text actor       $2 text role        $3 text scope    $4 text act     $5 text target
-- $6 smallint status  $7 boolean refused  $8 text address
-- $9 timestamptz since                    $10 timestamptz until (before it)
-- $11 timestamptz and $12 bigint: the last row shown, to go on after; null at the beginning
-- $13 integer how many at most
SELECT id, at, actor, name, role, scope, method, route, act, target, status, code, address
FROM audit
WHERE ($1::text IS NULL OR actor = $1)
  AND ($2::text IS NULL OR role = $2)
  AND ($3::text IS NULL OR scope = $3)
  AND ($4::text IS NULL OR act = $4)
  AND ($5::text IS NULL OR target = $5)
  AND ($6::smallint IS NULL OR status = $6)
  AND ($7::boolean IS NULL OR $7 = (status >= 400))
  AND ($8::text IS NULL OR address = $8)
  AND ($9::timestamptz IS NULL OR at >= $9)
  AND ($10::timestamptz IS NULL OR at < $10)
  AND ($11::timestamptz IS NULL OR (at, id) < ($11, $12::bigint))
ORDER BY at DESC, id DESC
LIMIT $13
