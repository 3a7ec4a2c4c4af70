"""What keeping members apart costs: the way from a COMMIT to a member's handler, and draining a backlog, with 30
members connected and subscribing, beside one member.

Each side has a database of its own on one PostgreSQL and a nats-server of its own, with the generated accounts,
copies and permissions, and the hub's own sequencer and relay; no API. The member that is measured is a process of
its own (`listener`), the 29 others are one process of 29 connections (`crowd`). Rounds of both sides alternate.
While they drain, the others go on subscribing, so that what their process takes of the machine is in the figure.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from bench.drain import _entered, _Place, _relayed
from bench.figures import Figure, figure, percentile
from bench.latency import RATE, _between, _commands, _round
from bench.register import enter, synthetic
from copies import health
from databases import PASSWORDS
from msgspec import Struct
from nats_server import Bus, running_bus, until

from nanduti.actions import Action
from nanduti_hub import migrations
from nanduti_hub.caller import WORKER
from nanduti_hub.embedded import postgres
from nanduti_hub.embedded.home import free_port, open_home
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.ledger.sequencer import sequence
from nanduti_hub.relay.acknowledged import Acknowledged
from nanduti_hub.relay.keeper import provision
from nanduti_hub.relay.publishing import relay
from nanduti_hub.relay.streams import Member

MEMBERS = 30
ACTIONS_CHANGED = 200


class _Side(Struct):
    """A hub's ledger and bus with some members; all but the first of them listen already."""

    ledger: Ledger
    committed: asyncio.Event
    bus: Bus
    place: _Place

    @property
    def measured(self) -> str:
        return self.bus.members[0].code


async def measure(directory: Path, *, quick: bool) -> list[Figure]:
    """p50 and p99 to the handler, and events a second."""
    seconds, rounds, count = (5, 3, 5_000) if quick else (20, 3, 20_000)
    actions = synthetic(ACTIONS_CHANGED)
    server = await postgres.start(open_home(directory / "home"), free_port())
    try:
        async with _side(server, directory, 1) as one, _side(server, directory, MEMBERS) as many:
            latencies = await _latencies(one, many, actions, seconds, rounds)
            drained: dict[int, list[float]] = {1: [], MEMBERS: []}
            for side in (one, many):
                await _relayed(side.place, await _entered(side.place, actions, 1_000))
            for _ in range(rounds):
                for side in (many, one):
                    await side.place.settled()
                    events = await _entered(side.place, actions, count)
                    drained[len(side.bus.members)].append(await _relayed(side.place, events))
    finally:
        await server.stop()
    return [
        *(
            figure(
                f"COMMIT to a member's handler, {RATE}/s, {MEMBERS} members subscribing, p{percent}",
                [percentile(values, percent) for values in latencies[MEMBERS]],
                {"one member": [percentile(values, percent) for values in latencies[1]]},
                "ms",
            )
            for percent in (50, 99)
        ),
        figure(
            f"draining {count:,} events, {MEMBERS} members subscribing",
            drained[MEMBERS],
            {"one member": drained[1]},
            "events/s",
        ),
    ]


async def _latencies(
    one: _Side, many: _Side, actions: list[Action], seconds: int, rounds: int
) -> dict[int, list[list[float]]]:
    found: dict[int, list[list[float]]] = {1: [], MEMBERS: []}
    async with _at_work(one), _at_work(many):
        for side in (one, many):
            await enter(side.ledger, actions)
        await asyncio.sleep(3)
        for number in range(rounds):
            for side in (many, one):
                seed = side.bus.credentials(side.measured)
                turn, first = _commands(side.ledger, actions), number * seconds * RATE
                _, committed, arrived = await _round(
                    turn, first, seconds, side.bus.server.url, "REGISTER", seed
                )
                found[len(side.bus.members)].append(_between(committed, arrived))
    return found


@asynccontextmanager
async def _at_work(side: _Side) -> AsyncIterator[None]:
    """The sequencer and the relay of a side."""
    numbered, ledger, place = asyncio.Event(), side.ledger, side.place

    async def make() -> None:
        """LEDGER is there."""

    tasks = [
        asyncio.create_task(sequence(ledger.database, ledger.gate, side.committed, numbered.set)),
        asyncio.create_task(
            relay(
                ledger.database,
                place.broker,
                ledger.gate,
                place.acknowledged,
                numbered,
                make,
                asyncio.Event(),
            )
        ),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _side(server: postgres.Postgres, directory: Path, count: int) -> AsyncIterator[_Side]:
    name, members = f"members_{count}", [Member(f"sintetico_{n}", is_platform=False) for n in range(count)]
    # The roles are the server's, and so both sides have the same passwords.
    await migrations.bootstrap(server.dsn(), name, PASSWORDS)
    owner, app, worker = (server.dsn(role, PASSWORDS[role], name) for role in migrations.ROLES)
    await migrations.migrate(owner)
    database = await open_database(app, worker)
    gate, committed = Gate(), asyncio.Event()
    async with transaction(database, WORKER) as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    administrator = await asyncpg.connect(server.dsn(database=name))
    acknowledged = Acknowledged(directory / f"{name}.acked")
    async with running_bus(directory / name, members) as bus:
        keeper = await bus.connect_as("keeper")
        await provision(keeper, bus.connect_as, members)

        async def current() -> bool:
            return all(copy.is_current for copy in await health(keeper, bus.connect_as, members))

        async def settled() -> None:
            await until(current, 300)

        place = _Place(administrator, database, await bus.connect_as("relay"), acknowledged, settled)
        ledger = Ledger(database, gate, "urn:sintetico", committed.set)
        try:
            async with _crowd(bus, [member.code for member in members[1:]]):
                yield _Side(ledger, committed, bus, place)
        finally:
            acknowledged.close()
            await administrator.close()
            await close_database(database)


@asynccontextmanager
async def _crowd(bus: Bus, codes: list[str]) -> AsyncIterator[None]:
    """The other members, listening; it must have been given something, each of them."""
    if not codes:
        yield
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.crowd", bus.server.url, *map(bus.credentials, codes)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None or await process.stdout.readline() != b"READY\n":
        raise RuntimeError("the members do not listen")
    yield
    process.stdin.write(b"\n")
    if int(await process.stdout.readline()) == 0:
        raise RuntimeError("a member was given nothing")
    await process.wait()
