-- The uploads of a plan, the latest first.
-- $1 text plan
SELECT id, file_name, sha256, version, uploaded_by, uploaded_at, confirmed_as, confirmed_by, confirmed_at
FROM import WHERE plan = $1 ORDER BY uploaded_at DESC, id DESC
