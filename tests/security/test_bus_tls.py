"""Over TLS: the hub and a member come in, and nobody without it, nor by another authority's certificate."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import nats
import nats.errors
import pytest
import trustme
from bus.events import action_event
from bus.test_command_line import command
from databases import Database
from msgspec import Struct
from nats_server import Bus, running_bus, until

from nanduti.subscribe import snapshot
from nanduti_hub.hub import running
from nanduti_hub.relay.batch import publish_batch
from nanduti_hub.relay.connection import Address, Reception, connect, knock
from nanduti_hub.relay.credentials import context_file, open_keyring, seed_file
from nanduti_hub.relay.keeper import call, provision
from nanduti_hub.relay.server_config import Certificate
from nanduti_hub.relay.streams import Member
from nanduti_hub.settings import Settings

MEMBERS = (Member("conaeti", is_platform=True), Member("mtess", is_platform=False))

#: Servers and hubs are started over TLS.
pytestmark = pytest.mark.slow


class Secured(Struct):
    """A bus with a certificate, the file of the authority that signed it, and that of another one."""

    bus: Bus
    ca: Path
    other_ca: Path

    @property
    def address(self) -> Address:
        """How the hub comes to it."""
        return Address(self.bus.server.url, self.ca)


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[Secured]:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "localhost")
    files = {name: tmp_path / f"{name}.pem" for name in ("ca", "other_ca", "certificate", "key")}
    authority.cert_pem.write_to_path(files["ca"])
    trustme.CA().cert_pem.write_to_path(files["other_ca"])
    issued.cert_chain_pems[0].write_to_path(files["certificate"])
    issued.private_key_pem.write_to_path(files["key"])
    tls = Certificate(str(files["certificate"]), str(files["key"]))
    async with running_bus(tmp_path, MEMBERS, tls) as bus:
        yield Secured(bus, files["ca"], files["other_ca"])


async def test_a_member_reads_over_tls_and_never_without_it(secured: Secured) -> None:
    """The keeper, the relay and the member's own kit, all with the authority's file."""
    bus = secured.bus

    async def connect_as(user: str) -> nats.NATS:
        client = await connect(secured.address, Path(bus.credentials(user)), user)
        bus.opened.append(client)
        return client

    await provision(await connect_as("keeper"), connect_as, MEMBERS)
    await publish_batch(await connect_as("relay"), [action_event(1, 1)], 0)
    seed = bus.credentials("mtess")

    async def there() -> bool:
        return (await snapshot(bus.server.url, credentials=seed, ca=secured.ca)).seq == 1

    await until(there)
    # nats-py by itself, as a member without the kit would use it, with TLS and without.
    context = ssl.create_default_context(cafile=secured.ca)
    plain_client = await nats.connect(bus.server.url, nkeys_seed=seed, tls=context)
    await plain_client.jetstream().stream_info("REGISTER")
    await plain_client.close()
    with socket.create_connection(("127.0.0.1", bus.server.port), timeout=5) as raw:
        assert b'"tls_required":true' in raw.recv(4_096)
        raw.sendall(b"CONNECT {}\r\nPING\r\n")
        said = b""
        while received := raw.recv(4_096):
            said += received
        assert b"PONG" not in said
    assert "TLS handshake error" in bus.server.log


async def test_a_refused_key_is_told_so_every_time(secured: Secured, tmp_path: Path) -> None:
    """Its refusal is not lost because the server hangs up while we are still talking."""
    stranger = seed_file(open_keyring(tmp_path / "strangers"), "mtess")
    for seed in [stranger, None] * 20:
        met = await knock(secured.address, seed)
        assert met.reception is Reception.REFUSED, met.reason
        assert "authorization violation" in met.reason.lower()


async def test_a_server_that_hangs_up_is_told_apart_from_one_that_is_away(tmp_path: Path) -> None:
    """Somebody is there, and says nothing, for as long as is tried."""

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    seed = seed_file(open_keyring(tmp_path / "keys"), "mtess")
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        assert (await knock(Address(f"nats://127.0.0.1:{port}"), seed)).reception is Reception.DROPPED
    assert (await knock(Address(f"nats://127.0.0.1:{port}"), seed)).reception is Reception.AWAY


async def test_the_command_lines_have_nothing_to_say_of_connections_that_end(
    secured: Secured, tmp_path: Path
) -> None:
    """What asyncio warns of at the end of each is no news to anybody; a refusal is told by its own exit code."""
    bus = secured.bus

    async def connect_as(user: str) -> nats.NATS:
        client = await connect(secured.address, Path(bus.credentials(user)), user)
        bus.opened.append(client)
        return client

    await provision(await connect_as("keeper"), connect_as, MEMBERS)
    address = ("--server", bus.server.url, "--ca", str(secured.ca))
    read = await command("snapshot", *address, "--credentials", bus.credentials("mtess"), "--digest")
    assert (read.code, read.err) == (0, "")
    stranger = str(seed_file(open_keyring(tmp_path / "strangers"), "mtess"))
    for _ in range(3):
        refused = await command("snapshot", *address, "--credentials", stranger)
        assert (refused.code, len(refused.err.splitlines())) == (2, 1), refused.err


@pytest.mark.parametrize("wrong", ["another authority", "no authority of ours"])
async def test_a_certificate_that_the_authority_did_not_sign_is_refused(wrong: str, secured: Secured) -> None:
    """By us, before our key signs anything."""
    ca = secured.other_ca if wrong == "another authority" else None
    met = await knock(Address(secured.bus.server.url, ca), Path(secured.bus.credentials("mtess")))
    assert met.reception is Reception.AWAY
    assert "certificate verify failed" in met.reason.lower()


async def test_with_an_authority_a_server_without_tls_is_not_talked_to(
    secured: Secured, tmp_path: Path
) -> None:
    """Somebody on the way cannot say that there is no TLS."""
    async with running_bus(tmp_path / "open", MEMBERS) as open_bus:
        met = await knock(Address(open_bus.server.url, secured.ca), Path(open_bus.credentials("mtess")))
        assert met.reception is Reception.AWAY
        assert "authorization" not in open_bus.server.log.lower()


def test_a_members_context_names_the_authority(secured: Secured) -> None:
    context = json.loads(
        context_file(secured.bus.keyring, MEMBERS[1], secured.bus.server.url, secured.ca).read_text()
    )
    assert (Path(context["ca"]), context["tls_first"]) == (secured.ca.resolve(), True)


async def test_a_hub_runs_over_tls(secured: Secured, database: Database, short_directory: Path) -> None:
    """It makes LEDGER, which it cannot without its keys being taken."""
    settings = Settings(
        app_dsn=database.dsn("app"),
        worker_dsn=database.dsn("worker"),
        nats_url=secured.bus.server.url,
        nats_ca=secured.ca,
        keys=secured.bus.keyring.directory,
        state=short_directory,
        source="urn:nanduti:test",
        port=0,
    )
    async with running(settings, ["relay"]) as hub:
        assert hub.ledger.gate.is_open
        keeper = await connect(secured.address, Path(secured.bus.credentials("keeper")), "keeper")
        assert (await call(keeper, "STREAM.INFO.LEDGER"))["config"]["name"] == "LEDGER"
        await keeper.close()
