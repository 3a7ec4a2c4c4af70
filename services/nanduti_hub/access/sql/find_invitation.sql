-- The person of a link, and the sealed secret of the second factor that it enrols, if the link is good now.
-- $1 bytea SHA-256
SELECT * FROM find_invitation($1)
