-- When the hub was there, and when it was not: what the clocks of cases are extended by.
--
-- Rule: a moment at which nobody could act counts against nobody. `last_alive` moves while commands are accepted; the
-- beat that ends a gap writes the gap down in the same statement, so that each is there once.

CREATE TABLE heartbeat (
    single      boolean PRIMARY KEY DEFAULT true CHECK (single),
    last_alive  timestamptz,
    -- When a sentinel has last looked, and whether there was a case that it could not tick.
    looked_at   timestamptz,
    failing     boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);
INSERT INTO heartbeat DEFAULT VALUES;

CREATE TABLE outage (
    since   timestamptz PRIMARY KEY,
    until   timestamptz NOT NULL CHECK (until > since),
    -- When every clock that ran in it had been extended.
    done_at timestamptz
);
CREATE INDEX outage_undone ON outage (since) WHERE done_at IS NULL;

GRANT SELECT, UPDATE ON heartbeat TO nanduti_worker;
GRANT SELECT, INSERT, UPDATE ON outage TO nanduti_worker;
-- How the hub itself stands is no secret of anybody's; how many clocks are late would tell how much happens in cases.
GRANT SELECT ON heartbeat, outage TO nanduti_app;

CREATE FUNCTION clocks_late(moment timestamptz) RETURNS boolean
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
RETURN EXISTS (SELECT FROM public.track t WHERE t.next_at <= moment);
REVOKE ALL ON FUNCTION clocks_late(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clocks_late(timestamptz) TO nanduti_app, nanduti_worker;

ALTER TABLE heartbeat ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON heartbeat TO nanduti_worker USING (true);
CREATE POLICY of_all ON heartbeat FOR SELECT TO nanduti_app USING (is_known());

ALTER TABLE outage ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON outage TO nanduti_worker USING (true);
CREATE POLICY of_all ON outage FOR SELECT TO nanduti_app USING (is_known());
