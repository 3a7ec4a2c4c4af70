-- Act in another of the person's roles; null where the person has it not.
-- $1 bytea SHA-256    $2 text role    $3 text scope
SELECT act_in_session($1, $2, $3)
