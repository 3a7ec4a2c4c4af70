"""`nanduti-hub bus` where the server is the operator's own: nothing is done until it was put in place and proved."""

import asyncio
import json
import re
import shlex
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from databases import Database
from msgspec import Struct
from nats_server import Server, running_server, until
from security.test_bus_members import NEWCOMER, Ended, Installation, command
from structlog.testing import capture_logs

from nanduti_hub.caller import Caller, Role
from nanduti_hub.embedded.home import free_port
from nanduti_hub.embedded.nats import nats_binary
from nanduti_hub.hub import Running, found_directory, running
from nanduti_hub.ledger.database import transaction
from nanduti_hub.relay.admission import Roll, configuration
from nanduti_hub.relay.credentials import open_keyring
from nanduti_hub.relay.membership import members_of
from nanduti_hub.relay.recipe import kept_site, recipe
from nanduti_hub.settings import Settings

STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*")
#: A hub is started, and commands as processes of their own.
pytestmark = pytest.mark.slow


class Operated(Struct):
    """An operator's own server and a hub on it."""

    server: Server
    settings: Settings
    directory: Path

    async def bus(self, *arguments: str | Path) -> Ended:
        """Run a command on the bus, as an operator does: by environment variables."""
        return await command(
            "bus",
            *arguments,
            NANDUTI_APP_DSN=self.settings.app_dsn,
            NANDUTI_WORKER_DSN=self.settings.worker_dsn,
            NANDUTI_NATS_URL=self.settings.nats_url,
            NANDUTI_KEYS=str(self.settings.keys),
            NANDUTI_STATE=str(self.settings.state),
            NANDUTI_SOURCE=self.settings.source,
            NANDUTI_HOME=str(self.directory / "none"),
        )

    async def put_in_place(self, printed: str) -> None:
        """Do what the command said: the configuration written, checked, in its place, and read twice."""
        write = shlex.split(
            re.search(r"^ +nanduti-hub bus (config .*) > nats.conf.nuevo$", printed, re.MULTILINE)[1]
        )
        assert "nats-server -t -c nats.conf.nuevo && mv nats.conf.nuevo nats.conf" in printed
        assert printed.count("nats-server --signal reload") == 2
        text = (await self.bus(*write)).text
        new = self.server.directory / "nats.conf.nuevo"
        new.write_text(text)
        await asyncio.to_thread(subprocess.run, [str(nats_binary()), "-t", "-c", str(new)], check=True)
        new.replace(self.server.directory / "nats.conf")
        reloads = self.server.log.count("Reloaded server configuration")
        for wanted in (1, 2):
            self.server.reload()
            await until(
                lambda wanted=wanted: (
                    self.server.log.count("Reloaded server configuration") == reloads + wanted
                )
            )


@pytest.fixture
async def operated(database: Database, short_directory: Path, tmp_path: Path) -> AsyncIterator[Operated]:
    """A server with the configuration that `bus config` wrote, and the hub's relay on it."""
    state, port = short_directory / tmp_path.name, free_port()
    state.mkdir()
    settings = Settings(
        app_dsn=database.dsn("app"),
        worker_dsn=database.dsn("worker"),
        nats_url=f"nats://127.0.0.1:{port}",
        keys=state / "keys",
        state=state,
        source="urn:nanduti:test",
        port=0,
    )
    operated = Operated(Server(state / "nats", port), settings, state)
    written = await operated.bus(
        "config", "--listen", f"127.0.0.1:{port}", "--store-dir", str(state / "nats" / "js")
    )
    assert written.code == 0, written.text
    async with running_server(written.text, state / "nats", port) as operated.server:
        yield operated


async def recorded(hub: Running) -> list[tuple[str, str]]:
    """The commands in the record and the members that they were about; each names who ran it."""
    async with transaction(hub.ledger.database, STEWARD) as connection:
        rows = await connection.fetch("SELECT * FROM audit WHERE method = 'CLI' ORDER BY id")
    assert all(row["actor"] == "hub" and re.fullmatch(r"cli:.+", row["name"]) for row in rows)
    return [(row["route"], row["target"]) for row in rows]


async def test_what_is_not_said_stays_as_it_was_asked_for_last(operated: Operated) -> None:
    """TLS above all: it goes only when that is said, and what is printed and logged asks for all of it."""
    port, store = operated.server.port, operated.directory / "nats" / "js"
    bare = await operated.bus("config")
    assert f'listen: "127.0.0.1:{port}"' in bare.text
    assert f'store_dir: "{store}"' in bare.text
    tls = ("--tls-cert", "/etc/a.pem", "--tls-key", "/etc/b.pem")
    secured = await operated.bus("config", *tls, "--tls-ca", "/etc/ca.pem")
    assert 'cert_file: "/etc/a.pem"' in secured.text
    assert (await operated.bus("config")).text == secured.text
    context = json.loads((operated.settings.keys / "members" / "mtess.json").read_text())
    assert (context["ca"], context["tls_first"]) == ("/etc/ca.pem", True)
    moved = await operated.bus("config", "--listen", "127.0.0.1:4333")
    assert 'listen: "127.0.0.1:4333"' in moved.text
    assert 'cert_file: "/etc/a.pem"' in moved.text

    whole = f"nanduti-hub bus config --listen 127.0.0.1:4333 --store-dir {store} {shlex.join(tls)} --tls-ca /etc/ca.pem"
    assert f"  {whole} > nats.conf.nuevo\n" in (await operated.bus("revoke", "mtess")).text
    assert recipe(open_keyring(operated.settings.keys))[0] == f"{whole} > nats.conf.nuevo"

    both = await operated.bus("config", "--no-tls", *tls)
    assert (both.code, "--no-tls no va con" in both.text) == (2, True)
    assert (await operated.bus("config")).text.count("cert_file") == 1
    without = await operated.bus("config", "--no-tls")
    assert "cert_file" not in without.text
    assert (await operated.bus("config")).text == without.text
    assert "ca" not in json.loads((operated.settings.keys / "members" / "minna.json").read_text())

    (operated.settings.keys / "site.json").write_text("{")
    unclear = await operated.bus("config")
    assert (unclear.code, "site.json" in unclear.text) == (1, True)


async def test_a_configuration_written_before_the_first_start_is_good_after_it(operated: Operated) -> None:
    """The members are the same, and in the same order, whether they are read from the seed or from the database."""
    before = (await operated.bus("config")).text
    with capture_logs() as logs:
        async with running(operated.settings, ["sequencer", "relay"]) as hub:
            await found_directory(hub.ledger)
            members = await members_of(hub.ledger.database)
            # What this one changes is seen, and so what came before it has been.
            await Installation(operated.directory, hub).register(NEWCOMER)
            await until(lambda: any(it["event"] == "bus_configuration_outdated" for it in logs))
    (outdated,) = [it for it in logs if it["event"] == "bus_configuration_outdated"]
    assert outdated["joined"] == ["sintetica"]
    assert before == configuration(
        kept_site(open_keyring(operated.settings.keys)),
        open_keyring(operated.settings.keys),
        Roll(tuple(members)),
    )


async def test_a_change_is_called_done_only_by_the_probe(operated: Operated) -> None:
    """A member revoked, another rotated, a third entered in the directory: the hub says once what to run, each
    command says that nothing is done yet, and so does the probe, until the operator has done it.
    """
    with capture_logs() as logs:
        async with running(operated.settings, ["sequencer", "relay"]) as hub:
            await found_directory(hub.ledger)
            await Installation(operated.directory, hub).register(NEWCOMER)
            await until(lambda: any(it["event"] == "bus_configuration_outdated" for it in logs))
            revoked = await operated.bus("revoke", "mtess")
            assert (revoked.code, "Todavía NO surte efecto" in revoked.text) == (0, True)
            rotated = await operated.bus("rotate", "minna")
            assert (rotated.code, "Todavía NO surte efecto" in rotated.text) == (0, True)

            bad = await operated.bus("probe")
            assert bad.code == 1
            assert "sintetica: el servidor no acepta su clave" in bad.text
            assert "minna: el servidor no acepta su clave" in bad.text
            assert bad.text.count("el servidor acepta todavía una clave retirada") == 2
            assert "Mal: 4." in bad.text

            assert (await operated.bus("revoke", "nadie")).code == 2
            assert await recorded(hub) == [("bus revoke", "mtess"), ("bus rotate", "minna")]

            await operated.put_in_place(rotated.text)

            async def all_well() -> bool:
                return (await operated.bus("probe")).text.startswith("Bien: ")

            await until(all_well)
    (outdated,) = [it for it in logs if it["event"] == "bus_configuration_outdated"]
    assert outdated["joined"] == ["sintetica"]
    assert outdated["run"] == recipe(open_keyring(operated.settings.keys))
    assert f"--listen 127.0.0.1:{operated.server.port} --store-dir " in outdated["run"][0]
    # That an operator's server does not know a newcomer yet is no error; what it tries again it tells once.
    (waits,) = [it for it in logs if it["event"] == "copies_wait_for_configuration"]
    assert (waits["log_level"], waits["run"]) == ("info", outdated["run"])
    assert "member sintetica refused: nats: 'Authorization Violation'" in waits["error"]
    assert not any(it["event"] == "copies_not_made" for it in logs)


async def test_a_server_that_is_away_or_lets_anybody_in_is_told(operated: Operated) -> None:
    """In a sentence, and with an exit code. TLS is asked for whole, and asked for again in what is printed."""
    await operated.server.stop()
    away = await operated.bus("probe")
    assert (away.code, "no se llega al servidor" in away.text) == (1, True)
    async with running_server(
        f'listen: "127.0.0.1:{operated.server.port}"\njetstream {{ store_dir: "{operated.directory / "open"}" }}\n',
        operated.directory / "open",
        operated.server.port,
    ):
        anybody = await operated.bus("probe")
        assert anybody.code == 1
        assert "cualquiera: el servidor acepta conexiones sin clave" in anybody.text
    half = await operated.bus("config", "--tls-cert", "/etc/nanduti/cert.pem")
    assert (half.code, "--tls-cert y --tls-key van juntos" in half.text) == (2, True)
    whole = await operated.bus("config", "--tls-cert", "/etc/a.pem", "--tls-key", "/etc/b.pem")
    assert 'cert_file: "/etc/a.pem"' in whole.text
    printed = (await operated.bus("revoke", "mtess")).text
    assert "--tls-cert /etc/a.pem --tls-key /etc/b.pem" in printed
