-- One upload as it is looked at, without its file.
-- $1 text id
SELECT id, plan, platform, file_name, sha256, reading, pairs, ticks, version, confirmed_as, compared, fingerprint,
       rows_done, rows_of, plan_version
FROM import WHERE id = $1
