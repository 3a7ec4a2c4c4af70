-- The events with which a plan's revisions were confirmed, as far as they have their numbers.
-- $1 text stream id
SELECT seq, recorded_at, body FROM event
WHERE stream = $1 AND type = 'nanduti.plan.revised.v1' ORDER BY version
