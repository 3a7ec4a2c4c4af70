"""After an outage: who owes is reminded first, and has as much more time; nothing ends because the hub was away."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from case_work import firings, here, offer, open_case, overdue, private_events, tally

from nanduti.cases import ClockExtended, ClockReminded, HandoffExpired, HandoffOffered
from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.sentinel.firing import fire_due
from nanduti_hub.sentinel.heartbeat import beat
from nanduti_hub.sentinel.watch import Sentinel, keep_watch

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
AWAY, BACK = START + 2.5 * HOUR, START + 40 * HOUR


async def undone(pools: Database) -> int:
    async with transaction(pools, WORKER) as connection:
        count: int = await connection.fetchval("SELECT count(*) FROM outage WHERE done_at IS NULL")
    return count


async def kinds(pools: Database, case: str, handoff: str) -> list[str]:
    return [
        type(event).__name__
        for event in await private_events(pools, case)
        if getattr(event, "handoff", None) == handoff
    ]


async def test_nothing_is_fired_while_the_hub_is_not_known_to_be_there(
    ledger: Ledger, pools: Database
) -> None:
    """A sentinel alone, without an API that answers, lets no term end."""
    case = await open_case(ledger, START)
    await here(pools, AWAY)
    sentinel = Sentinel(ledger)
    assert await sentinel.look(BACK) is None
    assert await firings(pools, case) == {}
    await here(pools, BACK)
    await sentinel.look(BACK)
    assert tally(await firings(pools, case))["reminded"] == 1


async def test_after_an_outage_it_reminds_first_and_extends_and_ends_nothing(
    ledger: Ledger, pools: Database
) -> None:
    """An offer that would have expired in the outage has as much more time as the outage took."""
    await here(pools, START)
    case = await open_case(ledger, START)
    handoff = await offer(ledger, case, START)
    await here(pools, AWAY)
    assert await beat(pools, BACK) == AWAY
    await Sentinel(ledger).look(BACK)
    events = [e for e in await private_events(pools, case) if getattr(e, "handoff", None) == handoff]
    assert [type(event) for event in events] == [HandoffOffered, ClockExtended, ClockReminded]
    due = events[0].clock.due + (BACK - AWAY)
    assert events[1].clock.due == due
    assert await undone(pools) == 0
    # It goes on from there, to its end.
    await fire_due(ledger, due - timedelta(seconds=1))
    assert "HandoffExpired" not in await kinds(pools, case, handoff)
    await fire_due(ledger, due)
    assert (await kinds(pools, case, handoff))[-1] == HandoffExpired.__name__
    tally(await firings(pools, case))


async def test_what_began_after_an_outage_is_not_extended(ledger: Ledger, pools: Database) -> None:
    """Whoever was not kept waiting has the time that the procedure gives."""
    await here(pools, AWAY)
    await beat(pools, BACK)
    case = await open_case(ledger, BACK + timedelta(seconds=1))
    await Sentinel(ledger).look(BACK + timedelta(seconds=2))
    assert await firings(pools, case) == {}
    assert await undone(pools) == 0


async def test_two_outages_extend_by_both(ledger: Ledger, pools: Database) -> None:
    """Also where the second came before the first had been seen to."""
    await here(pools, START)
    case = await open_case(ledger, START)
    handoff = await offer(ledger, case, START)
    for hours in (1, 4):
        await here(pools, START + hours * HOUR)
        await beat(pools, START + (hours + 2) * HOUR)
    await Sentinel(ledger).look(START + 6 * HOUR)
    events = [e for e in await private_events(pools, case) if getattr(e, "handoff", None) == handoff]
    extended = [event for event in events if isinstance(event, ClockExtended)]
    assert [event.outage for event in extended] == [START + HOUR, START + 4 * HOUR]
    assert extended[-1].clock.due == events[0].clock.due + 4 * HOUR


@pytest.mark.slow
async def test_a_sentinel_that_is_ended_while_it_extends_begins_anew_and_extends_each_once(
    ledger: Ledger, pools: Database
) -> None:
    """Cancelled at any point, two at once: when all have been extended, the first term may end, and not before."""
    count = 50
    await here(pools, START)
    cases = [await open_case(ledger, START) for _ in range(count)]
    handoffs = [await offer(ledger, case, START) for case in cases]
    await here(pools, AWAY)
    await beat(pools, BACK)
    turns = 0
    while await undone(pools) or await overdue(pools, BACK):
        turns += 1
        watching = [asyncio.create_task(keep_watch(ledger, lambda: BACK, poll=0.01)) for _ in range(2)]
        await asyncio.sleep(0.03 + 0.017 * (turns % 5))
        for task in watching:
            task.cancel()
        for task in watching:
            with contextlib.suppress(asyncio.CancelledError):
                await task
    assert turns > 1, "it was ended in the middle"
    fired = tally(await firings(pools))
    assert fired["extended"] == 2 * count, "the offer's clock and the stage's"
    assert "expired" not in fired
    assert "escalated" not in fired
    for case, handoff in zip(cases, handoffs, strict=True):
        assert (await kinds(pools, case, handoff))[:3] == ["HandoffOffered", "ClockExtended", "ClockReminded"]


async def test_a_case_that_cannot_be_extended_is_not_ticked_and_holds_up_no_other(
    ledger: Ledger, pools: Database
) -> None:
    """The outage stays open for it alone; once it can be read again, it is extended first like all."""
    await here(pools, START)
    cases = [await open_case(ledger, START) for _ in range(3)]
    handoffs = [await offer(ledger, case, START) for case in cases]
    await here(pools, AWAY)
    await beat(pools, BACK)
    stream = f"case:{cases[0]}"
    async with transaction(pools, WORKER) as connection:
        whole = await connection.fetchval("SELECT state FROM stream WHERE id = $1", stream)
        await connection.execute("UPDATE stream SET state = $2 WHERE id = $1", stream, b"{}")
    sentinel = Sentinel(ledger)
    await sentinel.look(BACK)
    assert tally(await firings(pools))["extended"] == 4
    assert await undone(pools) == 1
    later = BACK + timedelta(seconds=30)
    async with transaction(pools, WORKER) as connection:
        await connection.execute("UPDATE stream SET state = $2 WHERE id = $1", stream, whole)
    await sentinel.look(later)
    assert await undone(pools) == 0
    for case, handoff in zip(cases, handoffs, strict=True):
        assert "HandoffExpired" not in await kinds(pools, case, handoff)
    assert tally(await firings(pools))["extended"] == 6


async def test_what_began_between_two_outages_is_kept_by_the_second(ledger: Ledger, pools: Database) -> None:
    """No sentinel looked in between: being told of the first outage does not end what only the second extends."""
    await here(pools, START)
    await beat(pools, START + 2 * HOUR)
    case = await open_case(ledger, START + 2.25 * HOUR)
    handoff = await offer(ledger, case, START + 2.25 * HOUR)
    await here(pools, START + 2.5 * HOUR)
    await beat(pools, START + 50 * HOUR)
    await Sentinel(ledger).look(START + 50 * HOUR)
    assert await kinds(pools, case, handoff) == ["HandoffOffered", "ClockExtended", "ClockReminded"]
