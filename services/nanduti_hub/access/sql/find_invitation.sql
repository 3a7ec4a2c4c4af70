-- The person of a link, if the link is good now.
-- $1 bytea SHA-256
SELECT * FROM find_invitation($1)
