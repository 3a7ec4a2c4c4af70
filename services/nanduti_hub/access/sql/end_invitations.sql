-- End the links of a person that are still open.
-- $1 text person
UPDATE invitation SET ended_at = now() WHERE person = $1 AND ended_at IS NULL
