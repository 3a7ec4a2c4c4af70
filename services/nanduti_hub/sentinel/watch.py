"""The sentinel: looks what is due, does it, and sleeps until something is.

Rules that stay true: nothing is fired while the hub is not known to be there, so that no term ends when nobody can act;
what an outage means is done before anything else; one thing that fails keeps nothing else from being done. Two
sentinels do no harm. The clock is an argument: tests run years in seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from msgspec import Struct

from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.database import DATABASE_AWAY, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.gate import LedgerHeld
from nanduti_hub.ledger.statements import statement
from nanduti_hub.sentinel.firing import fire_due, next_due
from nanduti_hub.sentinel.heartbeat import FRESH, clock, last_beat
from nanduti_hub.sentinel.outages import Telling
from nanduti_hub.sentinel.setbacks import Setbacks
from nanduti_hub.telemetry import where

#: Seconds until we look again, where nothing is due earlier: a clock that was started meanwhile may be.
POLL = 1.0
#: Seconds between two looks at the least, and after a failure.
SHORTEST, PAUSE = 0.05, 5.0
#: How often it is written down that we have looked.
NOTED_EVERY = timedelta(seconds=10)

log = structlog.get_logger(__name__)


class Chore(Struct, frozen=True):
    """Something that is looked after every so often, besides the clocks. It may be done by two sentinels at once."""

    name: str
    every: timedelta
    do: Callable[[Ledger, datetime, Setbacks], Awaitable[None]]


class Sentinel:
    """What one sentinel remembers from look to look; nothing is lost with it."""

    def __init__(self, ledger: Ledger, chores: tuple[Chore, ...] = ()) -> None:
        self.ledger = ledger
        self.setbacks = Setbacks()
        self._telling = Telling()
        self._chores = chores
        self._done: dict[str, datetime] = {}
        self._noted: datetime | None = None

    async def look(self, at: datetime) -> datetime | None:
        """Do all that is due at `at`; answers when the next clock is due, where one runs.

        Raises:
            LedgerHeld: LEDGER is not compared: nothing can be written now.

        """
        database = self.ledger.database
        async with transaction(database, WORKER) as connection:
            last = await last_beat(connection)
        if last is None or at - last > FRESH:
            return None
        await self._telling.tell(self.ledger, at, self.setbacks)
        await fire_due(self.ledger, at, self.setbacks)
        for chore in self._chores:
            if (done := self._done.get(chore.name)) is None or at - done >= chore.every:
                await self._do(chore, at)
        if self._noted is None or at - self._noted >= NOTED_EVERY:
            async with transaction(database, WORKER) as connection:
                await connection.execute(
                    statement("nanduti_hub.sentinel", "note_look"), at, len(self.setbacks) > 0
                )
            self._noted = at
        return await next_due(database, at, self.setbacks)

    async def _do(self, chore: Chore, at: datetime) -> None:
        try:
            await chore.do(self.ledger, at, self.setbacks)
        except LedgerHeld:
            raise
        except DATABASE_AWAY:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the clocks and the other chores go on
            log.error("chore_failed", chore=chore.name, error=type(error).__name__, at=where(error)[-3:])  # noqa: TRY400
        self._done[chore.name] = at


async def keep_watch(
    ledger: Ledger, now: Callable[[], datetime] = clock, chores: tuple[Chore, ...] = (), poll: float = POLL
) -> None:
    """Look for ever."""
    sentinel = Sentinel(ledger, chores)
    while True:
        pause = poll
        try:
            due = await sentinel.look(now())
            if due is not None:
                pause = min(poll, max(SHORTEST, (due - now()).total_seconds()))
        except LedgerHeld:
            pass
        except DATABASE_AWAY as error:
            log.warning("sentinel_waits", error=type(error).__name__)
        except Exception as error:  # noqa: BLE001  # whatever it is, we look again
            log.error("look_failed", error=type(error).__name__, at=where(error)[-3:])  # noqa: TRY400
            pause = PAUSE
        await asyncio.sleep(pause)
