-- A page of the handoffs that an institution has sent or received, the latest first; two indexes give the order, and
-- no more than two pages of rows are joined.
-- $1 text the institution    $2 text role: sent or received    $3 text state    $4 text track    $5 text kind
-- $6 text the other institution    $7 text bundle    $8 text a reference of the case    $9 boolean overdue
-- $10 timestamptz now    $11 timestamptz offered before, or then and    $12 text under a lesser id
-- $13 integer how many
SELECT h.id, h.version, h.track, h.kind, h.state, h.sender, h.receiver, h.urgency, h.share, h.offered_at, h.due_at,
       coalesce(h.due_at <= $10, false) AS overdue, h.by_law, h.bundle, h.answered_at, h.code, h.redirected_to,
       h.outcome, h.completed_at, c.procedure, own.reference AS my_reference,
       coalesce(pair.reference, own.reference) AS reference,
       t.holder, t.standing, t.stage, t.outcome AS track_outcome
FROM (
    (SELECT sent.* FROM handoff sent
     WHERE sent.sender = $1 AND ($2::text IS NULL OR $2 = 'sent')
       AND ($3::text IS NULL OR sent.state = $3)
       AND ($4::text IS NULL OR sent.track = $4)
       AND ($5::text IS NULL OR sent.kind = $5)
       AND ($6::text IS NULL OR sent.receiver = $6)
       AND ($7::text IS NULL OR sent.bundle = $7)
       AND ($8::text IS NULL OR sent.case_id = (SELECT r.case_id FROM case_reference r
                                               WHERE r.reference = $8 AND $1 IN (r.first, r.second)))
       AND ($9::boolean IS NULL OR $9 = coalesce(sent.due_at <= $10, false))
       AND ($11::timestamptz IS NULL OR (sent.offered_at, sent.id) < ($11, $12::text COLLATE "C"))
     ORDER BY sent.offered_at DESC, sent.id DESC LIMIT $13)
    UNION ALL
    (SELECT taken.* FROM handoff taken
     WHERE taken.receiver = $1 AND taken.told AND taken.sender <> $1 AND ($2::text IS NULL OR $2 = 'received')
       AND ($3::text IS NULL OR taken.state = $3)
       AND ($4::text IS NULL OR taken.track = $4)
       AND ($5::text IS NULL OR taken.kind = $5)
       AND ($6::text IS NULL OR taken.sender = $6)
       AND ($7::text IS NULL OR taken.bundle = $7)
       AND ($8::text IS NULL OR taken.case_id = (SELECT r.case_id FROM case_reference r
                                               WHERE r.reference = $8 AND $1 IN (r.first, r.second)))
       AND ($9::boolean IS NULL OR $9 = coalesce(taken.due_at <= $10, false))
       AND ($11::timestamptz IS NULL OR (taken.offered_at, taken.id) < ($11, $12::text COLLATE "C"))
     ORDER BY taken.offered_at DESC, taken.id DESC LIMIT $13)
) AS h
JOIN case_file c ON c.id = h.case_id
JOIN track t ON t.case_id = h.case_id AND t.track = h.track
LEFT JOIN case_reference pair ON pair.case_id = h.case_id
    AND pair.first = least(h.sender, h.receiver) AND pair.second = greatest(h.sender, h.receiver)
JOIN LATERAL (
    SELECT r.reference FROM case_reference r
    WHERE r.case_id = h.case_id AND $1 IN (r.first, r.second)
    -- Not that of a pair of which one is told only when a dossier is sealed for it.
    ORDER BY r.first <> r.second, NOT EXISTS (
        SELECT FROM handoff u WHERE u.case_id = r.case_id AND u.told
            AND (least(u.sender, u.receiver), greatest(u.sender, u.receiver)) = (r.first, r.second)
    ), r.reference LIMIT 1
) AS own ON true
ORDER BY h.offered_at DESC, h.id DESC
LIMIT $13
