"""Every clock fires exactly once: with two sentinels, through cancellations and lost connections."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from case_work import accept, command, firings, here, offer, open_case, overdue, private_events, tally
from databases import Database as OwnDatabase
from structlog.testing import capture_logs

from nanduti.cases import ClockEscalated, ClockReminded, HandoffExpired
from nanduti.vocabulary import Urgency
from nanduti_hub.caller import WORKER
from nanduti_hub.handoffs.commands import Tick
from nanduti_hub.ledger.database import DATABASE_AWAY, Database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.sentinel.firing import fire_due
from nanduti_hub.sentinel.setbacks import Setbacks
from nanduti_hub.sentinel.watch import Sentinel, keep_watch

START = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday, nine in the morning in Asunción
HOUR = timedelta(hours=1)


async def many(ledger: Ledger, count: int) -> list[str]:
    """Cases that were just opened and offered: each has two clocks that run."""
    cases = [await open_case(ledger, START) for _ in range(count)]
    for case in cases:
        await offer(ledger, case, START)
    return cases


async def test_a_clock_reminds_goes_up_the_ladder_and_then_is_silent(ledger: Ledger, pools: Database) -> None:
    """The stage of four hours: at half of it, at four fifths, 4 hours after and 72 hours after; up to the platform."""
    case = await open_case(ledger, START)
    moments = [START + hours * HOUR for hours in (2, 3.2, 8, 76)]
    for moment in moments:
        assert await fire_due(ledger, moment - timedelta(seconds=1)) == 0
        assert await fire_due(ledger, moment) == 1
    done = [
        event
        for event in await private_events(pools, case)
        if isinstance(event, ClockReminded | ClockEscalated)
    ]
    assert [(type(event), event.at) for event in done] == [
        (ClockReminded, moments[0]),
        (ClockReminded, moments[1]),
        (ClockEscalated, moments[2]),
        (ClockEscalated, moments[3]),
    ]
    assert done[-1].tell == ("conaeti",)
    assert await overdue(pools, START + 1_000 * HOUR) == 0


async def test_an_offer_that_nobody_answers_is_reminded_and_expires(ledger: Ledger, pools: Database) -> None:
    """And the holder is still the holder."""
    case = await open_case(ledger, START)
    handoff = await offer(ledger, case, START)
    for hours in range(1, 26):
        await fire_due(ledger, START + hours * HOUR)
    of_it = [
        event for event in await private_events(pools, case) if getattr(event, "handoff", None) == handoff
    ]
    assert [(type(event).__name__, event.at - START) for event in of_it] == [
        ("HandoffOffered", 0 * HOUR),
        ("ClockReminded", 12 * HOUR),
        ("ClockReminded", 20 * HOUR),
        ("HandoffExpired", 24 * HOUR),
    ]


async def test_what_was_answered_is_neither_reminded_nor_ended(ledger: Ledger, pools: Database) -> None:
    """The clock of an offer stops with its answer."""
    case = await open_case(ledger, START)
    handoff = await offer(ledger, case, START)
    await accept(ledger, case, handoff, START + HOUR)
    await fire_due(ledger, START + 48 * HOUR)
    assert not [event for event in await private_events(pools, case) if isinstance(event, HandoffExpired)]


async def test_working_days_leave_out_weekends_and_holidays(ledger: Ledger, pools: Database) -> None:
    """Three working days from the Tuesday of Holy Week 2026: Wednesday, then Monday and Tuesday after Easter."""
    case = await open_case(ledger, datetime(2026, 3, 31, 13, tzinfo=UTC))
    await offer(ledger, case, datetime(2026, 3, 31, 13, tzinfo=UTC), urgency=Urgency.ORDINARY)
    midnight = datetime(2026, 4, 8, 3, tzinfo=UTC)
    await fire_due(ledger, midnight - timedelta(seconds=1))
    assert "expired" not in tally(await firings(pools, case))
    await fire_due(ledger, midnight)
    assert tally(await firings(pools, case))["expired"] == 1


async def test_a_tick_that_comes_twice_at_once_is_one_tick(ledger: Ledger, pools: Database) -> None:
    """What makes it so is the stream's compare-and-set with the decider: nothing here is skipped for being locked."""
    case = await open_case(ledger, START)
    await offer(ledger, case, START)
    at = START + 300 * HOUR
    await asyncio.gather(
        *(command(ledger, case, lambda _file, known: Tick(by="hub", at=at, known=known)) for _ in range(5))
    )
    fired = tally(await firings(pools, case))
    assert fired["expired"] == 1
    assert fired["escalated"] == 2


async def test_a_tick_between_other_commands_loses_neither(ledger: Ledger, pools: Database) -> None:
    """Answers that come while the clocks fire: each handoff ends in one way."""
    cases = [await open_case(ledger, START) for _ in range(12)]
    handoffs = [await offer(ledger, case, START) for case in cases]
    at = START + 25 * HOUR

    async def answer(case: str, handoff: str) -> None:
        with contextlib.suppress(Exception):  # expired already: then it is refused
            await accept(ledger, case, handoff, at)

    await asyncio.gather(
        fire_due(ledger, at),
        *(answer(*each) for each in zip(cases, handoffs, strict=True)),
        fire_due(ledger, at),
    )
    await fire_due(ledger, at)
    for case, handoff in zip(cases, handoffs, strict=True):
        ends = [
            type(event).__name__
            for event in await private_events(pools, case)
            if getattr(event, "handoff", None) == handoff
            and type(event).__name__ in ("HandoffAccepted", "HandoffExpired")
        ]
        assert len(ends) == 1


@pytest.mark.slow
async def test_two_sentinels_over_hundreds_of_clocks_fire_each_once(ledger: Ledger, pools: Database) -> None:
    """Both look at the same moment, again and again, until nothing is due."""
    count = 120
    await many(ledger, count)
    for hours in (13, 29, 80):
        at = START + hours * HOUR
        await here(pools, at)
        while await overdue(pools, at):
            await asyncio.gather(Sentinel(ledger).look(at), Sentinel(ledger).look(at))
    fired = tally(await firings(pools))
    assert fired["expired"] == count
    assert fired["escalated"] == 2 * count


@pytest.mark.slow
async def test_a_sentinel_that_is_ended_in_the_middle_goes_on_where_it_was(
    ledger: Ledger, pools: Database
) -> None:
    """Cancelled at any point, time and again, and begun anew: each clock fires once."""
    count = 60
    await many(ledger, count)
    at = START + 80 * HOUR
    await here(pools, at)
    turns = 0
    while await overdue(pools, at):
        turns += 1
        running = asyncio.create_task(keep_watch(ledger, lambda: at, poll=0.01))
        await asyncio.sleep(0.02 + 0.013 * (turns % 7))
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    assert turns > 1, "it was ended in the middle"
    fired = tally(await firings(pools))
    assert fired["expired"] == count
    assert fired["escalated"] == 2 * count


@pytest.mark.slow
async def test_a_database_that_throws_the_sentinel_out_in_the_middle_loses_nothing(
    database: OwnDatabase, ledger: Ledger, pools: Database, administrator: asyncpg.Connection
) -> None:
    """Its connections are ended while it works; it waits and looks again."""
    count = 100
    await many(ledger, count)
    begun = time.monotonic()

    def now() -> datetime:
        # Time goes on, a minute a second, so that a case that was thrown out with its connection has its turn again.
        return START + 80 * HOUR + (time.monotonic() - begun) * timedelta(minutes=1)

    beating = asyncio.create_task(still_here(pools, now))
    watching = asyncio.create_task(keep_watch(ledger, now, poll=0.01))
    left, struck = await still_overdue(database), 0
    while left:
        if (now_left := await still_overdue(database)) < left:
            struck += await administrator.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name = 'nanduti-worker' AND datname = $1 AND state <> 'idle'",
                database.name,
            )
            left = now_left
        assert not watching.done()
        await asyncio.sleep(0.01)
    for task in (watching, beating):
        task.cancel()
    assert struck
    fired = tally(await firings(pools))
    assert fired["expired"] == count
    assert fired["escalated"] == 2 * count


async def still_here(pools: Database, now: Callable[[], datetime]) -> None:
    while True:
        with contextlib.suppress(asyncpg.PostgresError, *DATABASE_AWAY):
            await here(pools, now())
        await asyncio.sleep(0.1)


async def still_overdue(database: OwnDatabase) -> int:
    connection = await asyncpg.connect(database.dsn("superuser"))
    try:
        left: int = await connection.fetchval(
            "SELECT count(*) FROM track WHERE next_at <= $1", START + 80 * HOUR
        )
    finally:
        await connection.close()
    return left


async def test_a_case_that_fails_keeps_none_from_being_ticked(ledger: Ledger, pools: Database) -> None:
    """It is left alone for a while, counted, and tried again; no line of the log says which it is."""
    cases = await many(ledger, 3)
    whole = await put_state(pools, cases[0], b"{}")
    at = START + 30 * HOUR
    setbacks = Setbacks()
    with capture_logs() as logs:
        assert await fire_due(ledger, at, setbacks) == 2
    assert [entry["event"] for entry in logs] == ["case_not_ticked"]
    assert cases[0] not in repr(logs)
    assert len(setbacks) == 1
    await put_state(pools, cases[0], whole)
    assert await fire_due(ledger, at, setbacks) == 0, "it is left alone"
    assert await fire_due(ledger, at + timedelta(minutes=1), setbacks) == 1
    assert len(setbacks) == 0
    assert tally(await firings(pools))["expired"] == 3


async def test_a_row_that_stays_due_is_not_ticked_for_ever(ledger: Ledger, pools: Database) -> None:
    """Should a row ever say another time than the events do: it is left alone, and the others go on."""
    wrong, right = await many(ledger, 2)
    async with transaction(pools, WORKER) as connection:
        await connection.execute("UPDATE track SET next_at = $2 WHERE case_id = $1", wrong, START)
    setbacks = Setbacks()
    assert await fire_due(ledger, START + 1.5 * HOUR, setbacks) == 0
    assert len(setbacks) == 1
    assert await fire_due(ledger, START + 2.5 * HOUR, setbacks) == 2, "by then it is due in truth"
    assert len(setbacks) == 0
    assert (await firings(pools, right)).total() == 1


async def put_state(pools: Database, case: str, state: bytes) -> bytes:
    """Put other bytes where a case's state is kept; answers what was there."""
    stream = f"case:{case}"
    async with transaction(pools, WORKER) as connection:
        before: bytes = await connection.fetchval("SELECT state FROM stream WHERE id = $1", stream)
        await connection.execute("UPDATE stream SET state = $2 WHERE id = $1", stream, state)
    return before


def test_what_fails_is_tried_ever_more_seldom() -> None:
    """At first after seconds, in the end once an hour."""
    setbacks, waits = Setbacks(), []
    at = START
    for _ in range(14):
        setbacks.lose("a case", at)
        until = at
        while setbacks.left_alone(until):
            until += timedelta(seconds=1)
        waits.append((until - at).total_seconds())
        at = until
    assert waits[:3] == [5, 10, 20]
    assert waits[-1] == 3_600
