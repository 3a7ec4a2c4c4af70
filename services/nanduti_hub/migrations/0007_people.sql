-- Who may call: tokens as they are now, people, their roles, their links and their sessions.
--
-- Rule: the app role cannot read a secret. A secret is looked up by a function of the owner, which says whose it
-- is; the two that a person's sign-in is proved with (a hash, a sealed text) come out for one account at a time.
-- Row-level security stands behind the checks in code: a steward sees all, an administrator its own.

-- Tokens -----------------------------------------------------------------------------------------------------

-- Machines and readers are observers.
UPDATE token SET role = 'observer' WHERE role = 'member';
ALTER TABLE token
    ADD COLUMN created_by      text NOT NULL DEFAULT 'hub',
    ADD COLUMN created_by_name text NOT NULL DEFAULT 'hub',
    ADD COLUMN last_used_at    timestamptz,
    ADD COLUMN replaced_by     text,
    ADD CHECK (role IN ('steward', 'administrator', 'coordinator', 'focal_point', 'case_officer', 'observer')),
    ADD CHECK ((role = 'steward') = (scope = '*'));

REVOKE ALL ON token FROM nanduti_app;
GRANT SELECT (id, name, role, scope, created_by, created_by_name, created_at, expires_at, last_used_at, revoked_at, replaced_by)
    ON token TO nanduti_app;
GRANT INSERT (id, sha256, name, role, scope, expires_at, created_by, created_by_name) ON token TO nanduti_app;
GRANT UPDATE (expires_at, revoked_at, replaced_by) ON token TO nanduti_app;

ALTER TABLE token ENABLE ROW LEVEL SECURITY;
CREATE POLICY token_managed ON token TO nanduti_app USING (
    is_role('steward')
    OR is_role('administrator') AND is_scope(scope)
);

-- People -----------------------------------------------------------------------------------------------------

-- `home` is the code of the platform or institution that a person belongs to, `*` the hub itself. A login is
-- unique within a home only: else inviting somebody would tell that another home has the name.
-- Either a login, or who vouches for the person (an OIDC provider) and as whom.
CREATE TABLE person (
    id              text COLLATE "C" PRIMARY KEY,
    home            text NOT NULL CHECK (home = '*' OR home ~ '^[a-z0-9_]{2,16}$'),
    login           text CHECK (login ~ '^[a-z0-9][a-z0-9._-]{1,39}$'),
    issuer          text,
    subject         text,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    version         integer NOT NULL DEFAULT 1,
    passphrase      text,
    totp            bytea,
    totp_step       bigint NOT NULL DEFAULT 0,
    created_by      text NOT NULL,
    created_by_name text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    activated_at    timestamptz,
    removed_at      timestamptz,
    CHECK ((login IS NULL) = (issuer IS NOT NULL) AND (issuer IS NULL) = (subject IS NULL)),
    CHECK ((passphrase IS NULL) = (totp IS NULL)),
    UNIQUE (issuer, subject)
);
CREATE UNIQUE INDEX person_account ON person (home, login) WHERE removed_at IS NULL;

CREATE TABLE person_role (
    person text COLLATE "C" NOT NULL REFERENCES person,
    role   text NOT NULL
        CHECK (role IN ('steward', 'administrator', 'coordinator', 'focal_point', 'case_officer', 'observer')),
    scope  text NOT NULL CHECK (scope = '*' OR scope ~ '^[a-z0-9_]{2,16}$'),
    PRIMARY KEY (person, role, scope),
    CHECK ((role = 'steward') = (scope = '*'))
);

-- A link by which a person sets the passphrase and enrols a second factor: the first time, and again after losing
-- them. What the person has now stays good until the link is used.
CREATE TABLE invitation (
    id         text COLLATE "C" PRIMARY KEY,
    sha256     bytea NOT NULL UNIQUE CHECK (octet_length(sha256) = 32),
    person     text COLLATE "C" NOT NULL REFERENCES person,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE INDEX invitation_person ON invitation (person);

-- A session acts in one of its person's roles, and ends with it.
CREATE TABLE session (
    id           text COLLATE "C" PRIMARY KEY,
    sha256       bytea NOT NULL UNIQUE CHECK (octet_length(sha256) = 32),
    person       text COLLATE "C" NOT NULL REFERENCES person,
    role         text NOT NULL,
    scope        text NOT NULL,
    csrf         text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz
);
CREATE INDEX session_person ON session (person);

GRANT SELECT (id, home, login, issuer, name, version, created_by, created_by_name, created_at, activated_at, removed_at)
    ON person TO nanduti_app;
GRANT INSERT (id, home, login, name, created_by, created_by_name) ON person TO nanduti_app;
GRANT UPDATE (version, removed_at) ON person TO nanduti_app;
GRANT SELECT, INSERT, DELETE ON person_role TO nanduti_app;
GRANT SELECT (id, person, created_by, created_at, expires_at, ended_at) ON invitation TO nanduti_app;
GRANT INSERT (id, sha256, person, created_by, expires_at) ON invitation TO nanduti_app;
GRANT UPDATE (ended_at) ON invitation TO nanduti_app;
-- Sessions are reached by the functions below alone. The worker's clocks take away what has ended.
GRANT SELECT (id, expires_at, ended_at), DELETE ON invitation TO nanduti_worker;
GRANT SELECT (id, last_used_at, expires_at, ended_at), DELETE ON session TO nanduti_worker;

-- Whether all roles of a person are of one scope: then its administrator may manage the person.
CREATE FUNCTION is_only_of(wanted text, code text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM person p WHERE p.id = wanted AND p.home = code)
        AND NOT EXISTS (SELECT FROM person_role r WHERE r.person = wanted AND r.scope <> code);
$$;

-- A link was handed over for the roles that its person had then: with others it would open more, to whoever has
-- kept it. A session in a role that is taken ends, so that it does not come back with the role.
CREATE FUNCTION end_with_roles() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE invitation i SET ended_at = now()
    WHERE i.person = coalesce(NEW.person, OLD.person) AND i.ended_at IS NULL;
    UPDATE session s SET ended_at = now()
    WHERE s.person = OLD.person AND s.role = OLD.role AND s.scope = OLD.scope AND s.ended_at IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER end_with_roles AFTER INSERT OR DELETE ON person_role
FOR EACH ROW EXECUTE FUNCTION end_with_roles();

ALTER TABLE person ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_role ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitation ENABLE ROW LEVEL SECURITY;
ALTER TABLE session ENABLE ROW LEVEL SECURITY;

CREATE POLICY person_seen ON person FOR SELECT TO nanduti_app USING (
    is_role('steward')
    OR is_role('administrator') AND is_scope(home)
);
CREATE POLICY person_invited ON person FOR INSERT TO nanduti_app WITH CHECK (
    is_role('steward')
    OR is_role('administrator') AND is_scope(home)
);
CREATE POLICY person_managed ON person FOR UPDATE TO nanduti_app USING (
    is_role('steward')
    OR is_role('administrator') AND is_only_of(id, current_setting('nanduti.scope', true))
);

CREATE POLICY person_role_seen ON person_role FOR SELECT TO nanduti_app USING (
    EXISTS (SELECT FROM person p WHERE p.id = person_role.person)
);
CREATE POLICY person_role_given ON person_role FOR INSERT TO nanduti_app WITH CHECK (
    is_role('steward')
    OR is_role('administrator') AND is_scope(scope) AND is_only_of(person, current_setting('nanduti.scope', true))
);
CREATE POLICY person_role_taken ON person_role FOR DELETE TO nanduti_app USING (
    is_role('steward')
    OR is_role('administrator') AND is_only_of(person, current_setting('nanduti.scope', true))
);

CREATE POLICY invitation_managed ON invitation TO nanduti_app USING (
    is_role('steward')
    OR is_role('administrator') AND is_only_of(person, current_setting('nanduti.scope', true))
);
CREATE POLICY invitation_cleared ON invitation TO nanduti_worker USING (true);
CREATE POLICY session_cleared ON session TO nanduti_worker USING (true);

-- What the record names, though its caller does not see it ----------------------------------------------------

CREATE FUNCTION is_person(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM person p WHERE p.id = wanted); $$;

CREATE FUNCTION is_token(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM token t WHERE t.id = wanted); $$;

-- What is asked by a secret, and by nobody yet ----------------------------------------------------------------

CREATE FUNCTION find_token(digest bytea)
RETURNS TABLE (id text, name text, role text, scope text, expires_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    UPDATE token t SET last_used_at = now()
    WHERE t.sha256 = digest AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
        AND (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute');
    SELECT t.id, t.name, t.role, t.scope, t.expires_at FROM token t
    WHERE t.sha256 = digest AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now());
$$;

-- The roles of a person as JSON, for the functions below, which run as the owner.
CREATE FUNCTION roles_of(wanted text) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(json_agg(json_build_object('role', r.role, 'scope', r.scope) ORDER BY r.role, r.scope), '[]')
    FROM person_role r WHERE r.person = wanted;
$$;

-- A session stands for twelve hours, and for one without use; no longer than its person and the role it acts in.
CREATE FUNCTION find_session(digest bytea)
RETURNS TABLE (person text, login text, home text, name text, role text, scope text, csrf text,
               expires_at timestamptz, roles text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    UPDATE session s SET last_used_at = now()
    WHERE s.sha256 = digest AND s.ended_at IS NULL AND s.expires_at > now()
        AND s.last_used_at > now() - interval '60 minutes' AND s.last_used_at < now() - interval '1 minute';
    SELECT p.id, p.login, p.home, p.name, s.role, s.scope, s.csrf, s.expires_at, roles_of(p.id)
    FROM session s
    JOIN person p ON p.id = s.person
    JOIN person_role r ON r.person = s.person AND r.role = s.role AND r.scope = s.scope
    WHERE s.sha256 = digest AND s.ended_at IS NULL AND s.expires_at > now()
        AND s.last_used_at > now() - interval '60 minutes' AND p.removed_at IS NULL;
$$;

CREATE FUNCTION open_session(new_id text, digest bytea, wanted text, acts_as text, acts_for text, new_csrf text)
RETURNS timestamptz
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    INSERT INTO session (id, sha256, person, role, scope, csrf, expires_at)
    SELECT new_id, digest, p.id, r.role, r.scope, new_csrf, now() + interval '12 hours'
    FROM person p JOIN person_role r ON r.person = p.id
    WHERE p.id = wanted AND p.removed_at IS NULL AND r.role = acts_as AND r.scope = acts_for
    -- Who takes the role waits, and then finds the session.
    FOR KEY SHARE OF r
    RETURNING expires_at;
$$;

CREATE FUNCTION act_in_session(digest bytea, acts_as text, acts_for text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    UPDATE session s SET role = held.role, scope = held.scope
    FROM (
        SELECT r.person, r.role, r.scope FROM person_role r JOIN session own ON own.person = r.person
        WHERE own.sha256 = digest AND r.role = acts_as AND r.scope = acts_for
        FOR KEY SHARE OF r
    ) held
    WHERE s.sha256 = digest AND s.ended_at IS NULL AND s.person = held.person
    RETURNING true;
$$;

CREATE FUNCTION end_session(digest bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    UPDATE session s SET ended_at = now() WHERE s.sha256 = digest AND s.ended_at IS NULL;
$$;

-- What a sign-in is compared with. An account that has never been opened has nothing to compare with.
CREATE FUNCTION secrets_of(wanted_home text, wanted_login text)
RETURNS TABLE (person text, passphrase text, totp bytea, roles text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT p.id, p.passphrase, p.totp, roles_of(p.id) FROM person p
    WHERE p.home = wanted_home AND p.login = wanted_login AND p.removed_at IS NULL AND p.passphrase IS NOT NULL;
$$;

-- Uses up a step of a person's second factor; nothing where it has been used, or a later one has.
CREATE FUNCTION take_totp_step(wanted text, step bigint) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    UPDATE person p SET totp_step = step
    WHERE p.id = wanted AND p.totp_step < step AND p.removed_at IS NULL
    RETURNING true;
$$;

CREATE FUNCTION find_invitation(digest bytea)
RETURNS TABLE (person text, login text, home text, name text, roles text, renews boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT p.id, p.login, p.home, p.name, roles_of(p.id), p.activated_at IS NOT NULL
    FROM invitation i JOIN person p ON p.id = i.person
    WHERE i.sha256 = digest AND i.ended_at IS NULL AND i.expires_at > now() AND p.removed_at IS NULL;
$$;

-- Uses up a link: once, whoever else tries at the same time. Ends the person's sessions and other links.
CREATE FUNCTION accept_invitation(digest bytea, new_passphrase text, new_totp bytea, step bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    accepted invitation;
BEGIN
    -- The person before the link, as who changes its roles does.
    PERFORM FROM person p JOIN invitation i ON i.person = p.id WHERE i.sha256 = digest FOR NO KEY UPDATE OF p;
    UPDATE invitation i SET ended_at = now()
    WHERE i.sha256 = digest AND i.ended_at IS NULL AND i.expires_at > now()
        AND EXISTS (SELECT FROM person p WHERE p.id = i.person AND p.removed_at IS NULL)
    RETURNING i.* INTO accepted;
    IF accepted.id IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE person p SET passphrase = new_passphrase, totp = new_totp, totp_step = step,
        activated_at = coalesce(p.activated_at, now())
    WHERE p.id = accepted.person;
    UPDATE session s SET ended_at = now() WHERE s.person = accepted.person AND s.ended_at IS NULL;
    UPDATE invitation i SET ended_at = now() WHERE i.person = accepted.person AND i.ended_at IS NULL;
    RETURN accepted.person;
END
$$;

-- Lets in a person whom a provider vouches for, with the roles that it tells of now (NULL: as they stand).
-- Answers NULL for one who has been removed here.
CREATE FUNCTION admit_person(new_id text, by_issuer text, by_subject text, called text, belongs_to text, held json)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    found person;
BEGIN
    INSERT INTO person (id, home, issuer, subject, name, created_by, created_by_name, activated_at)
    VALUES (new_id, belongs_to, by_issuer, by_subject, called, 'hub', by_issuer, now())
    ON CONFLICT (issuer, subject) DO NOTHING;
    SELECT p.* INTO found FROM person p WHERE p.issuer = by_issuer AND p.subject = by_subject FOR UPDATE;
    IF found.removed_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF held IS NOT NULL THEN
        UPDATE person p SET home = belongs_to, name = called, version = p.version + 1
        WHERE p.id = found.id AND (p.home, p.name) IS DISTINCT FROM (belongs_to, called);
        DELETE FROM person_role r WHERE r.person = found.id AND NOT EXISTS (
            SELECT FROM json_to_recordset(held) AS h (role text, scope text) WHERE h.role = r.role AND h.scope = r.scope
        );
        INSERT INTO person_role (person, role, scope)
        SELECT found.id, h.role, h.scope FROM json_to_recordset(held) AS h (role text, scope text)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN found.id;
END
$$;

REVOKE ALL ON FUNCTION
    is_person(text), is_token(text), is_only_of(text, text), end_with_roles(), find_token(bytea), roles_of(text), find_session(bytea),
    open_session(text, bytea, text, text, text, text), act_in_session(bytea, text, text), end_session(bytea),
    secrets_of(text, text), take_totp_step(text, bigint), find_invitation(bytea),
    accept_invitation(bytea, text, bytea, bigint), admit_person(text, text, text, text, text, json)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    is_person(text), is_token(text), is_only_of(text, text), find_token(bytea), find_session(bytea),
    open_session(text, bytea, text, text, text, text), act_in_session(bytea, text, text), end_session(bytea),
    secrets_of(text, text), take_totp_step(text, bigint), find_invitation(bytea),
    accept_invitation(bytea, text, bytea, bigint), admit_person(text, text, text, text, text, json)
TO nanduti_app;
