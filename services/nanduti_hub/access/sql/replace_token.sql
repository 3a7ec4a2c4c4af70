-- Let a token end when the overlap with its successor does, if it does not end before.
-- $1 text id    $2 text the successor's id    $3 timestamptz end of the overlap
UPDATE token SET replaced_by = $2, expires_at = least(expires_at, $3) WHERE id = $1
