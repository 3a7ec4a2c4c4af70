"""How the database finds a case and what waits for a desk, under the policies, among many others."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import pytest
from databases import Database
from desks import officer

from nanduti_hub.caller import Caller
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.statements import statement

SLICE = "nanduti_hub.handoffs"
CASE = "00000000-0000-4000-8000-000000004711"
MANY = """
INSERT INTO stream (id, kind, version, schema, state, owner)
SELECT kind || ':00000000-0000-4000-8000-' || lpad(n::text, 12, '0') || tail, kind, 1, 1, '{}', '-'
FROM generate_series(1, 20000) AS n, (VALUES ('case', ''), ('track', '.protection')) AS of (kind, tail);
INSERT INTO case_party
SELECT '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'), 'protection', member, member = 'minna', false,
       member = 'mdp', false, false
FROM generate_series(1, 20000) AS n, (VALUES ('minna'), ('mdp')) AS of (member);
INSERT INTO waiting
SELECT '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'), 'protection', 1,
       CASE WHEN n % 2 = 0 THEN 'mdp' ELSE 'minna' END, 'answer', now() + make_interval(mins => n * 7919 % 20011),
       n::text, NULL, 0
FROM generate_series(1, 20000) AS n;
INSERT INTO handoff (id, case_id, track, version, kind, sender, receiver, state, urgency, share, offered_at, by_law,
                     on_paper, told)
SELECT n::text, '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'), 'protection', 1, 'transfer', 'minna', 'mdp',
       'offered', 'ordinary', 'none', now(), false, false, true
FROM generate_series(1, 20000) AS n;
INSERT INTO case_file
SELECT '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'), 1, 'minna', now(), '2026-1', '{trafficking}', '14-17',
       'female', 'PY-7', '147', 'granted', NULL, NULL, true
FROM generate_series(1, 20000) AS n;
INSERT INTO case_reference
SELECT lpad((n * 2 + side)::text, 16, '0'), '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'),
       CASE side WHEN 0 THEN 'mdp' ELSE 'minna' END, CASE side WHEN 0 THEN 'mdp' ELSE 'minna' END
FROM generate_series(1, 20000) AS n, generate_series(0, 1) AS side;
ANALYZE stream, case_party, waiting, case_file, case_reference, handoff;
"""


@asynccontextmanager
async def acting(ledger: Ledger, caller: Caller) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of an officer's."""
    async with transaction(ledger.database, caller) as connection:
        yield connection


async def plan_of(connection: asyncpg.Connection, query: str, *values: object) -> str:
    """What the database does for a query, and how many rows it threw away."""
    rows = await connection.fetch(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {query}", *values)
    return "\n".join(row[0] for row in rows)


@pytest.mark.slow
async def test_a_case_and_an_inbox_are_found_by_their_indexes(ledger: Ledger, database: Database) -> None:
    """Among 20,000 cases; an inbox of 10,000 items is read in its order, a page and no more."""
    owner = await asyncpg.connect(database.dsn("superuser"))
    await owner.execute(MANY)
    await owner.close()
    async with acting(ledger, officer("mdp")) as connection:
        for name in ("streams_of_case", "lock_tracks"):
            plan = await plan_of(connection, statement(SLICE, name), CASE)
            assert "stream_pkey" in plan, plan
            assert "Seq Scan" not in plan, plan
        inbox, now = statement(SLICE, "list_inbox"), datetime.now(UTC)
        first = ("mdp", None, None, None, now, None, None, None, None, 100)
        page = await connection.fetch(inbox, *first)
        last = page[-1]
        following = (*first[:5], last["due_at"], last["my_reference"], last["track"], last["place"], 100)
        assert len(page) == len(await connection.fetch(inbox, *following)) == 100
        for values in (first, following):
            plan = await plan_of(connection, inbox, *values)
            assert "Index Scan using waiting_member" in plan, plan
            assert "Seq Scan" not in plan, plan
            read = re.search(r"Index Scan using waiting_member on waiting w \(actual rows=(\d+)", plan)
            assert read, plan
            assert int(read[1]) <= 101, plan
        assert await connection.fetchval("SELECT count(*) FROM waiting WHERE member = 'mdp'") == 10_000
