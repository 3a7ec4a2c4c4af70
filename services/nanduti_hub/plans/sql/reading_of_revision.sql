-- How the workbook was read that became a revision of a plan.
-- $1 text plan    $2 integer number of the revision
SELECT reading FROM import WHERE plan = $1 AND confirmed_as = $2
