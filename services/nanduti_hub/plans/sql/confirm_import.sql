-- An upload became a revision of its plan.
-- $1 text id    $2 integer number of the revision
UPDATE import SET confirmed_as = $2, version = version + 1 WHERE id = $1
