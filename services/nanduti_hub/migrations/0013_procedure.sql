-- The unified procedure: each version whole, under its own name as `code`. Immutable once it is there: its stream has
-- one event, and `version` is 1.

CREATE TABLE procedure (
    code    text COLLATE "C" PRIMARY KEY,
    version integer NOT NULL CHECK (version = 1),
    body    bytea NOT NULL
);
-- The statement that writes a row needs UPDATE, but no policy lets the app role change one: only the worker, which
-- folds a stream anew, writes it again.
GRANT SELECT, INSERT, UPDATE ON procedure TO nanduti_app, nanduti_worker;

ALTER TABLE procedure ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON procedure TO nanduti_worker USING (true);
CREATE POLICY register ON procedure FOR SELECT TO nanduti_app USING (is_known());
CREATE POLICY enter ON procedure FOR INSERT TO nanduti_app WITH CHECK (may_write('hub'));

-- Every member sees how these streams of the directory stand.
ALTER POLICY register ON stream USING (
    is_known()
    AND kind IN ('action', 'plan', 'department', 'institution', 'platform', 'seat', 'procedure', 'recipients'));
