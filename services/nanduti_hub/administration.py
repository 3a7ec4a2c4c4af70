"""What operators do beside starting the hub: bus configuration, proofs, recovery, API tokens."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import click
import msgspec
import nats.errors

from nanduti.directory import Institution, Platform
from nanduti.terminal import why
from nanduti_hub.hub import DECIDERS, connect, members_of
from nanduti_hub.ledger.rebuilding import check as check_rebuild
from nanduti_hub.settings import SettingMissing, Settings, from_environment

HOME = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIRECTORIO",
    default=Path("var/hub"),
    show_default=True,
    envvar="NANDUTI_HOME",
    show_envvar=True,
    help="Directorio del centro. / The hub's state directory.",
)


def environment_settings() -> Settings:
    """The settings of `serve`, or what is missing of them."""
    try:
        return from_environment()
    except SettingMissing as error:
        raise click.ClickException(f"{error} Vea docs/howto/operar.md.") from error
    except OSError as error:
        raise click.ClickException(f"No se puede leer {error.filename}: {why(error)}.") from error
    except ValueError as error:
        raise click.ClickException("NANDUTI_PORT no es un número de puerto.") from error


@click.group()
def bus() -> None:
    """El bus de eventos. / The event bus."""


@bus.command(name="config")
@click.option(
    "--listen",
    metavar="DIRECCIÓN:PUERTO",
    default="0.0.0.0:4222",
    show_default=True,
    help="Dónde escuchará nats-server. / Where nats-server will listen.",
)
@click.option(
    "--store-dir",
    metavar="DIRECTORIO",
    default="/var/lib/nats/jetstream",
    show_default=True,
    help="Dónde guardará los eventos. / Where it will keep the events.",
)
def bus_config(listen: str, store_dir: str) -> None:
    """Escribir la configuración de nats-server. / Write nats-server's configuration."""
    from nanduti_hub.relay.credentials import context_file, open_keyring, public_keys
    from nanduti_hub.relay.server_config import server_config

    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise click.BadParameter("se espera DIRECCIÓN:PUERTO, p. ej. 0.0.0.0:4222.", param_hint="'--listen'")
    settings = environment_settings()

    async def write() -> str:
        async with offline_database(settings) as database:
            members = await members_of(database)
        keyring = open_keyring(settings.keys)
        for member in members:
            context_file(keyring, member, settings.nats_url)
        return server_config(
            listen_host=host,
            listen_port=int(port),
            store_dir=store_dir,
            members=members,
            keys=public_keys(keyring, members),
        )

    click.echo(asyncio.run(write()), nl=False)


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Solo comparar; no cambia nada. / Compare only.")
@HOME
def rebuild(only_check: bool, home: Path) -> None:
    """Comprobar que todo estado es lo que dicen los eventos. / Prove that every state is what the events say."""
    if not only_check:
        raise click.UsageError("Por ahora solo se puede comprobar: use --check.")

    async def compare() -> list[str]:
        from nanduti_hub.caller import WORKER
        from nanduti_hub.ledger.database import transaction

        async with (
            installation_database(home) as database,
            transaction(database, WORKER, snapshot=True) as connection,
        ):
            return await check_rebuild(connection, DECIDERS)

    differences = asyncio.run(compare())
    for line in differences:
        click.echo(line)
    click.echo("Distinto." if differences else "Igual: cada estado es lo que dicen los eventos.")
    sys.exit(1 if differences else 0)


@click.group(name="ledger")
def ledger_group() -> None:
    """El libro de eventos. / The ledger."""


@ledger_group.command(name="adopt")
@HOME
def adopt_command(home: Path) -> None:
    """Recuperar del bus los eventos que la base perdió. / Take back from the stream what the database lost."""
    from nanduti_hub.ledger.adoption import NotAdoptable
    from nanduti_hub.relay.adopting import adopt_missing

    async def adopt() -> tuple[int, int]:
        settings = installation_settings(home)
        from nanduti_hub.relay.credentials import open_keyring

        async with offline_database(settings) as database:
            try:
                broker = await connect(settings.nats_url, open_keyring(settings.keys), "relay", goes_on=False)
            except (OSError, nats.errors.Error) as error:
                raise click.ClickException(
                    f"No se llega al bus en {settings.nats_url}: {why(error)}. ¿Está en marcha?"
                ) from error
            try:
                return await adopt_missing(database, broker, DECIDERS)
            finally:
                await broker.close()

    try:
        events, streams = asyncio.run(adopt())
    except NotAdoptable as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{events} eventos recuperados en {streams} flujos. Ningún dossier perdió su texto cifrado.")


@click.group()
def token() -> None:
    """Los tokens de la API. / API tokens."""


@token.command(name="create")
@click.option("--name", metavar="NOMBRE", required=True, help="De quién o de qué sistema es. / Whose it is.")
@click.option(
    "--role",
    type=click.Choice(["steward", "administrator", "coordinator", "focal_point", "case_officer", "observer"]),
    required=True,
    help="steward administra; administrator, a su gente; coordinator escribe lo de su plataforma; los demás leen. / What it may do.",
)
@click.option(
    "--scope",
    metavar="CÓDIGO",
    default="*",
    help="Su plataforma o institución; steward no lleva. / Its platform or institution; none for a steward.",
)
@HOME
def token_create(name: str, role: str, scope: str, home: Path) -> None:
    """Crear un token; se muestra una sola vez. / Make a token; it is shown once."""
    from nanduti_hub.access.tokens import create_token
    from nanduti_hub.caller import Caller, Role
    from nanduti_hub.directory.queries import entries
    from nanduti_hub.ledger.database import transaction

    if (scope == "*") is not (role == "steward"):
        raise click.UsageError("El rol steward no lleva --scope; los demás sí.")

    async def create() -> str:
        operator = Caller(name="cli", role=Role.STEWARD, scope="*")
        async with installation_database(home) as database, transaction(database, operator) as connection:
            kinds: list[type[Any]] = [Platform] if role == "coordinator" else [Platform, Institution]
            codes = [entry.code for kind in kinds for entry in await entries(connection, kind)]
            if scope != "*" and scope not in codes:
                raise click.BadParameter(
                    f"el directorio no tiene «{scope}». Son: {', '.join(codes)}.", param_hint="'--scope'"
                )
            return await create_token(connection, name, Role(role), scope)

    click.echo(asyncio.run(create()))


@token.command(name="revoke")
@click.option(
    "--name", metavar="NOMBRE", required=True, help="El nombre con que se creó. / The name it was made with."
)
@HOME
def token_revoke(name: str, home: Path) -> None:
    """Anular los tokens de un nombre; surte efecto en segundos. / Revoke a name's tokens, within seconds."""
    from nanduti_hub.access.tokens import revoke_tokens
    from nanduti_hub.caller import Caller, Role
    from nanduti_hub.ledger.database import transaction

    async def revoke() -> int:
        operator = Caller(name="cli", role=Role.STEWARD, scope="*")
        async with installation_database(home) as database, transaction(database, operator) as connection:
            return await revoke_tokens(connection, name)

    count = asyncio.run(revoke())
    if count == 0:
        raise click.ClickException(f"No hay ningún token vigente con el nombre «{name}».")
    click.echo("1 token anulado." if count == 1 else f"{count} tokens anulados.")


def installation_settings(home: Path) -> Settings:
    """The settings of a running installation, from its home; of own servers, from the environment."""
    path = home / "settings.json"
    try:
        if not path.exists():
            return from_environment()
        return msgspec.json.decode(path.read_bytes(), type=Settings, dec_hook=lambda kind, value: kind(value))
    except SettingMissing as error:
        raise click.ClickException(
            f"No hay ningún centro en {home}: indique su directorio con --home. "
            f"(Con servidores propios: {error})"
        ) from error
    except (OSError, ValueError) as error:
        raise click.ClickException(f"No se puede leer {path}: {why(error)}.") from error


@asynccontextmanager
async def installation_database(home: Path) -> AsyncIterator[Any]:
    """The database of an installation that is up."""
    async with offline_database(installation_settings(home)) as database:
        yield database


@asynccontextmanager
async def offline_database(settings: Settings) -> AsyncIterator[Any]:
    """The database that settings name, for one command."""
    from nanduti_hub.ledger.database import close_database, open_database

    try:
        database = await open_database(settings.app_dsn, settings.worker_dsn)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise click.ClickException(
            f"No se llega a la base de datos: {why(error)}. ¿Está en marcha?"
        ) from error
    try:
        yield database
    except asyncpg.UndefinedTableError as error:
        raise click.ClickException(
            "La base de datos está vacía: primero corra `nanduti-hub migrate`."
        ) from error
    finally:
        with contextlib.suppress(asyncpg.InterfaceError):
            await close_database(database)
