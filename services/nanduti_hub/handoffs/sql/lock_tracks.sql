-- The tracks of a case as they stand, held until the transaction ends; the case's own stream is locked before.
-- $1 text  the case
SELECT id, version, schema, state FROM stream
WHERE id > 'track:' || $1 || '.' AND id < 'track:' || $1 || '/'
ORDER BY id FOR NO KEY UPDATE
