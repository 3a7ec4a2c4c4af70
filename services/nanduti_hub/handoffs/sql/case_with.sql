-- The case in which a handoff is, where the caller may see any of it.
-- $1 text the handoff's id
SELECT case_id FROM handoff WHERE id = $1
