-- Actions as they stand, with the columns that people filter by. `body` is the action as JSON.

CREATE TEXT SEARCH CONFIGURATION spanish_plain (COPY = spanish);
ALTER TEXT SEARCH CONFIGURATION spanish_plain
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, spanish_stem;

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
