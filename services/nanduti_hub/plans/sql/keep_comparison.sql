-- What an upload comes to now, if nobody has decided anything on it meanwhile, nor ever confirmed it.
-- $1 text id    $2 integer version as compared    $3 bytea comparison    $4 text its fingerprint
UPDATE import SET compared = $3, fingerprint = $4 WHERE id = $1 AND version = $2 AND confirmed_as IS NULL
