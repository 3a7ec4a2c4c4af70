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
from nanduti_hub.ledger.gate import Gate, LedgerHeld
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
    make_ledger: Callable[[], Awaitable[None]],
    wants_copies: asyncio.Event,
) -> None:
    """Compare and publish for ever.

    `woken` says that there is more to publish; `make_ledger` makes the stream where it is gone; `wants_copies`
    is set when what hangs on it may have to be made as well, which is not waited for.
    """
    loop = asyncio.get_running_loop()
    told: Standing | None = None
    while True:
        try:
            found = await compare(database, broker, gate, acknowledged)
            if found.standing is not told:
                if told in (None, Standing.UNREACHABLE, Standing.GONE):
                    wants_copies.set()
                told = found.standing
                _tell(found)
            if found.standing is Standing.GONE:
                await make_ledger()
                continue
            if found.standing in (Standing.LEVEL, Standing.BEHIND):
                acknowledged.write(found.published, durably=True)
                until = loop.time() + COMPARE_EVERY
                await _publish_until(database, broker, gate, acknowledged, woken, found.published, until)
                continue
        except LedgerHeld:
            pass
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
        batch = await events_after(database, gate, last)
        while batch and not gate.doubted.is_set():
            # The next events are read while these travel.
            following = asyncio.create_task(events_after(database, gate, last + len(batch)))
            try:
                acknowledged_last = await publish_batch(broker, batch, last)
            except BaseException:
                following.cancel()
                raise
            last += len(batch)
            if acknowledged_last != last:
                raise RuntimeError(f"LEDGER acknowledged {acknowledged_last}, where {last} was published")
            acknowledged.write(last)
            batch = await following
        if loop.time() >= until:
            return
        try:
            async with asyncio.timeout(min(POLL, until - loop.time())):
                await woken.wait()
        except TimeoutError:
            continue


async def events_after(database: Database, gate: Gate, seq: int) -> Batch:
    """The next events after a number, subject and bytes, as many as go into one batch.

    Raises:
        LedgerHeld: a number is missing among them, or the ledger is held.

    """
    async with transaction(database, WORKER) as connection:
        rows = await connection.fetch(
            statement("nanduti_hub.relay", "events_after"), seq, MAX_MESSAGES, gate.compared
        )
    batch: list[tuple[str, bytes]] = []
    size = 0
    for place, row in enumerate(rows, 1):
        if row["seq"] != seq + place:
            # Published, every later event would have another number in the stream than in the ledger.
            gate.hold(f"the ledger has no event {seq + place}, but has {row['seq']}")
            log.critical("ledger_has_a_hole", missing=seq + place)
            raise LedgerHeld(gate.reason)
        size += len(row["body"])
        if batch and size > BATCH_BYTES:
            break
        batch.append((row["subject"], row["body"]))
    return batch
