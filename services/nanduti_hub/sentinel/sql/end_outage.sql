-- Every clock that ran in an outage has been extended.
-- $1 timestamptz  since when it was
-- $2 timestamptz  the moment
UPDATE outage SET done_at = $2 WHERE since = $1 AND done_at IS NULL
