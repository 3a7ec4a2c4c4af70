-- The rows of handoffs; one whose id is another track's is not written, and so not answered.
-- $1 text  an array of objects, in JSON, with a member for each column
INSERT INTO handoff (id, case_id, track, version, kind, sender, receiver, state, urgency, share, offered_at,
    due_at, by_law, answered_at, on_paper, code, redirected_to, before, following, bundle, outcome,
    completed_at, dossier_sha256, dossier_size, told)
SELECT id, case_id, track, version, kind, sender, receiver, state, urgency, share, offered_at, due_at, by_law,
    answered_at, on_paper, code, redirected_to, before, following, bundle, outcome, completed_at,
    dossier_sha256, dossier_size, told
FROM jsonb_to_recordset($1::text::jsonb) AS row (id text, case_id text, track text, version integer, kind
    text, sender text, receiver text, state text, urgency text, share text, offered_at timestamptz, due_at
    timestamptz, by_law boolean, answered_at timestamptz, on_paper boolean, code text, redirected_to text,
    before text, following text, bundle text, outcome text, completed_at timestamptz, dossier_sha256 text,
    dossier_size integer, told boolean)
ON CONFLICT (id) DO UPDATE SET
    version = excluded.version, state = excluded.state, share = excluded.share,
    offered_at = excluded.offered_at, due_at = excluded.due_at,
    by_law = excluded.by_law, answered_at = excluded.answered_at, on_paper = excluded.on_paper, code =
    excluded.code, redirected_to = excluded.redirected_to, following = excluded.following, outcome =
    excluded.outcome, completed_at = excluded.completed_at, dossier_sha256 = excluded.dossier_sha256,
    dossier_size = excluded.dossier_size, told = excluded.told
WHERE (handoff.case_id, handoff.track) = (excluded.case_id, excluded.track)
RETURNING id
