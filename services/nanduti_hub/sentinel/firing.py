"""Ticking the cases whose clocks are due.

Rules that stay true: a case is ticked in a transaction of its own, by the same way as any command, so that it is the
compare-and-set on its streams, and the decider over their state, that make every clock fire once, whoever ticks and
however often; that two sentinels pass over what the other has in hand saves work and proves nothing. A case that
fails keeps none from being ticked. The moment is an argument, and is one at which the hub was there.
"""

import functools
from collections.abc import Awaitable, Callable
from datetime import datetime

import asyncpg
import structlog

from nanduti_hub.caller import WORKER
from nanduti_hub.handoffs.commands import CaseCommand, Known, Outage, Tick
from nanduti_hub.handoffs.handling import handle
from nanduti_hub.handoffs.state import File
from nanduti_hub.ledger.database import DATABASE_AWAY, Database, transaction
from nanduti_hub.ledger.execute import Ledger, run
from nanduti_hub.ledger.gate import LedgerHeld
from nanduti_hub.ledger.statements import statement
from nanduti_hub.sentinel.setbacks import Setbacks
from nanduti_hub.telemetry import where

#: Cases that are looked up together.
BATCH = 200
#: The hub itself, as a command's `by`.
HUB = "hub"

log = structlog.get_logger(__name__)


class ClockStuck(RuntimeError):
    """A tick has left a clock due: it would be ticked for ever."""


async def fire_due(ledger: Ledger, at: datetime, setbacks: Setbacks | None = None) -> int:
    """Tick every case with a clock that is due at `at`; answers how many were ticked by us.

    Raises:
        LedgerHeld: LEDGER is not compared: nothing can be written now.

    """
    setbacks = Setbacks() if setbacks is None else setbacks
    fired = 0
    while cases := await due_cases(ledger.database, at, setbacks):
        done = [
            await attempt(setbacks, case, at, functools.partial(tick_due, ledger, case, at)) for case in cases
        ]
        fired += sum(done)
        if not any(done):
            # What is left is in another's hands, or has failed.
            break
    return fired


async def due_cases(database: Database, at: datetime, setbacks: Setbacks) -> list[str]:
    """Cases with a clock that is due, as many as a batch holds."""
    async with transaction(database, WORKER) as connection:
        rows = await connection.fetch(
            statement("nanduti_hub.sentinel", "due_cases"), at, setbacks.left_alone(at), BATCH
        )
    return [row["case_id"] for row in rows]


async def next_due(database: Database, at: datetime, setbacks: Setbacks) -> datetime | None:
    """When the next clock is due."""
    async with transaction(database, WORKER) as connection:
        due: datetime | None = await connection.fetchval(
            statement("nanduti_hub.sentinel", "next_due"), setbacks.left_alone(at)
        )
    return due


async def tick_due(ledger: Ledger, case: str, at: datetime) -> bool:
    """Tick a case, unless somebody has it in hand or has been faster; answers whether it was ticked.

    Raises:
        ClockStuck: it is due all the same.

    """
    is_due = statement("nanduti_hub.sentinel", "is_due")

    async def work(connection: asyncpg.Connection) -> tuple[bool, bool]:
        claimed = await connection.fetchval(statement("nanduti_hub.sentinel", "claim_case"), case)
        if claimed is None or not await connection.fetchval(is_due, case, at):
            return False, False
        await tick(connection, ledger, case, at)
        return True, await connection.fetchval(is_due, case, at)

    ticked, is_stuck = await run(ledger, WORKER, work)
    if is_stuck:
        raise ClockStuck
    return ticked


async def tick_outage(ledger: Ledger, case: str, at: datetime, outage: Outage) -> bool:
    """Extend a case's clocks by an outage, whoever has it in hand: nothing may be fired before it."""

    async def work(connection: asyncpg.Connection) -> bool:
        await tick(connection, ledger, case, at, outage)
        return True

    return await run(ledger, WORKER, work)


async def tick(
    connection: asyncpg.Connection, ledger: Ledger, case: str, at: datetime, outage: Outage | None = None
) -> None:
    """Tell a case that time has passed."""

    def build(_file: File | None, known: Known) -> CaseCommand:
        return Tick(by=HUB, at=at, known=known, outage=outage)

    await handle(connection, ledger, case, build)


async def attempt(setbacks: Setbacks, case: str, at: datetime, work: Callable[[], Awaitable[bool]]) -> bool:
    """Do something to a case; where that fails, leave the case alone for a while. Answers whether it was done.

    Raises:
        LedgerHeld: LEDGER is not compared: nothing can be written now, and it is not the case's fault.

    """
    try:
        done = await work()
    except LedgerHeld:
        raise
    except DATABASE_AWAY:
        # It is hardly the case's fault; but if it is, the others' turn comes all the same.
        setbacks.lose(case, at)
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, the other cases go on
        setbacks.lose(case, at)
        # Which case it is would tell the log what no log may know.
        log.error("case_not_ticked", error=type(error).__name__, at=where(error)[-3:], failing=len(setbacks))  # noqa: TRY400
        return False
    if done:
        setbacks.regain(case)
    return done
