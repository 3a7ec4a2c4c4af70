"""`nanduti-hub person` and `nanduti-hub token`: who may call, for the operator of the machine.

Rules that stay true: what a script takes (a link, a token) is alone on standard output; a refusal is the API's, in
its words; each change leaves its row in the record, as the operator's. Absent: what a steward does in the API,
who needs neither this machine nor its keys.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import click
import msgspec

from nanduti_hub.access import invitations, people, tokens
from nanduti_hub.access.invitations import path_of
from nanduti_hub.access.people import LOGIN, MOST_NAME, Person
from nanduti_hub.access.sessions import Held, account_parts
from nanduti_hub.administration import (
    HOME,
    OPERATOR,
    installation_settings,
    offline_database,
    record_command,
)
from nanduti_hub.caller import Role
from nanduti_hub.ledger.database import transaction
from nanduti_hub.problems import told
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.settings import Settings

T = TypeVar("T")
ROLES = [role.value for role in Role if role is not Role.WORKER]
#: What to do next, where the API's advice is for who calls it.
_ADVICE = {
    "person_unknown": "Vea la lista con: nanduti-hub person list",
    "token_unknown": "Vea la lista con: nanduti-hub token list",
    "home_unknown": "Use el código de una plataforma o institución del directorio; del centro mismo es «hub».",
    "last_steward": "Invite antes a otro con: nanduti-hub person invite usuario@hub --name NOMBRE --role steward",
}
ACCOUNT = click.argument("account", metavar="CUENTA")
URL = click.option(
    "--url",
    metavar="URL",
    envvar="NANDUTI_URL",
    show_envvar=True,
    help="Dirección con que las personas llegan al centro. / Where people find the hub.",
)


def _done(home: Path, work: Callable[[asyncpg.Connection, Settings], Awaitable[T]]) -> T:
    """Do `work` in one transaction of the operator."""
    settings = installation_settings(home)

    async def do() -> T:
        async with offline_database(settings) as database, transaction(database, OPERATOR) as connection:
            return await work(connection, settings)

    try:
        return asyncio.run(do())
    except Refused as refused:
        raise click.ClickException(_told(refused.refusal)) from refused


def _told(refusal: Refusal) -> str:
    _, title, detail = told(refusal.code, refusal.values, is_english=False)
    return f"{title} {_ADVICE.get(refusal.code, detail)}"


@click.group()
def person() -> None:
    """Las personas que ingresan. / The people who sign in."""


@person.command(name="invite")
@ACCOUNT
@click.option("--name", metavar="NOMBRE", required=True, help="Cómo se llama. / The person's name.")
@click.option(
    "--role",
    "roles",
    metavar="ROL[:CÓDIGO]",
    multiple=True,
    required=True,
    help=f"Uno o más de: {', '.join(ROLES)}; sin código, en la institución de la cuenta. / One or more roles.",
)
@URL
@HOME
def person_invite(account: str, name: str, roles: Sequence[str], url: str | None, home: Path) -> None:
    """Invitar a alguien; muestra su enlace una sola vez. / Invite somebody; the link is shown once.

    CUENTA es usuario@institución (ana@mtess); un steward es siempre del centro: usuario@hub.
    """
    home_code, login = _account(account)
    if not 1 <= len(" ".join(name.split())) <= MOST_NAME:
        raise click.BadParameter(f"entre 1 y {MOST_NAME} caracteres.", param_hint="'--name'")
    held = [_held(text, home_code) for text in roles]

    async def invite(connection: asyncpg.Connection, settings: Settings) -> str:
        made, link = await invitations.invite(connection, OPERATOR, home_code, login, name, held)
        await record_command(connection, "person invite", "people.manage", made.id)
        return _base(home, settings, url) + path_of(link.secret)

    click.echo(_done(home, invite))
    click.echo("El enlace vale siete días y se usa una sola vez. / Good for seven days, once.", err=True)


@person.command(name="recover")
@ACCOUNT
@URL
@HOME
def person_recover(account: str, url: str | None, home: Path) -> None:
    """Dar un enlace nuevo a quien perdió su acceso. / A new link for who has lost access.

    Lo que la persona usa hoy sigue valiendo hasta que abra el enlace.
    """

    async def recover(connection: asyncpg.Connection, settings: Settings) -> str:
        found = await _found(connection, account)
        _, link = await invitations.recover(connection, OPERATOR, found.id)
        await record_command(connection, "person recover", "people.manage", found.id)
        return _base(home, settings, url) + path_of(link.secret)

    click.echo(_done(home, recover))


@person.command(name="remove")
@ACCOUNT
@HOME
def person_remove(account: str, home: Path) -> None:
    """Dar de baja a alguien; surte efecto en segundos. / Remove somebody, within seconds."""

    async def remove(connection: asyncpg.Connection, _settings: Settings) -> None:
        found = await _found(connection, account)
        await people.remove(connection, OPERATOR, found.id)
        await record_command(connection, "person remove", "people.manage", found.id)

    _done(home, remove)
    click.echo("1 persona dada de baja.")


@person.command(name="list")
@HOME
def person_list(home: Path) -> None:
    """Quiénes tienen cuenta. / Who has an account.

    La primera línea es el encabezado; las columnas se separan con tabulaciones.
    """

    async def found(connection: asyncpg.Connection, _settings: Settings) -> list[Person]:
        return await people.list_people(connection, "", None, None, 100_000)

    listed = _done(home, found)
    click.echo("CUENTA\tESTADO\tROLES\tNOMBRE")
    for one in listed:
        roles = ", ".join(f"{held.role}:{held.scope}" for held in one.roles)
        state = "activa" if one.state == "active" else "invitada"
        click.echo(f"{one.account or one.id}\t{state}\t{roles}\t{one.name}")


@click.group()
def token() -> None:
    """Los tokens de la API. / API tokens."""


@token.command(name="create")
@click.option("--name", metavar="NOMBRE", required=True, help="De quién o de qué sistema es. / Whose it is.")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    required=True,
    help="steward administra; administrator, a su gente; coordinator escribe lo de su plataforma; los demás leen. / What it may do.",
)
@click.option(
    "--scope",
    metavar="CÓDIGO",
    default="*",
    help="Su plataforma o institución; steward no lleva. / Its platform or institution; none for a steward.",
)
@click.option(
    "--days",
    metavar="DÍAS",
    type=click.IntRange(1, 3650),
    help="Cuántos días vale; si falta, hasta que se anule. / How many days it is good for.",
)
@HOME
def token_create(name: str, role: str, scope: str, days: int | None, home: Path) -> None:
    """Crear un token; se muestra una sola vez. / Make a token; it is shown once."""
    if (scope == "*") is not (role == "steward"):
        raise click.UsageError("El rol steward no lleva --scope; los demás sí.")

    async def create(connection: asyncpg.Connection, _settings: Settings) -> str:
        scopes = await people.known_scopes(connection)
        known = scopes.platforms if role == "coordinator" else scopes.platforms | scopes.institutions
        if scope != "*" and scope not in known:
            raise click.BadParameter(
                f"el directorio no tiene «{scope}». Son: {', '.join(sorted(known))}.", param_hint="'--scope'"
            )
        await people.check_roles(connection, [Held(Role(role), scope)])
        shown = tokens.fitting_name(name)
        expires_at = datetime.now(UTC) + timedelta(days=days) if days is not None else None
        made = await tokens.make_token(connection, shown, Role(role), scope, expires_at, OPERATOR)
        await record_command(connection, "token create", "tokens.manage", made.id)
        return made.secret

    click.echo(_done(home, create))


@token.command(name="list")
@HOME
def token_list(home: Path) -> None:
    """Los tokens y su último uso; nunca el secreto. / The tokens and their last use, never the secret.

    La primera línea es el encabezado; las columnas se separan con tabulaciones.
    """

    async def found(connection: asyncpg.Connection, _settings: Settings) -> list[tokens.Token]:
        return await tokens.list_tokens(connection, "", None, 100_000)

    now = datetime.now(UTC)
    listed = _done(home, found)
    click.echo("ID\tESTADO\tÚLTIMO USO\tROL\tCREADO POR\tNOMBRE")
    for one in listed:
        ended = one.revoked_at is not None or (one.expires_at is not None and one.expires_at <= now)
        state = "anulado" if one.revoked_at is not None else "vencido" if ended else "vigente"
        used = one.last_used_at.date().isoformat() if one.last_used_at is not None else "sin uso"
        click.echo(f"{one.id}\t{state}\t{used}\t{one.role}:{one.scope}\t{one.created_by_name}\t{one.name}")


@token.command(name="rotate")
@click.argument("token_id", metavar="ID")
@click.option(
    "--overlap-hours",
    metavar="HORAS",
    type=click.IntRange(0, 168),
    default=24,
    show_default=True,
    help="Cuánto sigue valiendo el anterior. / How long the old one goes on.",
)
@HOME
def token_rotate(token_id: str, overlap_hours: int, home: Path) -> None:
    """Reemplazar un token por otro igual; muestra el nuevo. / Replace a token; the new one is shown.

    ID es el que muestra token list.
    """

    async def rotate(connection: asyncpg.Connection, _settings: Settings) -> str:
        overlap = timedelta(hours=overlap_hours)
        made = await tokens.rotate_token(connection, token_id, overlap, OPERATOR)
        await record_command(connection, "token rotate", "tokens.manage", made.id)
        return made.secret

    click.echo(_done(home, rotate))


@token.command(name="revoke")
@click.argument("token_id", metavar="[ID]", required=False)
@click.option(
    "--name",
    metavar="NOMBRE",
    help="O todos los que se crearon con este nombre. / Or all that were made with this name.",
)
@HOME
def token_revoke(token_id: str | None, name: str | None, home: Path) -> None:
    """Anular un token, o los de un nombre; surte efecto en segundos. / Revoke tokens, within seconds.

    ID es el que muestra token list.
    """
    if (name is None) is (token_id is None):
        raise click.UsageError("Indique el ID o --name, uno de los dos.")

    async def revoke(connection: asyncpg.Connection, _settings: Settings) -> int:
        if token_id is not None:
            await tokens.revoke_token(connection, token_id)
            await record_command(connection, "token revoke", "tokens.manage", token_id)
            return 1
        revoked = await tokens.revoke_tokens(connection, name or "")
        for one in revoked:
            await record_command(connection, "token revoke", "tokens.manage", one)
        return len(revoked)

    count = _done(home, revoke)
    if count == 0:
        raise click.ClickException(f"No hay ningún token vigente con el nombre «{name}».")
    click.echo("1 token anulado." if count == 1 else f"{count} tokens anulados.")


def _account(account: str) -> tuple[str, str]:
    home, login = account_parts(account)
    if LOGIN.fullmatch(login) is None:
        raise click.BadParameter(
            "se espera usuario@institución, p. ej. ana@mtess o ana@hub.", param_hint="'CUENTA'"
        )
    return home, login


def _held(text: str, home: str) -> Held:
    role, _, scope = text.partition(":")
    if role not in ROLES:
        raise click.BadParameter(f"«{role}» no es un rol. Son: {', '.join(ROLES)}.", param_hint="'--role'")
    return Held(Role(role), scope or ("*" if role == "steward" else home))


async def _found(connection: asyncpg.Connection, account: str) -> Person:
    """The person of an account, or with an id."""
    if "@" not in account:
        return await people.managed(connection, OPERATOR, account)
    home, login = _account(account)
    found = await people.list_people(connection, "", home, login, 1)
    if not found:
        raise click.ClickException(f"No existe la cuenta «{account}».")
    return await people.managed(connection, OPERATOR, found[0].id)


def _base(home: Path, settings: Settings, url: str | None) -> str:
    """Where a link begins: as it was said, else as the running hub says it."""
    if said := url or settings.url:
        return said.rstrip("/")
    file = home / "hub.json"
    if file.exists():
        told: dict[str, Any] = msgspec.json.decode(file.read_bytes())
        return str(told["api"]).rstrip("/")
    return settings.listening_at(settings.port)
