-- Events that waited for a number when the backup was made, and got it before the loss.
DELETE FROM pending USING event WHERE event.stream = pending.stream AND event.version = pending.version
