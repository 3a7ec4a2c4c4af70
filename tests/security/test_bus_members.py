"""Members join, rotate, are revoked, leave and return while the hub runs, and it is seen at the server."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import nats
import psutil
import pytest
from msgspec import Struct
from msgspec.structs import replace
from nats.aio.client import Client
from nats_server import until

from nanduti.directory import Institution
from nanduti_hub.caller import WORKER
from nanduti_hub.directory.commands import Register
from nanduti_hub.directory.project import DECIDERS
from nanduti_hub.directory.queries import codes_of
from nanduti_hub.hub import Running
from nanduti_hub.installation import installed
from nanduti_hub.ledger.execute import execute, run
from nanduti_hub.relay.admission import NotProven, prove_out, system
from nanduti_hub.relay.connection import Address, Reception, knock
from nanduti_hub.relay.credentials import locked, open_keyring, public_key_in, retired, seed_file
from nanduti_hub.relay.probing import probe_member
from nanduti_hub.relay.streams import Member

#: A whole installation is started, and stopped.
pytestmark = pytest.mark.slow

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("NANDUTI_")}
NEWCOMER = Institution(
    code="sintetica", acronym="SINT", name="Institución sintética de prueba", on_hub=True, synthetic=True
)


class Ended(Struct, frozen=True):
    """How a command ended, and all that it said."""

    code: int
    text: str


async def command(*arguments: str | Path, **environment: str) -> Ended:
    """Run `nanduti-hub` to its end, beside the hub that runs in this process."""
    done = await asyncio.to_thread(
        subprocess.run,
        [str(Path(sys.executable).parent / "nanduti-hub"), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=ENVIRONMENT | environment,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stdout, done.stdout
    return Ended(done.returncode, done.stdout)


class Installation(Struct):
    """A hub with its own servers, running in this process."""

    home: Path
    running: Running

    @property
    def file(self) -> dict[str, Any]:
        """What hub.json says."""
        return json.loads((self.home / "hub.json").read_text())

    @property
    def address(self) -> Address:
        """Where its bus is."""
        return Address(self.file["nats"])

    async def bus(self, *arguments: str) -> Ended:
        """Run a command on its bus."""
        return await command("bus", *arguments, "--home", self.home)

    async def let_in(self, code: str) -> bool:
        """Whether hub.json names a credential of a member that is let in and reads its copies."""
        seed = self.file["credentials"].get(code)
        return seed is not None and await self.reads(Path(seed))

    async def reads(self, seed: Path) -> bool:
        """Whether a seed reads three copies."""
        met = await knock(self.address, seed)
        if met.client is None:
            return False
        try:
            for stream in ("REGISTER", "HANDOFF", "KV_actions"):
                await met.client.jetstream(timeout=2).stream_info(stream)
        except nats.errors.Error:
            return False
        finally:
            await met.client.close()
        return True

    async def refuses(self, seed: Path) -> bool:
        """Whether a seed is refused, in the server's own words."""
        met = await knock(self.address, seed)
        if met.client is not None:
            await met.client.close()
        return met.reception is Reception.REFUSED

    async def register(self, institution: Institution) -> None:
        """Enter an institution in the directory, or change it."""

        async def work(connection: Any) -> None:
            command = Register(institution, await codes_of(connection))
            await execute(connection, self.running.ledger, DECIDERS[Institution], institution.code, command)

        await run(self.running.ledger, WORKER, work)


@contextlib.asynccontextmanager
async def running_installation(home: Path) -> AsyncIterator[Installation]:
    async with installed(home, host="127.0.0.1", port=0, demo=False) as up:
        yield Installation(home, up.running)


@pytest.fixture(scope="module")
async def installation() -> AsyncIterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="nanduti-") as path:
        async with running_installation(Path(path) / "home") as it:
            yield it


class Watching(Struct):
    """A member that stays connected: how often it was cut off."""

    client: Client
    cuts: list[str]


async def watching(seed: str, url: str) -> Watching:
    cuts: list[str] = []

    async def cut() -> None:
        cuts.append("cut")

    async def ignore(_error: Exception) -> None:
        """What is refused is looked at elsewhere."""

    client = await nats.connect(
        url,
        nkeys_seed=seed,
        disconnected_cb=cut,
        error_cb=ignore,
        reconnect_time_wait=0.05,
        max_reconnect_attempts=-1,
    )
    return Watching(client, cuts)


async def test_who_enters_the_directory_is_let_in_and_who_leaves_is_out(installation: Installation) -> None:
    """Within seconds, without a restart; coming back gives a new key, and the old one stays out for good."""
    credentials = installation.file["credentials"]
    other = await watching(credentials["mtess"], installation.file["nats"])
    assert "sintetica" not in credentials

    await installation.register(NEWCOMER)
    await until(lambda: installation.let_in("sintetica"))
    seed = Path(installation.file["credentials"]["sintetica"])
    context = json.loads(seed.with_suffix(".json").read_text())
    assert (context["url"], Path(context["nkey"])) == (installation.file["nats"], seed)

    live = await watching(str(seed), installation.file["nats"])
    await installation.register(replace(NEWCOMER, on_hub=False))
    await until(lambda: live.cuts != [])
    await until(lambda: "sintetica" not in installation.file["credentials"])
    (gone,) = retired(open_keyring(installation.home / "keys"), "sintetica")
    assert await installation.refuses(gone)
    assert not seed.exists()
    assert not seed.with_suffix(".json").exists()
    await live.client.close()

    await installation.register(NEWCOMER)
    await until(lambda: installation.let_in("sintetica"))
    assert public_key_in(seed) != public_key_in(gone)
    assert await installation.refuses(gone)
    assert other.cuts == []
    await other.client.close()


async def test_a_rotated_key_is_out_and_the_new_one_is_in_before_it_is_called_done(
    installation: Installation,
) -> None:
    """By a process of its own, beside the hub. Nobody else is cut off."""
    seed, url = Path(installation.file["credentials"]["minna"]), installation.file["nats"]
    mine, other = await watching(str(seed), url), await watching(installation.file["credentials"]["mp"], url)
    before = public_key_in(seed)

    done = await installation.bus("rotate", "minna")

    assert done.code == 0, done.text
    assert "Hecho" in done.text
    assert public_key_in(seed) != before
    assert await installation.reads(seed)
    (old,) = retired(open_keyring(installation.home / "keys"), "minna")
    assert public_key_in(old) == before
    assert await installation.refuses(old)
    assert mine.cuts
    assert other.cuts == []
    assert (await installation.bus("probe")).code == 0
    await mine.client.close()
    await other.client.close()


async def test_a_revoked_member_is_out_until_it_is_rotated(installation: Installation) -> None:
    """Doing it again does no harm and says so; hub.json names it no more."""
    seed, url = Path(installation.file["credentials"]["mre"]), installation.file["nats"]
    mine = await watching(str(seed), url)

    done = await installation.bus("revoke", "mre")

    assert done.code == 0, done.text
    assert "Hecho" in done.text
    await until(lambda: mine.cuts != [] and not mine.client.is_connected)
    (old,) = retired(open_keyring(installation.home / "keys"), "mre")
    assert await installation.refuses(old)
    await until(lambda: "mre" not in installation.file["credentials"])
    again = await installation.bus("revoke", "mre")
    assert (again.code, "ya estaba revocado" in again.text) == (0, True)
    members = (await installation.bus("members")).text.splitlines()
    states = {line.split()[0]: line for line in members}
    assert "revocada" in states["mre"]
    assert "vigente" in states["mtess"]
    assert "copias al día" in states["mtess"]
    await mine.client.close()

    done = await installation.bus("rotate", "mre")
    assert done.code == 0, done.text
    assert await installation.refuses(old)
    await until(lambda: installation.let_in("mre"))


async def test_a_member_that_is_none_is_named_in_a_clear_error(installation: Installation) -> None:
    done = await installation.bus("rotate", "nadie")
    assert done.code == 2
    assert "no hay un miembro «nadie» en el bus. Son: " in done.text


async def test_two_processes_at_once_do_not_undo_one_another(installation: Installation) -> None:
    """Two rotations and the hub's own admission of a newcomer, all at the same time: all of it holds."""
    newcomer = replace(NEWCOMER, code="sintetica2", acronym="SINT2")
    first, second, _ = await asyncio.gather(
        installation.bus("rotate", "mec"),
        installation.bus("revoke", "mspbs"),
        installation.register(newcomer),
    )
    assert (first.code, second.code) == (0, 0), (first.text, second.text)
    await until(lambda: installation.let_in("sintetica2"))
    assert await installation.let_in("mec")
    keyring = open_keyring(installation.home / "keys")
    for code in ("mec", "mspbs"):
        (old,) = retired(keyring, code)
        assert await installation.refuses(old)
    assert (await installation.bus("probe")).code == 0


def opened_by(process: psutil.Process) -> set[str]:
    """The files that a process has open; none of one that is gone."""
    try:
        return {file.path for file in process.open_files()}
    except psutil.Error:
        return set()


async def test_the_keyring_is_waited_for(installation: Installation) -> None:
    """Whoever holds it is not passed by."""
    async with locked(open_keyring(installation.home / "keys")):
        waiting = asyncio.create_task(installation.bus("revoke", "senatur"))
        lock = str(installation.home / "keys" / "lock")

        def is_asked_for() -> bool:
            others = (process for process in psutil.process_iter() if process.pid != os.getpid())
            return any(lock in opened_by(process) for process in others)

        await until(is_asked_for)
        assert not waiting.done()
        assert await installation.let_in("senatur")
    assert (await waiting).code == 0


async def test_who_is_revoked_while_others_are_probed_is_no_trouble(installation: Installation) -> None:
    """The list of those to probe may be older than the revocation."""
    keyring = open_keyring(installation.home / "keys")
    assert (await installation.bus("revoke", "senatur")).code == 0
    assert await probe_member(installation.address, keyring, Member("senatur", is_platform=False), {}) == []


async def test_what_is_not_seen_at_the_server_is_not_called_done(installation: Installation) -> None:
    """A key that is still in is told, and so is a connection that was not cut."""
    keyring = open_keyring(installation.home / "keys")
    async with system(installation.address, keyring) as client:
        with pytest.raises(NotProven, match=r"mtess\.nk: let in"):
            await prove_out(client, installation.address, [seed_file(keyring, "mtess")])


async def test_a_revocation_outlives_a_restart() -> None:
    """And what was in the directory while nobody looked is caught up with."""
    with tempfile.TemporaryDirectory(prefix="nanduti-") as path:
        home = Path(path) / "home"
        async with running_installation(home) as it:
            seed = Path(it.file["credentials"]["mtess"])
            assert (await it.bus("revoke", "mtess")).code == 0
        async with running_installation(home) as it:
            assert "mtess" not in it.file["credentials"]
            assert not seed.exists()
            (old,) = retired(open_keyring(home / "keys"), "mtess")
            assert await it.refuses(old)
            done = await it.bus("probe")
            assert done.code == 0, done.text
