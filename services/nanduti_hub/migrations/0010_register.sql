-- The whole register: what it is filtered and summed by beside what 0004 has, and its past.

-- A list of codes is a set, in the order in which they were written.
CREATE FUNCTION each_once(codes text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT coalesce(array_agg(code ORDER BY place), '{}')
        FROM (SELECT code, min(place) AS place FROM unnest(codes) WITH ORDINALITY AS it (code, place)
              GROUP BY code) AS once);

ALTER TABLE action ADD COLUMN budget bigint;
-- Of each external reference its kind, and its kind and value: `simore`, `simore:118.12`.
ALTER TABLE action ADD COLUMN external_references text[] NOT NULL DEFAULT '{}';
-- When the next milestone that has not been reached is due.
ALTER TABLE action ADD COLUMN milestone date;

-- This writes every row of the table anew, under the exclusive lock that ALTER TABLE has taken: nobody reads or changes
-- actions meanwhile.
UPDATE action SET
    crimes = each_once(crimes),
    departments = each_once(departments),
    institutions = each_once(institutions),
    budget = (it.body ->> 'budget')::bigint,
    external_references = each_once(ARRAY(
        SELECT unnest(ARRAY[reference ->> 'kind', (reference ->> 'kind') || ':' || (reference ->> 'value')])
        FROM json_array_elements(it.body -> 'external_references') AS of (reference))),
    milestone = (SELECT min((step ->> 'due')::date)
                 FROM json_array_elements(it.body -> 'milestones') AS of (step)
                 WHERE step ->> 'done' IS NULL)
FROM (SELECT id, convert_from(body, 'UTF8')::json AS body FROM action) AS it
WHERE it.id = action.id;

ALTER TABLE action ALTER COLUMN external_references DROP DEFAULT;

CREATE INDEX action_kind ON action (kind, number);
CREATE INDEX action_references ON action USING gin (external_references);
CREATE INDEX action_milestone ON action (milestone) WHERE status IN ('planned', 'in_progress');

-- The number that the ledger had at a moment: of its last event recorded by then, 0 before the first. By halves, since
-- numbers are dense and never earlier than the ones before them. It sees all events, as the policies do not let
-- everybody, and tells nothing of them but their number.
CREATE FUNCTION seq_at(moment timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Most of what is asked is of before the ledger began, while it is young.
    IF (SELECT recorded_at > moment FROM event WHERE seq = 1) THEN
        RETURN 0;
    END IF;
    RETURN (
        WITH RECURSIVE half (low, high) AS (
            SELECT CASE WHEN recorded_at > moment THEN 0 ELSE seq END, seq FROM ledger_head
            UNION ALL
            SELECT CASE WHEN is_early THEN middle ELSE low END, CASE WHEN is_early THEN high ELSE middle END
            FROM half,
                 LATERAL (SELECT (low + high) / 2 AS middle) AS between_them,
                 LATERAL (SELECT recorded_at <= moment AS is_early FROM event WHERE seq = middle) AS found
            WHERE high - low > 1
        )
        SELECT max(low) FROM half
    );
END
$$;

-- When a number was given; NULL where it was not.
CREATE FUNCTION time_of(number bigint) RETURNS timestamptz
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp
RETURN (SELECT recorded_at FROM event WHERE seq = number);

REVOKE ALL ON FUNCTION seq_at(timestamptz), time_of(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seq_at(timestamptz), time_of(bigint) TO nanduti_app, nanduti_worker;

-- The register as every member reads it. Under a policy no index on lists of codes or words could be used: their
-- operators are not known to be leakproof, so the policy's test would have to come first. Here it is a plain condition
-- on who calls, which no row can leak past: whoever has said who calls sees all rows, everybody else none.
-- A column that a later migration adds to `action` is not in it until that replaces the view: `*` is read once, here.
-- `heard` is the number of an action's latest event, NULL while that waits for its number.
CREATE VIEW register_action AS
SELECT action.*,
       (SELECT head.seq FROM register_head AS head JOIN event ON event.seq = head.seq
        WHERE head.action_id = action.id AND event.version = action.version) AS heard
FROM action WHERE is_known();
GRANT SELECT ON register_action TO nanduti_app, nanduti_worker;

-- Which actions nothing was heard of since a number: read from the index alone.
CREATE INDEX register_head_seq_action ON register_head (seq, action_id);
