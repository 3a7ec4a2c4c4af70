-- The handoffs that were offered in one command, from or to the caller's institution.
-- $1 text  the bundle
SELECT id, case_id FROM handoff
WHERE bundle = $1 AND current_setting('nanduti.scope', true) IN (sender, receiver)
ORDER BY case_id, id
