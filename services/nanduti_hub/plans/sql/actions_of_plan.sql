-- The actions of a plan, in the order in which they came.
-- $1 text plan
SELECT id, version, body FROM action WHERE plan = $1 ORDER BY number
