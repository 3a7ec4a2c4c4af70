-- A case and its tracks as they stand, of one moment, in the order in which `lock_tracks` gives them.
-- $1 text  the case
SELECT id, version, schema, state FROM stream WHERE id = 'case:' || $1
UNION ALL
SELECT id, version, schema, state FROM stream
WHERE id > 'track:' || $1 || '.' AND id < 'track:' || $1 || '/'
ORDER BY id
