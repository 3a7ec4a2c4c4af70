-- The file of an upload, as it came.
-- $1 text id
SELECT content, file_name, platform FROM import WHERE id = $1
