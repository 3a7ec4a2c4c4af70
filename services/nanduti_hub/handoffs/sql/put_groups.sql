-- The rows of groups.
-- $1 text  an array of objects, in JSON, with a member for each column
INSERT INTO case_group (id, version, opened_by, opened_at, cases)
SELECT id, version, opened_by, opened_at, cases
FROM jsonb_to_recordset($1::text::jsonb) AS row (id text, version integer, opened_by text, opened_at
    timestamptz, cases text[])
ON CONFLICT (id) DO UPDATE SET
    version = excluded.version, cases = excluded.cases
