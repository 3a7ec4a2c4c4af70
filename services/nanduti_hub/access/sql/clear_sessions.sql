-- Forget the sessions that ended a day ago or more.
DELETE FROM session
WHERE coalesce(ended_at, least(expires_at, last_used_at + interval '60 minutes')) < now() - interval '1 day'
