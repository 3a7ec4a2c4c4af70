-- A page of the tracks of cases in which an institution has a part, the latest first; the index gives the order.
-- $1 text the institution    $2 text standing    $3 text track    $4 text role: holder, sender, receiver or informed
-- $5 text crime    $6 text department    $7 timestamptz opened before, or then and    $8 text before the case that it
-- calls so, or in it and    $9 text in a track before    $10 integer how many
SELECT own.reference, p.opened_at, c.procedure, c.crimes, c.department, c.synthetic,
       t.track, t.standing, t.stage, t.holder, t.outcome, t.closed_at, t.holder = $1 AS holds,
       (SELECT count(*) FROM waiting w WHERE w.member = $1 AND w.case_id = t.case_id AND w.track = t.track) AS waiting
FROM (
    -- In the order of the index, and not flattened into the joins: these are then made for a page of rows and no more.
    SELECT * FROM case_party
    -- Whoever was only offered it in vain has no part in it any more.
    WHERE member = $1 AND (holds OR sent OR received OR informed)
      AND ($3::text IS NULL OR track = $3)
      AND ($4::text IS NULL OR CASE $4
            WHEN 'holder' THEN holds
            WHEN 'sender' THEN sent
            WHEN 'receiver' THEN received
            ELSE informed END)
      AND ($7::timestamptz IS NULL OR (opened_at, case_id, track) < (
            $7::timestamptz,
            (SELECT r.case_id FROM case_reference r WHERE r.reference = $8 AND $1 IN (r.first, r.second)),
            $9::text COLLATE "C"))
    ORDER BY opened_at DESC, case_id DESC, track DESC
    OFFSET 0
) AS p
JOIN track t ON t.case_id = p.case_id AND t.track = p.track
JOIN case_file c ON c.id = p.case_id
JOIN LATERAL (
    SELECT r.reference FROM case_reference r
    WHERE r.case_id = p.case_id AND $1 IN (r.first, r.second)
    ORDER BY r.first <> r.second, r.reference LIMIT 1
) AS own ON true
WHERE ($2::text IS NULL OR t.standing = $2)
  AND ($5::text IS NULL OR $5 = ANY(c.crimes))
  AND ($6::text IS NULL OR c.department = $6)
ORDER BY p.opened_at DESC, p.case_id DESC, p.track DESC
LIMIT $10
