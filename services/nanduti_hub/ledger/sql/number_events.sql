-- Give the next numbers to events that wait, in the order of their insertion, and move the register's head.
-- Whoever holds the head's row numbers alone; a second sequencer waits for it.
-- $1 integer      how many at most
-- $2 timestamptz  start of the server that was compared with LEDGER; on any other nothing happens
-- Answers: how many events were numbered, the last number given before that, and since when this server runs.
WITH head AS MATERIALIZED (
    SELECT seq, recorded_at FROM ledger_head
    WHERE pg_postmaster_start_time() = $2::timestamptz AND EXISTS (SELECT FROM pending)
    FOR UPDATE
), taken AS (
    DELETE FROM pending
    WHERE pos IN (SELECT pos FROM pending, head ORDER BY pos LIMIT $1)
    RETURNING *
), numbered AS (
    INSERT INTO event (seq, recorded_at, stream, version, type, subject, audience, body)
    SELECT head.seq + row_number() OVER (ORDER BY taken.pos),
           greatest(head.recorded_at, date_trunc('milliseconds', clock_timestamp())),
           taken.stream, taken.version, taken.type, taken.subject, taken.audience, taken.body
    FROM taken, head
    RETURNING seq, recorded_at, stream, body
), moved AS (
    UPDATE ledger_head SET seq = last.seq, recorded_at = last.recorded_at
    FROM (SELECT max(seq) AS seq, max(recorded_at) AS recorded_at FROM numbered) AS last
    WHERE last.seq IS NOT NULL
), register AS (
    INSERT INTO register_head (action_id, seq, body)
    SELECT DISTINCT ON (stream) split_part(stream, ':', 2), seq, body
    FROM numbered
    WHERE stream LIKE 'action:%'
    ORDER BY stream, seq DESC
    ON CONFLICT (action_id) DO UPDATE SET seq = excluded.seq, body = excluded.body
)
SELECT (SELECT count(*) FROM numbered) AS numbered,
       coalesce((SELECT seq FROM head), (SELECT seq FROM ledger_head)) AS head,
       pg_postmaster_start_time() AS server_start
