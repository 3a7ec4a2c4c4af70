-- How often the keys of institutions have been changed: a number that grows with each change. No binds.
SELECT coalesce(sum(version), 0)::bigint FROM recipients
