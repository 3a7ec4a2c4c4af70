-- How the sentinel stands: when the hub was last there, when a sentinel last looked, whether a case fails, whether a
-- clock that was due by then has not fired, and since when the outage was that is not seen to yet.
-- $1 timestamptz  by when a clock was due
SELECT last_alive, looked_at, failing, clocks_late($1) AS late,
       (SELECT min(since) FROM outage WHERE done_at IS NULL) AS outage
FROM heartbeat
