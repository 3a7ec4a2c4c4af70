-- Take all roles of a person.
-- $1 text person
DELETE FROM person_role WHERE person = $1
