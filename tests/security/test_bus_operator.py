"""An operator gets something wrong: a file that is not there, a port that is taken, a database that is not migrated.

Rule that stays true: each ends in one sentence that names the thing; `command` fails on a traceback.
"""

import asyncio
import contextlib
import signal
import socket
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import trustme
from databases import Database
from nats_server import running_bus, until
from security.test_bus_members import ENVIRONMENT, command

from nanduti_hub import migrations
from nanduti_hub.embedded import postgres
from nanduti_hub.embedded.home import free_port
from nanduti_hub.relay.server_config import Certificate
from nanduti_hub.relay.streams import Member

#: Commands are processes of their own.
pytestmark = pytest.mark.slow


@pytest.fixture
def variables(database: Database, tmp_path: Path) -> dict[str, str]:
    """What an operator exports; nobody listens where the bus should be."""
    return {
        "NANDUTI_APP_DSN": database.dsn("app"),
        "NANDUTI_WORKER_DSN": database.dsn("worker"),
        "NANDUTI_NATS_URL": f"nats://127.0.0.1:{free_port()}",
        "NANDUTI_KEYS": str(tmp_path / "keys"),
        "NANDUTI_STATE": str(tmp_path),
        "NANDUTI_SOURCE": "urn:nanduti:test",
        "NANDUTI_PORT": str(free_port()),
        "NANDUTI_HOME": str(tmp_path / "none"),
    }


@pytest.fixture
def authority(tmp_path: Path) -> dict[str, str]:
    """A certificate, its key, and the authority that signed it, by name."""
    ca = trustme.CA()
    issued = ca.issue_cert("127.0.0.1")
    files = {name: tmp_path / f"{name}.pem" for name in ("ca", "certificate", "key")}
    ca.cert_pem.write_to_path(files["ca"])
    issued.cert_chain_pems[0].write_to_path(files["certificate"])
    issued.private_key_pem.write_to_path(files["key"])
    return {name: str(path) for name, path in files.items()}


@pytest.fixture
async def bare_database(
    postgres_server: postgres.Postgres, template: str, administrator: asyncpg.Connection
) -> AsyncIterator[Database]:
    """A database in which nothing was ever made; the roles are there."""
    assert template
    name = f"test_{uuid.uuid4().hex[:12]}"
    await administrator.execute(f'CREATE DATABASE "{name}" OWNER nanduti_owner')
    yield Database(postgres_server, name)
    await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.parametrize(
    "arguments", [("bus", "probe"), ("bus", "members"), ("serve", "relay"), ("ledger", "adopt")]
)
async def test_authorities_that_are_not_there_are_named(
    arguments: tuple[str, str], variables: dict[str, str], tmp_path: Path
) -> None:
    """By their variable and path; and so is a file that holds none."""
    done = await command(*arguments, **variables, NANDUTI_NATS_CA="/nada")
    assert (done.code, done.text) == (1, "Error: NANDUTI_NATS_CA: /nada: no existe.\n")
    (tmp_path / "empty.pem").write_text("nada\n")
    empty = await command(*arguments, **variables, NANDUTI_NATS_CA=str(tmp_path / "empty.pem"))
    assert "empty.pem no contiene certificados." in empty.text


async def test_what_serve_needs_and_is_not_there_is_named(
    variables: dict[str, str], authority: dict[str, str]
) -> None:
    """The state's directory, certificate and key, and the port."""
    no_state = await command("serve", **variables | {"NANDUTI_STATE": "/nada"})
    assert no_state.text == "Error: NANDUTI_STATE: /nada no es un directorio que exista.\n"
    tls = {"NANDUTI_TLS_CERT": authority["certificate"]}
    no_key = await command("serve", **variables, **tls, NANDUTI_TLS_KEY="/nada")
    assert no_key.text == "Error: NANDUTI_TLS_KEY: /nada: no existe.\n"
    other_key = await command("serve", **variables, **tls, NANDUTI_TLS_KEY=authority["ca"])
    assert "no son un certificado y su clave" in other_key.text
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        busy = await command("serve", **variables | {"NANDUTI_PORT": str(port)})
    assert f"No se puede escuchar en 127.0.0.1:{port} " in busy.text
    assert "ya lo usa otro programa" in busy.text
    own = await command("up", "--home", variables["NANDUTI_HOME"], **tls, NANDUTI_TLS_KEY="/nada")
    assert own.text == "Error: NANDUTI_TLS_KEY: /nada: no existe.\n"


@pytest.mark.parametrize(
    "arguments",
    [("token", "list"), ("person", "list"), ("bus", "config"), ("bus", "probe"), ("serve", "api")],
)
async def test_a_database_of_another_version_is_to_be_migrated(
    arguments: tuple[str, str], variables: dict[str, str], bare_database: Database
) -> None:
    """Whether it is empty or old."""
    there = {"NANDUTI_APP_DSN": bare_database.dsn("app"), "NANDUTI_WORKER_DSN": bare_database.dsn("worker")}
    empty = await command(*arguments, **variables | there)
    assert (empty.code, "ejecute nanduti-hub migrate" in empty.text) == (1, True), empty.text
    await migrations.migrate(bare_database.dsn("owner"))
    owner = await asyncpg.connect(bare_database.dsn("owner"))
    last = list(migrations.scripts())[-1]
    await owner.execute("DELETE FROM migration WHERE name = $1", last)
    await owner.close()
    old = await command(*arguments, **variables | there)
    assert f"(falta {last}): ejecute nanduti-hub migrate." in old.text


async def test_migrating_as_another_role_is_refused_by_name(bare_database: Database) -> None:
    """As a superuser too: the tables would be its own."""
    for role, user in (("app", "nanduti_app"), ("superuser", "nanduti_super")):
        done = await command("migrate", "--dsn", bare_database.dsn(role))
        assert done.code == 1
        assert f"se migra como nanduti_owner, y esta conexión es de «{user}»" in done.text
    done = await command("migrate", "--dsn", bare_database.dsn("owner"))
    assert (done.code, "0001" in done.text) == (0, True)


async def test_an_api_whose_bus_never_came_stops_without_a_word(
    variables: dict[str, str], authority: dict[str, str]
) -> None:
    """It serves what can be read meanwhile, and ends as it is told to."""
    process = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).parent / "nanduti-hub"), "serve", "api"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=ENVIRONMENT | variables | {"NANDUTI_NATS_CA": authority["ca"]},
    )
    try:
        async with asyncio.timeout(60):
            said = b""
            while b"READY" not in said:
                line = await process.stdout.readline()
                assert line, said
                said += line
            process.send_signal(signal.SIGTERM)
            rest, _ = await process.communicate()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert process.returncode == 0, rest
    assert b"Traceback" not in said + rest


async def test_a_probe_over_tls_says_what_it_found_and_nothing_else(
    variables: dict[str, str], authority: dict[str, str], tmp_path: Path
) -> None:
    """Of the connections that it made and closed, not a word. The hub's own log has none either."""
    members = (Member("conaeti", is_platform=True),)
    tls = Certificate(authority["certificate"], authority["key"])
    async with running_bus(tmp_path, members, tls) as bus:
        here = variables | {
            "NANDUTI_NATS_URL": bus.server.url,
            "NANDUTI_NATS_CA": authority["ca"],
            "NANDUTI_KEYS": str(bus.keyring.directory),
        }
        listen = ("--listen", f"127.0.0.1:{bus.server.port}", "--store-dir", str(bus.server.directory / "js"))
        paths = ("--tls-cert", authority["certificate"], "--tls-key", authority["key"])
        written = await command("bus", "config", *listen, *paths, **here)
        assert written.code == 0
        (bus.server.directory / "nats.conf").write_text(written.text)
        bus.server.reload()
        await until(lambda: "Reloaded server configuration" in bus.server.log)
        for name in ("probe", "members"):
            done = await command("bus", name, **here)
            assert "eof_received" not in done.text
            assert "library_logged" not in done.text
            assert "Errno" not in done.text, done.text


@pytest.mark.parametrize(
    "arguments", [("bus",), ("bus", "config"), ("person",), ("token", "list"), ("rebuild",)]
)
async def test_the_frame_of_every_help_is_in_spanish(arguments: tuple[str, ...]) -> None:
    """Of groups and of what is in them; and so is the variable that a missing option names."""
    text = (await command(*arguments, "--help")).text
    assert "[OPCIONES]" in text
    assert not any(word in text for word in ("[OPTIONS]", "COMMAND", "[ARGS]", "[env var"))
    assert "(variable / env var: 'NANDUTI_OWNER_DSN')" in (await command("migrate")).text
