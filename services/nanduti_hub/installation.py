"""An installation with its own servers in one directory: what `nanduti-hub up` starts, and finds again.

Everything lies under the home, readable by its owner alone. A second `up` on the same home goes on where the
first was, after SIGKILL too: servers that were left running are stopped by their pid files first.
"""

import asyncio
import contextlib
import functools
import secrets
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from nanduti.terminal import why
from nanduti_hub import migrations, private_files
from nanduti_hub.access.people import has_people
from nanduti_hub.access.tokens import HUB, create_token
from nanduti_hub.caller import Caller, Role
from nanduti_hub.demo.cases import keep_founding
from nanduti_hub.demo.founding import found_demo
from nanduti_hub.embedded import nats, postgres
from nanduti_hub.embedded.child import ServerFailed
from nanduti_hub.embedded.home import Home, kept_port, locked, open_home
from nanduti_hub.embedded.supervisor import supervised
from nanduti_hub.exercising import is_exercise, new_source
from nanduti_hub.hub import Running, found_directory, listen, running
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.relay import credentials
from nanduti_hub.relay.admission import NotTaken, OwnServer, Roll, Site, active, configuration, prepare
from nanduti_hub.relay.connection import Address
from nanduti_hub.relay.credentials import open_keyring, seed_file
from nanduti_hub.relay.membership import members_of, roll_of
from nanduti_hub.settings import Settings, doors_from

DATABASE = "nanduti"

log = structlog.get_logger(__name__)


class HubFile(Struct, frozen=True, kw_only=True):
    """What hub.json says: where the hub is, and what a program on this machine needs to use it.

    `credentials` are the bus's seed files by member; `tokens` are the API tokens of a demo or of drills, by member.
    """

    api: str
    nats: str
    credentials: dict[str, str]
    tokens: dict[str, str]
    demo: bool = False
    exercise: bool = False


class Up(Struct, frozen=True):
    """An installation that is up."""

    running: Running
    file: HubFile
    has_people: bool


class OtherKind(RuntimeError):
    """The home is of drills and was not asked for as one, or the other way round; the text is for the operator."""


class CannotListen(RuntimeError):
    """The API's address cannot be had; the text is for the operator."""


@asynccontextmanager
async def installed(
    path: Path, *, host: str, port: int, demo: bool, exercise: bool = False
) -> AsyncIterator[Up]:
    """Bring an installation up, for as long as the block lasts; `port` 0 takes a free one and keeps it.

    Raises:
        HomeInUse: another process has this home.
        OtherKind: it is of drills and `exercise` is not said, or the other way round.
        ServerFailed: PostgreSQL or nats-server could not be started.
        CannotListen: the API's address or port is not to be had.

    """
    home = open_home(path)
    with locked(home), ExitStack() as stack:
        _check_kind(home, exercise=exercise)
        await postgres.stop_left_over(home)
        await nats.stop_left_over(home)
        # Taken first: who has asked for a port that is busy need not wait for two servers to learn of it.
        listener = _listener(host, port or kept_port(home, "api"))
        stack.callback(listener.close)
        server = await postgres.start(home, kept_port(home, "postgres"))
        async with supervised(server):
            settings = await _prepared(home, server, host, port, exercise=exercise)
            # For the commands that find this installation by its home; the identity provider is not theirs to ask.
            kept = msgspec.structs.replace(settings, oidc=None)
            private_files.replace(home.path / "settings.json", msgspec.json.encode(kept, enc_hook=str))
            bus = await _bus(home, settings)
            settled = functools.partial(_tell_members, home)
            async with (
                supervised(bus),
                running(
                    settings, listener=listener, server=own_server(home, settings), settled=settled
                ) as hub,
            ):
                file = await _founded(home, settings, hub, demo=demo)
                async with transaction(hub.ledger.database, HUB) as connection:
                    invited = await has_people(connection)
                async with _beside(keep_founding(hub.ledger) if demo else None):
                    yield Up(hub, file, invited)


def _check_kind(home: Home, *, exercise: bool) -> None:
    source = _source_file(home)
    if not source.exists() or is_exercise(source.read_text("utf-8").strip()) == exercise:
        return
    if exercise:
        raise OtherKind(
            f"El directorio {home.path} no es de simulacros, y un registro de verdad nunca contiene uno. "
            "Indique otro directorio con --home."
        )
    raise OtherKind(
        f"El directorio {home.path} es de simulacros: inícielo con --exercise, o indique otro con --home."
    )


def _source_file(home: Home) -> Path:
    return home.path / "source"


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None] | None) -> AsyncIterator[None]:
    """Have something done while the block lasts, which does not wait for it."""
    task = None if work is None else asyncio.create_task(work)
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _listener(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise CannotListen(f"No se puede escuchar en {host}:{port}: {why(error)}.") from error


async def _prepared(
    home: Home, server: postgres.Postgres, host: str, port: int, *, exercise: bool
) -> Settings:
    passwords = {role: _secret(home, role) for role in migrations.ROLES}
    await migrations.bootstrap(server.dsn(), DATABASE, passwords)
    applied = await migrations.migrate(server.dsn("nanduti_owner", passwords["nanduti_owner"], DATABASE))
    if applied:
        log.info("database_migrated", applied=applied)
    source = _source_file(home)
    if not source.exists():
        private_files.replace(source, new_source(exercise=exercise))
    return Settings(
        app_dsn=server.dsn("nanduti_app", passwords["nanduti_app"], DATABASE),
        worker_dsn=server.dsn("nanduti_worker", passwords["nanduti_worker"], DATABASE),
        nats_url=f"nats://127.0.0.1:{kept_port(home, 'nats')}",
        keys=home.keys,
        state=home.path,
        source=source.read_text("utf-8").strip(),
        host=host,
        port=port,
        **doors_from(),
    )


def _secret(home: Home, name: str) -> str:
    path = home.keys / name
    if not path.exists():
        private_files.replace(path, secrets.token_urlsafe(32))
    return path.read_text("utf-8").strip()


async def _bus(home: Home, settings: Settings) -> nats.Nats:
    keyring, server = open_keyring(home.keys), own_server(home, settings)
    database = await open_database(settings.app_dsn, settings.worker_dsn)
    try:
        async with credentials.locked(keyring):
            roll = await roll_of(database, keyring)
            prepare(keyring, roll, _address(settings))
            config = configuration(server.site, keyring, roll)
            return await nats.start(home, config, server.site.listen_port)
    finally:
        await close_database(database)


def own_server(home: Home, settings: Settings) -> OwnServer:
    """The nats-server of this home, whose configuration is the home's own."""

    async def put(text: str) -> None:
        try:
            await nats.write_config(home, text)
        except ServerFailed as error:
            raise NotTaken(str(error)) from error

    port = int(settings.nats_url.rpartition(":")[2])
    return OwnServer(Site("127.0.0.1", port, str(home.jetstream)), put)


def _address(settings: Settings) -> Address:
    return Address(settings.nats_url, settings.nats_ca)


def _seeds(home: Home, roll: Roll) -> dict[str, str]:
    keyring = open_keyring(home.keys)
    return {member.code: str(seed_file(keyring, member.code)) for member in active(keyring, roll)}


def _tell_members(home: Home, roll: Roll) -> None:
    """Have hub.json name the credentials of those who are let in now."""
    if home.hub_json.exists():
        file = msgspec.json.decode(home.hub_json.read_bytes(), type=HubFile)
        _write(home, msgspec.structs.replace(file, credentials=_seeds(home, roll)))


def _write(home: Home, file: HubFile) -> None:
    private_files.replace(home.hub_json, msgspec.json.format(msgspec.json.encode(file)))


async def _founded(home: Home, settings: Settings, hub: Running, *, demo: bool) -> HubFile:
    if hub.ledger.gate.is_open:
        await found_directory(hub.ledger)
    exercise = is_exercise(settings.source)
    tokens = await _demo_tokens(home, hub) if demo or exercise else {}
    if demo and hub.ledger.gate.is_open:
        await found_demo(hub.ledger)
    keyring = open_keyring(home.keys)
    roll = await roll_of(hub.ledger.database, keyring)
    file = HubFile(
        api=settings.listening_at(hub.port),
        nats=settings.nats_url,
        credentials=_seeds(home, roll),
        tokens=tokens,
        demo=demo,
        exercise=exercise,
    )
    # Nothing is waited for between the two lines, so that no change of the members falls between them.
    _write(home, file)
    return file


async def _demo_tokens(home: Home, hub: Running) -> dict[str, str]:
    """One token for each member, a platform's coordinator or an institution's case officer, and one for the steward:
    made once and kept in the home.
    """
    path = home.keys / "demo_tokens.json"
    tokens = msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}
    wanted = {
        member.code: (Role.COORDINATOR if member.is_platform else Role.CASE_OFFICER, member.code)
        for member in await members_of(hub.ledger.database)
    }
    wanted["steward"] = (Role.STEWARD, "*")
    async with transaction(
        hub.ledger.database, Caller(name="demo", role=Role.STEWARD, scope="*")
    ) as connection:
        for code, (role, scope) in wanted.items():
            if code not in tokens:
                tokens[code] = await create_token(connection, f"demo:{code}", role, scope)
    private_files.replace(path, msgspec.json.encode(tokens))
    return tokens
