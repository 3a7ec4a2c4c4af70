-- Take out all that waits in tracks.
-- $1 text[] case ids    $2 text[] tracks
DELETE FROM waiting USING unnest($1::text[], $2::text[]) AS done (case_id, track)
WHERE (waiting.case_id, waiting.track) = (done.case_id, done.track)
