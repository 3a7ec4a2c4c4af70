-- Cases, their tracks and handoffs as they stand, what waits for whom, and who may see any of it.
--
-- Rule: nothing of a case is seen or changed but by officers of the institutions that have a part in it: those that
-- open, hold, send, receive or are informed. Focal points read what their institution has a part in; every other role
-- of the app sees no row of a case, a track, a handoff or a notice, its own institution's neither. What the policies
-- must look up beyond what the caller sees, the functions `may_read_case` and `is_party` look up: yes or no, and
-- nothing else.

-- A case: one person. `id` never leaves the hub.
CREATE TABLE case_file (
    id         text COLLATE "C" PRIMARY KEY,
    version    integer NOT NULL,
    opened_by  text NOT NULL,
    opened_at  timestamptz NOT NULL,
    procedure  text NOT NULL,
    crimes     text[] NOT NULL,
    age_band   text NOT NULL,
    sex        text NOT NULL,
    department text NOT NULL,
    channel    text NOT NULL,
    consent    text NOT NULL,
    case_group text COLLATE "C",
    into_case  text COLLATE "C",
    synthetic  boolean NOT NULL
);
CREATE INDEX case_file_opened ON case_file (opened_at);

-- What two members, in the order of their codes, call a case between them; `first` is `second` in a member's own.
CREATE TABLE case_reference (
    reference text COLLATE "C" PRIMARY KEY,
    case_id   text COLLATE "C" NOT NULL,
    first     text NOT NULL,
    second    text NOT NULL,
    UNIQUE (case_id, first, second),
    CHECK (first <= second)
);

-- `next_at` is the earliest moment at which one of its clocks has something to do.
CREATE TABLE track (
    case_id   text COLLATE "C" NOT NULL,
    track     text COLLATE "C" NOT NULL,
    version   integer NOT NULL,
    standing  text NOT NULL,
    holder    text NOT NULL,
    keeper    text NOT NULL,
    stage     text NOT NULL,
    opened_at timestamptz NOT NULL,
    due_at    timestamptz,
    closed_at timestamptz,
    outcome   text,
    into_case text COLLATE "C",
    next_at   timestamptz,
    PRIMARY KEY (case_id, track)
);
CREATE INDEX track_holder ON track (holder, opened_at, case_id, track);
CREATE INDEX track_next ON track (next_at) WHERE next_at IS NOT NULL;

-- Which part a member has in a track: it holds it; it has sent a handoff of it; it has received one that waits or that
-- it took; it once received one that came to nothing; it was informed of one. `opened_at` is when the track was.
CREATE TABLE case_party (
    case_id   text COLLATE "C" NOT NULL,
    track     text COLLATE "C" NOT NULL,
    member    text COLLATE "C" NOT NULL,
    opened_at timestamptz NOT NULL,
    holds     boolean NOT NULL,
    sent      boolean NOT NULL,
    received  boolean NOT NULL,
    past      boolean NOT NULL,
    informed  boolean NOT NULL,
    PRIMARY KEY (case_id, track, member),
    CHECK (holds OR sent OR received OR past OR informed)
);
-- The list of cases: read in this order, from its end on.
-- The list of cases: whoever was only offered one in vain is not shown it.
CREATE INDEX case_party_member ON case_party (member, opened_at, case_id, track)
    WHERE holds OR sent OR received OR informed;

-- `due_at` is when it is to be answered or sealed by, while it waits; `told` whether its receiver knows of it, which
-- after a redirection it does only when it is sealed.
CREATE TABLE handoff (
    id             text COLLATE "C" PRIMARY KEY,
    case_id        text COLLATE "C" NOT NULL,
    track          text COLLATE "C" NOT NULL,
    version        integer NOT NULL,
    kind           text NOT NULL,
    sender         text NOT NULL,
    receiver       text NOT NULL,
    state          text NOT NULL,
    urgency        text NOT NULL,
    share          text NOT NULL,
    offered_at     timestamptz NOT NULL,
    due_at         timestamptz,
    by_law         boolean NOT NULL,
    answered_at    timestamptz,
    on_paper       boolean NOT NULL,
    code           text,
    redirected_to  text,
    before         text COLLATE "C",
    following      text COLLATE "C",
    bundle         text COLLATE "C",
    outcome        text,
    completed_at   timestamptz,
    dossier_sha256 text,
    dossier_size   integer,
    told           boolean NOT NULL
);
-- The lists of what was sent and received: read in this order, from its end on.
CREATE INDEX handoff_sender ON handoff (sender, offered_at, id);
CREATE INDEX handoff_receiver ON handoff (receiver, offered_at, id);
CREATE INDEX handoff_case ON handoff (case_id, track);
CREATE INDEX handoff_bundle ON handoff (bundle) WHERE bundle IS NOT NULL;

-- What waits for whom; `due_at` is infinite where nothing says by when. `place` is its own in its track, from 1.
CREATE TABLE waiting (
    case_id  text COLLATE "C" NOT NULL,
    track    text COLLATE "C" NOT NULL,
    place    integer NOT NULL,
    member   text COLLATE "C" NOT NULL,
    kind     text NOT NULL,
    due_at   timestamptz NOT NULL,
    handoff  text COLLATE "C",
    question integer,
    level    integer NOT NULL,
    PRIMARY KEY (case_id, track, place)
);
-- The inbox: read in this order, from the first item on.
CREATE INDEX waiting_member ON waiting (member, due_at, case_id, track, place);

-- The cases of one operation.
CREATE TABLE case_group (
    id        text COLLATE "C" PRIMARY KEY,
    version   integer NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    cases     text[] NOT NULL
);

-- Sealed dossiers as they came. Not part of the ledger: what is deleted here is gone.
CREATE TABLE dossier (
    handoff    text COLLATE "C" PRIMARY KEY,
    sha256     text NOT NULL,
    ciphertext bytea NOT NULL,
    stored_at  timestamptz NOT NULL DEFAULT now()
);
-- It is as good as random: compressing it would be in vain.
ALTER TABLE dossier ALTER COLUMN ciphertext SET STORAGE EXTERNAL;

GRANT SELECT, INSERT, UPDATE ON case_file, track, case_party, handoff, case_group TO nanduti_app, nanduti_worker;
GRANT SELECT, INSERT ON case_reference TO nanduti_app, nanduti_worker;
GRANT SELECT, INSERT, DELETE ON waiting TO nanduti_app, nanduti_worker;
GRANT SELECT ON dossier TO nanduti_app;
GRANT SELECT, DELETE ON dossier TO nanduti_worker;

-- Who calls ------------------------------------------------------------------------------------------------------

CREATE FUNCTION reads_cases() RETURNS boolean LANGUAGE sql STABLE
RETURN is_role('case_officer') OR is_role('focal_point');

CREATE FUNCTION is_platform(member text) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM platform p WHERE p.code = member);

-- Notices to a member are read by those of its house who work with cases; those to a platform by its coordinator.
-- Without a subquery of its own, as `is_scope` is: it is asked of every row.
CREATE FUNCTION hears_notices(member text) RETURNS boolean LANGUAGE sql STABLE
RETURN is_scope(member) AND (reads_cases() OR (is_role('coordinator') AND is_platform(member)));

-- Whether the caller reads cases, and its institution has any part in this one.
CREATE FUNCTION may_read_case(wanted text) RETURNS boolean
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT public.reads_cases() AND (
        EXISTS (SELECT FROM public.case_party p
                WHERE p.case_id = wanted AND p.member = current_setting('nanduti.scope', true))
        OR EXISTS (SELECT FROM public.case_file f
                   WHERE f.id = wanted AND f.opened_by = current_setting('nanduti.scope', true)));
$$;

-- Whether the caller works with cases, and its institution has a part in this one that can be acted on: who is only
-- informed acts on nothing.
CREATE FUNCTION is_party(wanted text) RETURNS boolean
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT public.is_role('case_officer') AND (
        EXISTS (SELECT FROM public.case_party p
                WHERE p.case_id = wanted AND p.member = current_setting('nanduti.scope', true)
                    AND (p.holds OR p.sent OR p.received OR p.past))
        OR EXISTS (SELECT FROM public.case_file f
                   WHERE f.id = wanted AND f.opened_by = current_setting('nanduti.scope', true)));
$$;

-- Whether the caller is party to the case that a member calls by this reference: then it may tell that member.
CREATE FUNCTION may_tell(told text, wanted text) RETURNS boolean
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM public.case_reference r
                   WHERE r.reference = wanted AND told IN (r.first, r.second) AND public.is_party(r.case_id));
$$;

-- Whether a handoff's id is that of another case's; it is random, so nobody finds one by asking.
CREATE FUNCTION handoff_elsewhere(wanted text, of_case text) RETURNS boolean
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM public.handoff h WHERE h.id = wanted AND h.case_id <> of_case); $$;

-- Whether an institution holds an open track, or acts for one that does from off the hub: it cannot leave the hub then.
CREATE FUNCTION acts_for_cases(institution text) RETURNS boolean
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT public.is_role('steward') AND EXISTS (
        SELECT FROM public.track t WHERE t.standing = 'open' AND institution IN (t.holder, t.keeper));
$$;

-- Keep the sealed dossier that a handoff tells of by its SHA-256; false where it is another, or the caller no party.
CREATE FUNCTION keep_dossier(wanted text, sealed bytea) RETURNS boolean
LANGUAGE sql STRICT SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH kept AS (
        INSERT INTO public.dossier (handoff, sha256, ciphertext)
        SELECT h.id, h.dossier_sha256, sealed FROM public.handoff h
        WHERE h.id = wanted AND h.dossier_sha256 = encode(sha256(sealed), 'hex')
            AND h.state IN ('offered', 'accepted')
            AND (public.is_party(h.case_id) OR public.is_role('worker'))
        ON CONFLICT (handoff) DO UPDATE
            SET sha256 = excluded.sha256, ciphertext = excluded.ciphertext, stored_at = now()
        RETURNING handoff
    )
    SELECT EXISTS (SELECT FROM kept);
$$;

-- A sealed dossier that can no longer be taken, or that is to be sealed anew, goes at once.
CREATE FUNCTION forget_dossier() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    DELETE FROM public.dossier d WHERE d.handoff = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER forget_dossier AFTER INSERT OR UPDATE OF state ON handoff
FOR EACH ROW WHEN (NEW.state NOT IN ('offered', 'accepted', 'completed')) EXECUTE FUNCTION forget_dossier();

REVOKE ALL ON FUNCTION acts_for_cases(text), may_read_case(text), is_party(text), may_tell(text, text), handoff_elsewhere(text, text),
    keep_dossier(text, bytea), forget_dossier() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acts_for_cases(text), may_read_case(text), is_party(text), may_tell(text, text) TO nanduti_app;
GRANT EXECUTE ON FUNCTION handoff_elsewhere(text, text), keep_dossier(text, bytea) TO nanduti_app, nanduti_worker;

-- The tables -----------------------------------------------------------------------------------------------------

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{case_file,case_reference,track,case_party,handoff,waiting,case_group,dossier}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY everything ON %I TO nanduti_worker USING (true)', name);
    END LOOP;
    -- Written with the case: whoever is party to it may.
    FOREACH name IN ARRAY '{track,case_party,handoff,waiting,case_reference}'::text[] LOOP
        EXECUTE format('CREATE POLICY enter ON %I FOR INSERT TO nanduti_app WITH CHECK (is_party(case_id))', name);
    END LOOP;
    FOREACH name IN ARRAY '{track,case_party,handoff}'::text[] LOOP
        EXECUTE format('CREATE POLICY change ON %I FOR UPDATE TO nanduti_app USING (is_party(case_id))', name);
    END LOOP;
END
$$;

-- Whoever opens a case takes its id, which nobody has: from then on it is party to it.
CREATE POLICY parts ON case_file FOR SELECT TO nanduti_app
    USING ((SELECT reads_cases()) AND (is_scope(opened_by) OR may_read_case(id)));
CREATE POLICY open ON case_file FOR INSERT TO nanduti_app
    WITH CHECK (is_role('case_officer') AND (is_scope(opened_by) OR is_party(id)));
CREATE POLICY change ON case_file FOR UPDATE TO nanduti_app USING (is_party(id));

CREATE POLICY pairs ON case_reference FOR SELECT TO nanduti_app
    USING ((SELECT reads_cases()) AND (is_scope(first) OR is_scope(second) OR may_read_case(case_id)));

CREATE POLICY parts ON track FOR SELECT TO nanduti_app USING ((SELECT reads_cases()) AND (is_scope(holder) OR may_read_case(case_id)));

CREATE POLICY parts ON case_party FOR SELECT TO nanduti_app
    USING ((SELECT reads_cases()) AND (is_scope(member) OR may_read_case(case_id)));

CREATE POLICY parts ON handoff FOR SELECT TO nanduti_app
    USING ((SELECT reads_cases()) AND (is_scope(sender) OR (is_scope(receiver) AND told) OR may_read_case(case_id)));

CREATE POLICY parts ON waiting FOR SELECT TO nanduti_app
    USING ((SELECT reads_cases()) AND (is_scope(member) OR may_read_case(case_id)));
CREATE POLICY done ON waiting FOR DELETE TO nanduti_app USING (is_party(case_id));

CREATE POLICY own ON case_group FOR SELECT TO nanduti_app USING ((SELECT reads_cases()) AND is_scope(opened_by));
CREATE POLICY open ON case_group FOR INSERT TO nanduti_app WITH CHECK (is_role('case_officer') AND is_scope(opened_by));
CREATE POLICY change ON case_group FOR UPDATE TO nanduti_app USING (is_role('case_officer') AND is_scope(opened_by));

-- The sender's own, and the receiver's once it has taken the case. Written by `keep_dossier` alone.
CREATE POLICY released ON dossier FOR SELECT TO nanduti_app USING (
    is_role('case_officer') AND EXISTS (
        SELECT FROM handoff h WHERE h.id = dossier.handoff
            AND (is_scope(h.sender) OR (is_scope(h.receiver) AND h.state IN ('accepted', 'completed')))));

-- The ledger -----------------------------------------------------------------------------------------------------

-- A stream's kind is how its id begins, so that no policy can be met by one and told by the other.
ALTER TABLE stream ADD CHECK (kind = split_part(id, ':', 1));

-- Of which case a stream is; NULL where of none. `stream` is the id of a stream.
CREATE FUNCTION case_of(stream text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE split_part(stream, ':', 1)
    WHEN 'case' THEN split_part(stream, ':', 2)
    WHEN 'track' THEN split_part(split_part(stream, ':', 2), '.', 1)
END;

-- Streams of which members are told nothing, or one alone.
CREATE FUNCTION is_private(stream text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN split_part(stream, ':', 1) IN ('case', 'track', 'group', 'notice', 'flow');

-- Whether the caller may add to a private stream of this id: `notice:<member>.<reference>` among them.
CREATE FUNCTION may_add_to(stream text) RETURNS boolean LANGUAGE sql STABLE
RETURN is_role('case_officer') AND CASE split_part(stream, ':', 1)
    WHEN 'case' THEN is_party(case_of(stream))
    WHEN 'track' THEN is_party(case_of(stream))
    WHEN 'group' THEN EXISTS (SELECT FROM case_group g WHERE g.id = split_part(stream, ':', 2) AND is_scope(g.opened_by))
    WHEN 'notice' THEN may_tell(split_part(split_part(stream, ':', 2), '.', 1), split_part(stream, '.', 2))
    ELSE false
END;

CREATE POLICY parts ON stream FOR SELECT TO nanduti_app USING (
    reads_cases() AND CASE kind
        WHEN 'case' THEN may_read_case(case_of(id))
        WHEN 'track' THEN may_read_case(case_of(id))
        WHEN 'group' THEN is_scope(owner)
        WHEN 'notice' THEN may_add_to(id)
        ELSE false
    END);
CREATE POLICY begin_cases ON stream FOR INSERT TO nanduti_app WITH CHECK (may_add_to(id));
CREATE POLICY move_cases ON stream FOR UPDATE TO nanduti_app USING (may_add_to(id));
-- A platform's coordinator writes what is owned by its platform, but not its notices and counts.
CREATE POLICY no_other_begins_cases ON stream AS RESTRICTIVE FOR INSERT TO nanduti_app
    WITH CHECK (NOT is_private(id) OR may_add_to(id));
CREATE POLICY no_other_moves_cases ON stream AS RESTRICTIVE FOR UPDATE TO nanduti_app
    USING (NOT is_private(id) OR may_add_to(id));

CREATE POLICY of_cases ON pending FOR INSERT TO nanduti_app WITH CHECK (
    is_private(stream) AND may_add_to(stream) AND CASE split_part(stream, ':', 1)
        WHEN 'notice' THEN audience = split_part(split_part(stream, ':', 2), '.', 1)
            AND split_part(subject, '.', 3) = 'handoff' AND split_part(subject, '.', 4) = audience
        ELSE audience = '-' AND split_part(subject, '.', 3) = 'case'
    END);
-- What is not of a case is for everybody, and comes from nobody's desk but its owner's.
CREATE POLICY no_other_tells_of_cases ON pending AS RESTRICTIVE FOR INSERT TO nanduti_app WITH CHECK (
    CASE WHEN is_private(stream) THEN may_add_to(stream)
         ELSE audience = '*' AND split_part(subject, '.', 3) NOT IN ('case', 'handoff', 'flow') END);

-- A reader's own notices are for those of its house who work with them; a case's own events for its parties, whose
-- commands fold them.
DROP POLICY for_the_reader ON pending;
CREATE POLICY for_the_reader ON pending FOR SELECT TO nanduti_app USING (
    is_known() AND (audience = '*' OR hears_notices(audience)
        OR (audience = '-' AND reads_cases() AND may_read_case(case_of(stream)))));
DROP POLICY for_the_reader ON event;
CREATE POLICY for_the_reader ON event FOR SELECT TO nanduti_app USING (
    is_known() AND (audience = '*' OR hears_notices(audience)
        OR (audience = '-' AND reads_cases() AND may_read_case(case_of(stream)))));

-- The number that the register had at a moment, and when a number was given: of what everybody is told alone. In
-- between lie numbers of what few or none are told, and neither their time nor that there are any is told here.
CREATE OR REPLACE FUNCTION seq_at(moment timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last bigint;
BEGIN
    -- Most of what is asked is of before the ledger began, while it is young.
    IF (SELECT recorded_at > moment FROM event WHERE seq = 1) THEN
        RETURN 0;
    END IF;
    WITH RECURSIVE half (low, high) AS (
        SELECT CASE WHEN recorded_at > moment THEN 0 ELSE seq END, seq FROM ledger_head
        UNION ALL
        SELECT CASE WHEN is_early THEN middle ELSE low END, CASE WHEN is_early THEN high ELSE middle END
        FROM half,
             LATERAL (SELECT (low + high) / 2 AS middle) AS between_them,
             LATERAL (SELECT recorded_at <= moment AS is_early FROM event WHERE seq = middle) AS found
        WHERE high - low > 1
    )
    SELECT max(low) INTO last FROM half;
    RETURN coalesce((SELECT max(seq) FROM event WHERE audience = '*' AND seq <= last), 0);
END
$$;

CREATE OR REPLACE FUNCTION time_of(number bigint) RETURNS timestamptz
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp
RETURN (SELECT recorded_at FROM event WHERE audience = '*' AND seq <= number ORDER BY seq DESC LIMIT 1);

-- The last number of what everybody is told, 0 before the first.
CREATE FUNCTION register_number() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (SELECT coalesce(max(seq), 0) FROM event WHERE audience = '*');
REVOKE ALL ON FUNCTION register_number() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION register_number() TO nanduti_app, nanduti_worker;

-- How many numbers there are tells how much happens in cases.
REVOKE SELECT ON ledger_head FROM nanduti_app;
