-- The last week that was counted, for any platform.
SELECT max(week) FROM flow_week
