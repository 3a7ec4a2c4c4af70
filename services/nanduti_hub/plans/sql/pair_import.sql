-- Keep what a person decided on an upload's pairs, if nobody else changed it since.
-- $1 text id    $2 integer version as read    $3 jsonb pairs
UPDATE import SET pairs = $3::text::jsonb, version = version + 1
WHERE id = $1 AND version = $2 AND confirmed_as IS NULL
RETURNING version
