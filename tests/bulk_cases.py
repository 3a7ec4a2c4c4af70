"""Many synthetic cases in seconds: rows made in the database itself, as its owner, for plans and speeds.

Four cases of five institutions: one waits for the answer of the busy desk, one is held by it, one waits for another's
answer, and one has ended. What the rows say of one case is consistent, and no two have their moments in the order of
their ids. Absent: the streams' states, so nothing can be commanded; and people, of whom there are only listed codes.
"""

import asyncpg

#: The desk with half of all that is open: what waits for its answer, and the stages of what it holds.
BUSY = "mdp"
#: Who opens cases, in turns; the one after receives what is not for the busy desk.
OTHERS = ("minna", "mtess", "mp", "minmujer", "pn")

_ROWS = """
CREATE TEMPORARY TABLE bulk AS
SELECT n, n % 4 AS quarter,
       overlay(overlay(md5(n::text)::uuid::text placing '4' from 15) placing '8' from 20) AS id,
       overlay(overlay(md5('handoff ' || n)::uuid::text placing '4' from 15) placing '8' from 20) AS handoff,
       upper(regexp_replace(left(md5('own ' || n), 16), '(....)(....)(....)(....)', '\\1-\\2-\\3-\\4')) AS own,
       upper(regexp_replace(left(md5('pair ' || n), 16), '(....)(....)(....)(....)', '\\1-\\2-\\3-\\4')) AS pair,
       ($2::text[])[1 + n / 4 % 5] AS sender,
       CASE WHEN n % 4 < 2 THEN $3::text ELSE ($2::text[])[1 + (n / 4 + 1) % 5] END AS receiver,
       now() - interval '300 days' * ((hashint4(n)::bigint + 2147483648) / 4294967296.0) AS opened_at,
       now() - interval '30 days' + interval '60 days' * ((hashint4(-n)::bigint + 2147483648) / 4294967296.0) AS due_at
FROM generate_series(1, $1::integer) AS n
"""
_CASES = """
INSERT INTO case_file (id, version, opened_by, opened_at, procedure, crimes, age_band, sex, department, channel,
                       consent, synthetic)
SELECT id, 2, sender, opened_at, '2026-1', ARRAY[CASE WHEN n % 3 = 0 THEN 'trafficking' ELSE 'child_labor' END],
       '14-17', 'female', 'PY-' || 1 + n % 17, '147', 'granted', true
FROM bulk
"""
_REFERENCES = """
INSERT INTO case_reference (reference, case_id, first, second)
SELECT own, id, sender, sender FROM bulk
UNION ALL SELECT pair, id, least(sender, receiver), greatest(sender, receiver) FROM bulk
"""
_TRACKS = """
INSERT INTO track (case_id, track, version, standing, holder, keeper, stage, opened_at, due_at, closed_at, outcome,
                   next_at)
SELECT id, 'protection', 3, CASE quarter WHEN 3 THEN 'closed' ELSE 'open' END,
       CASE quarter WHEN 1 THEN receiver ELSE sender END, CASE quarter WHEN 1 THEN receiver ELSE sender END,
       'attention', opened_at, CASE quarter WHEN 3 THEN NULL ELSE due_at END,
       CASE quarter WHEN 3 THEN opened_at + interval '9 days' END, CASE quarter WHEN 3 THEN 'independent' END,
       CASE quarter WHEN 3 THEN NULL ELSE greatest(due_at, now()) END
FROM bulk
"""
_PARTIES = """
INSERT INTO case_party (case_id, track, member, opened_at, holds, sent, received, past, informed)
SELECT id, 'protection', sender, opened_at, quarter <> 1, true, false, false, false FROM bulk
UNION ALL SELECT id, 'protection', receiver, opened_at, quarter = 1, quarter = 1, true, false, false FROM bulk
"""
_HANDOFFS = """
INSERT INTO handoff (id, case_id, track, version, kind, sender, receiver, state, urgency, share, offered_at, due_at,
                     by_law, answered_at, on_paper, outcome, completed_at, told)
SELECT handoff, id, 'protection', 2, CASE quarter WHEN 3 THEN 'referral' ELSE 'transfer' END, sender, receiver,
       (ARRAY['offered', 'accepted', 'offered', 'completed'])[1 + quarter], 'ordinary', 'none', opened_at,
       CASE WHEN quarter IN (0, 2) THEN due_at END, false,
       CASE WHEN quarter IN (1, 3) THEN opened_at + interval '1 day' END, false,
       CASE quarter WHEN 3 THEN 'independent' END, CASE quarter WHEN 3 THEN opened_at + interval '9 days' END, true
FROM bulk
"""
_WAITING = """
INSERT INTO waiting (case_id, track, place, member, kind, due_at, handoff, level)
SELECT id, 'protection', 1, CASE quarter WHEN 1 THEN receiver ELSE sender END, 'stage', due_at, NULL, 0
FROM bulk WHERE quarter < 3
UNION ALL SELECT id, 'protection', 2, receiver, 'answer', due_at, handoff, 0 FROM bulk WHERE quarter IN (0, 2)
"""
_STREAMS = """
INSERT INTO stream (id, kind, version, schema, state, owner)
SELECT 'case:' || id, 'case', 2, 1, ''::bytea, '-' FROM bulk
UNION ALL SELECT 'track:' || id || '.protection', 'track', 3, 1, ''::bytea, '-' FROM bulk
UNION ALL SELECT 'notice:' || receiver || '.' || pair, 'notice', 1, 1, ''::bytea, receiver FROM bulk
"""
_EVENTS = """
INSERT INTO event (seq, recorded_at, stream, version, type, subject, audience, body)
SELECT (SELECT coalesce(max(seq), 0) FROM event) + row_number() OVER (ORDER BY n, audience), now(), stream, 1, type,
       'nanduti.v1.' || what, audience, convert_to('{"data":{"version":1}}', 'UTF8')
FROM bulk, LATERAL (
    SELECT 'case:' || id AS stream, 'nanduti.case.opened.v1' AS type, 'case.opened' AS what, '-' AS audience
    UNION ALL SELECT 'notice:' || receiver || '.' || pair, 'nanduti.handoff.offered.v1',
                     'handoff.' || receiver || '.offered', receiver
) AS told
"""
_HEAD = """
UPDATE ledger_head SET seq = last.seq, recorded_at = last.recorded_at
FROM (SELECT seq, recorded_at FROM event ORDER BY seq DESC LIMIT 1) AS last
"""


async def fill(owner: asyncpg.Connection, count: int) -> None:
    """So many cases, and the statistics that the planner goes by: `count` / 2 items wait for the busy desk."""
    async with owner.transaction():
        await owner.execute(_ROWS, count, list(OTHERS), BUSY)
        for statement in (
            _CASES,
            _REFERENCES,
            _TRACKS,
            _PARTIES,
            _HANDOFFS,
            _WAITING,
            _STREAMS,
            _EVENTS,
            _HEAD,
        ):
            await owner.execute(statement)
        await owner.execute("DROP TABLE bulk")
    await owner.execute("VACUUM ANALYZE")
