"""What operators do beside starting the hub: proofs, recovery. The bus and who may call have modules of their own."""

import asyncio
import contextlib
import os
import pwd
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import click
import msgspec

from nanduti.feed import tls_options
from nanduti.terminal import why
from nanduti_hub.caller import WORKER, Caller, Role
from nanduti_hub.handoffs.dossiers import dossiers_lost
from nanduti_hub.hub import DECIDERS
from nanduti_hub.ledger.adoption import NotAdoptable
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.rebuilding import check as check_rebuild
from nanduti_hub.ledger.statements import statement
from nanduti_hub.migrations import missing
from nanduti_hub.relay.adopting import adopt_missing
from nanduti_hub.relay.connection import Address, NotLetIn, close, enter
from nanduti_hub.relay.credentials import open_keyring, seed_file
from nanduti_hub.settings import SettingMissing, Settings, from_environment

#: Who changes something with a command.
OPERATOR = Caller(name="cli", role=Role.STEWARD, scope="*")
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


def check_served(settings: Settings) -> None:
    """See that the files that settings name are there, before a server is asked for anything."""
    if not settings.state.is_dir():
        raise click.ClickException(f"NANDUTI_STATE: {settings.state} no es un directorio que exista.")
    check_authorities(settings)
    check_certificate(settings.tls_cert, settings.tls_key)


def check_authorities(settings: Settings) -> None:
    """See that the authorities of the bus's certificate can be read, where they are named."""
    try:
        tls_options(settings.nats_ca)
    except ssl.SSLError as error:
        raise click.ClickException(
            f"NANDUTI_NATS_CA: {settings.nats_ca} no contiene certificados."
        ) from error
    except OSError as error:
        raise click.ClickException(f"NANDUTI_NATS_CA: {settings.nats_ca}: {why(error)}.") from error


def check_certificate(certificate: Path | None, key: Path | None) -> None:
    """See that the API's certificate and key can be read and belong together, where they are named."""
    if certificate is None or key is None:
        return
    for variable, path in (("NANDUTI_TLS_CERT", certificate), ("NANDUTI_TLS_KEY", key)):
        try:
            path.read_bytes()
        except OSError as error:
            raise click.ClickException(f"{variable}: {path}: {why(error)}.") from error
    try:
        # A key under a passphrase would be asked for on the terminal, in the middle of a start.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, ValueError) as error:
        raise click.ClickException(
            f"NANDUTI_TLS_CERT y NANDUTI_TLS_KEY: {certificate} y {key} no son un certificado y su clave, "
            "en PEM y sin contraseña."
        ) from error


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Solo comparar; no cambia nada. / Compare only.")
@HOME
def rebuild(only_check: bool, home: Path) -> None:
    """Comprobar que todo estado es lo que dicen los eventos. / Prove that every state is what the events say."""
    if not only_check:
        raise click.UsageError("Por ahora solo se puede comprobar: use --check.")

    async def compare() -> list[str]:
        async with (
            offline_database(installation_settings(home)) as database,
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

    async def adopt() -> tuple[int, int, list[str]]:
        settings = installation_settings(home)
        check_authorities(settings)
        address, seed = (
            Address(settings.nats_url, settings.nats_ca),
            seed_file(open_keyring(settings.keys), "relay"),
        )
        async with offline_database(settings) as database:
            try:
                broker = await enter(address, seed, "nanduti-hub relay")
            except NotLetIn as error:
                reason = why(error.met.error) if error.met.error else error.met.reception
                raise click.ClickException(
                    f"No se llega al bus en {settings.nats_url}: {reason}. ¿Está en marcha?"
                ) from error
            try:
                events, streams = await adopt_missing(database, broker, DECIDERS)
            finally:
                await close(broker)
            async with transaction(database, WORKER) as connection:
                return events, streams, await dossiers_lost(connection)

    try:
        events, streams, lost = asyncio.run(adopt())
    except NotAdoptable as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{events} eventos recuperados en {streams} flujos.")
    if not lost:
        click.echo("Ningún dossier perdió su texto cifrado.")
        return
    click.echo("Estas derivaciones perdieron su dossier; quien las envió debe sellarlo de nuevo:")
    for handoff in lost:
        click.echo(f"  {handoff}")


def installation_settings(home: Path) -> Settings:
    """The settings of a running installation, from its home; of own servers, from the environment."""
    path = home / "settings.json"
    try:
        if path.exists():
            return msgspec.json.decode(
                path.read_bytes(), type=Settings, dec_hook=lambda kind, value: kind(value)
            )
    except (OSError, ValueError) as error:
        raise click.ClickException(f"No se puede leer {path}: {why(error)}.") from error
    try:
        return environment_settings()
    except click.ClickException as error:
        raise click.ClickException(
            f"No hay ningún centro en {home}: indique su directorio con --home. "
            f"(Con servidores propios: {error.message})"
        ) from error


@asynccontextmanager
async def offline_database(settings: Settings) -> AsyncIterator[Any]:
    """The database that settings name, for one command; it has the shape of this version."""
    try:
        database = await open_database(settings.app_dsn, settings.worker_dsn)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise click.ClickException(
            f"No se llega a la base de datos: {why(error)}. ¿Está en marcha?"
        ) from error
    try:
        async with transaction(database, WORKER) as connection:
            lacking = await missing(connection)
        if lacking:
            raise click.ClickException(
                f"La base de datos no tiene la forma de esta versión (falta {', '.join(lacking)}): "
                "ejecute nanduti-hub migrate."
            )
        yield database
    finally:
        with contextlib.suppress(asyncpg.InterfaceError):
            await close_database(database)


async def record_command(connection: asyncpg.Connection, command: str, act: str | None, target: str) -> None:
    """Write the row of a change by command, in a transaction of `OPERATOR`; it names who runs it on this machine."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user can be a number alone
        user = str(os.getuid())
    await connection.execute(
        statement("nanduti_hub.access", "put_audit"),
        OPERATOR.id,
        f"cli:{user}",
        OPERATOR.role.value,
        OPERATOR.scope,
        "CLI",
        command,
        act,
        target,
        200,
        None,
        None,
    )
