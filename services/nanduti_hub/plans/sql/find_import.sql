-- One upload, without its file.
-- $1 text id
SELECT id, plan, platform, file_name, sha256, reading, pairs, version, confirmed_as FROM import WHERE id = $1
