-- The keys to which dossiers are sealed, an institution's each.
--
-- Rule: every member reads them, and the institution's own administrator alone writes them: of all that is in the
-- directory, whom a dossier is sealed to is nothing that the hub's steward may change.

CREATE TABLE recipients (
    institution text COLLATE "C" PRIMARY KEY,
    version     integer NOT NULL,
    body        bytea NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON recipients TO nanduti_app, nanduti_worker;

CREATE FUNCTION keeps_keys_of(institution text) RETURNS boolean LANGUAGE sql STABLE
RETURN is_role('administrator') AND is_scope(institution);

ALTER TABLE recipients ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON recipients TO nanduti_worker USING (true);
CREATE POLICY register ON recipients FOR SELECT TO nanduti_app USING (is_known());
CREATE POLICY enter_own ON recipients FOR INSERT TO nanduti_app WITH CHECK (keeps_keys_of(institution));
CREATE POLICY change_own ON recipients FOR UPDATE TO nanduti_app USING (keeps_keys_of(institution));

-- Their streams are the hub's by their subject, and so a steward could write them: the restrictive policies say no.
CREATE POLICY begin_keys ON stream FOR INSERT TO nanduti_app
    WITH CHECK (kind = 'recipients' AND keeps_keys_of(substring(id FROM '^recipients:(.*)$')));
CREATE POLICY move_keys ON stream FOR UPDATE TO nanduti_app
    USING (kind = 'recipients' AND keeps_keys_of(substring(id FROM '^recipients:(.*)$')));
CREATE POLICY no_other_begins_keys ON stream AS RESTRICTIVE FOR INSERT TO nanduti_app
    WITH CHECK (NOT (kind = 'recipients' OR starts_with(id, 'recipients:'))
        OR keeps_keys_of(substring(id FROM '^recipients:(.*)$')));
CREATE POLICY no_other_moves_keys ON stream AS RESTRICTIVE FOR UPDATE TO nanduti_app
    USING (NOT (kind = 'recipients' OR starts_with(id, 'recipients:'))
        OR keeps_keys_of(substring(id FROM '^recipients:(.*)$')));

CREATE POLICY of_own_keys ON pending FOR INSERT TO nanduti_app WITH CHECK (
    keeps_keys_of(substring(stream FROM '^recipients:(.*)$'))
    AND audience = '*'
    AND subject = 'nanduti.v1.directory.hub.recipients_changed.' || substring(stream FROM '^recipients:(.*)$'));
CREATE POLICY no_other_tells_of_keys ON pending AS RESTRICTIVE FOR INSERT TO nanduti_app
    WITH CHECK (NOT (starts_with(stream, 'recipients:') OR subject LIKE '%.recipients\_changed.%')
        OR keeps_keys_of(substring(stream FROM '^recipients:(.*)$')));
