-- The record: who did what, when, from where. Append-only in the database itself: no role of a running hub may
-- change, delete or empty it; who writes a row writes it about itself, at the database's own time.

-- `actor` is a caller's id, `nobody` where a sign-in names no account. `route` is a route's template, `target`
-- the id of what was touched, only where that thing is known to exist: a path can contain anything.
-- `code` is the problem that was answered. No query, body or header value is in it.
CREATE TABLE audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor   text COLLATE "C" NOT NULL CHECK (actor ~ '^[a-z]{1,16}(:[A-Za-z0-9-]{1,40})?$'),
    name    text NOT NULL CHECK (length(name) <= 200),
    role    text,
    scope   text COLLATE "C",
    method  text NOT NULL CHECK (method ~ '^[A-Z]{3,7}$'),
    route   text NOT NULL CHECK (length(route) <= 200),
    act     text COLLATE "C",
    target  text COLLATE "C" CHECK (target ~ '^[A-Za-z0-9._:-]{1,80}$'),
    status  smallint NOT NULL,
    code    text,
    address text COLLATE "C" CHECK (length(address) <= 64)
);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_actor ON audit (actor, at, id);
CREATE INDEX audit_scope ON audit (scope, at, id);
CREATE INDEX audit_act ON audit (act, at, id);
CREATE INDEX audit_target ON audit (target, at, id) WHERE target IS NOT NULL;
CREATE INDEX audit_address ON audit (address, at, id);
CREATE INDEX audit_refused ON audit (at, id) WHERE status >= 400;

-- Neither the number nor the time is the writer's to choose.
GRANT INSERT (actor, name, role, scope, method, route, act, target, status, code, address)
    ON audit TO nanduti_app, nanduti_worker;
GRANT SELECT ON audit TO nanduti_app;

ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_oneself ON audit FOR INSERT TO nanduti_app, nanduti_worker
    WITH CHECK (
        actor = (SELECT current_setting('nanduti.caller', true))
        AND (role IS NULL OR is_role(role))
        AND (scope IS NULL OR is_scope(scope))
    );
CREATE POLICY for_stewards ON audit FOR SELECT TO nanduti_app USING ((SELECT is_role('steward')));
