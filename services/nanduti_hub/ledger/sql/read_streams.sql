-- The current version and state of some streams.
-- $1 text[]  stream ids
SELECT id, version, schema, state FROM stream WHERE id = ANY($1::text[])
