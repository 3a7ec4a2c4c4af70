-- A page of what waits for an institution, in the order in which it is due; the index gives the order.
-- $1 text the institution    $2 text kind    $3 text track    $4 boolean overdue    $5 timestamptz now
-- $6 timestamptz after what is due then (NULL: by no time)    $7 text in the case that it calls so    $8 text track
-- $9 integer place    $10 integer how many
SELECT w.kind, nullif(w.due_at, 'infinity') AS due_at, w.due_at <= $5 AS overdue, w.level, w.track, w.handoff,
       w.question, w.place, c.procedure, own.reference AS my_reference, h.version, h.urgency, h.bundle,
       coalesce(pair.reference, own.reference) AS reference,
       CASE WHEN h.sender = $1 THEN h.receiver ELSE h.sender END AS other
FROM waiting w
JOIN case_file c ON c.id = w.case_id
LEFT JOIN handoff h ON h.id = w.handoff
LEFT JOIN case_reference pair ON pair.case_id = w.case_id
    AND pair.first = least(h.sender, h.receiver) AND pair.second = greatest(h.sender, h.receiver)
JOIN LATERAL (
    SELECT r.reference FROM case_reference r
    WHERE r.case_id = w.case_id AND $1 IN (r.first, r.second)
    ORDER BY r.first <> r.second, r.reference LIMIT 1
) AS own ON true
WHERE w.member = $1
  AND ($2::text IS NULL OR w.kind = $2)
  AND ($3::text IS NULL OR w.track = $3)
  AND ($4::boolean IS NULL OR $4 = (w.due_at <= $5))
  AND ($7::text IS NULL OR (w.due_at, w.case_id, w.track, w.place) > (
        coalesce($6::timestamptz, 'infinity'), (SELECT r.case_id FROM case_reference r WHERE r.reference = $7 AND $1 IN (r.first, r.second)),
        $8::text COLLATE "C", $9::integer))
ORDER BY w.due_at, w.case_id, w.track, w.place
LIMIT $10
