-- Which actions a plan has, and at which versions they stand.
-- $1 text plan
SELECT id, version FROM action WHERE plan = $1
