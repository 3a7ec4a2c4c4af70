-- Whether there is such a person, of whomever, removed or not.
-- $1 text id
SELECT is_person($1)
