-- Whether a clock of a case is due, or has been seen to by somebody else meanwhile.
-- $1 text         the case
-- $2 timestamptz  the moment
SELECT EXISTS (SELECT FROM track WHERE case_id = $1 AND next_at <= $2)
