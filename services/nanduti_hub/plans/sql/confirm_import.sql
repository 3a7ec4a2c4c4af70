-- An upload became a revision of its plan; what it came to is kept as it was then.
-- $1 text id    $2 integer number of the revision    $3 bytea comparison    $4 text its fingerprint    $5 text by whom
UPDATE import
SET confirmed_as = $2, compared = $3, fingerprint = $4, confirmed_by = $5, confirmed_at = now(), version = version + 1
WHERE id = $1
