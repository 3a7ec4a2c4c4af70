"""`nanduti` as people and programs run it: a process of its own, a real bus, its output and its end."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
from bus.events import action_event, action_id, notice
from msgspec import Struct
from nats.aio.client import Client
from nats_server import Bus, until

from nanduti.subscribe import snapshot, subscribe
from nanduti_hub.relay.batch import publish_batch
from nanduti_hub.relay.credentials import open_keyring, public_key, seed_file

#: Servers are started, killed and waited for.
pytestmark = pytest.mark.slow

PATIENCE = 60.0
#: What a reader may be told while its bus restarts.
PASSING = (
    "la conexión se cortó",
    "conexión rechazada",
    "el bus dejó de contestar",
    "el bus todavía no atiende ese pedido",
    "no contesta",
)
#: Nothing of whoever runs the tests.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("NANDUTI_")}


class Ended(Struct, frozen=True):
    """How a command ended, and what it printed."""

    code: int
    out: bytes
    err: str


@contextlib.contextmanager
def ctrl_c_is_heard() -> Iterator[None]:
    """As at a terminal: tests that run in the background ignore SIGINT, and what they start would inherit that."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


async def start(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    with ctrl_c_is_heard():
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "nanduti",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=ENVIRONMENT | environment,
        )


async def command(*arguments: str, **environment: str) -> Ended:
    """Run a command that ends by itself."""
    process = await start(*arguments, **environment)
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out, err.decode())


@contextlib.asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command that goes on; whatever the test does with it, it is gone afterwards."""
    process = await start(*arguments)
    try:
        async with asyncio.timeout(PATIENCE):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line_of(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    return (await stream.readline()).decode()


def home_of(bus: Bus, directory: Path) -> str:
    """A home whose hub.json names the bus, as the hub writes it."""
    credentials = {member.code: bus.credentials(member.code) for member in bus.members}
    said = {"api": "http://127.0.0.1:1", "nats": bus.server.url, "credentials": credentials, "tokens": {}}
    (directory / "hub.json").write_text(json.dumps(said))
    return str(directory)


async def published(bus: Bus, relay: Client) -> list[tuple[int, str, bytes]]:
    """Publish events with a notice among them; what a member's register has of them, once it is there."""
    batch = [
        action_event(2, 1),
        action_event(1, 1),
        notice("conaeti"),
        action_event(1, 2),
        action_event(2, 2),
    ]
    await publish_batch(relay, batch, 0)
    expected = [(number, *batch[number - 1]) for number in (1, 2, 4, 5)]
    for member in bus.members:
        seed = bus.credentials(member.code)
        reading = subscribe(bus.server.url, credentials=seed)
        async with asyncio.timeout(PATIENCE), reading:
            async for message in reading:
                if message.seq == expected[-1][0]:
                    break
        # The bucket is a copy of its own, which may come later.
        await until(partial(_has_bucket_at, bus.server.url, seed, expected[-1][0]))
    return expected


async def _has_bucket_at(url: str, seed: str, seq: int) -> bool:
    return (await snapshot(url, credentials=seed)).seq == seq


def ndjson(events: list[tuple[int, str, bytes]]) -> bytes:
    return b"".join(
        b'{"seq":%d,"subject":"%b","event":%b}\n' % (seq, subject.encode(), body)
        for seq, subject, body in events
    )


async def test_replay_gives_programs_the_ledgers_bytes_and_ends(
    bus: Bus, relay: Client, tmp_path: Path
) -> None:
    """From the beginning, or after a number; as any member."""
    events, home = await published(bus, relay), home_of(bus, tmp_path)
    whole = await command("replay", "--home", home, "--member", "mtess", "--json")
    assert (whole.code, whole.out, whole.err) == (0, ndjson(events), "")
    # Without --member it is the first of hub.json.
    rest = await command("replay", "--json", "--after", "2", NANDUTI_HOME=home)
    assert (rest.code, rest.out) == (0, ndjson(events[2:]))
    nothing = await command("replay", "--home", home, "--json", "--after", "5")
    assert (nothing.code, nothing.out) == (0, b"")


async def test_replay_takes_address_and_seed_in_place_of_a_home(
    bus: Bus, relay: Client, tmp_path: Path
) -> None:
    """By option or from the environment; the command line goes first."""
    events = await published(bus, relay)
    seed = bus.credentials("conaeti")
    by_option = await command("replay", "--server", bus.server.url, "--credentials", seed, "--json")
    assert by_option.out == ndjson(events)
    by_environment = await command(
        "replay", "--json", NANDUTI_NATS_URL=bus.server.url, NANDUTI_CREDENTIALS=seed
    )
    assert by_environment.out == ndjson(events)
    elsewhere = {"NANDUTI_NATS_URL": "nats://127.0.0.1:1", "NANDUTI_CREDENTIALS": "/dev/null"}
    assert (await command("replay", "--home", home_of(bus, tmp_path), "--json", **elsewhere)).out == ndjson(
        events
    )


async def test_replay_tells_people_what_happened(bus: Bus, relay: Client, tmp_path: Path) -> None:
    """A line an event: number, time, words, code and title."""
    await published(bus, relay)
    done = await command("replay", "--home", home_of(bus, tmp_path), "--member", "mtess", TZ="UTC")
    lines = done.out.decode().splitlines()
    assert len(lines) == 4
    first = "1 2026-11-24 12:00:00+00:00 acción incorporada ACC-2026-0002 [conaeti] Acción sintética número 2"
    assert " ".join(lines[0].split()) == first
    assert "avance 2 %" in lines[3]


async def test_replay_shows_only_what_a_filter_lets_through(bus: Bus, relay: Client, tmp_path: Path) -> None:
    """It ends at the last such event, and versions that were passed over are no alarm."""
    events, home = await published(bus, relay), home_of(bus, tmp_path)
    planned = await command("replay", "--home", home, "--json", "--filter", "nanduti.v1.action.*.planned.>")
    assert (planned.code, planned.out, planned.err) == (0, ndjson(events[:2]), "")
    two = await command(
        "replay", "--home", home, "--json", "--filter", events[0][1], "--filter", events[2][1]
    )
    assert two.out == ndjson([events[0], events[2]])


async def test_replay_of_handoffs_shows_a_members_own_notices(
    bus: Bus, relay: Client, tmp_path: Path
) -> None:
    """Of types that this version does not know, too."""
    await published(bus, relay)
    home = home_of(bus, tmp_path)
    arguments = ("replay", "--home", home, "--stream", "HANDOFF")
    process = await command(*arguments, "--member", "mtess")
    assert (process.code, process.out) == (0, b"")
    async with running("tail", *arguments[1:], "--member", "conaeti", "--from-start") as follower:
        assert "evento desconocido nanduti.handoff.offered.v1" in await line_of(follower.stdout)


async def test_replay_says_that_an_event_is_missing(bus: Bus, relay: Client, tmp_path: Path) -> None:
    """And ends with an error, after all that there is."""
    await publish_batch(relay, [action_event(1, 1), action_event(1, 3)], 0)
    home = home_of(bus, tmp_path)
    async with running("tail", "--home", home, "--from-start") as follower:
        await line_of(follower.stdout)
        await line_of(follower.stdout)
    done = await command("replay", "--home", home)
    assert done.code == 1
    assert len(done.out.splitlines()) == 2
    assert f"falta un evento de action {action_id(1)}" in done.err


async def test_two_members_get_the_digest_that_the_promise_defines(
    bus: Bus, relay: Client, tmp_path: Path
) -> None:
    """SHA-256 of the latest bytes of each action, ids ascending, a newline after each."""
    events, home = await published(bus, relay), home_of(bus, tmp_path)
    latest = events[2][2] + b"\n" + events[3][2] + b"\n"
    expected = {"number": 5, "digest": hashlib.sha256(latest).hexdigest(), "actions": 2}
    for member in ("conaeti", "mtess"):
        done = await command("snapshot", "--home", home, "--member", member, "--digest", "--json")
        assert (done.code, json.loads(done.out)) == (0, expected)
    register = await command("snapshot", "--home", home)
    assert register.out == latest
    words = (await command("snapshot", "--home", home, "--digest")).out.decode()
    assert f"número:   5\nacciones: 2\nhuella:   {expected['digest']}" in words


async def test_the_digest_of_an_earlier_number_is_that_of_the_register_then(
    bus: Bus, relay: Client, tmp_path: Path
) -> None:
    """Of a number between two events, the one before; at 0 there was nothing."""
    events, home = await published(bus, relay), home_of(bus, tmp_path)
    then = events[1][2] + b"\n" + events[0][2] + b"\n"
    for at in ("2", "3"):
        done = await command("snapshot", "--home", home, "--digest", "--json", "--at", at)
        expected = {"number": 2, "digest": hashlib.sha256(then).hexdigest(), "actions": 2}
        assert json.loads(done.out) == expected
    empty = await command("snapshot", "--home", home, "--digest", "--json", "--at", "0")
    assert json.loads(empty.out) == {"number": 0, "digest": hashlib.sha256(b"").hexdigest(), "actions": 0}


async def test_tail_begins_at_the_end_and_shows_what_comes(bus: Bus, relay: Client, tmp_path: Path) -> None:
    """Each event as soon as it is there; Ctrl-C ends it without a word."""
    await published(bus, relay)
    async with running("tail", "--home", home_of(bus, tmp_path), "--member", "mtess", "--json") as process:
        assert "después del número 5" in await line_of(process.stderr)
        await publish_batch(relay, [action_event(3, 1)], 5)
        assert await line_of(process.stdout) == ndjson([(6, *action_event(3, 1))]).decode()
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
        assert (process.returncode, out, err) == (130, b"", b"")


async def test_tail_goes_on_after_a_number(bus: Bus, relay: Client, tmp_path: Path) -> None:
    """The number that a caller has kept."""
    events = await published(bus, relay)
    async with running("tail", "--home", home_of(bus, tmp_path), "--json", "--after", "4") as process:
        assert await line_of(process.stdout) == ndjson(events[3:]).decode()


async def test_a_reader_that_has_had_enough_is_no_error(bus: Bus, relay: Client, tmp_path: Path) -> None:
    """As with `| head -1`."""
    await publish_batch(relay, [action_event(number, 1) for number in range(1, 501)], 0)
    home = home_of(bus, tmp_path)
    async with running("tail", "--home", home, "--from-start", "--json") as follower:
        for _ in range(500):
            await line_of(follower.stdout)
    reader, writer = os.pipe()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "nanduti", "replay", "--home", home, "--json",
        stdout=writer, stderr=asyncio.subprocess.PIPE, env=ENVIRONMENT,
    )  # fmt: skip
    os.close(writer)
    os.close(reader)
    async with asyncio.timeout(PATIENCE):
        _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")


async def test_credentials_that_the_bus_does_not_know_are_an_error_at_once(bus: Bus, tmp_path: Path) -> None:
    """For every command, `tail` included: trying again changes nothing."""
    stranger = str(seed_file(open_keyring(tmp_path / "other"), "mtess"))
    for name in ("tail", "replay", "snapshot"):
        done = await command(name, "--server", bus.server.url, "--credentials", stranger)
        assert (done.code, done.out) == (2, b"")
        assert "no acepta las credenciales" in done.err
        assert len(done.err.splitlines()) == 1
    empty = tmp_path / "empty.nk"
    empty.write_text("no es una clave\n")
    for path, sentence in ((empty, "no contiene la clave"), (tmp_path / "none.nk", "No se puede leer")):
        done = await command("replay", "--server", bus.server.url, "--credentials", str(path))
        assert done.code == 2
        assert sentence in done.err


async def test_a_bus_that_is_away_is_said_and_tail_waits_for_it(
    bus: Bus, relay: Client, tmp_path: Path
) -> None:
    """The others end."""
    home = home_of(bus, tmp_path)
    await published(bus, relay)
    await bus.server.stop()
    for name in ("replay", "snapshot"):
        done = await command(name, "--home", home)
        assert (done.code, done.out) == (1, b"")
        assert "No se llega al bus en nats://127.0.0.1" in done.err
        assert len(done.err.splitlines()) == 1
    async with running("tail", "--home", home, "--json", "--after", "4") as process:
        assert "Sigo intentando" in await line_of(process.stderr)
        await bus.server.start()
        assert json.loads(await line_of(process.stdout))["seq"] == 5
        # And while it follows: what is published when the bus is back arrives.
        await bus.server.stop(signal.SIGKILL)
        await bus.server.start()
        await publish_batch(await bus.connect_as("relay"), [action_event(3, 1)], 5)
        assert json.loads(await line_of(process.stdout))["seq"] == 6
        process.send_signal(signal.SIGINT)
        _, remarks = await process.communicate()
    first, *warnings = remarks.decode().splitlines()
    assert first.startswith("Siguiendo REGISTER después del número 4.")
    for remark in warnings:
        assert remark in {f"Aviso del bus (sigo intentando): {words}." for words in PASSING}, remark


async def test_what_follows_says_in_words_why_it_does_not_come_in(
    bus: Bus, relay: Client, tmp_path: Path
) -> None:
    """A key that was shut out while it was reading, and a seed file that is gone; it goes on trying."""
    await published(bus, relay)
    home, seed = home_of(bus, tmp_path), Path(bus.credentials("mtess"))
    async with running("tail", "--home", home, "--member", "mtess") as process:
        await line_of(process.stderr)
        stranger = bus.configuration(bus.members).replace(
            public_key(bus.keyring, "mtess"), public_key(open_keyring(tmp_path / "other"), "mtess")
        )
        (bus.server.directory / "nats.conf").write_text(stranger)
        bus.server.reload()
        refused = "Aviso del bus (sigo intentando): el bus no acepta la clave.\n"
        heard = [await line_of(process.stderr)]
        while heard[-1] != refused:
            heard.append(await line_of(process.stderr))
        seed.rename(tmp_path / "away.nk")
        gone = f"Aviso del bus (sigo intentando): {seed}: no existe.\n"
        while heard[-1] != gone:
            heard.append(await line_of(process.stderr))
        assert not any(sign in line for line in heard for sign in ("()", "Error", "Errno", "nats:")), heard


async def test_a_home_without_a_hub_or_a_member_says_what_to_do(bus: Bus, tmp_path: Path) -> None:
    """With the members that there are."""
    nowhere = await command("tail", "--home", str(tmp_path / "none"))
    assert nowhere.code == 1
    assert "¿Está en marcha el hub?" in nowhere.err
    unknown = await command("replay", "--home", home_of(bus, tmp_path), "--member", "otro")
    assert unknown.code == 1
    assert "No hay un miembro «otro»" in unknown.err
    assert "Son: conaeti, mtess." in unknown.err
    unsaid = await command("snapshot")
    assert unsaid.code == 2
    assert "Falta decir dónde está el bus" in unsaid.err
