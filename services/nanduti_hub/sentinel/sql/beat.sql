-- Say that the hub is there; a gap since it last was is written down as an outage, once, whoever beats.
-- $1 timestamptz  the moment
-- $2 interval     the longest gap that is none
-- Answers: since when the hub was away, where it was.
WITH before AS (
    SELECT single, last_alive FROM heartbeat FOR UPDATE
), beaten AS (
    UPDATE heartbeat SET last_alive = greatest(before.last_alive, $1)
    FROM before WHERE before.single = heartbeat.single
    RETURNING before.last_alive AS since
)
INSERT INTO outage (since, until)
SELECT beaten.since, $1 FROM beaten WHERE beaten.since < $1::timestamptz - $2::interval
ON CONFLICT (since) DO NOTHING
RETURNING since
