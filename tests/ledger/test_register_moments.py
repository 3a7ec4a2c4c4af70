"""What goes by when something was recorded: staleness, numbers at instants, days of moments; and who may see them.

The database is a test's own, so that its owner can say that an event was recorded long ago.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from databases import Database
from samples import COORDINATOR, FACTS, action

from nanduti.actions import ExternalReference, Milestone
from nanduti.vocabulary import Status
from nanduti_hub.actions.commands import PlanAction, ReportProgress
from nanduti_hub.actions.facets import facets_of
from nanduti_hub.actions.moments import moment_of
from nanduti_hub.actions.past import action_then, as_json_then
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.actions.queries import Filters, as_json, find_action, page_of_actions, stale_since
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger, execute, run
from nanduti_hub.ledger.sequencer import number_events
from nanduti_hub.migrations import scripts
from nanduti_hub.refusal import Refused

TODAY = date(2026, 11, 25)
ZONE = ZoneInfo("America/Asuncion")
#: The midnight at which an action that was last heard of before is stale on TODAY.
SINCE = datetime(2026, 8, 27, tzinfo=ZONE)
LONG_AGO = SINCE - timedelta(seconds=1)


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """The owner of the tables, who can turn time back."""
    connection = await asyncpg.connect(database.dsn("owner"))
    yield connection
    await connection.close()


async def planned(ledger: Ledger, number: int, **changes: object) -> str:
    """An action in the register; its id."""
    made = action(number, **changes)
    command = PlanAction(action=made, facts=FACTS)
    await run(ledger, COORDINATOR, lambda c: execute(c, ledger, ACTIONS, made.id, command))
    return made.id


async def reported(ledger: Ledger, id_: str, progress: int = 5) -> None:
    """Something is heard of an action."""
    await run(
        ledger, COORDINATOR, lambda c: execute(c, ledger, ACTIONS, id_, ReportProgress(progress=progress))
    )


async def recorded(owner: asyncpg.Connection, moments: Sequence[datetime]) -> None:
    """Say that the events were recorded at these moments, in the order of their numbers."""
    await owner.execute(
        "UPDATE event SET recorded_at = it.moment FROM unnest($1::timestamptz[]) WITH ORDINALITY AS it (moment, seq)"
        " WHERE event.seq = it.seq",
        moments,
    )
    await owner.execute("UPDATE ledger_head SET recorded_at = (SELECT max(recorded_at) FROM event)")


async def stale(ledger: Ledger, today: date = TODAY) -> set[int]:
    """The numbers of the stale actions; the list, the flag, one action and the facets say the same."""
    async with transaction(ledger.database, COORDINATOR) as connection:
        every = await page_of_actions(connection, Filters(), today, 0, 100)
        flagged = {row["number"] for row in every if row["stale"]}
        for wanted in (True, False):
            rows = await page_of_actions(connection, Filters(stale=wanted), today, 0, 100)
            assert {row["number"] for row in rows} == {
                row["number"] for row in every if bool(row["stale"]) is wanted
            }
        for row in every:
            one = await find_action(connection, f"ACC-2026-{row['number']:04d}", today)
            assert as_json(one) == as_json(row)
        facets = await facets_of(connection, Filters(), today)
        assert {it.value: it.actions for it in facets.facets.stale}.get(True, 0) == len(flagged)
    return flagged


async def test_an_open_action_that_nothing_was_heard_of_for_ninety_days_is_stale(
    ledger: Ledger, owner: asyncpg.Connection
) -> None:
    """In progress, or planned and begun; to the midnight, and no longer once something is heard."""
    begun = {"start": TODAY, "end": None}
    await planned(ledger, 1, **begun, status=Status.IN_PROGRESS)
    await planned(ledger, 2, **begun)
    await planned(ledger, 3, start=TODAY + timedelta(days=1), end=None)
    await planned(ledger, 4, start=None, end=None)
    await planned(ledger, 5, **begun, status=Status.COMPLETED)
    await planned(ledger, 6, **begun, status=Status.SUSPENDED)
    heard = await planned(ledger, 7, **begun)
    await planned(ledger, 8, **begun)
    await number_events(ledger.database, ledger.gate)
    assert await stale(ledger) == set()
    await recorded(owner, [LONG_AGO] * 7 + [SINCE + timedelta(milliseconds=1)])
    assert await stale(ledger) == {1, 2, 7}
    assert await stale(ledger, TODAY - timedelta(days=1)) == set()
    assert await stale(ledger, TODAY + timedelta(days=1)) == {1, 2, 3, 7, 8}
    await reported(ledger, heard)
    assert await stale(ledger) == {1, 2}, "also while the change waits for its number"
    await number_events(ledger.database, ledger.gate)
    assert await stale(ledger) == {1, 2}


async def test_the_number_at_an_instant_is_the_last_one_given_by_then(
    ledger: Ledger, owner: asyncpg.Connection
) -> None:
    """For every instant around every event, equal times among them."""
    for number in range(1, 12):
        await planned(ledger, number)
    await number_events(ledger.database, ledger.gate)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(seconds=second) for second in (0, 1, 1, 1, 2, 5, 5, 6, 9, 9, 9)]
    await recorded(owner, moments)
    async with transaction(ledger.database, COORDINATOR) as connection:
        for half in range(-1, 21):
            instant = start + timedelta(seconds=half / 2)
            expected = sum(moment <= instant for moment in moments)
            assert await connection.fetchval("SELECT seq_at($1)", instant) == expected, instant


async def test_what_is_derived_then_is_derived_from_that_day(
    ledger: Ledger, owner: asyncpg.Connection
) -> None:
    """The day in Paraguay of the number's own time, or of the instant that was asked for."""
    end = date(2026, 6, 30)
    id_ = await planned(ledger, 1, start=date(2026, 1, 1), end=end)
    await reported(ledger, id_)
    await number_events(ledger.database, ledger.gate)
    # 02:00 in UTC is the evening before in Paraguay.
    await recorded(owner, [datetime(2026, 5, 31, 2, tzinfo=UTC), datetime(2026, 7, 1, 2, tzinfo=UTC)])
    async with transaction(ledger.database, COORDINATOR) as connection:

        async def then(as_of: str) -> tuple[int, str]:
            moment = await moment_of(connection, as_of, "as_of")
            assert moment.day is not None
            told = as_json_then(await action_then(connection, id_, moment), moment.day).decode()
            return moment.number, " ".join(
                flag for flag in ("overdue", "due_soon", "stale") if f'"{flag}":true' in told
            )

        assert await then("1") == (1, ""), "31 days to the end"
        assert await then("2026-05-31T12:00:00-03:00") == (1, "due_soon")
        assert await then("2") == (2, "due_soon"), "it ends on that day"
        assert await then("2026-07-01T00:00:00-03:00") == (2, "overdue")
        assert await then("2026-09-28T12:00:00-03:00") == (2, "overdue")
        assert await then("2026-09-29T12:00:00-03:00") == (2, "overdue stale")
        with pytest.raises(Refused) as refused:
            await moment_of(connection, "2026-05-30T22:59:59-03:00", "as_of")
        assert refused.value.refusal.code == "moment_before"


async def test_a_callers_past_needs_no_event_that_it_may_not_see(
    ledger: Ledger, owner: asyncpg.Connection
) -> None:
    """Numbers are dense over all events, also over those of others: of these neither the time is told nor that there
    are any. The register's last number is that of the last event for everybody.
    """
    for number in range(1, 6):
        await planned(ledger, number)
    await number_events(ledger.database, ledger.gate)
    await owner.execute("UPDATE event SET audience = 'mesa' WHERE seq IN (2, 3, 5)")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    await recorded(owner, [start + timedelta(days=day) for day in range(5)])
    async with transaction(ledger.database, COORDINATOR) as connection:
        assert await connection.fetchval("SELECT count(*) FROM event") == 2
        for day, public in enumerate((1, 1, 1, 4, 4)):
            instant = start + timedelta(days=day)
            moment = await moment_of(connection, instant.isoformat(), "as_of")
            assert (moment.number, moment.at) == (public, instant)
            if day < 4:
                told = await moment_of(connection, str(day + 1), "as_of")
                assert (told.number, told.at) == (day + 1, start + timedelta(days=public - 1))
        assert (await moment_of(connection, None, "as_of")).number == 4
        with pytest.raises(Refused) as refused:
            await moment_of(connection, "5", "as_of")
        assert refused.value.refusal.values == {"head": 4}


async def test_who_has_not_said_who_it_is_reads_no_action_by_the_view_either(
    database: Database, ledger: Ledger
) -> None:
    """And nobody writes by it."""
    await planned(ledger, 1)
    stranger = await asyncpg.connect(database.dsn("app"))
    try:
        assert await stranger.fetchval("SELECT count(*) FROM register_action") == 0
        for attempt in ("UPDATE register_action SET title = ''", "DELETE FROM register_action"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await stranger.execute(attempt)
    finally:
        await stranger.close()
    async with transaction(ledger.database, COORDINATOR) as connection:
        assert await connection.fetchval("SELECT count(*) FROM register_action") == 1


async def test_the_migration_fills_the_new_columns_as_the_projection_does(
    ledger: Ledger, owner: asyncpg.Connection
) -> None:
    """From the stored bodies; lists of codes become sets."""
    references = (
        ExternalReference(kind="simore", value="118.12"),
        ExternalReference(kind="simore", value="9: ñ, «x»"),
        ExternalReference(kind="simore", value="118.12"),
    )
    milestones = tuple(
        Milestone(number=number, title="Hito (sintético)", due=date(2026, month, 1), done=done)
        for number, month, done in ((1, 9, None), (2, 8, None), (3, 2, date(2026, 2, 1)))
    )
    await planned(ledger, 1, external_references=references, milestones=milestones, budget=None)
    await planned(ledger, 2, lead="mtess", collaborators=("mp", "mtess", "mp"), departments=("PY-7", "PY-7"))
    columns = (
        "SELECT number, crimes, departments, institutions, budget, external_references, milestone FROM action"
    )
    projected = await owner.fetch(f"{columns} ORDER BY number")
    assert projected[0]["external_references"] == ["simore", "simore:118.12", "simore:9: ñ, «x»"]
    assert projected[0]["milestone"] == date(2026, 8, 1)
    assert projected[1]["institutions"] == ["mtess", "mp"]
    await owner.execute(
        "UPDATE action SET budget = 1, external_references = '{}', milestone = NULL,"
        " institutions = institutions || institutions, departments = departments || departments"
    )
    script = scripts()["0010_register.sql"]
    update = script[script.index("UPDATE action SET") : script.index("ALTER TABLE action ALTER COLUMN")]
    await owner.execute(update)
    assert await owner.fetch(f"{columns} ORDER BY number") == projected


def test_a_day_has_one_answer() -> None:
    """What is stale changes at midnight in Paraguay, like all that is derived from the day."""
    assert stale_since(TODAY) == SINCE
