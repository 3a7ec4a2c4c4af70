"""`nanduti-hub`: start it, feed it, look after it."""

import asyncio
import contextlib
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import click
import msgspec

from nanduti_hub import telemetry
from nanduti_hub.api_client import ApiProblem, HubAddress, import_workbook
from nanduti_hub.directory import seed
from nanduti_hub.hub import DECIDERS, SERVICES, connect, members_of, running
from nanduti_hub.ledger.rebuilding import check as check_rebuild
from nanduti_hub.migrations import migrate
from nanduti_hub.plans.imports import read_safely
from nanduti_hub.plans.rows import Known, Reading
from nanduti_hub.settings import SettingMissing, Settings, from_environment

HOME = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/hub"),
    show_default=True,
    envvar="NANDUTI_HOME",
    help="Directorio del estado. / State directory.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nanduti-hub")
@click.option("--log-level", default="info", type=click.Choice(["debug", "info", "warning", "error"]))
def main(log_level: str) -> None:
    """El centro de coordinación Ñandutí. / The Ñandutí coordination hub."""
    telemetry.configure(level=log_level)


@main.command()
@HOME
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Dirección en la que escucha. / Listen address."
)
@click.option(
    "--port",
    default=0,
    show_default=True,
    help="Puerto; 0 elige uno libre y lo conserva. / 0: a free one, kept.",
)
@click.option("--demo", is_flag=True, help="Con ocho planes sintéticos. / With eight synthetic plans.")
def up(home: Path, host: str, port: int, demo: bool) -> None:
    """Iniciar todo, con sus propios servidores, en un directorio. / Start all, servers included."""
    from nanduti_hub.embedded.child import ServerFailed
    from nanduti_hub.embedded.home import HomeInUse
    from nanduti_hub.installation import installed

    async def serve_until_stopped() -> None:
        stopped = stop_signal()
        async with installed(home, host=host, port=port, demo=demo) as it:
            click.echo(f"READY {it.file.api}", nl=True)
            if demo:
                click.echo(next_steps(home, it.file.api))
            sys.stdout.flush()
            await stopped.wait()

    try:
        run_loop(serve_until_stopped())
    except (HomeInUse, ServerFailed, OSError) as error:
        raise click.ClickException(str(error)) from error


def next_steps(home: Path, api: str) -> str:
    """What to try next, with the demo."""
    hub = home / "hub.json"
    return f"""
Datos sintéticos de demostración. Para probar, en otra terminal:
  nanduti snapshot --home {home} --member mesa --digest       el registro por el bus: número y huella
  nanduti tail --home {home} --member mesa                    los eventos, a medida que ocurren
  nanduti-hub import PLANILLA.xlsx --home {home} --platform conaeti --preview
  TOKEN=$(python3 -c "import json; print(json.load(open('{hub}'))['tokens']['conaeti'])")
  curl -H "Authorization: Bearer $TOKEN" '{api}/v1/actions?q=inspeccion&department=PY-7'
  curl -H "Authorization: Bearer $TOKEN" {api}/v1/register
Documentación de la API: {api}/v1/docs/openapi.json     Para detener: Ctrl-C
"""


def stop_signal() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped


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
        raise click.ClickException(str(error)) from error


@main.command()
@click.argument("services", nargs=-1, type=click.Choice(SERVICES))
def serve(services: tuple[str, ...]) -> None:
    """Correr servicios contra servidores propios (variables NANDUTI_*). / Run services on your own servers."""
    settings = environment_settings()

    async def serve_until_stopped() -> None:
        stopped = stop_signal()
        async with running(settings, services or SERVICES) as hub:
            click.echo(f"READY http://{settings.host}:{hub.port}" if hub.port else "READY")
            sys.stdout.flush()
            await stopped.wait()

    run_loop(serve_until_stopped())


@main.command(name="migrate")
@click.option("--dsn", required=True, envvar="NANDUTI_OWNER_DSN", help="Base de datos, como nanduti_owner.")
def migrate_command(dsn: str) -> None:
    """Llevar la base de datos a la forma de esta versión. / Bring the database to this version's shape."""
    applied = asyncio.run(migrate(dsn))
    click.echo("\n".join(applied) or "La base de datos ya está al día.")


@main.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--platform", required=True, help="Código de la plataforma. / Platform code.")
@click.option("--preview", is_flag=True, help="Solo leer y mostrar; no cambia nada. / Read and show only.")
@click.option("--json", "as_json", is_flag=True, help="Para programas. / For programs.")
@click.option("--year", type=int, help="Año del plan; si falta, el del nombre del archivo o el actual.")
@click.option("--plan", help="Id del plan; si falta, el único de la plataforma.")
@click.option("--act", help="Acto que aprueba el plan. / Approving act.")
@click.option("--act-date", help="Fecha del acto, AAAA-MM-DD.")
@HOME
@click.option("--token", envvar="NANDUTI_TOKEN", help="Token; si falta, el de hub.json.")
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
    token: str | None,
) -> None:
    """Leer la planilla de un plan y, con su acto, publicarla. / Read a plan's workbook and publish it."""
    reading = asyncio.run(read_safely(file.read_bytes(), file.name, known_offline(platform, year, file.name)))
    read = msgspec.json.decode(reading, type=Reading)
    if not preview and not read.rejected:
        if not act or not act_date:
            raise click.UsageError(
                "Para publicar hacen falta --act y --act-date; para solo mirar, --preview."
            )
        try:
            address = HubAddress.from_home(home, platform, token)
            done = import_workbook(address, file, platform, plan, act, act_date)
        except (ApiProblem, OSError) as error:
            raise click.ClickException(str(error)) from error
        if not as_json:
            click.echo(done)
    outcome = "rejected" if read.rejected else "imported"
    click.echo(report_json(read, outcome) if as_json else report_text(read, outcome, preview=preview))
    sys.exit(1 if read.rejected else 0)


def known_offline(platform: str, year: int | None, file_name: str) -> Known:
    """What a reader must know, from the starting directory: a preview needs no running hub."""
    start = seed.load()
    found = [entry for entry in start.platforms if entry.code == platform]
    if not found:
        codes = ", ".join(entry.code for entry in start.platforms)
        raise click.ClickException(f"No existe la plataforma «{platform}». Son: {codes}.")
    named = re.search(r"(?<!\d)20[2-4]\d(?!\d)", file_name)
    return Known(
        platform=found[0],
        institutions=start.institutions,
        departments=start.departments,
        year=year or (int(named[0]) if named else datetime.now(UTC).year),
    )


ROW_FIELDS = (
    "sheet", "row", "code", "title", "axis", "axis_common", "lead", "collaborators", "departments",
    "start", "end", "indicator", "unit", "target", "budget_pyg",
)  # fmt: skip
FINDING_FIELDS = ("sheet", "cell", "column", "value", "severity", "code", "message", "suggestion")


def report_json(read: Reading, outcome: str) -> str:
    """A reading as one JSON object."""
    rows = [{name: msgspec.to_builtins(getattr(row, name)) for name in ROW_FIELDS} for row in read.rows]
    findings = [
        {name: msgspec.to_builtins(getattr(finding, name)) for name in FINDING_FIELDS}
        for finding in read.findings
    ]
    return json.dumps({"outcome": outcome, "rows": rows, "findings": findings}, ensure_ascii=False, indent=1)


def report_text(read: Reading, outcome: str, *, preview: bool) -> str:
    """A reading for a person."""
    lines = []
    for finding in read.findings:
        place = f"{finding.sheet}!{finding.cell}".strip("!") or "archivo"
        lines.append(f"[{finding.severity.value}] {place}: {finding.message} {finding.suggestion}".rstrip())
    errors = sum(1 for finding in read.findings if finding.severity.value == "error")
    if outcome == "rejected":
        verdict = f"No se importó nada: {errors} errores por corregir."
    else:
        verdict = "Lista para confirmar; nada cambió todavía." if preview else "Importada."
    lines.append(f"{len(read.rows)} actividades leídas. {verdict}")
    return "\n".join(lines)


@main.group()
def bus() -> None:
    """El bus de eventos. / The event bus."""


@bus.command(name="config")
@click.option("--listen", default="0.0.0.0:4222", show_default=True)
@click.option("--store-dir", default="/var/lib/nats/jetstream", show_default=True)
def bus_config(listen: str, store_dir: str) -> None:
    """Escribir la configuración de nats-server. / Write nats-server's configuration."""
    from nanduti_hub.relay.credentials import open_keyring, public_keys
    from nanduti_hub.relay.server_config import server_config

    settings = environment_settings()

    async def write() -> str:
        async with offline_database(settings) as database:
            members = await members_of(database)
        host, _, port = listen.rpartition(":")
        return server_config(
            listen_host=host,
            listen_port=int(port),
            store_dir=store_dir,
            members=members,
            keys=public_keys(open_keyring(settings.keys), members),
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

        broker = await connect(settings.nats_url, open_keyring(settings.keys), "relay")
        try:
            async with installation_database(home) as database:
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
@click.option("--name", required=True, help="De quién o de qué sistema es. / Whose it is.")
@click.option("--role", type=click.Choice(["steward", "coordinator", "member"]), required=True)
@click.option(
    "--scope", default="*", show_default=True, help="Código de su plataforma o institución. / Its code."
)
@HOME
def token_create(name: str, role: str, scope: str, home: Path) -> None:
    """Crear un token; se muestra una sola vez. / Make a token; it is shown once."""
    from nanduti_hub.access.tokens import create_token
    from nanduti_hub.caller import Caller, Role
    from nanduti_hub.ledger.database import transaction

    if (scope == "*") is not (role == "steward"):
        raise click.UsageError("El rol steward no lleva --scope; los demás sí.")

    async def create() -> str:
        operator = Caller(name="cli", role=Role.STEWARD, scope="*")
        async with installation_database(home) as database, transaction(database, operator) as connection:
            return await create_token(connection, name, Role(role), scope)

    click.echo(asyncio.run(create()))


@token.command(name="revoke")
@click.option("--name", required=True, help="El nombre con que se creó. / The name it was made with.")
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

    click.echo(f"{asyncio.run(revoke())} tokens anulados.")


def installation_settings(home: Path) -> Settings:
    """The settings of a running installation, from its home; of own servers, from the environment."""
    if not (home / "settings.json").exists():
        return environment_settings()
    return msgspec.json.decode(
        (home / "settings.json").read_bytes(), type=Settings, dec_hook=lambda kind, value: kind(value)
    )


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
    except (OSError, asyncpg.PostgresError) as error:
        raise click.ClickException(
            f"No se llega a la base de datos ({error}). ¿Está el hub en marcha?"
        ) from error
    try:
        yield database
    finally:
        with contextlib.suppress(asyncpg.InterfaceError):
            await close_database(database)
