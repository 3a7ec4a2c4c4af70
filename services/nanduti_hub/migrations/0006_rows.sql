-- Row-level security: behind the checks in code, the database itself shows and takes only what is the caller's.
-- `transaction` says who calls: nanduti.role, nanduti.scope (its platform or institution) and nanduti.caller (its
-- id); where nothing is said, nothing is seen. The worker (sequencer, relay, clocks) sees everything; the owner
-- of the tables only migrates.

-- Without a subquery, so that the planner puts their bodies in the place of the calls.
CREATE FUNCTION is_scope(code text) RETURNS boolean LANGUAGE sql STABLE
RETURN code = current_setting('nanduti.scope', true);

CREATE FUNCTION is_role(role text) RETURNS boolean LANGUAGE sql STABLE
RETURN role = current_setting('nanduti.role', true);

-- Whoever has said who calls. The door itself, which looks a stranger's credential up, is an observer of no scope.
CREATE FUNCTION is_known() RETURNS boolean LANGUAGE sql STABLE
RETURN coalesce(current_setting('nanduti.role', true), '') <> '';

-- Who writes what: a platform's coordinator what is the platform's, a steward the directory, which is the hub's.
CREATE FUNCTION may_write(owner text) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE owner WHEN 'hub' THEN is_role('steward') ELSE is_role('coordinator') AND is_scope(owner) END;

-- Whose a stream is: the platform of its subject, or `hub`.
ALTER TABLE stream ADD COLUMN owner text;
UPDATE stream SET owner = coalesce(
    (SELECT split_part(subject, '.', 4) FROM event WHERE event.stream = stream.id LIMIT 1),
    (SELECT split_part(subject, '.', 4) FROM pending WHERE pending.stream = stream.id LIMIT 1));
ALTER TABLE stream ALTER COLUMN owner SET NOT NULL;

ALTER TABLE stream ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON stream TO nanduti_worker USING (true);
CREATE POLICY register ON stream FOR SELECT TO nanduti_app
    USING (is_known() AND kind IN ('action', 'plan', 'department', 'institution', 'platform', 'seat'));
CREATE POLICY begin_own ON stream FOR INSERT TO nanduti_app WITH CHECK (may_write(owner));
CREATE POLICY move_own ON stream FOR UPDATE TO nanduti_app USING (may_write(owner));

ALTER TABLE pending ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON pending TO nanduti_worker USING (true);
CREATE POLICY for_the_reader ON pending FOR SELECT TO nanduti_app USING (is_known() AND (audience = '*' OR is_scope(audience)));
CREATE POLICY by_the_owner ON pending FOR INSERT TO nanduti_app
    WITH CHECK (may_write(split_part(subject, '.', 4)));

ALTER TABLE event ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON event TO nanduti_worker USING (true);
CREATE POLICY for_the_reader ON event FOR SELECT TO nanduti_app USING (is_known() AND (audience = '*' OR is_scope(audience)));

ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON idempotency TO nanduti_worker USING (true);
CREATE POLICY own ON idempotency TO nanduti_app USING (caller = current_setting('nanduti.caller', true));

-- The register: every member reads it.
ALTER TABLE action ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON action TO nanduti_worker USING (true);
CREATE POLICY register ON action FOR SELECT TO nanduti_app USING (is_known());
CREATE POLICY begin_own ON action FOR INSERT TO nanduti_app WITH CHECK (may_write(platform));
CREATE POLICY change_own ON action FOR UPDATE TO nanduti_app USING (may_write(platform));

ALTER TABLE plan ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON plan TO nanduti_worker USING (true);
CREATE POLICY register ON plan FOR SELECT TO nanduti_app USING (is_known());
CREATE POLICY begin_own ON plan FOR INSERT TO nanduti_app WITH CHECK (may_write(platform));
CREATE POLICY change_own ON plan FOR UPDATE TO nanduti_app USING (may_write(platform));

-- A borrador is its platform's alone.
ALTER TABLE import ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON import TO nanduti_worker USING (true);
CREATE POLICY own ON import TO nanduti_app USING (is_role('coordinator') AND is_scope(platform));

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{department,institution,platform,seat}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY everything ON %I TO nanduti_worker USING (true)', name);
        EXECUTE format('CREATE POLICY register ON %I FOR SELECT TO nanduti_app USING (is_known())', name);
        EXECUTE format('CREATE POLICY enter ON %I FOR INSERT TO nanduti_app WITH CHECK (may_write(''hub''))', name);
        EXECUTE format('CREATE POLICY change ON %I FOR UPDATE TO nanduti_app USING (may_write(''hub''))', name);
    END LOOP;
END
$$;
