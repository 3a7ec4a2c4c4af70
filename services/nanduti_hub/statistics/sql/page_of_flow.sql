-- Published weeks, the latest first, from a place on.
-- $1 text platform (NULL: all)    $2 date a day of the first week    $3 date on which the last may begin (NULL: any)
-- $4 date week and $5 text platform after which it goes on (NULL: from the beginning)    $6 integer how many
SELECT platform, week, cells FROM flow_week
WHERE ($1::text IS NULL OR platform = $1) AND ($2::date IS NULL OR week > $2::date - 7) AND ($3::date IS NULL OR week <= $3)
    AND ($4::date IS NULL OR week < $4 OR (week = $4 AND platform > $5::text))
ORDER BY week DESC, platform
LIMIT $6::integer
