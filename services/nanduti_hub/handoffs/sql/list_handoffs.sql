-- A page of the handoffs that an institution has sent or received, the latest first.
-- $1 text the institution    $2 text role: sent or received    $3 text state    $4 text track    $5 text kind
-- $6 text the other institution    $7 text bundle    $8 text a reference of the case    $9 boolean overdue
-- $10 timestamptz now    $11 timestamptz offered before, or then and    $12 text under a greater id
-- $13 integer how many
SELECT h.id, h.version, h.track, h.kind, h.state, h.sender, h.receiver, h.urgency, h.share, h.offered_at, h.due_at,
       coalesce(h.due_at <= $10, false) AS overdue, h.by_law, h.bundle, h.answered_at, h.code, h.redirected_to,
       h.outcome, h.completed_at, c.procedure, own.reference AS my_reference,
       coalesce(pair.reference, own.reference) AS reference,
       t.holder, t.standing, t.stage, t.outcome AS track_outcome
FROM handoff h
JOIN case_file c ON c.id = h.case_id
JOIN track t ON t.case_id = h.case_id AND t.track = h.track
LEFT JOIN case_reference pair ON pair.case_id = h.case_id
    AND pair.first = least(h.sender, h.receiver) AND pair.second = greatest(h.sender, h.receiver)
JOIN LATERAL (
    SELECT r.reference FROM case_reference r
    WHERE r.case_id = h.case_id AND $1 IN (r.first, r.second)
    ORDER BY r.first <> r.second, r.reference LIMIT 1
) AS own ON true
WHERE (h.sender = $1 OR h.receiver = $1 AND h.told)
  AND ($2::text IS NULL OR CASE $2 WHEN 'sent' THEN h.sender ELSE h.receiver END = $1)
  AND ($3::text IS NULL OR h.state = $3)
  AND ($4::text IS NULL OR h.track = $4)
  AND ($5::text IS NULL OR h.kind = $5)
  AND ($6::text IS NULL OR $6 IN (h.sender, h.receiver) AND $6 <> $1)
  AND ($7::text IS NULL OR h.bundle = $7)
  AND ($8::text IS NULL OR h.case_id = (SELECT r.case_id FROM case_reference r
                                        WHERE r.reference = $8 AND $1 IN (r.first, r.second)))
  AND ($9::boolean IS NULL OR $9 = coalesce(h.due_at <= $10, false))
  AND ($11::timestamptz IS NULL OR h.offered_at < $11 OR h.offered_at = $11 AND h.id > $12)
ORDER BY h.offered_at DESC, h.id
LIMIT $13
