"""Whether the hub is there: a beat while commands are accepted, and the outages that its absence leaves behind.

Rules that stay true: a beat is given only by a process that answers the API and may write, so that what lies between
two beats that are far apart is a time in which nobody could act; each such time is written down once, by the beat
that ends it. Absent: what an outage means for the clocks (`outages`).
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import structlog

from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.database import DATABASE_AWAY, Database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.statements import statement

#: Seconds between two beats.
BEAT_EVERY = 10.0
#: The longest gap between two beats that is no outage: a restart, a new version.
AWAY_AFTER = timedelta(minutes=5)
#: How old the last beat may be for a clock to be fired: then somebody can act on what it says.
FRESH = timedelta(seconds=60)

log = structlog.get_logger(__name__)


def clock() -> datetime:
    """The time."""
    return datetime.now(UTC)


async def beat(database: Database, at: datetime) -> datetime | None:
    """Say that the hub is there at `at`; answers since when it was away, where this beat has ended an outage."""
    async with transaction(database, WORKER) as connection:
        since: datetime | None = await connection.fetchval(
            statement("nanduti_hub.sentinel", "beat"), at, AWAY_AFTER
        )
    return since


async def last_beat(connection: asyncpg.Connection) -> datetime | None:
    """When the hub was last there, as far as is known."""
    last: datetime | None = await connection.fetchval(statement("nanduti_hub.sentinel", "last_beat"))
    return last


async def keep_beating(ledger: Ledger, now: Callable[[], datetime] = clock) -> None:
    """Beat for ever, whenever commands are accepted."""
    while True:
        try:
            if ledger.gate.is_open and (since := await beat(ledger.database, now())):
                log.warning("outage_ended", minutes=int((now() - since).total_seconds() // 60))
        except (asyncpg.PostgresError, TimeoutError, *DATABASE_AWAY) as error:
            log.warning("beat_missed", error=type(error).__name__)
        await asyncio.sleep(BEAT_EVERY if ledger.gate.is_open else 0.25)
