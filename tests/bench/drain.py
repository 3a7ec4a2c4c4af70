"""A backlog of 50,000 numbered events drained into LEDGER by the relay.

Beside it, in alternating rounds into the same LEDGER: raw atomic batches of 1,000 by the same client, of events
of the same kind that were read beforehand, and one message at a time, each acknowledged (on 2,000 events). All
of it twice: with the copies of every member following, as in an installation, and with LEDGER alone on a
server without accounts. Mirrors have caught up, and PostgreSQL's checkpoint is over, before a round begins.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import asyncpg
import nats
from bench.figures import Figure, figure
from bench.register import plain_server, synthetic
from copies import health
from msgspec import Struct
from nats.aio.client import Client
from nats_server import running_server, until

from nanduti.actions import Action, ActionProgressReported
from nanduti.wire import Context, Message, encode
from nanduti_hub import migrations
from nanduti_hub.administration import installation_settings
from nanduti_hub.embedded import nats as embedded_nats
from nanduti_hub.embedded import postgres
from nanduti_hub.embedded.home import free_port, kept_port, open_home
from nanduti_hub.installation import installed
from nanduti_hub.ledger.database import Database, close_database, open_database
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.relay.acknowledged import Acknowledged
from nanduti_hub.relay.connection import Address, connect
from nanduti_hub.relay.credentials import open_keyring, seed_file
from nanduti_hub.relay.keeper import ensure_ledger
from nanduti_hub.relay.membership import members_of
from nanduti_hub.relay.publishing import relay
from nanduti_hub.settings import Settings

BATCH = 1_000
STREAMS = 500


class _Place(Struct):
    """Where events go: a database, a broker with LEDGER, and how to know that no mirror is behind."""

    administrator: asyncpg.Connection
    database: Database
    broker: Client
    acknowledged: Acknowledged
    settled: Callable[[], Awaitable[None]]


class _Event(Struct):
    seq: int
    stream: str
    version: int
    message: Message


async def measure(directory: Path, *, quick: bool) -> list[Figure]:
    """Events a second: relay, raw batches, one by one."""
    count, single, rounds = (10_000, 500, 3) if quick else (50_000, 2_000, 3)
    home = directory / "hub"
    async with installed(home, host="127.0.0.1", port=0, demo=False):
        pass  # it makes the databases, the keys and the members' streams
    figures = []
    server = await postgres.start(open_home(home), kept_port(open_home(home), "postgres"))
    try:
        async with _with_copies(home, server) as place:
            figures += await _compared(place, "with all members' copies following", count, single, rounds)
        async with _alone(home, server) as place:
            figures += await _compared(place, "LEDGER alone", count, single, rounds)
    finally:
        await server.stop()
    return figures


async def _compared(place: _Place, what: str, count: int, single: int, rounds: int) -> list[Figure]:
    actions = synthetic(STREAMS)
    relayed, raw, one_by_one = [], [], []
    # Mirrors attach again some seconds after their server has started: a first round without them would be fast.
    await _relayed(place, await _entered(place, actions, BATCH))
    await place.settled()
    for _ in range(rounds):
        relayed.append(await _relayed(place, await _entered(place, actions, count)))
        await place.settled()
        raw.append(await _raw(place.broker, await _entered(place, actions, count)))
        await place.settled()
        one_by_one.append(await _one_by_one(place.broker, await _entered(place, actions, single)))
        await place.settled()
    batches, each = "raw atomic batches", f"one by one (on {single:,}, scaled)"
    return [
        figure(
            f"draining {count:,} events, {what}",
            relayed,
            {batches: raw, each: one_by_one},
            "events/s",
            "at least 0.5 x raw batches and 4 x one by one",
            lambda mine, others: mine >= 0.5 * others[batches] and mine >= 4 * others[each],
        )
    ]


async def _entered(place: _Place, actions: Sequence[Action], count: int) -> list[_Event]:
    """Enter numbered events with real bytes, as if a sequencer had numbered them."""
    last = await place.administrator.fetchval("SELECT seq FROM ledger_head")
    events = []
    for seq in range(last + 1, last + count + 1):
        action = actions[seq % len(actions)]
        version = seq // len(actions) + 1
        context = Context(id=str(uuid.UUID(int=seq)), source="urn:sintetico", time="2026-01-01T00:00:00Z")
        message = encode(ActionProgressReported(version=version, action=action), context)
        events.append(_Event(seq, f"drained:{action.id}", version, message))
    now = datetime.now(UTC)
    async with place.administrator.transaction():
        await place.administrator.copy_records_to_table(
            "event",
            records=[
                (
                    it.seq,
                    now,
                    it.stream,
                    it.version,
                    it.message.type,
                    it.message.subject,
                    "*",
                    it.message.body,
                )
                for it in events
            ],
            columns=["seq", "recorded_at", "stream", "version", "type", "subject", "audience", "body"],
        )
        await place.administrator.execute(
            "UPDATE ledger_head SET seq = $1, recorded_at = $2", events[-1].seq, now
        )
    await place.administrator.execute("ANALYZE event")
    await place.administrator.execute("CHECKPOINT")
    return events


async def _relayed(place: _Place, events: Sequence[_Event]) -> float:
    async def make_ledger() -> None:
        """It is there."""

    begun = time.perf_counter()
    task = asyncio.create_task(
        relay(
            place.database,
            place.broker,
            Gate(),
            place.acknowledged,
            asyncio.Event(),
            make_ledger,
            asyncio.Event(),
        )
    )
    while place.acknowledged.read() != events[-1].seq:
        await asyncio.sleep(0.002)
        if task.done():
            raise RuntimeError("the relay has ended")
    taken = time.perf_counter() - begun
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return len(events) / taken


async def _raw(broker: Client, events: Sequence[_Event]) -> float:
    batches = []
    for first in range(0, len(events), BATCH):
        chunk = events[first : first + BATCH]
        batch = {"Nats-Batch-Id": token_hex(16)}
        batches.append([
            ({**batch, "Nats-Batch-Sequence": str(place)}, it.message.subject, it.message.body)
            for place, it in enumerate(chunk, 1)
        ])  # fmt: skip
        batches[-1][0][0]["Nats-Expected-Last-Sequence"] = str(chunk[0].seq - 1)
        batches[-1][-1][0]["Nats-Batch-Commit"] = "1"
    begun = time.perf_counter()
    for *others, (headers, subject, body) in batches:
        for place, (other_headers, other_subject, other_body) in enumerate(others):
            await broker.publish(other_subject, other_body, headers=other_headers)
            if place % 64 == 0:
                await asyncio.sleep(0)  # let the connection write
        answer = await broker.request(subject, body, timeout=30, headers=headers)
        if b'"error"' in answer.data:
            raise RuntimeError(answer.data.decode())
    return len(events) / (time.perf_counter() - begun)


async def _one_by_one(broker: Client, events: Sequence[_Event]) -> float:
    begun = time.perf_counter()
    for it in events:
        headers = {"Nats-Expected-Last-Sequence": str(it.seq - 1)}
        answer = await broker.request(it.message.subject, it.message.body, timeout=30, headers=headers)
        if b'"error"' in answer.data:
            raise RuntimeError(answer.data.decode())
    return len(events) / (time.perf_counter() - begun)


@asynccontextmanager
async def _with_copies(home: Path, server: postgres.Postgres) -> AsyncIterator[_Place]:
    """The home's own database and broker, with the copies of all members."""
    settings = installation_settings(home)
    keyring, address = open_keyring(settings.keys), Address(settings.nats_url)
    bus = embedded_nats.Nats(open_home(home), int(settings.nats_url.rpartition(":")[2]))
    await bus.launch()
    try:
        keeper = await connect(address, seed_file(keyring, "keeper"), "keeper")
        broker = await connect(address, seed_file(keyring, "relay"), "relay")
        async with _place(server, settings, "nanduti", broker, home / "acked") as place:
            members = await members_of(place.database)

            async def as_member(name: str) -> Client:
                return await connect(address, seed_file(keyring, name), name)

            async def current() -> bool:
                return all(copy.is_current for copy in await health(keeper, as_member, members))

            async def settled() -> None:
                await until(current, 300)

            place.settled = settled
            yield place
        await keeper.close()
    finally:
        await bus.stop()


@asynccontextmanager
async def _alone(home: Path, server: postgres.Postgres) -> AsyncIterator[_Place]:
    """A database of its own, and LEDGER with nobody following on a server without accounts."""
    settings = installation_settings(home)
    passwords = {role: (home / "keys" / role).read_text().strip() for role in migrations.ROLES}
    await migrations.bootstrap(server.dsn(), "alone", passwords)
    await migrations.migrate(server.dsn("nanduti_owner", passwords["nanduti_owner"], "alone"))
    port = free_port()
    directory = home.parent / "alone"
    async with running_server(plain_server(directory / "js", port), directory, port) as bus:
        broker = await nats.connect(bus.url)
        await ensure_ledger(broker)
        async with _place(server, settings, "alone", broker, directory / "acked") as place:
            yield place


@asynccontextmanager
async def _place(
    server: postgres.Postgres, settings: Settings, name: str, broker: Client, acked: Path
) -> AsyncIterator[_Place]:
    administrator = await asyncpg.connect(server.dsn(database=name))
    app, worker = (dsn.replace("/nanduti?", f"/{name}?") for dsn in (settings.app_dsn, settings.worker_dsn))
    database = await open_database(app, worker)
    acknowledged = Acknowledged(acked)

    async def settled() -> None:
        """Nobody follows."""

    try:
        yield _Place(administrator, database, broker, acknowledged, settled)
    finally:
        acknowledged.close()
        await broker.close()
        await close_database(database)
        await administrator.close()
