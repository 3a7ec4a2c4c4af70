"""The sequencer: gives waiting events their numbers, in the order of their insertion.

Numbers are dense and never change. It sleeps until it is woken by a commit in this process, and looks by
itself every `POLL` seconds, so that a lost wake-up costs milliseconds.
"""

import asyncio
from collections.abc import Callable

import asyncpg
import structlog

from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.database import DATABASE_AWAY, Database, transaction
from nanduti_hub.ledger.gate import Gate, LedgerHeld
from nanduti_hub.ledger.statements import statement
from nanduti_hub.telemetry import where

POLL = 0.25
BATCH = 1_000
#: Seconds before numbering is tried again after a failure that is not the server's absence.
PAUSE = 5.0

log = structlog.get_logger(__name__)


async def number_events(database: Database, gate: Gate, most: int = BATCH) -> int:
    """Number up to `most` waiting events; answers how many.

    Raises:
        LedgerHeld: LEDGER has not been compared.

    """
    compared, before = gate.compared, gate.highest
    async with transaction(database, WORKER) as connection:
        row = await connection.fetchrow(statement("nanduti_hub.ledger", "number_events"), most, compared)
        gate.check_server(row["server_start"])
        gate.see(row["head"], before)
    numbered: int = row["numbered"]
    gate.see(row["head"] + numbered, before)
    return numbered


async def sequence(
    database: Database, gate: Gate, woken: asyncio.Event, wake_next: Callable[[], None]
) -> None:
    """Number events for ever. `woken` is set by commits; `wake_next` tells the relay."""
    while True:
        woken.clear()
        try:
            while numbered := await number_events(database, gate):
                wake_next()
                if numbered < BATCH:
                    break
        except LedgerHeld:
            pass
        except DATABASE_AWAY as error:
            # The server is away or restarting: whatever it comes back as must be compared first.
            log.warning("sequencer_waits", error=type(error).__name__)
            gate.hold("the database was away")
            await asyncio.sleep(POLL)
        except asyncpg.PostgresError as error:
            # No event can be numbered past the one that does this: somebody must look.
            log.error("numbering_failed", error=type(error).__name__, at=where(error)[-3:])  # noqa: TRY400
            await asyncio.sleep(PAUSE)
        try:
            async with asyncio.timeout(POLL):
                await woken.wait()
        except TimeoutError:
            continue
