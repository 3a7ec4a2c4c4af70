-- A page of the tracks of cases in which an institution has a part, the latest cases first.
-- $1 text the institution    $2 text standing    $3 text track    $4 text role: holder, sender, receiver or informed
-- $5 text crime    $6 text department    $7 timestamptz opened before, or then and    $8 text under a later reference,
-- or under it and    $9 text in a later track    $10 integer how many
SELECT own.reference, c.opened_at, c.procedure, c.crimes, c.department, c.synthetic,
       t.track, t.standing, t.stage, t.holder, t.outcome, t.closed_at, t.holder = $1 AS holds,
       (SELECT count(*) FROM waiting w WHERE w.member = $1 AND w.case_id = t.case_id AND w.track = t.track) AS waiting
FROM case_party p
JOIN track t ON t.case_id = p.case_id AND t.track = p.track
JOIN case_file c ON c.id = p.case_id
JOIN LATERAL (
    SELECT r.reference FROM case_reference r
    WHERE r.case_id = p.case_id AND $1 IN (r.first, r.second)
    ORDER BY r.first <> r.second, r.reference LIMIT 1
) AS own ON true
WHERE p.member = $1
  AND ($2::text IS NULL OR t.standing = $2)
  AND ($3::text IS NULL OR t.track = $3)
  AND ($4::text IS NULL OR CASE $4
        WHEN 'holder' THEN p.holds
        WHEN 'sender' THEN p.sent
        WHEN 'receiver' THEN p.received OR p.past
        ELSE p.informed END)
  AND ($5::text IS NULL OR $5 = ANY(c.crimes))
  AND ($6::text IS NULL OR c.department = $6)
  AND ($7::timestamptz IS NULL OR c.opened_at < $7
       OR c.opened_at = $7 AND (own.reference, t.track) > ($8::text COLLATE "C", $9::text COLLATE "C"))
ORDER BY c.opened_at DESC, own.reference COLLATE "C", t.track
LIMIT $10
