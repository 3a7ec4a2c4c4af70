-- The case that a reference of the caller's names.
-- $1 text the reference    $2 text the caller's institution
SELECT case_id FROM case_reference WHERE reference = $1 AND $2::text IN (first, second)
