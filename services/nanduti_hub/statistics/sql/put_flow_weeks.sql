-- Keep the published counts of some weeks; what is there already stays as it is.
-- $1 text[] platforms    $2 date[] weeks    $3 bytea[] cells
INSERT INTO flow_week (platform, week, cells)
SELECT * FROM unnest($1::text[], $2::date[], $3::bytea[])
ON CONFLICT DO NOTHING
