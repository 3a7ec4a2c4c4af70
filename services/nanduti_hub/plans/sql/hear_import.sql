-- How far the reading of an upload is.
-- $1 text id    $2 integer rows done    $3 integer of so many, where that is known
UPDATE import SET heard_at = clock_timestamp(), rows_done = $2, rows_of = $3 WHERE id = $1 AND reading IS NULL
