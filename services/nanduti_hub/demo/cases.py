"""Filling a demo with a year of synthetic cases: as they would stand today, had the hub been there for a year.

Each case is a story (`stories`) that is told up to now and then written by the hub's own way, with its notices. Times
in the events are of the past; the envelopes', and when the ledger took them, are of now. All cases come in one
transaction, so that nobody counts a week of which half is there, and a start that was broken off leaves none of them.
Absent: sealed dossiers, since the demo's institutions have registered no keys: what goes with a case goes on paper.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random

import asyncpg
import structlog
from msgspec import Struct
from msgspec.structs import replace

from nanduti.vocabulary import Channel, Consent, Crime
from nanduti_hub.caller import WORKER
from nanduti_hub.demo.arrivals import METROPOLIS, Arrival, arrival, arrival_of, drawn, either
from nanduti_hub.demo.intentions import random_id
from nanduti_hub.demo.stories import Story
from nanduti_hub.handoffs.groups import Opening, open_group
from nanduti_hub.handoffs.handling import enter, file_of, join
from nanduti_hub.handoffs.known import known_for
from nanduti_hub.handoffs.state import Standing
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger, run
from nanduti_hub.ledger.gate import LedgerHeld
from nanduti_hub.ledger.statements import statement
from nanduti_hub.serving import ZONE
from nanduti_hub.telemetry import where

SEED = "ñandutí"
#: Seconds between two attempts while the ledger is held.
HELD = 1.0
YEAR, DAY = timedelta(days=365), timedelta(days=1)

log = structlog.get_logger(__name__)


class Volume(Struct, frozen=True, kw_only=True):
    """How many cases there are: by themselves, of those how many of the last days, in operations, and met twice."""

    cases: int = 272
    of_late: int = 24
    operations: int = 5
    pairs: int = 3


async def found_cases(ledger: Ledger, now: datetime, volume: Volume | None = None) -> int:
    """Enter the cases of a demo, where there is no case at all; answers how many.

    Raises:
        LedgerHeld: LEDGER is not compared yet.

    """
    volume = Volume() if volume is None else volume
    async with transaction(ledger.database, WORKER) as connection:
        if await connection.fetchval(statement("nanduti_hub.demo", "has_cases")):
            return 0
    started = asyncio.get_running_loop().time()
    count = await run(ledger, WORKER, partial(_found, ledger, now, volume))
    log.info("demo_cases_founded", cases=count, seconds=round(asyncio.get_running_loop().time() - started, 1))
    return count


async def _found(ledger: Ledger, now: datetime, volume: Volume, connection: asyncpg.Connection) -> int:
    if await connection.fetchval(statement("nanduti_hub.demo", "has_cases")):
        return 0
    day = now.astimezone(ZONE).date()
    count = 0
    for number in range(volume.cases):
        random = _chance(day, "case", number)
        ago = random.uniform(0.02, 6) * DAY if number < volume.of_late else random.uniform(0.01, 1) * YEAR
        count += await _tell(connection, ledger, random, arrival(random), now - ago, now)
    for number in range(volume.operations):
        count += await _operation(connection, ledger, _chance(day, "operation", number), now)
    for number in range(volume.pairs):
        count += await _pair(connection, ledger, _chance(day, "pair", number), now)
    return count


def _chance(day: date, what: str, number: int) -> Random:
    """The chance of one story: the same day has the same ones, whatever becomes of the others."""
    return Random(f"{SEED} {day} {what} {number}")  # noqa: S311  # a demo's, and no secret


async def _tell(
    connection: asyncpg.Connection, ledger: Ledger, random: Random, came: Arrival, at: datetime, now: datetime
) -> int:
    """One case, from its opening until now."""
    known = await known_for(connection, ledger, None, at)
    story, case = Story(random, known), random_id(random)
    story.open(came, at, case)
    story.go_on(now)
    await enter(connection, ledger, {case: None}, story.events, known, now)
    return 1


async def _operation(connection: asyncpg.Connection, ledger: Ledger, random: Random, now: datetime) -> int:
    """An operation at a border, or an inspection in the Chaco: several people in one group."""
    at = now - random.uniform(0.03, 0.9) * YEAR
    crime, channel, places = either(
        random,
        [
            (Crime.TRAFFICKING, Channel.BORDER, ("PY-10", "PY-13", "PY-7")),
            (Crime.FORCED_LABOR, Channel.INSPECTION, ("PY-19", "PY-15", "PY-16")),
        ],
    )
    place = either(random, places)
    came = [arrival_of(random, crime, channel, place) for _ in range(3 + int(random.random() * 3))]
    known = await known_for(connection, ledger, None, at)
    openings = [
        Opening(facts=one.facts, tracks=one.tracks, consent=one.consent, synthetic=True) for one in came
    ]
    grouped = await open_group(connection, ledger, openings, by=came[0].opener, at=at)
    for handled in grouped.cases:
        story = Story(random, known)
        story.adopt(handled.file, at)
        story.go_on(now)
        if story.events:
            before = {handled.file.case.id: handled.file}
            await enter(connection, ledger, before, story.events, known, now)
    return len(came)


async def _pair(connection: asyncpg.Connection, ledger: Ledger, random: Random, now: datetime) -> int:
    """A child of whom two people called: two cases, until whoever holds both sees that they are one."""
    at = now - random.uniform(0.05, 0.8) * YEAR
    place = drawn(random, METROPOLIS)
    came = replace(
        arrival_of(random, Crime.CHILD_LABOR, Channel.LINE_147, place),
        tracks=("protection",),
        consent=Consent.NOT_ASKED,
    )
    stories: list[tuple[str, Story]] = []
    seen = at + timedelta(hours=2)
    for delay in (timedelta(), timedelta(hours=1)):
        known = await known_for(connection, ledger, None, at)
        story, case = Story(random, known), random_id(random)
        story.open(came, at + delay, case)
        story.go_on(seen)
        await enter(connection, ledger, {case: None}, story.events, known, now)
        stories.append((case, story))
    if _can_join([story for _, story in stories], came.opener):
        await join(connection, ledger, stories[0][0], stories[1][0], by=came.opener, at=seen, seen=None)
    for case, story in stories:
        file = await file_of(connection, case)
        if file is None:
            raise ValueError("a case has gone")
        story.adopt(file, seen)
        story.go_on(now)
        if story.events:
            await enter(connection, ledger, {case: file}, story.events, story.known, now)
    return len(stories)


def _can_join(stories: Sequence[Story], by: str) -> bool:
    tracks = [track for story in stories for track in story.file.tracks.values()]
    return all(
        track.standing is Standing.OPEN
        and track.holder == by
        and not any(handoff.waits for handoff in track.handoffs)
        for track in tracks
    )


async def keep_founding(ledger: Ledger) -> None:
    """Enter the demo's cases beside what else the hub does, as soon as it may write; where that fails the log tells."""
    while True:
        try:
            await found_cases(ledger, datetime.now(UTC))
        except LedgerHeld:
            await asyncio.sleep(HELD)
            continue
        except Exception as error:  # noqa: BLE001  # the hub does without them
            log.error("demo_cases_failed", error=type(error).__name__, at=where(error)[-3:])  # noqa: TRY400
        return
