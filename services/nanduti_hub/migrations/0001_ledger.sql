-- The ledger: streams and their states, events waiting for a number, numbered events, and the register's head.

CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The current state of every stream. Its id begins with its kind: `action:<id>`.
CREATE TABLE stream (
    id      text COLLATE "C" PRIMARY KEY,
    kind    text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    schema  smallint NOT NULL,
    state   bytea NOT NULL
);

-- Committed events that have no number yet. `pos` only orders them; it has gaps and nobody reads past it.
CREATE TABLE pending (
    pos      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream   text COLLATE "C" NOT NULL,
    version  integer NOT NULL CHECK (version > 0),
    type     text NOT NULL,
    subject  text NOT NULL,
    audience text NOT NULL CHECK (audience ~ '^([*-]|[a-z0-9_]{2,16})$'),
    body     bytea NOT NULL CHECK (octet_length(body) <= 64000)
);

-- The ledger. Append-only: see the grants below. `body` is what was published, byte for byte.
-- `audience` is `*` for every member, `-` for the hub alone, else the one reader's code.
CREATE TABLE event (
    seq         bigint PRIMARY KEY CHECK (seq > 0),
    recorded_at timestamptz NOT NULL,
    stream      text COLLATE "C" NOT NULL,
    version     integer NOT NULL,
    type        text NOT NULL,
    subject     text NOT NULL,
    audience    text NOT NULL,
    body        bytea NOT NULL,
    UNIQUE (stream, version)
);
CREATE INDEX event_audience_seq ON event (audience, seq);

-- One row: the last number given and when. Whoever gives numbers locks it.
CREATE TABLE ledger_head (
    single      boolean PRIMARY KEY DEFAULT true CHECK (single),
    seq         bigint NOT NULL CHECK (seq >= 0),
    recorded_at timestamptz NOT NULL
);
INSERT INTO ledger_head (seq, recorded_at) VALUES (0, '-infinity');

-- The register as published: the latest event of every action.
CREATE TABLE register_head (
    action_id text COLLATE "C" PRIMARY KEY,
    seq       bigint NOT NULL UNIQUE,
    body      bytea NOT NULL
);

-- Answers already given, so that a request that is sent again is not carried out again.
CREATE TABLE idempotency (
    caller       text NOT NULL,
    key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    request_hash bytea NOT NULL,
    status       smallint NOT NULL,
    headers      jsonb NOT NULL,
    body         bytea NOT NULL,
    answered_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
);

-- app: the API. It decides and appends to `pending`, never numbers, never touches what is numbered.
GRANT SELECT, INSERT, UPDATE ON stream TO nanduti_app, nanduti_worker;
GRANT SELECT, INSERT ON pending TO nanduti_app;
GRANT SELECT ON event, ledger_head, register_head TO nanduti_app;
GRANT SELECT, INSERT ON idempotency TO nanduti_app;

-- worker: the sequencer, the relay and the clocks. It numbers; the ledger it may only add to.
GRANT SELECT, INSERT, DELETE ON pending TO nanduti_worker;
GRANT SELECT, INSERT ON event TO nanduti_worker;
GRANT SELECT, UPDATE ON ledger_head TO nanduti_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON register_head TO nanduti_worker;
GRANT SELECT, DELETE ON idempotency TO nanduti_worker;
