-- Whose a session is and how it acts, if it stands now; notes that it was used.
-- $1 bytea SHA-256
SELECT * FROM find_session($1)
