-- Use up a link; its person, or null where it is not good any more.
-- $1 bytea SHA-256    $2 text the passphrase's hash    $3 bytea the sealed secret of the second factor
-- $4 bigint step of the second factor that was used
SELECT accept_invitation($1, $2, $3, $4)
