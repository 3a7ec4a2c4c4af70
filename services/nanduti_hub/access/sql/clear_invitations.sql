-- Forget the links that ended a month ago or more.
DELETE FROM invitation WHERE coalesce(ended_at, expires_at) < now() - interval '30 days'
