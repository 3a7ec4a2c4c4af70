-- The rows of tracks.
-- $1 text  an array of objects, in JSON, with a member for each column
INSERT INTO track (case_id, track, version, standing, holder, keeper, stage, opened_at, due_at, closed_at,
    outcome, into_case, next_at)
SELECT case_id, track, version, standing, holder, keeper, stage, opened_at, due_at, closed_at, outcome,
    into_case, next_at
FROM jsonb_to_recordset($1::text::jsonb) AS row (case_id text, track text, version integer, standing text,
    holder text, keeper text, stage text, opened_at timestamptz, due_at timestamptz, closed_at timestamptz,
    outcome text, into_case text, next_at timestamptz)
ON CONFLICT (case_id, track) DO UPDATE SET
    version = excluded.version, standing = excluded.standing, holder = excluded.holder, keeper =
    excluded.keeper, stage = excluded.stage, due_at = excluded.due_at, closed_at = excluded.closed_at,
    outcome = excluded.outcome, into_case = excluded.into_case, next_at = excluded.next_at
