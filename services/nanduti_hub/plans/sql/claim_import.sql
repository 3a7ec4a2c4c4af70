-- Take an upload to read it, unless it is read or somebody who is reading it has been heard of lately.
-- $1 text id    $2 interval how long after the last word somebody is taken to be gone
UPDATE import SET read_starts = read_starts + 1, heard_at = clock_timestamp(), rows_done = 0, rows_of = NULL
WHERE id = $1 AND reading IS NULL AND (heard_at IS NULL OR heard_at < clock_timestamp() - $2::interval)
RETURNING read_starts, plan, plan_version, file_name, content
