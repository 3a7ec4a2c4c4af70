-- Keep what a person decided on an upload's pairs and conflicts, if nobody else changed it since.
-- $1 text id    $2 integer version as read    $3 jsonb pairs    $4 jsonb ticks
UPDATE import SET pairs = $3::text::jsonb, ticks = $4::text::jsonb, version = version + 1
WHERE id = $1 AND version = $2 AND confirmed_as IS NULL
RETURNING version
