"""One register through crashes: three subscribers hold the same bytes at the same number.

While changes run, the hub is killed in the middle of writes, PostgreSQL and nats-server too, and once the
whole JetStream directory is lost. Every acknowledged change is there once, and nothing that nobody asked for.
`NANDUTI_FAULT_CHANGES` and `NANDUTI_FAULT_KILLS` make it longer (`make faults`).
"""

import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import nats
import nats.errors
import psutil
import pytest
from hub_process import HubProcess, server_of, start_hub, stop_servers
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import Error as JetStreamError

from nanduti.subscribe import digest, subscribe

CHANGES = int(os.environ.get("NANDUTI_FAULT_CHANGES", "200"))
KILLS = int(os.environ.get("NANDUTI_FAULT_KILLS", "2"))
DEADLINE = 300.0
READER = "mesa"


@pytest.fixture
def home() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="nanduti-faults-"))
    yield directory / "hub"
    print((directory / "hub.log").read_text()[-20_000:])  # shown only where the test fails
    stop_servers(directory / "hub")
    shutil.rmtree(directory, ignore_errors=True)


class Register:
    """A subscriber's own copy: bytes by action, and the digest that it had at each number."""

    def __init__(self) -> None:
        self.actions: dict[str, bytes] = {}
        self.seq = 0
        self.digests: dict[int, str] = {}
        self.seen: list[int] = []

    def take(self, seq: int, subject: str, body: bytes) -> None:
        self.seq = seq
        if subject.startswith("nanduti.v1.action."):
            self.seen.append(seq)
            self.actions[subject.rpartition(".")[2]] = body
            if len(self.seen) % 50 == 0:
                self.digests[seq] = digest(self.actions)


async def our_subscriber(home: Path, register: Register) -> None:
    hub = json.loads((home / "hub.json").read_text())
    async for message in subscribe(hub["nats"], credentials=hub["credentials"][READER]):
        register.take(message.seq, message.subject, message.raw)


async def plain_subscriber(home: Path, register: Register) -> None:
    """Without our kit: nats-py alone, resuming from the number that it keeps."""
    hub = json.loads((home / "hub.json").read_text())
    nc = await nats.connect(
        hub["nats"],
        nkeys_seed=hub["credentials"]["conaeti"],
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.2,
        error_cb=ignore,
    )
    js = nc.jetstream()
    while True:
        try:
            config = ConsumerConfig(
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=register.seq + 1
            )
            sub = await js.pull_subscribe("", None, stream="REGISTER", config=config)
            while True:
                try:
                    for message in await sub.fetch(100, timeout=1):
                        seq = message.metadata.sequence.stream
                        if seq > register.seq:
                            register.take(seq, message.subject, message.data)
                        await message.ack()
                except nats.errors.TimeoutError:
                    await sub.consumer_info()
        except (nats.errors.Error, JetStreamError, TimeoutError, OSError):
            await asyncio.sleep(0.1)


async def bucket_register(home: Path) -> tuple[int, str]:
    hub = json.loads((home / "hub.json").read_text())
    nc = await nats.connect(hub["nats"], nkeys_seed=hub["credentials"]["contrafor"])
    try:
        bucket = await nc.jetstream().key_value("actions")
        entries = [await bucket.get(key) for key in await bucket.keys()]
        return max(entry.revision for entry in entries), digest({entry.key: entry.value for entry in entries})
    finally:
        await nc.close()


async def ignore(_error: Exception) -> None:
    """A client that is told of errors and goes on."""


class Writers:
    """Coordinators who change the register, and who ask again with the same key until they are answered."""

    def __init__(self, home: Path, actions: list[tuple[str, str]]) -> None:
        self.home = home
        self.actions = actions
        self.acknowledged = 0
        self.left = CHANGES
        self.midway = asyncio.Event()

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=10) as client:
            await asyncio.gather(*(self.write(client, index) for index in range(8)))

    async def write(self, client: httpx.AsyncClient, index: int) -> None:
        mine = self.actions[index::8]
        chance = random.Random(index)
        while self.left > 0:
            self.left -= 1
            platform, action = chance.choice(mine)
            await self.change(client, platform, action)
            self.acknowledged += 1

    async def change(self, client: httpx.AsyncClient, platform: str, action: str) -> None:
        current = await self.ask(client, platform, "GET", f"/v1/actions/{action}")
        progress = (current.json()["progress"] + 1) % 101
        answer = await self.ask(
            client,
            platform,
            "POST",
            f"/v1/actions/{action}/progress",
            json={"progress": progress},
            headers={"If-Match": current.headers["ETag"], "Idempotency-Key": str(uuid.uuid4())},
        )
        assert answer.json()["progress"] == progress

    async def ask(
        self, client: httpx.AsyncClient, platform: str, method: str, path: str, **more: Any
    ) -> httpx.Response:
        """Ask until there is an answer: a hub that is away, starting or held is asked again."""
        headers = more.pop("headers", {})
        while True:
            try:
                hub = json.loads((self.home / "hub.json").read_text())
                headers["Authorization"] = f"Bearer {hub['tokens'][platform]}"
                answer = await client.request(method, hub["api"] + path, headers=headers, **more)
            except (httpx.TransportError, OSError):
                await asyncio.sleep(0.05)
                continue
            if answer.status_code not in (500, 503):
                assert answer.status_code == 200, answer.text
                return answer
            assert answer.status_code == 503, answer.text
            await asyncio.sleep(0.05)


async def first_actions(home: Path) -> list[tuple[str, str]]:
    hub = json.loads((home / "hub.json").read_text())
    found: list[tuple[str, str]] = []
    async with httpx.AsyncClient() as client:
        for platform in ("conaeti", "contrafor", "mesa"):
            answer = await client.get(
                f"{hub['api']}/v1/actions?platform={platform}&limit=40",
                headers={"Authorization": f"Bearer {hub['tokens'][platform]}"},
            )
            found += [(platform, item["id"]) for item in answer.json()["items"]]
    return found


async def reached(writers: Writers, share: float, writing: asyncio.Task[None]) -> None:
    while writers.acknowledged < CHANGES * share:
        if writing.done():
            await writing
        await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_three_subscribers_hold_one_register_through_crashes(home: Path) -> None:
    hub = await asyncio.to_thread(start_hub, home, "--demo")
    before = await events_of_actions(home)
    ours, plain = Register(), Register()
    writers = Writers(home, await first_actions(home))
    async with asyncio.timeout(DEADLINE):
        reading = [
            asyncio.create_task(our_subscriber(home, ours)),
            asyncio.create_task(plain_subscriber(home, plain)),
        ]
        writing = asyncio.create_task(writers.run())
        faults = [kill_hub] * KILLS + [kill_postgres, kill_nats, lose_jetstream]
        for place, fault in enumerate(faults, 1):
            await reached(writers, place / (len(faults) + 1), writing)
            assert not writing.done(), "a fault must strike while there is work"
            hub = await fault(hub)
        await writing
        after = await settled(home)
        while not (ours.seq >= after["number"] and plain.seq >= after["number"]):
            assert not any(task.done() for task in reading), "a subscriber gave up"
            await asyncio.sleep(0.05)
        while (await bucket_register(home))[0] < after["number"]:
            await asyncio.sleep(0.1)
    for task in reading:
        task.cancel()
    assert await events_of_actions(home) == before + CHANGES, "nothing lost, nothing invented"
    assert len(ours.seen) == before + CHANGES
    assert digest(ours.actions) == digest(plain.actions) == after["digest"]
    assert await bucket_register(home) == (after["number"], after["digest"])
    assert ours.seen == plain.seen, "each event once, in order"
    common = ours.digests.keys() & plain.digests.keys()
    assert common
    assert all(ours.digests[number] == plain.digests[number] for number in common)
    assert await asyncio.to_thread(rebuild_check, home) == 0
    assert await asyncio.to_thread(hub.stop) == 0


async def kill_hub(hub: HubProcess) -> HubProcess:
    hub.kill()
    return await asyncio.to_thread(start_hub, hub.home, "--demo")


async def kill_postgres(hub: HubProcess) -> HubProcess:
    server_of(hub.home, "postgres").kill()
    return hub


async def kill_nats(hub: HubProcess) -> HubProcess:
    server_of(hub.home, "nats-server").kill()
    return hub


async def lose_jetstream(hub: HubProcess) -> HubProcess:
    server = server_of(hub.home, "nats-server")
    server.send_signal(signal.SIGKILL)
    # Its parent may bury it between two looks.
    with contextlib.suppress(psutil.NoSuchProcess):
        while server.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.005)
    shutil.rmtree(hub.home / "nats" / "jetstream")
    return hub


async def register(home: Path) -> dict[str, Any]:
    hub = json.loads((home / "hub.json").read_text())
    async with httpx.AsyncClient() as client:
        answer = await client.get(
            f"{hub['api']}/v1/register", headers={"Authorization": f"Bearer {hub['tokens']['conaeti']}"}
        )
    return answer.json()


async def events_of_actions(home: Path) -> int:
    """How many events all actions have had, by their versions."""
    hub = json.loads((home / "hub.json").read_text())
    async with httpx.AsyncClient() as client:
        answer = await client.get(
            f"{hub['api']}/v1/actions.ndjson", headers={"Authorization": f"Bearer {hub['tokens']['conaeti']}"}
        )
    return sum(json.loads(line)["version"] for line in answer.text.splitlines())


async def settled(home: Path) -> dict[str, Any]:
    """The register once all that was committed has its number: nothing waits."""
    while True:
        try:
            now = await register(home)
            if now["number"] and await waiting_events(home) == 0:
                return await register(home)
        except (httpx.TransportError, KeyError):
            pass
        await asyncio.sleep(0.1)


async def waiting_events(home: Path) -> int:
    """How many committed events have no number yet."""
    settings = json.loads((home / "settings.json").read_text())
    connection = await asyncpg.connect(settings["worker_dsn"])
    try:
        return int(await connection.fetchval("SELECT count(*) FROM pending"))
    finally:
        await connection.close()


def rebuild_check(home: Path) -> int:
    import subprocess
    import sys

    command = [str(Path(sys.executable).parent / "nanduti-hub"), "rebuild", "--check", "--home", str(home)]
    return subprocess.run(command, check=False).returncode
