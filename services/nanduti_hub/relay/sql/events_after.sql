-- Numbered events after a number, in order.
-- $1 bigint seq    $2 integer how many at most
SELECT seq, subject, body FROM event WHERE seq > $1 ORDER BY seq LIMIT $2
