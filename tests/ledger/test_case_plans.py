"""The plans of the questions about cases, for a desk with 10,000 open items, under the policies of its officer.

Held to indexes, as they are really made: with the hub's own settings, and the plan mode of each route.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from bulk_cases import BUSY, fill
from databases import Database
from desks import founded, officer
from query_plans import indexes, plan_of

from nanduti_hub.caller import WORKER
from nanduti_hub.embedded.postgres import Postgres
from nanduti_hub.handoffs.desk import Desk
from nanduti_hub.handoffs.known import directory_of
from nanduti_hub.handoffs.queries import (
    CaseFilters,
    CaseRole,
    HandoffFilters,
    HandoffRole,
    InboxFilters,
    Page,
    cases_page,
    handoffs_page,
    inbox_page,
)
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.ledger.statements import statement

pytestmark = pytest.mark.slow
SLICE, SENTINEL = "nanduti_hub.handoffs", "nanduti_hub.sentinel"
CASES = 20_000
OPEN = 10_000
PAGE = 50
NOW = datetime.now(UTC)
CLERK = officer(BUSY)
Listing = Callable[[asyncpg.Connection, Desk, str | None], Awaitable[Page]]


@pytest.fixture(scope="module")
async def filled(
    postgres_server: Postgres, template: str, administrator: asyncpg.Connection
) -> AsyncIterator[Ledger]:
    """The hub's pools on a database with so many cases."""
    name = "cases_in_bulk"
    await administrator.execute(
        f'CREATE DATABASE "{name}" OWNER nanduti_owner TEMPLATE "{template}" STRATEGY = FILE_COPY'
    )
    database = Database(postgres_server, name)
    pools = await open_database(database.dsn("app"), database.dsn("worker"))
    gate = Gate()
    async with pools.worker.acquire() as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    ledger = await founded(Ledger(pools, gate, "urn:nanduti:test", lambda: None))
    owner = await asyncpg.connect(database.dsn("owner"))
    await fill(owner, CASES)
    await owner.close()
    yield ledger
    await close_database(pools)
    await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def desk_of(connection: asyncpg.Connection, ledger: Ledger) -> Desk:
    """The busy desk."""
    directory = await directory_of(connection, ledger)
    return Desk(
        scope=BUSY,
        may_work=True,
        is_english=False,
        at=NOW,
        institutions=directory.institutions,
        departments=directory.departments,
        procedures=directory.procedures,
    )


def inbox(**filters: Any) -> tuple[str, Listing]:
    """A page of what waits."""
    return "list_inbox", lambda c, desk, cursor: inbox_page(c, desk, InboxFilters(**filters), cursor, PAGE)


def cases(**filters: Any) -> tuple[str, Listing]:
    """A page of the tracks that it has a part in."""
    return "list_cases", lambda c, desk, cursor: cases_page(c, desk, CaseFilters(**filters), cursor, PAGE)


def handoffs(**filters: Any) -> tuple[str, Listing]:
    """A page of what was sent and received."""
    return "list_handoffs", lambda c, desk, cursor: handoffs_page(
        c, desk, HandoffFilters(**filters), cursor, PAGE
    )


LISTS: list[tuple[str, tuple[str, Listing], dict[str, set[str]]]] = [
    ("inbox", inbox(), {"waiting": {"waiting_member"}}),
    ("inbox of answers", inbox(kind="answer"), {"waiting": {"waiting_member"}}),
    ("inbox overdue", inbox(overdue=True), {"waiting": {"waiting_member"}}),
    ("cases", cases(), {"case_party": {"case_party_member"}}),
    ("handoffs", handoffs(), {"handoff": {"handoff_sender", "handoff_receiver"}}),
    ("handoffs received", handoffs(role=HandoffRole.RECEIVED), {"handoff": {"handoff_receiver"}}),
]


async def test_the_desk_has_so_many_open_items(filled: Ledger) -> None:
    """And sees them all, and nobody else's."""
    async with transaction(filled.database, CLERK) as connection:
        assert await connection.fetchval("SELECT count(*) FROM waiting WHERE member = $1", BUSY) == OPEN
        assert await connection.fetchval("SELECT count(*) FROM case_file") == CASES // 2


@pytest.mark.parametrize(("listed", "read"), [case[1:] for case in LISTS], ids=[case[0] for case in LISTS])
async def test_a_page_is_read_in_its_order_and_no_more(
    filled: Ledger, listed: tuple[str, Listing], read: dict[str, set[str]]
) -> None:
    """The first page, and the one after it: one statement, by the index that has its order, without a sort of all."""
    name, page = listed
    async with transaction(filled.database, CLERK) as connection:
        first = await page(connection, await desk_of(connection, filled), None)
        following = await page(connection, await desk_of(connection, filled), first.following)
    assert len(first.items) == len(following.items) == PAGE
    assert not {cursor for _, cursor in first.items} & {cursor for _, cursor in following.items}
    for cursor in (None, first.following):

        async def ask(connection: asyncpg.Connection, cursor: str | None = cursor) -> None:
            await page(connection, await desk_of(connection, filled), cursor)

        plan = await plan_of(filled.database, CLERK, ask, wanted=statement(SLICE, name), counted=True)
        assert "Seq Scan" not in plan, plan
        for wanted in read.values():
            assert wanted <= indexes(plan), plan
        assert most_read(plan, set(read)) <= 3 * PAGE, plan


def most_read(plan: str, tables: set[str]) -> int:
    """How many rows a plan's own scans of some tables gave, at most."""
    return max(
        int(float(rows)) * int(loops)
        for table in tables
        for rows, loops in re.findall(
            rf"Scan[^\n]* on {table}\b[^\n]*\(actual rows=([\d.]+) loops=(\d+)\)", plan
        )
    )


@pytest.mark.parametrize(
    ("listed", "some"),
    [
        (cases(role=CaseRole.HOLDER), {"case_party_member"}),
        (cases(department="PY-19"), {"case_party_member"}),
        (cases(standing="closed", crime="trafficking"), {"case_party_member"}),
        (handoffs(state="declined"), {"handoff_receiver", "handoff_sender"}),
        (handoffs(institution="minna", overdue=True), {"handoff_receiver", "handoff_sender"}),
        (inbox(kind="question"), {"waiting_member"}),
    ],
    ids=["held", "department", "closed", "declined", "overdue of one", "questions"],
)
async def test_what_is_rare_is_looked_for_among_the_desks_own(
    filled: Ledger, listed: tuple[str, Listing], some: set[str]
) -> None:
    """Or among those of the other institution that is named; never among everybody's."""
    name, page = listed

    async def ask(connection: asyncpg.Connection) -> None:
        await page(connection, await desk_of(connection, filled), None)

    plan = await plan_of(filled.database, CLERK, ask, wanted=statement(SLICE, name))
    assert some & indexes(plan), plan
    assert "Seq Scan" not in plan, plan


async def one_of(ledger: Ledger) -> asyncpg.Record:
    """A handoff of the busy desk's, its case, and what the two call it."""
    async with transaction(ledger.database, CLERK) as connection:
        found = await connection.fetchrow(
            "SELECT h.id, h.case_id, r.reference FROM handoff h JOIN case_reference r ON r.case_id = h.case_id"
            " WHERE h.receiver = $1 AND $1 IN (r.first, r.second) LIMIT 1",
            BUSY,
        )
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "values", "wanted"),
    [
        ("case_called", ("reference", BUSY), "case_reference_pkey"),
        ("case_with", ("id",), "handoff_pkey"),
        ("streams_of_case", ("case_id",), "stream_pkey"),
        ("lock_tracks", ("case_id",), "stream_pkey"),
    ],
)
async def test_one_case_and_one_handoff_are_found_by_their_keys(
    filled: Ledger, name: str, values: tuple[str, ...], wanted: str
) -> None:
    """As an officer, with one plan for all values, as the routes have it."""
    row = await one_of(filled)
    binds = [row.get(value, value) for value in values]
    plan = await plan_of(
        filled.database, CLERK, lambda c: c.fetch(statement(SLICE, name), *binds), one_plan=True
    )
    assert wanted in indexes(plan), plan
    assert "Seq Scan" not in plan, plan


async def test_notices_are_counted_by_their_reader(filled: Ledger) -> None:
    """By the index on audience and number."""
    plan = await plan_of(
        filled.database, CLERK, lambda c: c.fetch(statement(SLICE, "count_heard"), BUSY, None)
    )
    assert "event_audience_seq" in indexes(plan), plan
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    ("name", "values", "wanted"),
    [
        ("due_cases", (NOW, [], 100), "track_next"),
        ("next_due", ([],), "track_next"),
        ("is_due", ("case_id", NOW), "track_pkey"),
        ("claim_case", ("case_id",), "stream_pkey"),
    ],
)
async def test_the_sentinel_finds_what_is_due_by_its_time(
    filled: Ledger, name: str, values: tuple[Any, ...], wanted: str
) -> None:
    """Among all the clocks that run."""
    row = await one_of(filled)
    binds = [row["case_id"] if value == "case_id" else value for value in values]
    plan = await plan_of(filled.database, WORKER, lambda c: c.fetch(statement(SENTINEL, name), *binds))
    assert wanted in indexes(plan), plan
    assert "Seq Scan" not in plan, plan
