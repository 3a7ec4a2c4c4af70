"""Where the bus is and who reads, for the command line; and whether that bus takes those credentials.

Rule that stays true: what is said on the command line goes before the environment. Absent: reading events.
"""

import asyncio
import contextlib
import time
from pathlib import Path

import click
import msgspec
import nats.errors
import nkeys
from click.core import ParameterSource
from msgspec import Struct
from nats.aio.client import Client

from nanduti.feed import tls_options
from nanduti.terminal import why

#: So many seconds without an answer, and the person is told.
PATIENCE = 3.0


class Address(Struct, frozen=True):
    """Where the bus is, the seed file of the member that reads, and the authorities of its certificate, for TLS."""

    server: str
    credentials: Path
    ca: Path | None = None


class HubFile(Struct, frozen=True):
    """What is read of hub.json: the bus, and the seed file of each member."""

    nats: str
    credentials: dict[str, str]


class Refused(click.ClickException):
    """The bus does not know these credentials: nothing that trying again could change."""

    exit_code = 2


def address_of(
    context: click.Context,
    home: Path | None,
    member: str | None,
    server: str | None,
    credentials: Path | None,
    ca: Path | None,
) -> Address:
    """Where to read, and as whom. What is said on the command line goes before the environment."""
    said = {
        name
        for name in ("home", "member", "server", "credentials")
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    if said & {"home", "member"}:
        server = server if "server" in said else None
        credentials = credentials if "credentials" in said else None
    if server is None or credentials is None:
        if home is None:
            raise click.UsageError(
                "Falta decir dónde está el bus: --home DIRECTORIO [--member CÓDIGO], "
                "o bien --server URL y --credentials ARCHIVO."
            )
        file = read_hub_file(home)
        server = server or file.nats
        credentials = credentials or seed_of(file, home, member)
    check_seed(credentials)
    check_authorities(ca)
    return Address(server, credentials, ca)


def read_hub_file(home: Path) -> HubFile:
    """What a home's hub.json says."""
    path = home / "hub.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=HubFile)
    except FileNotFoundError as error:
        raise click.ClickException(
            f"No existe {path}. ¿Está en marcha el hub? Se inicia con: nanduti-hub up --home {home}"
        ) from error
    except PermissionError as error:
        raise click.ClickException(f"No se puede leer {path}: solo puede quien inició el hub.") from error
    except (OSError, msgspec.DecodeError) as error:
        raise click.ClickException(f"No se puede leer {path}: {error}") from error


def seed_of(file: HubFile, home: Path, member: str | None) -> Path:
    """The seed file of a member, or of the first one."""
    if not file.credentials:
        raise click.ClickException(f"{home / 'hub.json'} no tiene credenciales de ningún miembro.")
    code = next(iter(file.credentials)) if member is None else member
    if code not in file.credentials:
        codes = ", ".join(sorted(file.credentials))
        raise click.ClickException(f"No hay un miembro «{code}» en {home / 'hub.json'}. Son: {codes}.")
    # Joined to an absolute path, the home gives way to it.
    return home / file.credentials[code]


def check_seed(path: Path) -> None:
    """Refuse a file that holds no seed, before a connection fails over it without end."""
    try:
        nkeys.from_seed(bytearray(path.read_bytes().strip())).wipe()
    except OSError as error:
        raise Refused(f"No se puede leer el archivo de credenciales {path}: {error.strerror}.") from error
    except (ValueError, nkeys.NkeysError) as error:
        raise Refused(f"El archivo {path} no contiene la clave de un miembro (una semilla nkey).") from error


def check_authorities(path: Path | None) -> None:
    """Refuse a file that holds no certificate, before a connection fails over it without end."""
    try:
        tls_options(path)
    except OSError as error:
        reason = error.strerror if path and not path.exists() else "no contiene certificados"
        raise Refused(f"No se puede usar el archivo de autoridades {path}: {reason}.") from error


async def reach(address: Address, *, keep_trying: bool = False) -> None:
    """Connect once, to tell apart a bus that is away from credentials that it does not know."""
    deadline, is_told = time.monotonic() + PATIENCE, False
    while (reason := await _failure(address)) is not None:
        if time.monotonic() >= deadline and not is_told:
            sentence = f"No se llega al bus en {address.server} ({reason})."
            if not keep_trying:
                raise click.ClickException(f"{sentence} ¿Está en marcha el hub?")
            click.echo(f"{sentence} Sigo intentando; Ctrl-C para terminar.", err=True)
            is_told = True
        await asyncio.sleep(0.25)


async def _failure(address: Address) -> str | None:
    """Why a connection fails, None if it does not."""
    reasons: list[Exception] = []
    options = tls_options(address.ca)

    async def note(error: Exception) -> None:
        reasons.append(error)

    client = Client()
    try:
        async with asyncio.timeout(PATIENCE):
            await client.connect(
                address.server,
                nkeys_seed=str(address.credentials),
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                error_cb=note,
                # Nothing is sent before the server has answered the key: else its refusal can be lost over TLS.
                verbose=True,
                **options,
            )
    except (nats.errors.Error, OSError) as error:
        # The last attempt's own reason says more than that there are no more servers to try.
        reason = reasons[-1] if reasons else error
        if any(
            word in str(reason).lower() for word in ("authorization", "authentication expired", "revoked")
        ):
            raise Refused(
                f"El bus en {address.server} no acepta las credenciales de {address.credentials}. "
                "Pida al administrador del hub las que valen ahora."
            ) from error
        return why(reason)
    except ValueError as error:
        raise click.ClickException(
            f"«{address.server}» no es una dirección como nats://equipo:4222."
        ) from error
    finally:
        # After a handshake that failed nats-py would wait for its end for ever.
        with contextlib.suppress(nats.errors.Error, OSError):
            async with asyncio.timeout(1):
                await client.close()
    return None
