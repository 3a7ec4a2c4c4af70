-- Numbered events after a number, in order; none from another server than the one that was compared.
-- $1 bigint seq    $2 integer how many at most    $3 timestamptz start of the server that was compared
SELECT seq, subject, body FROM event
WHERE seq > $1 AND pg_postmaster_start_time() = $3::timestamptz
ORDER BY seq LIMIT $2
