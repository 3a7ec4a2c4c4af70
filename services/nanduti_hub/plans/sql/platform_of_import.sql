-- Whose an upload is.
-- $1 text id
SELECT platform FROM import WHERE id = $1
