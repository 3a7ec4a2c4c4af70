"""`nanduti-hub bus`: who is let into the event bus, for operators.

Rules that stay true: nothing is called done before it was seen at the server; where the server is not the hub's
own, nothing is called done at all, and the commands that do it are printed; a change is in the record before it is
made, since keys are files and no transaction has them. Absent: what is let in means
(`relay.admission`), and how it is looked at (`relay.probing`).
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from click.core import ParameterSource
from msgspec import Struct

from nanduti.terminal import why
from nanduti_hub.administration import (
    HOME,
    OPERATOR,
    check_authorities,
    environment_settings,
    installation_settings,
    offline_database,
    record_command,
)
from nanduti_hub.ledger.database import transaction
from nanduti_hub.relay.admission import (
    NotProven,
    NotTaken,
    Roll,
    Site,
    active,
    configuration,
    prepare,
    settle,
)
from nanduti_hub.relay.connection import Address
from nanduti_hub.relay.credentials import (
    Keyring,
    KeyringBusy,
    is_revoked,
    locked,
    open_keyring,
    revoke,
    rotate,
)
from nanduti_hub.relay.membership import roll_of
from nanduti_hub.relay.probing import Finding, Trouble, probe
from nanduti_hub.relay.recipe import DEFAULT_SITE, asked_for, authority, keep_site, kept_site, recipe
from nanduti_hub.relay.server_config import Certificate
from nanduti_hub.relay.streams import COPIES, Member
from nanduti_hub.settings import Settings

Result = TypeVar("Result")
CODE = click.argument("code", metavar="CÓDIGO")

#: What each thing that is wrong is called.
SENTENCES = {
    Trouble.AWAY: "no se llega al servidor{reason}",
    Trouble.DROPPED: "el servidor está, pero corta la conexión sin decir por qué{reason}",
    Trouble.REFUSED: "el servidor no acepta su clave: falta poner en su lugar la configuración nueva",
    Trouble.LET_IN: "el servidor acepta todavía una clave retirada: falta poner en su lugar la configuración nueva",
    Trouble.ANYONE: "el servidor acepta conexiones sin clave: no corre con la configuración de bus config",
    Trouble.NO_LEDGER: "{stream} no se puede leer{reason}: ¿está en marcha el centro?",
    Trouble.COPY_UNREADABLE: "su copia {stream} no se puede leer{reason}",
    Trouble.COPY_LATE: "su copia {stream} está atrasada{reason}",
}


class _Place(Struct):
    """An installation, as one command sees it."""

    settings: Settings
    keyring: Keyring
    home: Path | None  # where its own servers are, if it has them
    database: Any

    @property
    def address(self) -> Address:
        return Address(self.settings.nats_url, self.settings.nats_ca)

    async def roll(self) -> Roll:
        return await roll_of(self.database, self.keyring)


@click.group()
def bus() -> None:
    """El bus de eventos: quién entra. / The event bus: who is let in."""


@bus.command(name="config", short_help="La configuración de nats-server. / nats-server's configuration.")
@click.option(
    "--listen",
    metavar="DIRECCIÓN:PUERTO",
    help=f"Dónde escuchará nats-server; la primera vez, {DEFAULT_SITE.listen_host}:{DEFAULT_SITE.listen_port}. / Where nats-server will listen.",
)
@click.option(
    "--store-dir",
    metavar="DIRECTORIO",
    help=f"Dónde guardará los eventos; la primera vez, {DEFAULT_SITE.store_dir}. / Where it will keep the events.",
)
@click.option(
    "--tls-cert",
    metavar="ARCHIVO",
    envvar="NANDUTI_NATS_TLS_CERT",
    show_envvar=True,
    help="Certificado del servidor; con él, solo entra quien usa TLS. / The server's certificate: TLS only.",
)
@click.option(
    "--tls-key",
    metavar="ARCHIVO",
    envvar="NANDUTI_NATS_TLS_KEY",
    show_envvar=True,
    help="Clave del certificado. / The certificate's key.",
)
@click.option(
    "--tls-ca",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="ARCHIVO",
    envvar="NANDUTI_NATS_CA",
    show_envvar=True,
    help="Autoridad que lo firmó, para los contextos de los miembros. / Its authority, for members' contexts.",
)
@click.option("--no-tls", is_flag=True, help="Dejar de usar TLS. / Use TLS no longer.")
@click.pass_context
def bus_config(
    context: click.Context,
    /,
    listen: str | None,
    store_dir: str | None,
    tls_cert: str | None,
    tls_key: str | None,
    tls_ca: Path | None,
    no_tls: bool,
) -> None:
    """Escribir la configuración de nats-server. / Write nats-server's configuration.

    Lo que no se indica queda como la última vez (TLS también). Escribe además, junto a las claves, la credencial y
    el contexto de «nats» de cada miembro.

    What is not said stays as it was the last time (TLS too). It also writes each member's credential and `nats`
    context, beside the keys.
    """
    if no_tls and ParameterSource.COMMANDLINE in map(
        context.get_parameter_source, ("tls_cert", "tls_key", "tls_ca")
    ):
        raise click.UsageError("--no-tls no va con --tls-cert, --tls-key ni --tls-ca.")
    if (tls_cert is None) is not (tls_key is None) and not no_tls:
        raise click.UsageError("--tls-cert y --tls-key van juntos.")
    tls = Certificate(tls_cert, tls_key) if tls_cert and tls_key else None
    place_to_listen = _place_of(listen) if listen is not None else None

    async def write(place: _Place) -> str:
        async with locked(place.keyring):
            kept = _kept_site(place.keyring)
            site = asked_for(kept, place_to_listen, store_dir, tls, tls_ca, without_tls=no_tls)
            roll = await place.roll()
            ca = authority(site, place.settings.nats_ca)
            prepare(place.keyring, roll, Address(place.settings.nats_url, ca))
            keep_site(place.keyring, site)
            if site.tls is None and place.settings.nats_ca is not None:
                click.echo(
                    "Aviso: esta configuración es sin TLS y NANDUTI_NATS_CA está puesta: el centro no entrará "
                    "hasta que la quite, o dé --tls-cert y --tls-key.",
                    err=True,
                )
            return configuration(site, place.keyring, roll)

    click.echo(_done(environment_settings(), None, write), nl=False)


def _place_of(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise click.BadParameter("se espera DIRECCIÓN:PUERTO, p. ej. 0.0.0.0:4222.", param_hint="'--listen'")
    return host, int(port)


def _kept_site(keyring: Keyring) -> Site | None:
    try:
        return kept_site(keyring)
    except msgspec.DecodeError as error:
        raise click.ClickException(
            f"No se entiende {keyring.directory / 'site.json'}, que dice cómo se pidió la configuración la última "
            "vez: bórrelo y dé todas las opciones de nuevo."
        ) from error


@bus.command(name="members", short_help="Quién entra y cómo están sus copias. / Who is let in.")
@HOME
def bus_members(home: Path) -> None:
    """Cada miembro: si entra, y si sus copias están al día. / Each member: let in or not, copies current or not."""

    async def look(place: _Place) -> tuple[Roll, list[Finding], set[str]]:
        roll = await place.roll()
        revoked = {one.code for one in (*roll.members, *roll.former) if is_revoked(place.keyring, one.code)}
        return roll, await _probed(place, roll), revoked

    roll, findings, revoked = _done(*_installation(home), look)
    away = next((it for it in findings if it.user == "keeper" and it.trouble is not Trouble.NO_LEDGER), None)
    for member in (*roll.members, *roll.former):
        own = [it for it in findings if it.user == member.code or it.user.startswith(f"{member.code}.")]
        if member.code in revoked:
            standing = "revocada"
        elif member in roll.former:
            standing = "no está en el centro"
        else:
            standing = "vigente"
        if away is not None:
            seen = "no se pudo mirar"
        elif own:
            seen = "; ".join(_sentence(it) for it in own)
        else:
            seen = "copias al día" if standing == "vigente" else "no entra"
        kind = "plataforma" if member.is_platform else "institución"
        click.echo(f"{member.code:<16}  {kind:<11}  {standing:<20}  {seen}")
    if away is not None:
        raise click.ClickException(_line(away))


@bus.command(name="rotate", short_help="Una clave nueva para un miembro. / A new key for a member.")
@CODE
@HOME
def bus_rotate(code: str, home: Path) -> None:
    """Dar a un miembro una clave nueva; la anterior deja de entrar. / Give a member a new key; the old one is out.

    También devuelve la entrada a un miembro revocado. Cada vez hace otra clave: no es idempotente.

    It also lets a revoked member in again. Each time it makes another key: it is not idempotent.
    """

    async def change(place: _Place) -> None:
        _named((await place.roll()).members, code)
        await _record(place, "bus rotate", code)

        seed = Path()

        def new_key(roll: Roll) -> None:
            nonlocal seed
            _named(roll.members, code)
            seed = rotate(place.keyring, code)

        await _changed(place, new_key)
        click.echo(f"Clave nueva de {code}: {seed}\nContexto para «nats»: {seed.with_suffix('.json')}")
        if place.home is None:
            _tell_commands(place.keyring)
            return
        # It alone: what happens to others meanwhile is not what was asked.
        alone = tuple(member for member in (await place.roll()).members if member.code == code)
        if found := await _probed(place, Roll(alone)):
            raise click.ClickException("\n".join(_line(it) for it in found))
        click.echo(
            "Hecho: entra con ella y lee sus tres copias; la anterior no entra y sus conexiones se cortaron."
        )

    _done(*_installation(home), change)


@bus.command(name="revoke", short_help="Quitar la entrada a un miembro. / Shut a member out.")
@CODE
@HOME
def bus_revoke(code: str, home: Path) -> None:
    """Quitar la entrada a un miembro, hasta que se le rote la clave. / Shut a member out until it is rotated.

    Su cuenta y sus copias quedan, sin que nadie las lea. Repetirlo vuelve a comprobarlo.

    Its account and copies stay, and nobody reads them. Doing it again proves it again.
    """

    async def change(place: _Place) -> None:
        was_new, roll = True, await place.roll()
        _named((*roll.members, *roll.former), code)
        await _record(place, "bus revoke", code)

        def shut_out(roll: Roll) -> None:
            nonlocal was_new
            _named((*roll.members, *roll.former), code)
            was_new = revoke(place.keyring, code)

        await _changed(place, shut_out)
        click.echo(f"Clave de {code} retirada." if was_new else f"{code} ya estaba revocado.")
        if place.home is None:
            _tell_commands(place.keyring)
        else:
            click.echo("Hecho: sus conexiones se cortaron y el servidor ya no la acepta.")

    _done(*_installation(home), change)


@bus.command(name="probe", short_help="Comprobar quién entra y quién no. / Prove who is let in.")
@HOME
def bus_probe(home: Path) -> None:
    """Comprobar, entrando de verdad, quién entra y quién no. / Prove, by really connecting, who is let in.

    Termina con 0 si todo es como dicen el directorio y las claves; con 1 si algo no lo es.

    Exits with 0 if all is as directory and keys say, with 1 otherwise.
    """

    async def look(place: _Place) -> tuple[int, list[Finding]]:
        roll = await place.roll()
        return len(active(place.keyring, roll)), await _probed(place, roll)

    count, findings = _done(*_installation(home), look)
    for finding in findings:
        click.echo(_line(finding))
    if findings:
        click.echo(f"Mal: {len(findings)}.")
        sys.exit(1)
    click.echo(
        f"Bien: entran los {count} miembros vigentes, con sus {len(COPIES)} copias al día; "
        "ninguna clave retirada entra, ni nadie sin clave."
    )


def _installation(home: Path) -> tuple[Settings, Path | None]:
    """The settings of a command, and the home if the servers are its own."""
    return installation_settings(home), home if (home / "settings.json").exists() else None


def _done(
    settings: Settings, home: Path | None, work: Callable[[_Place], Coroutine[Any, Any, Result]]
) -> Result:
    """Do a command's work; what can go wrong on the way ends in a sentence."""

    check_authorities(settings)

    async def run() -> Result:
        async with offline_database(settings) as database:
            return await work(_Place(settings, open_keyring(settings.keys), home, database))

    try:
        return asyncio.run(run())
    except KeyringBusy as error:
        raise click.ClickException(
            "Otro proceso está cambiando las claves del bus; pruebe de nuevo."
        ) from error
    except NotTaken as error:
        raise click.ClickException(
            f"El servidor del bus no tomó el cambio, que ya está en las claves ({error}). "
            "Repita la orden; si el centro está detenido, valdrá cuando se inicie."
        ) from error
    except NotProven as error:
        raise click.ClickException(
            f"NO está hecho: no se pudo comprobar que una clave retirada ya no entra ({error})."
        ) from error


async def _record(place: _Place, command: str, code: str) -> None:
    async with transaction(place.database, OPERATOR) as connection:
        await record_command(connection, command, None, code)


async def _changed(place: _Place, change: Callable[[Roll], None]) -> None:
    """Change the keyring and, where the server is the installation's own, have it take that."""
    if place.home is not None:
        from nanduti_hub.embedded.home import open_home
        from nanduti_hub.installation import own_server

        server = own_server(open_home(place.home), place.settings)
        await settle(server, place.address, place.keyring, place.roll, change)
        return
    async with locked(place.keyring):
        roll = await place.roll()
        change(roll)
        ca = authority(_kept_site(place.keyring), place.settings.nats_ca)
        prepare(place.keyring, roll, Address(place.settings.nats_url, ca))


async def _probed(place: _Place, roll: Roll) -> list[Finding]:
    return await probe(place.address, place.keyring, roll)


def _named(members: tuple[Member, ...], code: str) -> None:
    codes = [member.code for member in members]
    if code not in codes:
        raise click.BadParameter(
            f"no hay un miembro «{code}» en el bus. Son: {', '.join(codes)}.", param_hint="'CÓDIGO'"
        )


def _tell_commands(keyring: Keyring) -> None:
    """Say how an operator's own server is made to take what has changed."""
    *changing, proving = recipe(keyring)
    click.echo(
        "Todavía NO surte efecto. En la máquina de nats-server, con su archivo nats.conf:\n"
        + "".join(f"  {command}\n" for command in changing)
        + f"y después compruébelo:\n  {proving}"
    )


def _line(finding: Finding) -> str:
    return f"{finding.user or 'cualquiera'}: {_sentence(finding)}."


def _sentence(finding: Finding) -> str:
    told = why(finding.error) if finding.error is not None else finding.reason
    reason = f" ({told})" if told else ""
    return SENTENCES[finding.trouble].format(stream=finding.stream, reason=reason)
