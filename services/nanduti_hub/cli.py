"""`nanduti-hub`: start it, feed it, look after it."""

import asyncio
import contextlib
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import asyncpg
import click

from nanduti.terminal import SpanishGroup, why
from nanduti_hub import submission, telemetry
from nanduti_hub.administration import (
    HOME,
    check_certificate,
    check_served,
    environment_settings,
    ledger_group,
    offline_database,
    rebuild,
)
from nanduti_hub.api_client import ApiProblem, Wishes
from nanduti_hub.bus_administration import bus
from nanduti_hub.demo_administration import demo_group, exercise_group
from nanduti_hub.hub import SERVICES, found_directory, listen, running
from nanduti_hub.invitation import first_steward, next_in_drill, next_steps
from nanduti_hub.migrations import ChangedMigration, WrongRole, migrate
from nanduti_hub.people_administration import person, token
from nanduti_hub.procedure_administration import procedure
from nanduti_hub.settings import SettingMissing, Settings, doors_from


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
@click.option(
    "--demo",
    is_flag=True,
    help="Con planes y un año de casos, todo sintético. / With plans and a year of cases, all synthetic.",
)
@click.option(
    "--exercise",
    is_flag=True,
    help="Para simulacros: una instalación aparte, que lo dice en todo. / For drills: an installation of its own.",
)
def up(home: Path, host: str, port: int, demo: bool, exercise: bool) -> None:
    """Iniciar todo, con sus propios servidores, en un directorio. / Start all, servers included."""
    from nanduti_hub.embedded.child import ServerFailed
    from nanduti_hub.embedded.home import HomeInUse
    from nanduti_hub.installation import CannotListen, OtherKind, installed

    async def serve_until_stopped() -> None:
        stopped = stop_signal()
        async with installed(home, host=host, port=port, demo=demo, exercise=exercise) as it:
            click.echo(f"READY {it.file.api}", nl=True)
            if demo:
                click.echo(next_steps(home, it.file.api))
            if exercise:
                click.echo(next_in_drill(home))
            if not it.has_people:
                click.echo(first_steward(home))
            sys.stdout.flush()
            await until_either(stopped, it.running.failed)

    try:
        doors = doors_from()
        check_certificate(doors["tls_cert"], doors["tls_key"])
        run_loop(serve_until_stopped())
    except (HomeInUse, ServerFailed, CannotListen, OtherKind, SettingMissing) as error:
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


@main.command()
@click.argument("services", nargs=-1, type=click.Choice(SERVICES))
def serve(services: tuple[str, ...]) -> None:
    """Correr servicios contra servidores propios (variables NANDUTI_*). / Run services on your own servers."""
    settings = environment_settings()
    check_served(settings)

    async def serve_until_stopped(listener: socket.socket | None) -> None:
        stopped = stop_signal()
        async with offline_database(settings):
            pass
        async with running(settings, services or SERVICES, listener) as hub:
            if "sequencer" in (services or SERVICES) and hub.ledger.gate.is_open:
                await found_directory(hub.ledger)
            click.echo(f"READY {settings.scheme}://{settings.host}:{hub.port}" if hub.port else "READY")
            sys.stdout.flush()
            await until_either(stopped, hub.failed)

    try:
        with contextlib.ExitStack() as stack:
            # Taken first: who has asked for a port that is busy need not wait for the servers to learn of it.
            listener = _listener(settings) if "api" in (services or SERVICES) else None
            if listener is not None:
                stack.enter_context(listener)
            run_loop(serve_until_stopped(listener))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        named = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
        raise click.ClickException(f"No se pudo iniciar: {named}{why(error)}.") from error


def _listener(settings: Settings) -> socket.socket:
    try:
        return listen(settings.host, settings.port)
    except (OSError, OverflowError) as error:
        reason = why(error) if isinstance(error, OSError) else "no es un número de puerto"
        raise click.ClickException(
            f"No se puede escuchar en {settings.host}:{settings.port} (NANDUTI_HOST, NANDUTI_PORT): {reason}."
        ) from error


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
    except (
        *(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError),
        *(ChangedMigration, WrongRole),
    ) as error:
        raise click.ClickException(f"No se migró la base de datos: {why(error)}.") from error
    click.echo("\n".join(applied) or "La base de datos ya está al día.")


API = click.option(
    "--api",
    metavar="URL",
    envvar="NANDUTI_API",
    show_envvar=True,
    help="Dirección del centro, en vez de --home. / The hub's address, instead of --home.",
)
TOKEN = click.option(
    "--token",
    metavar="TOKEN",
    envvar="NANDUTI_TOKEN",
    show_envvar=True,
    help="Token de la API; si falta, el de hub.json. / API token; default: hub.json's.",
)


@main.command(
    name="template", short_help="Bajar la planilla de un plan, llena. / Get a plan's workbook, filled."
)
@click.option("--platform", metavar="CÓDIGO", required=True, help="Plataforma del plan. / Whose plan it is.")
@click.option(
    "--plan", metavar="ID", help="Id del plan; si falta, el único de la plataforma. / Default: its only plan."
)
@click.option(
    "-o",
    "--output",
    metavar="PLANILLA.xlsx",
    required=True,
    type=click.Path(path_type=Path),
    help="Dónde guardarla; no se pisa un archivo que ya existe. / Where to save it; nothing is written over.",
)
@HOME
@API
@TOKEN
def template_command(
    platform: str, plan: str | None, output: Path, home: Path, api: str | None, token: str | None
) -> None:
    """Bajar la planilla de un plan con sus acciones, para cambiarla y subirla. / Get a plan's workbook to change."""
    try:
        submission.save_template(submission.Where(home=home, api=api, token=token), platform, plan, output)
    except ApiProblem as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"Guardada en {output}.")


#: Whose value a conflict takes, as people say it.
TAKES = {"planilla": "workbook", "registro": "register"}


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
@click.option(
    "--only-valid",
    is_flag=True,
    help="Publicar solo las filas sin error ni conflicto; las otras quedan como están. / Valid rows only.",
)
@click.option(
    "--take",
    type=click.Choice(tuple(TAKES)),
    help="Qué vale donde la planilla y el registro cambiaron la misma celda. / Whose value all conflicts take.",
)
@click.option(
    "--anyway",
    is_flag=True,
    help="Publicar aunque ninguna fila se parezca a una acción del plan. / Though no row is like an action of the plan.",
)
@click.option(
    "--annotated",
    metavar="COPIA.xlsx",
    type=click.Path(path_type=Path),
    help="Guardar una copia con cada observación en su celda. / Save a copy with each finding at its cell.",
)
@HOME
@API
@TOKEN
def import_command(
    file: Path,
    platform: str,
    preview: bool,
    as_json: bool,
    year: int | None,
    plan: str | None,
    act: str | None,
    act_date: str | None,
    only_valid: bool,
    take: str | None,
    anyway: bool,
    annotated: Path | None,
    home: Path,
    api: str | None,
    token: str | None,
) -> None:
    """Leer la planilla de un plan y, con su acto, publicarla. / Read a plan's workbook and publish it.

    Termina con 0 si se importó (o se puede importar), 1 si fue rechazada, 2 si el comando está mal.

    Exits with 0 imported (or importable), 1 rejected, 2 wrong usage.
    """
    wrong = None if annotated is None else submission.in_the_way_of(annotated)
    if wrong is not None:
        done = wrong
    elif preview:
        done = asyncio.run(submission.previewed(file, platform, year))
    else:
        where = submission.Where(home=home, api=api, token=token)
        wishes = Wishes(only_valid=only_valid, take=TAKES[take] if take else None, anyway=anyway)
        done = submission.published(where, file, platform, plan, act, act_date, wishes)
    if as_json:
        click.echo(submission.as_json(done))
    else:
        click.echo(submission.as_text(done), err=done.exit_code == submission.MISUSED)
    if annotated is not None and done.exit_code != submission.MISUSED:
        try:
            asyncio.run(submission.annotate(file, done, annotated))
        except ApiProblem as problem:
            if preview:
                raise click.ClickException(str(problem)) from problem
            # What was published stays published, and the exit code says so.
            click.echo(f"Error: {problem}", err=True)
        else:
            click.echo(f"Copia con las observaciones: {annotated}.", err=as_json)
    sys.exit(done.exit_code)


for command in (bus, rebuild, ledger_group, person, token, procedure, demo_group, exercise_group):
    main.add_command(command)
