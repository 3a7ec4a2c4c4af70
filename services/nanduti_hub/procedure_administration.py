"""`nanduti-hub procedure`: look whether a procedure's file can be worked with, and register it in a running hub.

Rules that stay true: everything that is wrong with a file is told at once, each with its place; what is registered
goes through the API, as a steward. Absent: changing a version that is registered, which nobody can.
"""

from pathlib import Path

import click

from nanduti.procedure import Procedure, Source
from nanduti.terminal import why
from nanduti_hub.administration import HOME

#: Bytes of a file, comments and all.
MOST_BYTES = 500_000
FILE = click.argument("file", metavar="ARCHIVO", type=click.Path(path_type=Path))


@click.group()
def procedure() -> None:
    """El procedimiento unificado, como archivo. / The unified procedure, as a file."""


@procedure.command(short_help="Revisar un archivo; no cambia nada. / Look at a file; changes nothing.")
@FILE
def check(file: Path) -> None:
    """Decir todo lo que está mal en un archivo de procedimiento. / Tell all that is wrong with a file.

    Los códigos de instituciones, plataformas y departamentos se comparan con el directorio inicial: si su centro
    registró otros, el aviso no importa.
    """
    from nanduti_hub.directory import seed
    from nanduti_hub.handoffs.soundness import Directory, problems_of

    read = _read(file)
    start = seed.load()
    known = Directory(
        institutions=frozenset(one.code for one in start.institutions),
        platforms=frozenset(one.code for one in start.platforms),
        departments=frozenset(one.code for one in start.departments),
    )
    for notice in problems_of(read, known):
        click.echo(f"[aviso] {notice}")
    click.echo(f"Se puede registrar: {_in_short(read)}")


@procedure.command(short_help="Registrar un archivo en un centro. / Register a file in a hub.")
@FILE
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
    help="Token de un steward; si falta, el de hub.json. / A steward's token; default: hub.json's.",
)
def register(file: Path, home: Path, api: str | None, token: str | None) -> None:
    """Registrar una versión del procedimiento; después no se cambia. / Register a version; it never changes.

    Los casos que se abren desde su fecha de vigencia la siguen; los que ya están abiertos siguen la suya.
    """
    from nanduti_hub.api_client import ApiProblem, HubAddress, register_procedure

    read = _read(file)
    try:
        is_new = register_procedure(HubAddress.found(home, "steward", api, token), read)
    except ApiProblem as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{'Registrado' if is_new else 'Ya estaba registrado'}: {_in_short(read)}")


def _read(file: Path) -> Procedure:
    from nanduti_hub.handoffs.soundness import ProcedureWrong, load

    try:
        with file.open("rb") as opened:
            text = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise click.ClickException(f"No se puede leer «{file}»: {why(error)}.") from error
    if len(text) > MOST_BYTES:
        raise click.ClickException(f"«{file}» pasa de {MOST_BYTES // 1000} kB: no es un procedimiento.")
    try:
        return load(text)
    except ProcedureWrong as wrong:
        for finding in wrong.findings:
            click.echo(f"[error] {finding}")
        count = len(wrong.findings)
        told = "1 error por corregir" if count == 1 else f"{count} errores por corregir"
        raise click.ClickException(f"El procedimiento no se puede usar: {told}.") from wrong


def _in_short(read: Procedure) -> str:
    from nanduti_hub.handoffs.soundness import limits_of

    limits = [limit for _, limit in limits_of(read)]
    legal = sum(limit.source is Source.LAW for limit in limits)
    kind = "manual oficial" if read.official else "de trabajo, no es el manual oficial"
    return (
        f"procedimiento {read.version} ({kind}), en vigor desde {read.in_force_from:%d/%m/%Y}: "
        f"{len(read.tracks)} vías, {sum(len(track.stages) for track in read.tracks)} etapas, "
        f"{len(limits)} plazos ({legal} de ley)."
    )
