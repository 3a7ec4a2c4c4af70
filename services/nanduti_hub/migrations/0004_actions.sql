-- Actions as they stand, with the columns that people filter by. `body` is the action as JSON.

CREATE TEXT SEARCH CONFIGURATION spanish_plain (COPY = spanish);
ALTER TEXT SEARCH CONFIGURATION spanish_plain
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, spanish_stem;

-- Searching by stems alone finds "inspecciones" for "inspección", but not "taller" for "talleres", nor anything
-- for a word that is still being typed ("fortalecimien"). So the words are kept as they are written, too.

CREATE TEXT SEARCH CONFIGURATION as_written (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION as_written
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;

-- A text as its words: letters and digits, everything else a space, so that "ACC-2026-0042" and "4788/2012" are
-- found by their parts. By code points and not by class: a class means what the database's locale says.
CREATE FUNCTION words_of(text text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN trim(regexp_replace(text, '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f]+', ' ', 'g'));

CREATE FUNCTION search_vector(text text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_tsvector('spanish_plain'::regconfig, words_of(text)) || to_tsvector('as_written'::regconfig, words_of(text));

-- What a person types as a query: all of its words, each by its stem or as a beginning. Stop words ask for
-- nothing; NULL where no other word is left.
CREATE FUNCTION search_query(text text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    word  text;
    stem  tsquery;
    whole tsquery;
BEGIN
    FOREACH word IN ARRAY string_to_array(words_of(text), ' ') LOOP
        CONTINUE WHEN word = '' OR numnode(plainto_tsquery('spanish_plain', word)) = 0;
        stem := to_tsquery('spanish_plain', word || ':*') || to_tsquery('as_written', word || ':*');
        whole := CASE WHEN whole IS NULL THEN stem ELSE whole && stem END;
    END LOOP;
    RETURN whole;
END
$$;

-- Numbers the codes ACC-<year>-<number>. Gaps are allowed; a number is never used twice.
CREATE SEQUENCE action_number;

CREATE TABLE action (
    id           text COLLATE "C" PRIMARY KEY,
    number       bigint NOT NULL UNIQUE,
    code         text NOT NULL UNIQUE,
    platform     text NOT NULL,
    plan         text COLLATE "C" NOT NULL,
    version      integer NOT NULL,
    title        text NOT NULL,
    axis         text NOT NULL,
    kind         text NOT NULL,
    status       text NOT NULL,
    crimes       text[] NOT NULL,
    departments  text[] NOT NULL,
    institutions text[] NOT NULL,
    starts       date,
    ends         date,
    words        tsvector NOT NULL,
    body         bytea NOT NULL
);
CREATE INDEX action_plan ON action (plan, number);
CREATE INDEX action_platform ON action (platform, number);
CREATE INDEX action_axis ON action (axis, number);
CREATE INDEX action_status ON action (status, number);
CREATE INDEX action_ends ON action (ends) WHERE status IN ('planned', 'in_progress');
CREATE INDEX action_crimes ON action USING gin (crimes);
CREATE INDEX action_departments ON action USING gin (departments);
CREATE INDEX action_institutions ON action USING gin (institutions);
CREATE INDEX action_words ON action USING gin (words);

GRANT SELECT, INSERT, UPDATE ON action TO nanduti_app, nanduti_worker;
GRANT USAGE, SELECT ON SEQUENCE action_number TO nanduti_app;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE action_number TO nanduti_worker;
