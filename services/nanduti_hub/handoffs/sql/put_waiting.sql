-- What waits in tracks, where nothing is written of it any more.
-- $1 text  an array of objects, in JSON, with a member for each column
INSERT INTO waiting (case_id, track, place, member, kind, due_at, handoff, question, level)
SELECT case_id, track, place, member, kind, due_at, handoff, question, level
FROM jsonb_to_recordset($1::text::jsonb) AS row (case_id text, track text, place integer, member text, kind
    text, due_at timestamptz, handoff text, question integer, level integer)
