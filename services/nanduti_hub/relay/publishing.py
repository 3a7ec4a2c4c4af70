"""The relay: brings the ledger's events into LEDGER, each once, in order, at the number that it has.

It keeps no place of its own: where LEDGER ends is where it goes on. A batch is stored only if LEDGER ends
where it is expected to, so a second relay, or a batch that was thought lost, can do no harm.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import nats.errors
import structlog
from nats.aio.client import Client

from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.database import DATABASE_AWAY, Database, transaction
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.ledger.statements import statement
from nanduti_hub.relay.acknowledged import Acknowledged
from nanduti_hub.relay.batch import MAX_MESSAGES, StreamMissing, WrongLastSequence, publish_batch
from nanduti_hub.relay.comparison import Comparison, Standing, compare
from nanduti_hub.telemetry import where

#: Seconds between two looks for events, when nobody wakes the relay.
POLL = 0.25
#: Seconds between two comparisons, when nothing asks for one.
COMPARE_EVERY = 30.0
#: Bytes of the bodies in one batch.
BATCH_BYTES = 4_000_000

log = structlog.get_logger(__name__)
Batch = Sequence[tuple[str, bytes]]


async def relay(
    database: Database,
    broker: Client,
    gate: Gate,
    acknowledged: Acknowledged,
    woken: asyncio.Event,
    provision: Callable[[], Awaitable[None]],
) -> None:
    """Compare and publish for ever. `provision` makes LEDGER and what hangs on it; `woken` says that there is more."""
    loop = asyncio.get_running_loop()
    told: Standing | None = None
    provisioned = False
    while True:
        try:
            found = await compare(database, broker, gate, acknowledged)
            if found.standing is not told:
                told = found.standing
                _tell(found)
            reached = found.standing is not Standing.UNREACHABLE
            if found.standing is Standing.GONE or (reached and not provisioned):
                await provision()
                provisioned = True
                continue
            if found.standing in (Standing.LEVEL, Standing.BEHIND):
                until = loop.time() + COMPARE_EVERY
                await _publish_until(database, broker, gate, acknowledged, woken, found.published, until)
                continue
        except (WrongLastSequence, StreamMissing, TimeoutError, nats.errors.Error) as error:
            log.info("relay_compares_again", error=type(error).__name__)
        except (asyncpg.PostgresError, *DATABASE_AWAY, RuntimeError) as error:
            log.warning("relay_waits", error=type(error).__name__, at=where(error)[-3:])
        await asyncio.sleep(POLL)


def _tell(found: Comparison) -> None:
    stops = found.standing in (Standing.AHEAD, Standing.DIFFERENT, Standing.DAMAGED)
    (log.error if stops else log.info)(
        "ledger_compared",
        standing=found.standing,
        given=found.given,
        published=found.published,
        reason=found.reason,
    )


async def _publish_until(
    database: Database,
    broker: Client,
    gate: Gate,
    acknowledged: Acknowledged,
    woken: asyncio.Event,
    last: int,
    until: float,
) -> None:
    """Publish what comes after `last` until it is time to compare again, or until there is a doubt."""
    loop = asyncio.get_running_loop()
    while not gate.doubted.is_set():
        woken.clear()
        batch = await events_after(database, last)
        while batch:
            # The next events are read while these travel.
            following = asyncio.create_task(events_after(database, last + len(batch)))
            try:
                last = await publish_batch(broker, batch, last)
            except BaseException:
                following.cancel()
                raise
            acknowledged.write(last)
            batch = await following
        if loop.time() >= until:
            return
        try:
            async with asyncio.timeout(min(POLL, until - loop.time())):
                await woken.wait()
        except TimeoutError:
            continue


async def events_after(database: Database, seq: int) -> Batch:
    """The next events after a number, subject and bytes, as many as go into one batch."""
    async with transaction(database, WORKER) as connection:
        rows = await connection.fetch(statement("nanduti_hub.relay", "events_after"), seq, MAX_MESSAGES)
    batch: list[tuple[str, bytes]] = []
    size = 0
    for row in rows:
        size += len(row["body"])
        if batch and size > BATCH_BYTES:
            break
        batch.append((row["subject"], row["body"]))
    return batch
