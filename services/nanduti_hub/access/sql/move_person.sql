-- The next version of a person.
-- $1 text id
UPDATE person SET version = version + 1 WHERE id = $1
