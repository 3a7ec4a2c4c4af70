-- Plans as they stand, and the workbooks uploaded for them.

CREATE TABLE plan (
    id       text COLLATE "C" PRIMARY KEY,
    platform text NOT NULL,
    version  integer NOT NULL,
    body     bytea NOT NULL
);
CREATE INDEX plan_platform ON plan (platform, id);

-- An upload (borrador): the file, how it was read, and what confirming it would do. Not part of the ledger:
-- until it is confirmed nothing has happened.
CREATE TABLE import (
    id           text COLLATE "C" PRIMARY KEY,
    plan         text COLLATE "C" NOT NULL REFERENCES plan,
    platform     text NOT NULL,
    file_name    text NOT NULL,
    sha256       text NOT NULL,
    content      bytea NOT NULL,
    reading      bytea NOT NULL,
    pairs        jsonb NOT NULL DEFAULT '{}',
    version      integer NOT NULL DEFAULT 1,
    uploaded_by  text NOT NULL,
    uploaded_at  timestamptz NOT NULL DEFAULT now(),
    confirmed_as integer
);
CREATE INDEX import_plan ON import (plan, uploaded_at DESC);

GRANT SELECT, INSERT, UPDATE ON plan TO nanduti_app, nanduti_worker;
GRANT SELECT, INSERT, UPDATE ON import TO nanduti_app, nanduti_worker;
