-- The outages for which not every clock has been extended, the oldest first. No binds.
SELECT since, until FROM outage WHERE done_at IS NULL ORDER BY since
