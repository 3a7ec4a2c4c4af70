-- Open a session in one of its person's roles; until when it stands at most, null where the person has it not.
-- $1 text id    $2 bytea SHA-256    $3 text person    $4 text role    $5 text scope    $6 text CSRF token
SELECT open_session($1, $2, $3, $4, $5, $6)
