-- Which part members have in tracks.
-- $1 text  an array of objects, in JSON, with a member for each column
INSERT INTO case_party (case_id, track, member, opened_at, holds, sent, received, past, informed)
SELECT case_id, track, member, opened_at, holds, sent, received, past, informed
FROM jsonb_to_recordset($1::text::jsonb) AS row (case_id text, track text, member text, opened_at
    timestamptz, holds boolean, sent boolean, received boolean, past boolean, informed boolean)
ON CONFLICT (case_id, track, member) DO UPDATE SET
    holds = excluded.holds, sent = excluded.sent, received = excluded.received, past = excluded.past,
    informed = excluded.informed
