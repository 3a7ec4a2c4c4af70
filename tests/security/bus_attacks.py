"""What the attacks on the bus share: two members of one hub, the victim's live reading, and what a server says."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
from bus.events import action_event, notice
from copies import health
from msgspec import Struct, field
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats_server import Bus, until

from nanduti.wire import Message
from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.append import Write, append
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.sequencer import number_events
from nanduti_hub.relay.acknowledged import Acknowledged
from nanduti_hub.relay.keeper import ensure_ledger, provision
from nanduti_hub.relay.publishing import relay
from nanduti_hub.relay.streams import Member

API = "$JS.API"
#: Who attacks, and who must notice nothing.
A, B = Member("conaeti", is_platform=True), Member("mtess", is_platform=False)
#: What must stay as it is, and in whose account.
WATCHED = {
    "keeper": ("LEDGER", "OUT_REGISTER", "OUT_conaeti", "OUT_mtess", "KV_actions"),
    "keeper:mtess": ("REGISTER", "HANDOFF", "KV_actions"),
    "keeper:conaeti": ("REGISTER", "HANDOFF", "KV_actions"),
}


class Attacker(Struct):
    """A connection that keeps what the server says against it."""

    client: Client
    said: list[str]

    async def refused_to_publish(self, subject: str, body: bytes = b"", reply: str = "") -> None:
        """Publish, and have the server say that this subject is not allowed."""
        await self._refused(f'permissions violation for publish to "{subject.lower()}"',
                            self.client.publish(subject, body, reply=reply))  # fmt: skip

    async def refused_to_subscribe(self, subject: str) -> None:
        """Subscribe, and have the server say that this subject is not allowed."""
        await self._refused(f'permissions violation for subscription to "{subject.lower()}"',
                            self.client.subscribe(subject))  # fmt: skip

    async def _refused(self, words: str, attempt: Any) -> None:
        self.said.clear()
        await attempt
        await self.client.flush()
        await until(lambda: any(words in said.lower() for said in self.said), 5)

    async def asks(self, subject: str, body: object = None) -> dict[str, Any]:
        """What JetStream's API answers."""
        payload = b"" if body is None else json.dumps(body).encode()
        answer = await self.client.request(f"{API}.{subject}", payload, timeout=5)
        decoded: dict[str, Any] = json.loads(answer.data)
        return decoded

    async def makes_consumer(self, stream: str, name: str, **more: Any) -> dict[str, Any]:
        """What the server answers when a consumer is made."""
        config = {"name": name, "durable_name": name, "ack_policy": "explicit", **more}
        return await self.asks(f"CONSUMER.CREATE.{stream}.{name}", {"stream_name": stream, "config": config})


class Scene(Struct):
    """Two members of one hub, with the real relay bringing what is entered in the ledger to both."""

    bus: Bus
    ledger: Ledger
    woken: asyncio.Event
    entered: int = 0
    #: What the victim has been given, and how often it was cut off.
    given: list[tuple[int, bytes]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)

    async def attacker(self, user: str = A.code, **options: Any) -> Attacker:
        """Somebody who connects with a key that it has."""
        said: list[str] = []

        async def hear(error: Exception) -> None:
            said.append(str(error))

        client = await nats.connect(
            self.bus.server.url, nkeys_seed=self.bus.credentials(user), error_cb=hear, **options
        )
        self.bus.opened.append(client)
        return Attacker(client, said)

    async def notify(self, member: str = B.code, count: int = 1) -> None:
        """Enter synthetic notices to a member in the ledger, as the handoffs of a later issue will."""
        writes = []
        for _ in range(count):
            self.entered += 1
            subject, body = notice(member)
            body = body.replace(str(uuid.UUID(int=1)).encode(), str(uuid.UUID(int=self.entered)).encode())
            writes.append(_write(f"synthetic:{self.entered}", subject, body, member))
            if member == B.code:
                self.bodies.append(body)
        await self._append(writes)

    async def act(self, first: int, count: int) -> None:
        """Enter synthetic actions of all members' register."""
        events = [action_event(number, 1) for number in range(first, first + count)]
        await self._append([
            _write(f"synthetic:action-{first + place}", subject, body, "*")
            for place, (subject, body) in enumerate(events)
        ])  # fmt: skip

    async def _append(self, writes: Sequence[Write]) -> None:
        async with transaction(self.ledger.database, WORKER) as connection:
            await append(connection, self.ledger.gate, writes)
        while await number_events(self.ledger.database, self.ledger.gate):
            self.woken.set()

    async def victim_reads(self) -> None:
        """The victim listens to its notices with a plain client, as any member may."""

        async def cut() -> None:
            self.cuts.append("cut")

        async def take(message: Msg) -> None:
            sequence = message.metadata.sequence
            self.given.append((sequence.stream, message.data))
            if sequence.consumer != len(self.given):
                self.cuts.append(f"consumer made again at {sequence.stream}")

        client = await nats.connect(
            self.bus.server.url,
            nkeys_seed=self.bus.credentials(B.code),
            disconnected_cb=cut,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.05,
        )
        self.bus.opened.append(client)
        await client.jetstream().subscribe("", stream="HANDOFF", cb=take, ordered_consumer=True)

    async def states(self) -> dict[str, Any]:
        """Every stream of the hub and of both members: configuration, contents, and consumers by name."""
        found = {}
        for user, names in WATCHED.items():
            client = (await self.attacker(user)).client
            for name in names:
                info = json.loads((await client.request(f"{API}.STREAM.INFO.{name}", timeout=5)).data)
                listed = json.loads((await client.request(f"{API}.CONSUMER.LIST.{name}", timeout=5)).data)
                # Those of mirrors and of ordered readers come and go by themselves.
                durable = [it for it in listed["consumers"] if it["config"].get("durable_name")]
                consumers = [(it["name"], it["num_ack_pending"], it["num_pending"]) for it in durable]
                state = {key: info["state"][key] for key in ("messages", "first_seq", "last_seq")}
                found[f"{user} {name}"] = (info["config"], state, sorted(consumers), info["created"])
            streams = json.loads((await client.request(f"{API}.STREAM.NAMES", timeout=5)).data)
            found[user] = sorted(streams["streams"])
            await client.close()
        return found

    async def settled(self) -> None:
        """Wait until the victim has all that was entered for it."""
        await until(lambda: len(self.given) >= len(self.bodies), 10)

    def undisturbed(self) -> None:
        """The victim was given everything once, in order, over one connection that never broke."""
        assert [body for _, body in self.given] == self.bodies
        assert sorted({seq for seq, _ in self.given}) == [seq for seq, _ in self.given]
        assert self.cuts == []


@asynccontextmanager
async def on_the_scene(bus: Bus, ledger: Ledger, directory: Path) -> AsyncIterator[Scene]:
    """A scene on a bus, with the relay at work and the victim reading; it must have been undisturbed at the end."""
    scene = Scene(bus, ledger, asyncio.Event())
    keeper, broker = await bus.connect_as("keeper"), await bus.connect_as("relay")
    acknowledged = Acknowledged(directory / "acked")

    async def make() -> None:
        await ensure_ledger(keeper)

    await provision(keeper, bus.connect_as, bus.members)
    relaying = asyncio.create_task(
        relay(ledger.database, broker, ledger.gate, acknowledged, scene.woken, make, asyncio.Event())
    )
    try:
        await scene.act(1, 3)
        await scene.notify()
        await scene.notify(A.code)
        await scene.victim_reads()
        await scene.settled()

        async def current() -> bool:
            return all(copy.is_current for copy in await health(keeper, bus.connect_as, bus.members))

        await until(current)
        yield scene
        await scene.notify(count=3)
        await scene.settled()
        scene.undisturbed()
    finally:
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)
        acknowledged.close()


def _write(stream: str, subject: str, body: bytes, audience: str) -> Write:
    message = Message(type="nanduti.synthetic", subject=subject, body=body)
    return Write(
        stream=stream,
        kind="synthetic",
        as_read=0,
        schema=1,
        state=b"",
        messages=(message,),
        audience=audience,
    )
