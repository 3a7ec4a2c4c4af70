-- The rows of cases.
-- $1 text  an array of objects, in JSON, with a member for each column
INSERT INTO case_file (id, version, opened_by, opened_at, procedure, crimes, age_band, sex, department,
    channel, consent, case_group, into_case, synthetic)
SELECT id, version, opened_by, opened_at, procedure, crimes, age_band, sex, department, channel, consent,
    case_group, into_case, synthetic
FROM jsonb_to_recordset($1::text::jsonb) AS row (id text, version integer, opened_by text, opened_at
    timestamptz, procedure text, crimes text[], age_band text, sex text, department text, channel text,
    consent text, case_group text, into_case text, synthetic boolean)
ON CONFLICT (id) DO UPDATE SET
    version = excluded.version, crimes = excluded.crimes, age_band = excluded.age_band, sex = excluded.sex,
    department = excluded.department, channel = excluded.channel, consent = excluded.consent, into_case =
    excluded.into_case
