"""`nanduti-hub`: start it, feed it, look after it."""

import asyncio
import contextlib
import signal
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
from nanduti.terminal import SpanishGroup, why
from nanduti_hub import submission, telemetry
from nanduti_hub.hub import DECIDERS, SERVICES, connect, found_directory, members_of, running
from nanduti_hub.invitation import next_steps
from nanduti_hub.ledger.rebuilding import check as check_rebuild
from nanduti_hub.migrations import ChangedMigration, migrate
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


@click.group(cls=SpanishGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nanduti-hub", help="Mostrar la versión. / Show the version and exit.")
@click.option(
    "--log-level",
    default="info",
    show_default=True,
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="Cuánto se escribe en el registro de funcionamiento. / How much is logged.",
)
def main(log_level: str) -> None:
    """El centro de coordinación Ñandutí. / The Ñandutí coordination hub."""
    telemetry.configure(level=log_level)


@main.command()
@HOME
@click.option(
    "--host",
    metavar="DIRECCIÓN",
    default="127.0.0.1",
    show_default=True,
    help="Dirección en la que escucha. / Listen address.",
)
@click.option(
    "--port",
    metavar="PUERTO",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Puerto; 0 elige uno libre y lo conserva. / 0: a free one, kept.",
)
@click.option("--demo", is_flag=True, help="Con ocho planes sintéticos. / With eight synthetic plans.")
def up(home: Path, host: str, port: int, demo: bool) -> None:
    """Iniciar todo, con sus propios servidores, en un directorio. / Start all, servers included."""
    from nanduti_hub.embedded.child import ServerFailed
    from nanduti_hub.embedded.home import HomeInUse
    from nanduti_hub.installation import CannotListen, installed

    async def serve_until_stopped() -> None:
        stopped = stop_signal()
        async with installed(home, host=host, port=port, demo=demo) as it:
            click.echo(f"READY {it.file.api}", nl=True)
            if demo:
                click.echo(next_steps(home, it.file.api))
            sys.stdout.flush()
            await until_either(stopped, it.running.failed)

    try:
        run_loop(serve_until_stopped())
    except (HomeInUse, ServerFailed, CannotListen) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"No se puede usar {error.filename or home}: {why(error)}.") from error


def stop_signal() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped


async def until_either(stopped: asyncio.Event, failed: asyncio.Event) -> None:
    """Wait until the hub is told to stop, or one of its services has ended: then it ends, with an error.

    Raises:
        click.ClickException: a service has ended.

    """
    waiting = [asyncio.ensure_future(event.wait()) for event in (stopped, failed)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    if failed.is_set():
        raise click.ClickException(
            "Un servicio del centro terminó por un error; el registro dice cuál y dónde."
        )


def run_loop(main_task: Any) -> None:
    """Run a coroutine on the fast event loop."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main_task)


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


@main.command()
@click.argument("services", nargs=-1, type=click.Choice(SERVICES))
def serve(services: tuple[str, ...]) -> None:
    """Correr servicios contra servidores propios (variables NANDUTI_*). / Run services on your own servers."""
    settings = environment_settings()

    async def serve_until_stopped() -> None:
        stopped = stop_signal()
        async with offline_database(settings) as database:
            await members_of(database)  # an empty database is told at once, and not as a hub that waits
        async with running(settings, services or SERVICES) as hub:
            if "sequencer" in (services or SERVICES) and hub.ledger.gate.is_open:
                await found_directory(hub.ledger)
            click.echo(f"READY http://{settings.host}:{hub.port}" if hub.port else "READY")
            sys.stdout.flush()
            await until_either(stopped, hub.failed)

    try:
        run_loop(serve_until_stopped())
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise click.ClickException(f"No se pudo iniciar: {why(error)}.") from error


@main.command(name="migrate")
@click.option(
    "--dsn",
    required=True,
    envvar="NANDUTI_OWNER_DSN",
    show_envvar=True,
    metavar="postgresql://...",
    help="La base de datos, como nanduti_owner. / The database, as nanduti_owner.",
)
def migrate_command(dsn: str) -> None:
    """Llevar la base de datos a la forma de esta versión. / Bring the database to this version's shape."""
    try:
        applied = asyncio.run(migrate(dsn))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, ChangedMigration) as error:
        raise click.ClickException(f"No se migró la base de datos: {why(error)}.") from error
    click.echo("\n".join(applied) or "La base de datos ya está al día.")


@main.command(
    name="import", short_help="Leer la planilla de un plan y publicarla. / Read and publish a workbook."
)
@click.argument("file", metavar="PLANILLA.xlsx", type=click.Path(path_type=Path))
@click.option("--platform", metavar="CÓDIGO", required=True, help="Plataforma del plan. / Whose plan it is.")
@click.option("--preview", is_flag=True, help="Solo leer y mostrar; no cambia nada. / Read and show only.")
@click.option("--json", "as_json", is_flag=True, help="Un objeto JSON, para programas. / For programs.")
@click.option("--act", metavar="TEXTO", help="Acto que aprueba el plan. / Approving act.")
@click.option("--act-date", metavar="AAAA-MM-DD", help="Fecha del acto. / The act's date.")
@click.option(
    "--plan", metavar="ID", help="Id del plan; si falta, el único de la plataforma. / Default: its only plan."
)
@click.option(
    "--year",
    metavar="AÑO",
    type=click.IntRange(2000, 2100),
    help="Con --preview, año del plan; si falta, el del nombre del archivo o el actual. / The plan's year.",
)
@HOME
@click.option(
    "--api",
    metavar="URL",
    envvar="NANDUTI_API",
    show_envvar=True,
    help="Dirección del centro, en vez de --home. / The hub's address, instead of --home.",
)
@click.option(
    "--token",
    metavar="TOKEN",
    envvar="NANDUTI_TOKEN",
    show_envvar=True,
    help="Token de la API; si falta, el de hub.json. / API token; default: hub.json's.",
)
def import_command(
    file: Path,
    platform: str,
    preview: bool,
    as_json: bool,
    year: int | None,
    plan: str | None,
    act: str | None,
    act_date: str | None,
    home: Path,
    api: str | None,
    token: str | None,
) -> None:
    """Leer la planilla de un plan y, con su acto, publicarla. / Read a plan's workbook and publish it.

    Termina con 0 si se importó (o se puede importar), 1 si fue rechazada, 2 si el comando está mal.

    Exits with 0 imported (or importable), 1 rejected, 2 wrong usage.
    """
    if preview:
        done = asyncio.run(submission.previewed(file, platform, year))
    else:
        where = submission.Where(home=home, api=api, token=token)
        done = submission.published(where, file, platform, plan, act, act_date)
    if as_json:
        click.echo(submission.as_json(done))
    else:
        click.echo(submission.as_text(done), err=done.exit_code == submission.MISUSED)
    sys.exit(done.exit_code)


@main.group()
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


@main.command()
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


@main.group(name="ledger")
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


@main.group()
def token() -> None:
    """Los tokens de la API. / API tokens."""


@token.command(name="create")
@click.option("--name", metavar="NOMBRE", required=True, help="De quién o de qué sistema es. / Whose it is.")
@click.option(
    "--role",
    type=click.Choice(["steward", "coordinator", "member"]),
    required=True,
    help="steward administra; coordinator escribe lo de su plataforma; member lee. / What it may do.",
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
