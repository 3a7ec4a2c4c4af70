-- Answers that nobody will ask for again.
DELETE FROM idempotency WHERE answered_at < now() - interval '7 days'
