-- The sealed dossiers that wait for an answer and that no key in force of their receiver opens: their cases and
-- receivers. To whom one is sealed stands in the state of its track alone.
-- $1 integer  how many at most
SELECT DISTINCT waiting.case_id, handoff.receiver
FROM waiting
JOIN handoff ON handoff.id = waiting.handoff
JOIN recipients ON recipients.institution = handoff.receiver
JOIN stream ON stream.id = 'track:' || waiting.case_id || '.' || waiting.track
WHERE waiting.question IS NULL AND handoff.state = 'offered' AND handoff.dossier_sha256 IS NOT NULL
    -- Only who has revoked a key can have revoked all that a dossier was sealed to.
    AND EXISTS (
        SELECT FROM jsonb_array_elements(convert_from(recipients.body, 'UTF8')::jsonb -> 'recipients') AS key
        WHERE key ->> 'revoked' IS NOT NULL)
    AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(convert_from(stream.state, 'UTF8')::jsonb -> 'handoffs') AS one,
             jsonb_array_elements_text(one -> 'dossier' -> 'recipients') AS sealed_to,
             jsonb_array_elements(convert_from(recipients.body, 'UTF8')::jsonb -> 'recipients') AS key
        WHERE one ->> 'id' = handoff.id AND key ->> 'fingerprint' = sealed_to AND key ->> 'revoked' IS NULL)
LIMIT $1
