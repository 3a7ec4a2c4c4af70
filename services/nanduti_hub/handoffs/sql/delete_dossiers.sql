-- Delete the dossiers that have been kept for as long as their case's procedure says after the end.
-- $1 timestamptz  the moment
DELETE FROM dossier
USING handoff, track, case_file, procedure
WHERE handoff.id = dossier.handoff
  AND (track.case_id, track.track) = (handoff.case_id, handoff.track)
  AND case_file.id = handoff.case_id
  AND procedure.code = case_file.procedure
  AND coalesce(handoff.completed_at,
               CASE WHEN handoff.kind = 'transfer' AND handoff.state = 'accepted' THEN track.closed_at END)
      + make_interval(days => (convert_from(procedure.body, 'UTF8')::json ->> 'keep_ciphertext_days')::integer) <= $1
