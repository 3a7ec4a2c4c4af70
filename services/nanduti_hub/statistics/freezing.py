"""Freezing the counts of a week when it has ended, once.

Rules that stay true: the counts of all platforms for a week are of one moment and are published in one transaction;
two that freeze at once write to the same streams, and the one that is slower finds the week done. A week without
any case is published like every other, so that a missing one tells nothing. The time is an argument.
"""

import asyncio
import functools
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as time_of_day

import asyncpg
import msgspec
import structlog
from msgspec.structs import replace

from nanduti.directory import Department, Platform
from nanduti.procedure import Procedure
from nanduti.vocabulary import Crime
from nanduti_hub.caller import WORKER
from nanduti_hub.directory.queries import entries
from nanduti_hub.handoffs.procedure import in_force
from nanduti_hub.ledger.append import append, read_streams
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Decider, Ledger, fold, run, state_of
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import ZONE
from nanduti_hub.statistics.flow import (
    WEEK,
    Count,
    CountWeek,
    Flow,
    cells_of,
    decide,
    evolve,
    last_ended,
    remits,
    to_show,
    week_of,
)

#: How long after its end a week is counted: what was under way at midnight has been written by then.
GRACE = timedelta(hours=1)

log = structlog.get_logger(__name__)


async def project(connection: asyncpg.Connection, states: Sequence[tuple[Flow, int]]) -> None:
    """Write the rows of all weeks of some platforms."""
    weeks = [(state.platform, week) for state, _ in states for week in state.weeks]
    await connection.execute(
        statement("nanduti_hub.statistics", "put_flow_weeks"),
        [platform for platform, _ in weeks],
        [week.week for _, week in weeks],
        [msgspec.json.encode(week.cells) for _, week in weeks],
    )


FLOW = Decider(
    kind="flow", schema=1, state=Flow, decide=decide, evolve=evolve, project=project, tables=("flow_week",)
)


async def freeze_due(ledger: Ledger, now: datetime) -> int:
    """Count and publish every week that has ended by `now` and was not counted yet; answers how many weeks.

    Raises:
        LedgerHeld: LEDGER is not compared yet.

    """
    last = last_ended((now - GRACE).astimezone(ZONE))
    done = 0
    while (week := await _due(ledger, last)) is not None:
        published = await run(ledger, WORKER, functools.partial(_publish, ledger, week))
        if not published:
            # There is no procedure yet, or no platform whose remit it knows.
            break
        log.info("flow_week_frozen", week=week.isoformat(), platforms=published)
        done += 1
    return done


async def _due(ledger: Ledger, last: date) -> date | None:
    """The first week up to `last` that was not counted yet: where none ever was, that of the first case."""
    async with transaction(ledger.database, WORKER) as connection:
        counted = await connection.fetchval(statement("nanduti_hub.statistics", "last_flow_week"))
        if counted is not None:
            week: date = counted + WEEK
        else:
            first = await connection.fetchval(statement("nanduti_hub.statistics", "first_opening"))
            if first is None:
                return None
            week = week_of(first.astimezone(ZONE))
    return week if week <= last else None


async def _publish(ledger: Ledger, week: date, connection: asyncpg.Connection) -> int:
    """Publish a week for every platform; answers for how many, those that another has published among them."""
    procedures = await entries(connection, Procedure)
    procedure = in_force(procedures, week)
    if procedure is None:
        return 0
    wanted = remits(await entries(connection, Platform), procedure)
    crimes = list(procedure.platform_of)
    streams = {f"{FLOW.kind}:{remit.platform}": remit for remit in wanted}
    # Read before it is counted: whoever publishes the week meanwhile has moved them.
    stored = await read_streams(connection, list(streams))
    # Up to a second of reckoning, in which the loop has other things to do.
    may_be_shown = await asyncio.to_thread(
        to_show,
        await _counts(connection, week, crimes),
        sorted({rule.code for one in procedures for rule in one.tracks}),
        [department.code for department in await entries(connection, Department)],
    )
    writes, states = [], []
    for stream, remit in streams.items():
        state = await state_of(connection, FLOW, stream, stored[stream])
        command = CountWeek(platform=remit.platform, week=week, cells=cells_of(remit, may_be_shown))
        decided = decide(state, command)
        if isinstance(decided, Refusal):
            raise Refused(decided)
        if decided:
            write, after = fold(ledger, FLOW, stream, stored[stream].version, state, decided)
            writes.append(replace(write, audience=remit.platform))
            states.append((after, stored[stream].version + 1))
    if writes:
        await append(connection, ledger.gate, writes)
        await project(connection, states)
    return len(wanted)


async def _counts(connection: asyncpg.Connection, week: date, crimes: Sequence[Crime]) -> list[Count]:
    """What happened in a week, before anything is hidden: it leaves this module only suppressed."""
    rows = await connection.fetch(
        statement("nanduti_hub.statistics", "count_week"),
        _midnight(week),
        _midnight(week + WEEK),
        [crime.value for crime in crimes],
    )
    return [msgspec.convert(dict(row), Count) for row in rows]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time_of_day(), ZONE)
