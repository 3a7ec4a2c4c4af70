-- How an upload was read, and what it was compared with.
-- $1 text id    $2 bytea reading    $3 bytea comparison    $4 text its fingerprint
UPDATE import SET reading = $2, compared = $3, fingerprint = $4 WHERE id = $1 AND reading IS NULL
