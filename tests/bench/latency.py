"""From a command's COMMIT to the handler of a plain subscriber at a member's own copy.

The hub runs in this process with its embedded servers; the subscriber is `listener`, a process of its own, on
one clock. Beside it, in alternating rounds at the same rate: a row inserted, a message of the same kind
published to a stream that waits for the disk as LEDGER does, and the same subscriber on that stream; no
accounts, no numbers, no mirrors. Commands start on the clock, whether or not those before them have ended.
Afterwards: what hub and servers hold in memory once they have worked.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import nats
import psutil
from bench.figures import Figure, figure, percentile
from bench.memory import held_by, with_children
from bench.register import enter, owner_dsn, plain_server, synthetic
from hub_process import server_of
from nats_server import running_server
from samples import COORDINATOR

from nanduti.actions import Action, ActionProgressReported
from nanduti.wire import Context, encode
from nanduti_hub.actions.commands import ReportProgress
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.embedded.home import free_port
from nanduti_hub.installation import installed
from nanduti_hub.ledger.execute import Ledger, execute, run
from nanduti_hub.ledger.identifiers import new_id

RATE = 50
ACTIONS_CHANGED = 200
#: Seconds of rest before memory is looked at.
IDLE = 20

#: (action id, version) to nanoseconds.
Instants = dict[tuple[str, int], int]
#: Does the command of a turn and notes when it began and when its COMMIT had returned.
Turn = Callable[[int, Instants, Instants], Coroutine[Any, Any, None]]


async def measure(directory: Path, *, quick: bool) -> list[Figure]:
    """p50 and p99 of five rounds."""
    seconds, rounds = (5, 3) if quick else (60, 5)
    actions = synthetic(ACTIONS_CHANGED)
    async with (
        installed(directory / "hub", host="127.0.0.1", port=0, demo=False) as up,
        _floor(directory, actions) as floor,
    ):
        await enter(up.running.ledger, actions)
        await asyncio.sleep(3)
        ours_turn = _commands(up.running.ledger, actions)
        ours: list[list[float]] = []
        floors: list[list[float]] = []
        whole: list[list[float]] = []
        for number in range(rounds):
            first = number * seconds * RATE
            _, committed, arrived = await _round(
                ours_turn, first, seconds, up.file.nats, "REGISTER", up.file.credentials["mesa"]
            )
            ours.append(_between(committed, arrived))
            begun, committed, arrived = await _round(floor.turn, first, seconds, floor.url, "FLOOR", None)
            floors.append(_between(committed, arrived))
            whole.append(_between(begun, arrived))
        await asyncio.sleep(IDLE)
        held = _held(directory / "hub")
    figures = [_figure(percent, ours, floors, whole) for percent in (50, 99)]
    count = rounds * seconds * RATE
    return [
        *figures,
        figure(
            f"{IDLE} s after those {count:,} commands, hub and both servers, PSS",
            [sum(held.values())],
            {f"{name} alone": [megabytes] for name, megabytes in held.items()},
            "MB",
            "(idle: under 400 MB)",
        ),
    ]


def _held(home: Path) -> dict[str, float]:
    """Memory of this process, which is the hub, and of its two servers; the floor's is left out."""
    servers = (server_of(home, "postgres"), server_of(home, "nats-server"))
    return held_by([psutil.Process(), *(it for server in servers for it in with_children(server))])


def _figure(
    percent: int, ours: list[list[float]], floor: list[list[float]], whole: list[list[float]]
) -> Figure:
    def of(rounds: list[list[float]]) -> list[float]:
        return [percentile(values, percent) for values in rounds]

    committed, inserted = "floor, from its COMMIT: publish, delivery", "floor with its INSERT"
    against = {committed: of(floor), inserted: of(whole)}
    if percent == 50:
        return figure(
            f"COMMIT to a member's handler, {RATE}/s, p50",
            of(ours),
            against,
            "ms",
            "at most 5 x the floor",
            lambda mine, others: mine <= 5 * others[committed],
        )
    return figure(
        f"COMMIT to a member's handler, {RATE}/s, p99",
        of(ours),
        against,
        "ms",
        "under 100 ms",
        lambda mine, _: mine < 100,
    )


def _between(from_: Instants, to: Instants) -> list[float]:
    """Milliseconds from one to the other; what never arrived makes the round worthless, so it raises."""
    if missing := from_.keys() - to.keys():
        raise RuntimeError(f"{len(missing)} of {len(from_)} events did not arrive")
    return [(to[key] - at) / 1e6 for key, at in from_.items()]


async def _round(
    turn: Turn, first: int, seconds: int, url: str, stream: str, seed: str | None
) -> tuple[Instants, Instants, Instants]:
    """Turns on the clock for some seconds: when each began, was committed and had arrived."""
    listener = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.listener", url, stream, *([seed] if seed else [])),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**26,
    )
    if listener.stdin is None or listener.stdout is None:
        raise RuntimeError("the listener has no pipes")
    if await listener.stdout.readline() != b"READY\n":
        raise RuntimeError("the listener does not listen")
    begun: Instants = {}
    committed: Instants = {}
    loop = asyncio.get_running_loop()
    start = loop.time() + 0.2
    async with asyncio.TaskGroup() as tasks:
        for number in range(seconds * RATE):
            await asyncio.sleep(max(0, start + number / RATE - loop.time()))
            tasks.create_task(turn(first + number, begun, committed))
    await asyncio.sleep(1)  # what has not arrived by now is told by `_between`
    listener.stdin.write(b"\n")
    arrivals = msgspec.json.decode(await listener.stdout.readline(), type=list[tuple[str, int, int]])
    await listener.wait()
    return begun, committed, {(id_, version): at for id_, version, at in arrivals}


def _commands(ledger: Ledger, actions: list[Action]) -> Turn:
    async def turn(number: int, begun: Instants, committed: Instants) -> None:
        action, progress = actions[number % len(actions)], (number // len(actions) + 1) % 101

        async def work(connection: asyncpg.Connection) -> int:
            done = await execute(connection, ledger, ACTIONS, action.id, ReportProgress(progress=progress))
            return done.version

        at = time.time_ns()
        version = await run(ledger, COORDINATOR, work)
        committed[action.id, version] = time.time_ns()
        begun[action.id, version] = at

    return turn


class _Floor(msgspec.Struct):
    url: str
    turn: Turn


@asynccontextmanager
async def _floor(directory: Path, actions: list[Action]) -> AsyncIterator[_Floor]:
    """The plainest way from a row to a subscriber, on the same PostgreSQL and a nats-server of its own."""
    port = free_port()
    pool = await asyncpg.create_pool(owner_dsn(directory / "hub"), min_size=2, max_size=12)
    async with (
        running_server(plain_server(directory / "floor-js", port), directory / "floor", port) as server,
        pool,
    ):
        await pool.execute("CREATE SCHEMA floor")
        await pool.execute(
            "CREATE TABLE floor.row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea)"
        )
        client = await nats.connect(server.url)
        jetstream = client.jetstream()
        await jetstream.add_stream(name="FLOOR", subjects=["floor.>"])

        async def turn(number: int, begun: Instants, committed: Instants) -> None:
            action, version = actions[number % len(actions)], number // len(actions) + 2
            event = ActionProgressReported(version=version, action=action)
            message = encode(event, Context(id=new_id(), source="urn:sintetico", time="2026-01-01T00:00:00Z"))
            key = (action.id, version)
            begun[key] = time.time_ns()
            await pool.execute("INSERT INTO floor.row (body) VALUES ($1)", message.body)
            committed[key] = time.time_ns()
            await jetstream.publish(f"floor.{action.id}", message.body)

        yield _Floor(server.url, turn)
        await client.close()
