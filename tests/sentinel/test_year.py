"""A year of cases passes in seconds, since the clock is an argument; every clock fires once, in its order."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from case_work import accept, firings, here, offer, open_case, overdue, private_events, tally

from nanduti.cases import ClockEscalated, ClockReminded, HandoffExpired, TrackOpened
from nanduti.vocabulary import Urgency
from nanduti_hub.handoffs import calendar
from nanduti_hub.ledger.database import Database
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.sentinel.watch import Sentinel

START = datetime(2026, 1, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
CASES = 300


@pytest.mark.slow
async def test_a_year_of_three_hundred_cases(ledger: Ledger, pools: Database) -> None:
    """Opened on random days, offered, some accepted; looked at four times a day, with holidays in between."""
    chance = random.Random(2026)
    openings = sorted(START + timedelta(minutes=chance.randrange(340 * 24 * 60)) for _ in range(CASES))
    sentinel, now = Sentinel(ledger), START
    offered: list[tuple[str, str]] = []
    while now < START + 366 * DAY:
        now += DAY / 4
        while openings and openings[0] <= now:
            at = openings.pop(0)
            case = await open_case(ledger, at)
            handoff = await offer(ledger, case, at, urgency=chance.choice((Urgency.URGENT, Urgency.ORDINARY)))
            if chance.random() < 0.5:
                await accept(ledger, case, handoff, at + timedelta(hours=1))
            else:
                offered.append((case, handoff))
        await here(pools, now)
        await sentinel.look(now)
        assert await overdue(pools, now) == 0
    fired = tally(await firings(pools))
    assert fired["expired"] == len(offered)
    # What opens has gone all its way up; a track that was taken over has a clock of its new holder's.
    assert fired["reminded"] > 2 * CASES
    assert fired["escalated"] >= 2 * CASES
    expired = [event for event in await private_events(pools) if isinstance(event, HandoffExpired)]
    assert {(event.case, event.handoff) for event in expired} == set(offered)


@pytest.mark.slow
async def test_the_chain_of_a_silent_holder_reaches_the_platform_of_the_crime(
    ledger: Ledger, pools: Database
) -> None:
    """Whoever was sent a report that may not be declined, and does nothing: reminded, then sender, then platform."""
    at = datetime(
        2026, 5, 13, 12, tzinfo=UTC
    )  # the day before Independence Day and the feast of the fourteenth
    case = await open_case(ledger, at, by="minna", tracks=("criminal",))
    handoff = await offer(ledger, case, at, "mp", "criminal", Urgency.ORDINARY)
    sentinel, now = Sentinel(ledger), at
    while now < at + 15 * DAY:
        now += timedelta(hours=1)
        await here(pools, now)
        await sentinel.look(now)
    of_it = [
        event for event in await private_events(pools, case) if getattr(event, "handoff", None) == handoff
    ]
    assert not [event for event in of_it if isinstance(event, HandoffExpired)]
    reminded = [event for event in of_it if isinstance(event, ClockReminded)]
    climbed = [event for event in of_it if isinstance(event, ClockEscalated)]
    assert len(reminded) == 2
    assert [event.tell for event in climbed] == [("mp",), ("minna",), ("conaeti",)]
    # Two working days from the Wednesday: Thursday and Friday are holidays, so Monday and Tuesday, to midnight.
    assert not calendar.is_working_day(date(2026, 5, 14))
    assert not calendar.is_working_day(date(2026, 5, 15))
    due = datetime(2026, 5, 20, 3, tzinfo=UTC)
    assert of_it[0].clock.due == due
    assert [event.at - due for event in climbed] == [timedelta(hours=hours) for hours in (4, 24, 72)]
    assert [event for event in await private_events(pools, case) if isinstance(event, TrackOpened)]
