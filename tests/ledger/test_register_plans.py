"""The plans of the register's questions, at 10,000 and 100,000 actions: held to indexes, as they are really made.

What the code asks is caught as it goes out, prepared in a session with the hub's own settings, carried out more often
than PostgreSQL waits before it may keep one plan for all, and then explained with the same values.
"""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest
import query_plans
from bulk_register import COMMON_WORD, PLAN, RARE_WORD, fill
from databases import Database
from query_plans import Ask, indexes, scans
from samples import COORDINATOR

from nanduti.vocabulary import Axis, Crime, Kind, Status
from nanduti_hub.actions import differences
from nanduti_hub.actions.differences import SHORT, changes_between
from nanduti_hub.actions.facets import facets_of
from nanduti_hub.actions.moments import Moment, moment_of
from nanduti_hub.actions.past import action_then, page_then, register_then
from nanduti_hub.actions.queries import (
    Filters,
    find_action,
    has_one_plan,
    page_of_actions,
    register_state,
)
from nanduti_hub.embedded.postgres import Postgres
from nanduti_hub.ledger.database import Database as Pools
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.serving import today

pytestmark = pytest.mark.slow
TODAY = today()
ONE_PLAN = PLAN.format(3)
ACTION = "ACC-2026-0042"


@pytest.fixture(scope="module", params=[10_000, 100_000], ids="{:,}".format)
async def filled(
    postgres_server: Postgres,
    template: str,
    administrator: asyncpg.Connection,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Pools]:
    """The hub's pools on a database with so many actions."""
    name = f"register_{request.param}"
    await administrator.execute(
        f'CREATE DATABASE "{name}" OWNER nanduti_owner TEMPLATE "{template}" STRATEGY = FILE_COPY'
    )
    database = Database(postgres_server, name)
    owner = await asyncpg.connect(database.dsn("owner"))
    await fill(owner, request.param)
    await owner.close()
    pools = await open_database(database.dsn("app"), database.dsn("worker"))
    yield pools
    await close_database(pools)
    await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def plan_of(pools: Pools, ask: Ask, *, one_plan: bool = False) -> str:
    """The plan of the last statement that a question asks, as a coordinator; its one node a line."""
    return await query_plans.plan_of(pools, COORDINATOR, ask, one_plan=one_plan)


def page(today: date = TODAY, **filters: Any) -> tuple[Ask, bool]:
    """A page of 50, and whether the route has it planned once for all values."""
    asked_for = Filters(**filters)
    return lambda connection: page_of_actions(connection, asked_for, today, 0, 51), has_one_plan(asked_for)


BY_NUMBER = {"action_number_key"}
PAGES: list[tuple[str, tuple[Ask, bool], set[str]]] = [
    ("all", page(), BY_NUMBER),
    ("platform", page(platform="mesa"), {"action_platform"}),
    ("axis", page(axis=Axis.CARE), {"action_axis"}),
    ("kind", page(kind=Kind.NORM), {"action_kind"}),
    ("institution", page(institution="s_inst_3"), {*BY_NUMBER, "action_institutions"}),
    ("unknown institution", page(institution="nobody"), {"action_institutions"}),
    ("department", page(department="PY-7"), {*BY_NUMBER, "action_departments"}),
    ("crime", page(crime=Crime.TRAFFICKING), {*BY_NUMBER, "action_crimes"}),
    ("status", page(status=Status.SUSPENDED), {"action_status"}),
    ("rare word", page(q=RARE_WORD), {"action_words"}),
    ("common word", page(q=COMMON_WORD), {"action_words"}),
    ("no such word", page(q="inexistente"), {"action_words"}),
    ("word in a platform", page(q=RARE_WORD, platform="mesa"), {"action_words"}),
    ("overdue", page(overdue=True), {*BY_NUMBER, "action_ends"}),
    ("due soon", page(due_soon=True), {*BY_NUMBER, "action_ends"}),
    ("stale", page(stale=True), {*BY_NUMBER, "register_head_seq_action"}),
    (
        "few stale",
        page(TODAY - timedelta(days=309), stale=True),
        {"register_head_seq_action", "register_head_seq_key"},
    ),
    ("not stale", page(stale=False), BY_NUMBER),
    ("reference", page(reference="simore:150.1"), {"action_references"}),
    ("kind of reference", page(reference="simore"), {*BY_NUMBER, "action_references"}),
    ("plan", page(plan=ONE_PLAN), {"action_plan"}),
    ("two of them", page(plan=ONE_PLAN, status=Status.SUSPENDED), {"action_plan", "action_status"}),
    ("milestone due", page(milestone_due=True), {*BY_NUMBER, "action_milestone"}),
    ("period", page(since=date(2026, 3, 1), until=date(2026, 3, 31)), BY_NUMBER),
]


@pytest.mark.parametrize(("ask", "some"), [case[1:] for case in PAGES], ids=[case[0] for case in PAGES])
async def test_a_page_never_reads_all_actions_to_find_its_own(
    filled: Pools, ask: tuple[Ask, bool], some: set[str]
) -> None:
    """No sequential scan of `action`, and one of the indexes that fit."""
    plan = await plan_of(filled, ask[0], one_plan=ask[1])
    assert "Seq Scan on action" not in plan, plan
    assert "Seq Scan on event" not in plan, plan
    assert "Seq Scan on register_head" not in plan, plan
    assert indexes(plan) & some, plan


ONE_FILTER = [
    {},
    {"platform": "mesa"},
    {"axis": Axis.CARE},
    {"kind": Kind.NORM},
    {"status": Status.PLANNED},
    {"plan": ONE_PLAN},
]


@pytest.mark.parametrize("filters", ONE_FILTER, ids=str)
async def test_the_statements_of_one_filter_answer_what_the_one_of_all_does(
    filled: Pools, filters: dict[str, Any]
) -> None:
    """Row for row, from every place on: what is stale and what is not, together."""
    async with transaction(filled, COORDINATOR) as connection:
        for after in (0, 41, 7_000):
            rows = await page_of_actions(connection, Filters(**filters), TODAY, after, 60)
            parts = [
                await page_of_actions(connection, Filters(**filters, stale=stale), TODAY, after, 60)
                for stale in (True, False)
            ]
            both = sorted((row for part in parts for row in part), key=lambda row: row["number"])[:60]
            assert [_shown(row) for row in rows] == [_shown(row) for row in both]


def _shown(row: asyncpg.Record) -> dict[str, Any]:
    return {name: value or False for name, value in row.items()}


async def test_one_action_is_found_by_its_keys(filled: Pools) -> None:
    """By id or by code."""
    plan = await plan_of(filled, lambda connection: find_action(connection, ACTION, TODAY), one_plan=True)
    assert {"action_pkey", "action_code_key"} <= indexes(plan), plan
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    "filters", [{}, {"platform": "mesa", "crime": Crime.TRAFFICKING, "stale": True}], ids=str
)
async def test_facets_read_the_register_once(filled: Pools, filters: dict[str, Any]) -> None:
    """One pass over the actions, whatever is filtered, and one over the numbers of their latest events."""
    plan = await plan_of(filled, lambda connection: facets_of(connection, Filters(**filters), TODAY))
    assert len(scans(plan, "action")) == 1, plan
    assert len(scans(plan, "register_head")) == 1, plan
    assert "Seq Scan on event" not in plan, plan


async def test_facets_of_a_search_or_a_plan_read_its_actions_alone(filled: Pools) -> None:
    """What is no facet is looked up first."""
    for filters, index in (({"q": RARE_WORD}, "action_words"), ({"plan": ONE_PLAN}, "action_plan")):
        plan = await plan_of(
            filled, lambda connection, filters=filters: facets_of(connection, Filters(**filters), TODAY)
        )
        assert index in indexes(plan), plan
        assert "Seq Scan on action" not in plan, plan


async def half(connection: asyncpg.Connection) -> Moment:
    """The moment at which half of the events had come."""
    head = await connection.fetchval("SELECT register_number()")
    return await moment_of(connection, str(head // 2), "as_of")


async def then_action(connection: asyncpg.Connection) -> None:
    """One action as it was."""
    await action_then(connection, ACTION, await half(connection))


async def then_page(connection: asyncpg.Connection) -> None:
    """A page as it was."""
    await page_then(connection, None, None, await half(connection), 0, 51)


async def then_plan(connection: asyncpg.Connection) -> None:
    """A page of a plan as it was."""
    await page_then(connection, None, ONE_PLAN, await half(connection), 0, 51)


async def then_platform(connection: asyncpg.Connection) -> None:
    """A page of a platform as it was."""
    await page_then(connection, "mesa", None, await half(connection), 0, 51)


async def then_register(connection: asyncpg.Connection) -> None:
    """The digest as it was."""
    number = (await half(connection)).number
    await connection.fetch(statement("nanduti_hub.actions", "register_bodies_then"), number)


async def base_of_a_workbook(connection: asyncpg.Connection) -> None:
    """A plan's actions as they were: what an exported workbook is compared with."""
    number = (await half(connection)).number
    await connection.fetch(statement("nanduti_hub.plans", "actions_of_plan_at"), ONE_PLAN, number)


async def history(connection: asyncpg.Connection) -> None:
    """A page of an action's history."""
    stream = await connection.fetchval("SELECT 'action:' || id FROM action WHERE code = $1", ACTION)
    await connection.fetch(statement("nanduti_hub.actions", "history"), stream, 2**31 - 1, 51)


PASTS: list[tuple[Ask, bool, str]] = [
    (then_action, True, "action_code_key"),
    (then_page, True, "action_number_key"),
    (then_plan, True, "action_plan"),
    (then_platform, True, "action_platform"),
    (then_register, False, "action_pkey"),
    (base_of_a_workbook, False, "event_stream_version_key"),
    (history, False, "event_stream_version_key"),
]


@pytest.mark.parametrize(("ask", "one_plan", "index"), PASTS, ids=[case[0].__name__ for case in PASTS])
async def test_the_past_is_read_by_each_actions_own_events(
    filled: Pools, ask: Ask, one_plan: bool, index: str
) -> None:
    """By the index on stream and version; the actions in the order of a key of theirs."""
    plan = await plan_of(filled, ask, one_plan=one_plan)
    assert {"event_stream_version_key", index} <= indexes(plan), plan
    assert "Seq Scan on event" not in plan, plan
    assert "Seq Scan on action" not in plan, plan


async def test_what_changed_is_found_by_the_numbers_between(filled: Pools) -> None:
    """The events of a stretch, and then the actions that they are of."""

    async def ask(connection: asyncpg.Connection) -> None:
        number = (await half(connection)).number
        await changes_between(connection, number, number + 100, None, None, 0, 51)

    plan = await plan_of(filled, ask)
    assert {"event_pkey", "event_stream_version_key"} <= indexes(plan), plan
    assert "Seq Scan on event" not in plan, plan
    assert "Seq Scan on action" not in plan, plan


@pytest.mark.parametrize(
    ("filters", "some"),
    [
        ((None, None), {"action_number_key"}),
        (("mesa", None), {"action_number_key", "action_platform"}),
        ((None, ONE_PLAN), {"action_plan"}),
    ],
    ids=["all", "platform", "plan"],
)
async def test_what_changed_in_a_long_stretch_is_found_action_by_action(
    filled: Pools, filters: tuple[str | None, str | None], some: set[str]
) -> None:
    """In the order of the pages, so that a page ends where it is full, however many events there are between."""

    async def ask(connection: asyncpg.Connection) -> None:
        await changes_between(connection, 0, SHORT + 1, *filters, 0, 51)

    plan = await plan_of(filled, ask)
    assert indexes(plan) & some, plan
    assert "event_stream_version_key" in indexes(plan), plan
    assert "Seq Scan" not in plan, plan


async def test_a_stretch_has_the_same_changes_found_either_way(
    filled: Pools, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row for row: by its events, and action by action."""
    async with transaction(filled, COORDINATOR) as connection:
        head = (await half(connection)).number
        for ends in ((0, head), (head, head + 100), (head + 100, head + 100), (head - 5_000, head + 5_000)):
            for filters in ((None, None), ("mesa", None), (None, ONE_PLAN)):
                found = []
                for short in (0, 10**9):
                    monkeypatch.setattr(differences, "SHORT", short)
                    found.append(await changes_between(connection, *ends, *filters, 41, 60))
                assert found[0] == found[1], (ends, filters)


async def test_the_past_of_now_is_now(filled: Pools) -> None:
    """At the last number the register is the one of now, at this size too."""
    async with transaction(filled, COORDINATOR, snapshot=True) as connection:
        assert await register_then(
            connection, await moment_of(connection, None, "as_of")
        ) == await register_state(connection)
