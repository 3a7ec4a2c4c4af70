-- Remove a person: nothing of it opens a door any more.
-- $1 text id
UPDATE person SET removed_at = now(), version = version + 1 WHERE id = $1 AND removed_at IS NULL RETURNING id
