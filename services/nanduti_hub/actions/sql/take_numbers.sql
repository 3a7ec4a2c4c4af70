-- The next numbers for action codes.
-- $1 integer how many
SELECT nextval('action_number') AS number FROM generate_series(1, $1::integer)
