-- Move streams from the versions that were read to new ones, and only if every one of them still stands where
-- it was read, and this is the server that was compared with LEDGER, put their events in line for a number.
-- The events are inserted after the streams' rows are won: a stream's order is its insert order.
-- $1  timestamptz  start of the server that was compared with LEDGER
-- $2  text[]       stream ids          $3  text[]      kinds
-- $4  integer[]    versions as read (0: must not exist)
-- $5  integer[]    new versions        $6  smallint[]  state schemas     $7  bytea[]  new states
-- $8  text[]       stream of each event                $9  integer[]     version of each event
-- $10 text[]       types               $11 text[]      subjects          $12 text[]   audiences
-- $13 bytea[]      bodies
-- $14 text[]       whose each stream is, should it not exist yet
-- Answers: won boolean, server_start timestamptz.
WITH wanted AS (
    SELECT * FROM unnest($2::text[], $3::text[], $4::integer[], $5::integer[], $6::smallint[], $7::bytea[],
                         $14::text[])
        AS w (id, kind, as_read, version, schema, state, owner)
), moved AS (
    UPDATE stream SET version = wanted.version, schema = wanted.schema, state = wanted.state
    FROM wanted
    WHERE stream.id = wanted.id AND stream.version = wanted.as_read
    RETURNING stream.id
), begun AS (
    INSERT INTO stream (id, kind, version, schema, state, owner)
    SELECT id, kind, version, schema, state, owner FROM wanted WHERE as_read = 0
    ON CONFLICT DO NOTHING
    RETURNING id
), outcome AS MATERIALIZED (
    SELECT (SELECT count(*) FROM moved) + (SELECT count(*) FROM begun) = cardinality($2::text[]) AS won,
           pg_postmaster_start_time() = $1::timestamptz AS compared
), queued AS (
    INSERT INTO pending (stream, version, type, subject, audience, body)
    SELECT e.stream, e.version, e.type, e.subject, e.audience, e.body
    FROM outcome,
         unnest($8::text[], $9::integer[], $10::text[], $11::text[], $12::text[], $13::bytea[])
             WITH ORDINALITY AS e (stream, version, type, subject, audience, body, place)
    WHERE outcome.won AND outcome.compared
    ORDER BY e.place
)
SELECT won, pg_postmaster_start_time() AS server_start FROM outcome
