-- The event with which a plan came to a version, and its number; none where it has no number yet.
-- $1 text stream    $2 integer version
SELECT seq, body FROM event WHERE stream = $1 AND version = $2
