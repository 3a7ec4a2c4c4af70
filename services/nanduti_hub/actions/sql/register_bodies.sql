-- The register's canonical form, action by action.
SELECT action_id, seq, body FROM register_head ORDER BY action_id
