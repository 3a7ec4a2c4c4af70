-- One upload, without its file, held until the transaction ends.
-- $1 text id
SELECT id, plan, platform, file_name, sha256, reading, pairs, ticks, version, confirmed_as, plan_version
FROM import WHERE id = $1
FOR NO KEY UPDATE
