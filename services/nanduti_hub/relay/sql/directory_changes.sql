-- How often the entries that make members have been changed: a number that grows with each change.
SELECT coalesce(sum(version), 0)::bigint AS changes FROM stream
WHERE (id >= 'institution:' AND id < 'institution;') OR (id >= 'platform:' AND id < 'platform;')
