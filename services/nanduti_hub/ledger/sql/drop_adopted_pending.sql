-- Events that waited for a number when the backup was made, and got it before the loss.
-- Answers: each one's stream, version, and whether it is the same event.
DELETE FROM pending USING event
WHERE event.stream = pending.stream AND event.version = pending.version
RETURNING pending.stream, pending.version, pending.body = event.body AS same
