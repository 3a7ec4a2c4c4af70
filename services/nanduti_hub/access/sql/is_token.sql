-- Whether there is such a token, of whomever, revoked or not.
-- $1 text id
SELECT is_token($1)
