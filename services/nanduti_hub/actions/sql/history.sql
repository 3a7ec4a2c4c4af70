-- The numbered events of an action, the latest first.
-- $1 text stream id    $2 integer version to go on before    $3 integer how many at most
SELECT seq, recorded_at, version, body FROM event
WHERE stream = $1 AND version < $2 ORDER BY version DESC LIMIT $3
