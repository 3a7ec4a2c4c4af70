-- Keep what a person decided on an upload's conflicts, if nobody else changed it since.
-- $1 text id    $2 integer version as read    $3 jsonb ticks
UPDATE import SET ticks = $3::text::jsonb, version = version + 1
WHERE id = $1 AND version = $2 AND confirmed_as IS NULL
RETURNING version
