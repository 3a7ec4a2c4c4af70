"""Officers at their desks, in a process of its own: each case goes from desk to desk, one command after the other.

A case is opened, offered (half of them with a dossier that is sealed), asked about and answered, declined or accepted,
taken through its stages and closed; every command with its If-Match and an Idempotency-Key of its own. What is measured
is the command; what a desk reads in between is asked at once and not measured. An order comes as JSON on the input
(`Order`), what came of it goes as JSON to the output (`Done`). Everybody is synthetic: there are only listed codes.

    python -m bench.desk_load < ORDER
"""

import asyncio
import base64
import itertools
import random
import sys
import time
import uuid
from collections import deque
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import uvloop
from msgspec import Struct, field

from nanduti.seal import seal
from nanduti.vocabulary import Share

FACTS = {
    "crimes": ["trafficking"],
    "age_band": "14-17",
    "sex": "female",
    "department": "PY-7",
    "channel": "147",
}
#: What a dossier says, some 15 kB of it.
CONTENT = {
    "con_Consent": True,
    "comments": [
        {"cco_CaseComment": "Texto sintético, sin relación con persona alguna. " * 30} for _ in range(10)
    ],
}
TRACK = "protection"
#: Connections that are kept, at most; a hub keeps 900.
CONNECTIONS = 400


class Order(Struct, frozen=True, kw_only=True):
    """What is to be done, and by whom.

    `mode` is `lone` (one command at a time, one of the register's after one of a case), `closed` (every desk as fast as
    it is answered), `open` (`rate` commands a second on the clock, whether or not those before are answered) or `burst`
    (`count` commands at once, one on each of as many cases). With `register_rate` the register is changed as often, on
    the clock, all the while.
    """

    mode: str
    port: int
    #: An officer's token and institution.
    desks: list[tuple[str, str]]
    #: Keys of the institutions that can receive: what a dossier is sealed to.
    keys: dict[str, list[str]]
    #: A coordinator's token, and the actions that it changes with their versions.
    coordinator: str = ""
    actions: dict[str, int] = {}
    seconds: float = 0
    rate: float = 0
    register_rate: float = 0
    count: int = 0
    seed: int = 1


class Done(Struct, kw_only=True):
    """Milliseconds of each command that was carried out, from when it was due; what was refused, by status and code;
    the seconds that all of it took. `versions` are those of the actions.
    """

    cases: list[float] = field(default_factory=list)
    register: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    seconds: float = 0
    versions: dict[str, int] = field(default_factory=dict)


class Call(Struct, frozen=True):
    """A request of a desk's: a command where there is a body, else a read."""

    token: str
    path: str
    body: dict[str, Any] | None = None
    version: int | None = None


#: A case on its way: what is asked next, given what was answered last.
Story = Generator[Call, Any, None]


class Refused(RuntimeError):
    """The hub answers otherwise than with success: status and code."""


def story(order: Order, sealed: dict[str, str], chance: random.Random) -> Story:
    """One case from its opening to its end."""
    opener, house = chance.choice(order.desks)
    receiver, to = chance.choice([desk for desk in order.desks if desk[1] in order.keys and desk[1] != house])
    case = yield Call(
        opener,
        "/v1/cases",
        {"facts": FACTS, "tracks": [TRACK], "consent": "granted", "synthetic": True},
    )
    path = f"/v1/cases/{case['reference']}/tracks/{TRACK}"
    receivers = yield Call(opener, f"{path}/receivers?kind=transfer")
    offer = {
        "handoff": receivers["handoff"],
        "kind": "transfer",
        "receiver": to,
        "urgency": "urgent",
        "share": "none",
    }
    if chance.random() < 0.5:
        (found,) = [one for one in receivers["receivers"] if one["institution"]["code"] == to]
        recipients = [key["fingerprint"] for key in found["keys"]]
        offer |= {"share": "full", "dossier": {"ciphertext": sealed[to], "recipients": recipients}}
    handoff = yield Call(opener, f"{path}/handoffs", offer, case["tracks"][0]["version"])
    below = f"/v1/handoffs/{handoff['id']}"
    if chance.random() < 0.3:
        handoff = yield Call(
            receiver, f"{below}/questions", {"question": "immediate_risk"}, handoff["version"]
        )
        answered = f"{below}/questions/{handoff['questions'][0]['number']}/answer"
        handoff = yield Call(opener, answered, {"answer": "no"}, handoff["version"])
    if chance.random() < 0.3:
        yield Call(receiver, f"{below}/decline", {"code": "no_capacity"}, handoff["version"])
        holder = opener
    else:
        handoff = yield Call(receiver, f"{below}/accept", {}, handoff["version"])
        path = f"/v1/cases/{handoff['my_reference']}/tracks/{TRACK}"
        holder = receiver
    track = yield Call(holder, path)
    for stage in ("attention", "follow_up"):
        track = yield Call(holder, f"{path}/stage", {"stage": stage}, track["version"])
    yield Call(holder, f"{path}/close", {"outcome": "independent"}, track["version"])


class Connections:
    """Kept connections, as many as are needed at once and no more than are allowed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.idle: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()
        self.free = asyncio.Semaphore(CONNECTIONS)

    async def ask(self, call: Call) -> Any:
        """The JSON that a call is answered with.

        Raises:
            Refused: the hub answers with anything but success.

        """
        body = b"" if call.body is None else msgspec.json.encode(call.body)
        head = f"{'GET' if call.body is None else 'POST'} {call.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
        head += f"Authorization: Bearer {call.token}\r\n"
        if call.body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            head += f"Idempotency-Key: {uuid.uuid4()}\r\n"
        if call.version is not None:
            head += f'If-Match: "{call.version}"\r\n'
        async with self.free:
            reader, writer = (
                self.idle.pop()
                if self.idle
                else await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
            )
            writer.write(head.encode() + b"\r\n" + body)
            answered = await reader.readuntil(b"\r\n\r\n")
            length = answered.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            content = await reader.readexactly(int(length))
            self.idle.append((reader, writer))
        status = answered.split(b" ", 2)[1].decode()
        if not status.startswith("2"):
            raise Refused(f"{status} {msgspec.json.decode(content).get('code')}")
        return msgspec.json.decode(content)


class Load:
    """The desks at work: stories that wait for their next command, and what was measured."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.connections = Connections(order.port)
        self.chance = random.Random(order.seed)
        self.done = Done(versions=dict(order.actions))
        self.ready: deque[tuple[Story, Call]] = deque()
        self.sealed = dict(_sealed(order.keys))
        self.actions = itertools.cycle(order.actions)

    def begun(self) -> tuple[Story, Call]:
        """A new case, and its first command."""
        begun = story(self.order, self.sealed, self.chance)
        return begun, next(begun)

    async def command(self, going: Story, call: Call, due: float) -> tuple[Story, Call] | None:
        """Carry out a case's next command, and read what its desk reads after it; the command that follows, if any."""
        try:
            answer = await self.connections.ask(call)
        except Refused as refused:
            self._refused(refused)
            return None
        self.done.cases.append((time.perf_counter() - due) * 1000)
        try:
            call = going.send(answer)
            while call.body is None:
                call = going.send(await self.connections.ask(call))
        except StopIteration:
            return None
        return going, call

    async def change(self, action: str, due: float) -> None:
        """Report an action's progress."""
        version = self.done.versions[action]
        body = {"progress": version % 100}
        try:
            answer = await self.connections.ask(
                Call(self.order.coordinator, f"/v1/actions/{action}/progress", body, version)
            )
        except Refused as refused:
            self._refused(refused)
            return
        self.done.register.append((time.perf_counter() - due) * 1000)
        self.done.versions[action] = answer["version"]

    def _refused(self, refused: Refused) -> None:
        self.done.refused[str(refused)] = self.done.refused.get(str(refused), 0) + 1

    async def lone(self) -> None:
        """One command after the other."""
        until = time.perf_counter() + self.order.seconds
        going: tuple[Story, Call] | None = None
        while time.perf_counter() < until:
            going = await self.command(*(going or self.begun()), time.perf_counter())
            await self.change(next(self.actions), time.perf_counter())

    async def closed(self) -> None:
        """Every desk as fast as it is answered."""
        until = time.perf_counter() + self.order.seconds

        async def desk() -> None:
            going: tuple[Story, Call] | None = None
            while time.perf_counter() < until:
                going = await self.command(*(going or self.begun()), time.perf_counter())

        await asyncio.gather(*(desk() for _ in self.order.desks))

    async def open(self) -> None:
        """Commands on the clock. A case that was answered waits for a turn; where none waits, one is opened."""

        async def turn(due: float) -> None:
            following = await self.command(*(self.ready.popleft() if self.ready else self.begun()), due)
            if following is not None:
                self.ready.append(following)

        async def on_the_clock() -> None:
            async with asyncio.TaskGroup() as tasks:
                async for due in _ticks(self.order.rate, self.order.seconds):
                    tasks.create_task(turn(due))

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(on_the_clock())
            tasks.create_task(self.register())

    async def register(self) -> None:
        """Change the register on the clock."""
        async with asyncio.TaskGroup() as tasks:
            async for due in _ticks(self.order.register_rate, self.order.seconds):
                tasks.create_task(self.change(next(self.actions), due))

    async def burst(self) -> None:
        """Cases on their way, each a different number of commands; then all their next commands at once."""
        prepared: list[tuple[Story, Call]] = []

        async def desk() -> None:
            while len(prepared) < self.order.count:
                going: tuple[Story, Call] | None = self.begun()
                for _ in range(self.chance.randrange(5)):
                    going = await self.command(*going, time.perf_counter()) if going else None
                if going is not None:
                    prepared.append(going)

        await asyncio.gather(*(desk() for _ in self.order.desks))
        self.done.cases.clear()
        due = time.perf_counter()
        await asyncio.gather(*(self.command(*going, due) for going in prepared[: self.order.count]))
        self.done.seconds = time.perf_counter() - due


async def _ticks(rate: float, seconds: float) -> Any:
    """The moments of a clock, each when it has come."""
    start = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = start + number / rate
        await asyncio.sleep(max(0, due - time.perf_counter()))
        yield due


def _sealed(keys: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """A dossier for each institution. The hub cannot tell that it is the same for each case."""
    for institution, recipients in keys.items():
        ciphertext = seal(
            CONTENT,
            handoff="7d1c9f2e-4a55-4b6e-9d1a-0c5f6f3b2a10",
            sender="minna",
            receiver=institution,
            share=Share.FULL,
            recipients=recipients,
            at=datetime.now(UTC),
        )
        yield institution, base64.b64encode(ciphertext).decode()


async def carry_out(order: Order) -> Done:
    """Do what is ordered."""
    load = Load(order)
    ways = {"lone": load.lone, "closed": load.closed, "open": load.open, "burst": load.burst}
    begun = time.perf_counter()
    await ways[order.mode]()
    load.done.seconds = load.done.seconds or time.perf_counter() - begun
    for _, writer in load.connections.idle:
        writer.close()
    return load.done


if __name__ == "__main__":
    ordered = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.buffer.write(msgspec.json.encode(runner.run(carry_out(ordered))))
