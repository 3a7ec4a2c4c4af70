"""`nanduti-hub demo` and `nanduti-hub exercise`: what keeps a demo or a drill alive, and what a drill has shown.

Rule that stays true: neither touches a live installation: the one makes cases up, the other judges desks.
"""

import asyncio
import contextlib
import secrets
import signal
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import click
import httpx
import msgspec
from msgspec import Struct

from nanduti.terminal import why
from nanduti_hub import private_files
from nanduti_hub.administration import HOME, OPERATOR, installation_settings, offline_database
from nanduti_hub.exercising import is_exercise

#: Seconds between two lines that tell what was done.
TOLD_EVERY = 10.0
DONE = {
    "opened": "casos abiertos",
    "offered": "ofrecidos",
    "accept": "aceptados",
    "decline": "rechazados",
    "redirect": "reorientados",
    "ask": "preguntas",
    "answer": "respuestas",
    "sealed": "adjuntados",
    "advanced": "avances de etapa",
    "completed": "con resultado",
    "closed": "vías cerradas",
    "refused": "no admitidos",
    "failed": "fallidos",
}


class _HubFile(Struct, frozen=True, kw_only=True):
    api: str
    tokens: dict[str, str] = {}
    demo: bool = False
    exercise: bool = False


@click.group(name="demo")
def demo_group() -> None:
    """La demostración. / The demo."""


@demo_group.command(name="simulate")
@click.option(
    "--rate",
    metavar="CASOS",
    type=click.FloatRange(0.1, 600),
    default=6.0,
    show_default=True,
    help="Casos nuevos por minuto. / New cases a minute.",
)
@click.option(
    "--for",
    "minutes",
    metavar="MINUTOS",
    type=click.FloatRange(0.05, 10_000),
    help="Cuánto dura; si falta, hasta Ctrl-C. / How long; until Ctrl-C if not said.",
)
@click.option(
    "--haste",
    metavar="VECES",
    type=click.FloatRange(0.1, 100),
    default=1.0,
    show_default=True,
    help="Cuántas veces más rápido actúan las mesas. / How much faster the desks act.",
)
@HOME
def simulate_command(rate: float, minutes: float | None, haste: float, home: Path) -> None:
    """Hacer entrar casos inventados y actuar como las instituciones. / Have made-up cases come in, and act on them.

    Solo en una demostración (up --demo) o un simulacro (up --exercise) que esté en marcha.

    Only on a demo or a drill that is running.
    """
    from nanduti_hub.demo.desks import NobodyThere, simulate

    file = _hub_file(home)
    if not (file.demo or file.exercise):
        raise click.ClickException(
            f"El centro de {home} no es una demostración ni un simulacro: aquí no se inventan casos."
        )

    async def work() -> Counter[str]:
        done: Counter[str] = Counter()
        seconds = None if minutes is None else minutes * 60
        doing = asyncio.ensure_future(
            simulate(
                file.api, file.tokens, per_minute=rate, seconds=seconds,
                random=Random(secrets.randbits(64)), haste=haste, done=done,  # noqa: S311  # a demo's chance
            )
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, doing.cancel)
        telling = asyncio.ensure_future(_tell(done))
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await doing
        finally:
            telling.cancel()
        return done

    try:
        done = asyncio.run(work())
    except NobodyThere as error:
        raise click.ClickException(f"En {home} no hay tokens de oficiales de casos.") from error
    except httpx.HTTPError as error:
        raise click.ClickException(
            f"El centro no responde en {file.api}: {why(error)}. ¿Está en marcha?"
        ) from error
    click.echo(_in_words(done))


async def _tell(done: Counter[str]) -> None:
    while True:
        await asyncio.sleep(TOLD_EVERY)
        click.echo(_in_words(done))


def _in_words(done: Counter[str]) -> str:
    return ", ".join(f"{DONE[what]} {done[what]}" for what in DONE if done[what]) or "nada todavía"


def _hub_file(home: Path) -> _HubFile:
    path = home / "hub.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=_HubFile)
    except FileNotFoundError as error:
        raise click.ClickException(
            f"No hay ningún centro en {home}: indique su directorio con --home."
        ) from error
    except (OSError, msgspec.MsgspecError) as error:
        raise click.ClickException(f"No se puede leer {path}: {why(error)}.") from error


@click.group(name="exercise")
def exercise_group() -> None:
    """Los simulacros. / Drills."""


@exercise_group.command(name="report")
@click.option("--json", "as_json", is_flag=True, help="Un objeto JSON, para programas. / For programs.")
@click.option(
    "--xlsx",
    metavar="INFORME.xlsx",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Guardar un libro de Excel; no se pisa un archivo que ya existe. / Save a workbook.",
)
@HOME
def report_command(as_json: bool, xlsx: Path | None, home: Path) -> None:
    """Qué mostró un simulacro, por institución. / What a drill has shown, by institution.

    Tiempos de respuesta, vencidos, rechazados, mal dirigidos y atrasados.

    Times to answer, what expired, was declined, went the wrong way, and is late.
    """
    from nanduti_hub.demo.after_action import ABOUT, COLUMNS, AfterAction, after_action, as_text, lines
    from nanduti_hub.sheets import workbook_of

    settings = installation_settings(home)
    if not is_exercise(settings.source):
        raise click.ClickException(
            f"El centro de {home} no es de simulacros: este informe se hace solo de un simulacro."
        )
    if xlsx is not None and xlsx.exists():
        raise click.ClickException(f"{xlsx} ya existe: indique otro nombre.")

    async def made() -> AfterAction:
        async with offline_database(settings) as database:
            return await after_action(database, OPERATOR, settings.source, datetime.now(UTC))

    report = asyncio.run(made())
    if xlsx is not None:
        try:
            private_files.replace(xlsx, workbook_of("Simulacro", COLUMNS, lines(report), ABOUT))
        except OSError as error:
            raise click.ClickException(f"No se puede escribir {xlsx}: {why(error)}.") from error
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        click.echo(as_text(report))
        if xlsx is not None:
            click.echo(f"Guardado en {xlsx}.")
