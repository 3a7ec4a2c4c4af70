-- Say that a sentinel has looked.
-- $1 timestamptz  the moment
-- $2 boolean      whether there is a case that it could not tick
UPDATE heartbeat SET looked_at = greatest(looked_at, $1), failing = $2
