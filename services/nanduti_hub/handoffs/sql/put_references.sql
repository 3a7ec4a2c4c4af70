-- What pairs of members call cases; what is there stays.
-- $1 text  an array of objects, in JSON, with a member for each column
INSERT INTO case_reference (reference, case_id, first, second)
SELECT reference, case_id, first, second
FROM jsonb_to_recordset($1::text::jsonb) AS row (reference text, case_id text, first text, second text)
ON CONFLICT (reference) DO NOTHING
