-- End a session.
-- $1 bytea SHA-256
SELECT end_session($1)
