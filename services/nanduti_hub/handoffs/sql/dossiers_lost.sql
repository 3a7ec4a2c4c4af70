-- Handoffs that wait or were taken and whose dossier is not here. No binds.
SELECT id FROM handoff
WHERE dossier_sha256 IS NOT NULL AND state IN ('offered', 'accepted')
  AND NOT EXISTS (SELECT FROM dossier WHERE dossier.handoff = handoff.id)
ORDER BY offered_at, id
