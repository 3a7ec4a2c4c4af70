-- Whether a handoff of another case has an id.
-- $1 text  the id    $2 text  the case
SELECT handoff_elsewhere($1, $2)
