-- Whose a token is, if it is valid now; notes that it was used.
-- $1 bytea SHA-256
SELECT * FROM find_token($1)
