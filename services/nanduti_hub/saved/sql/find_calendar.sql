-- Whose a calendar address is and what it shows, if it is one now; notes the day.
-- $1 bytea SHA-256 of its secret
SELECT id, owner, called, scope, name, query FROM find_calendar($1)
