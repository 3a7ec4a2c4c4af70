-- Append events with the numbers that they have in LEDGER; the head and the register's head follow.
-- $1 bigint[] seq    $2 timestamptz[] recorded_at    $3 text[] stream    $4 integer[] version
-- $5 text[] type     $6 text[] subject               $7 text[] audience  $8 bytea[] body
WITH adopted AS (
    INSERT INTO event (seq, recorded_at, stream, version, type, subject, audience, body)
    SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::integer[],
                         $5::text[], $6::text[], $7::text[], $8::bytea[])
    RETURNING seq, recorded_at, stream, body
), register AS (
    INSERT INTO register_head (action_id, seq, body)
    SELECT DISTINCT ON (stream) split_part(stream, ':', 2), seq, body FROM adopted
    WHERE stream LIKE 'action:%' ORDER BY stream, seq DESC
    ON CONFLICT (action_id) DO UPDATE SET seq = excluded.seq, body = excluded.body
)
UPDATE ledger_head SET seq = last.seq, recorded_at = greatest(ledger_head.recorded_at, last.recorded_at)
FROM (SELECT max(seq) AS seq, max(recorded_at) AS recorded_at FROM adopted) AS last
WHERE last.seq IS NOT NULL
