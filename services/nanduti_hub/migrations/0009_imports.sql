-- A borrador's conflicts are decided cell by cell: {"<sheet>!<row>": {"<cell>": {"take": "workbook" | "register",
-- "action": "<id>", "register": <what the register said>}}}. `plan_version` is the plan's when it was uploaded. A
-- confirmed one keeps `compared` as it was then.
ALTER TABLE import
    ADD COLUMN ticks jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN plan_version integer,
    ADD COLUMN confirmed_by text,
    ADD COLUMN confirmed_at timestamptz;

-- A large workbook is read after its upload was answered: until then `reading` is NULL, and whoever reads it says
-- how far it is. What it was compared with has a fingerprint; the comparison is made again when that has changed.
ALTER TABLE import
    ALTER COLUMN reading DROP NOT NULL,
    ADD COLUMN compared    bytea,
    ADD COLUMN fingerprint text,
    ADD COLUMN rows_done   integer NOT NULL DEFAULT 0,
    ADD COLUMN rows_of     integer,
    ADD COLUMN read_starts integer NOT NULL DEFAULT 0,
    ADD COLUMN heard_at    timestamptz,
    ADD CONSTRAINT import_compared CHECK ((compared IS NULL) = (fingerprint IS NULL)),
    ADD CONSTRAINT import_read CHECK (compared IS NULL OR reading IS NOT NULL),
    -- All of it is compressed when it comes.
    ALTER COLUMN content SET STORAGE EXTERNAL,
    ALTER COLUMN reading SET STORAGE EXTERNAL,
    ALTER COLUMN compared SET STORAGE EXTERNAL;
