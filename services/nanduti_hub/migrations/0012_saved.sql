-- Questions to the register that somebody keeps, and addresses at which a calendar reads one of them.
--
-- Rule: a query is its owner's alone, a person's or a token's; a calendar address lives no longer than its query and
-- whoever made it. Of an address only the SHA-256 is kept, and the app role cannot read even that: it is looked up
-- by a function of the owner of the tables.

CREATE TABLE saved_query (
    id               text COLLATE "C" PRIMARY KEY,
    owner            text COLLATE "C" NOT NULL CHECK (owner ~ '^(person|token):[A-Za-z0-9-]{1,40}$'),
    name             text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    query            text NOT NULL CHECK (length(query) <= 8000),
    version          integer NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    changed_at       timestamptz NOT NULL DEFAULT now(),
    calendar_sha256  bytea UNIQUE CHECK (octet_length(calendar_sha256) = 32),
    calendar_since   timestamptz,
    calendar_read_on date,
    CHECK ((calendar_sha256 IS NULL) = (calendar_since IS NULL)),
    CHECK (calendar_sha256 IS NOT NULL OR calendar_read_on IS NULL)
);
CREATE INDEX saved_query_owner ON saved_query (owner, id);

GRANT SELECT (id, owner, name, query, version, created_at, changed_at, calendar_since, calendar_read_on), DELETE
    ON saved_query TO nanduti_app;
GRANT INSERT (id, owner, name, query) ON saved_query TO nanduti_app;
GRANT UPDATE (name, query, version, changed_at, calendar_sha256, calendar_since, calendar_read_on)
    ON saved_query TO nanduti_app;

ALTER TABLE saved_query ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON saved_query TO nanduti_app USING (owner = current_setting('nanduti.caller', true));

-- The platforms and institutions (and `*`, the hub) for which a person or token may act now; NULL where it may not
-- act at all: removed, without a role, revoked, expired.
CREATE FUNCTION scopes_of(wanted text) RETURNS text[]
LANGUAGE sql STABLE
AS $$
    SELECT array_agg(held.scope ORDER BY held.scope) FROM (
        SELECT r.scope FROM person p JOIN person_role r ON r.person = p.id
        WHERE p.id = substring(wanted FROM '^person:(.*)$') AND p.removed_at IS NULL
        UNION
        SELECT t.scope FROM token t
        WHERE t.id = substring(wanted FROM '^token:(.*)$') AND t.revoked_at IS NULL
            AND (t.expires_at IS NULL OR t.expires_at > now())
    ) AS held;
$$;

-- The same of who calls.
CREATE FUNCTION my_scopes() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$ SELECT scopes_of(current_setting('nanduti.caller', true)); $$;

-- Whose a calendar address is and what it shows; nothing unless its owner may act now. Notes the day.
CREATE FUNCTION find_calendar(digest bytea)
RETURNS TABLE (id text, owner text, called text, scope text, name text, query text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    UPDATE saved_query q SET calendar_read_on = (now() AT TIME ZONE 'America/Asuncion')::date
    WHERE q.calendar_sha256 = digest
        AND q.calendar_read_on IS DISTINCT FROM (now() AT TIME ZONE 'America/Asuncion')::date
        AND scopes_of(q.owner) IS NOT NULL;
    SELECT q.id, q.owner,
           coalesce(p.login || '@' || CASE p.home WHEN '*' THEN 'hub' ELSE p.home END, p.name, t.name),
           coalesce(t.scope, '*'), q.name, q.query
    FROM saved_query q
    LEFT JOIN person p ON p.id = substring(q.owner FROM '^person:(.*)$')
    LEFT JOIN token t ON t.id = substring(q.owner FROM '^token:(.*)$')
    WHERE q.calendar_sha256 = digest AND scopes_of(q.owner) IS NOT NULL;
$$;

-- What somebody has kept goes with the person or the token.
CREATE FUNCTION forget_queries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    DELETE FROM saved_query q WHERE q.owner = TG_ARGV[0] || NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER forget_queries AFTER UPDATE OF removed_at ON person
FOR EACH ROW WHEN (NEW.removed_at IS NOT NULL) EXECUTE FUNCTION forget_queries('person:');
CREATE TRIGGER forget_queries AFTER UPDATE OF revoked_at ON token
FOR EACH ROW WHEN (NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION forget_queries('token:');

-- Who is left without any role loses the addresses for good, so that they do not come back with a role; looked at
-- when the transaction ends, since changing roles takes the old ones before it gives the new.
CREATE FUNCTION end_calendars() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE saved_query q SET calendar_sha256 = NULL, calendar_since = NULL, calendar_read_on = NULL
    WHERE q.owner = 'person:' || OLD.person
        AND NOT EXISTS (SELECT FROM person_role r WHERE r.person = OLD.person);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER end_calendars AFTER DELETE ON person_role DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION end_calendars();

REVOKE ALL ON FUNCTION scopes_of(text), my_scopes(), find_calendar(bytea), forget_queries(), end_calendars() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_scopes(), find_calendar(bytea) TO nanduti_app;
