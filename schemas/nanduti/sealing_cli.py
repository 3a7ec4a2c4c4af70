"""`nanduti keygen | seal | open`: a dossier is sealed and opened on the member's own machine.

Rules that stay true: no file is ever written over, and what has a secret or a person in it is its owner's alone
(0600); standard output carries a public key, a sealed file or a dossier and nothing else; no message repeats what was
in a file. Absent: any connection: what is sealed is taken to the hub by the API.
"""

import contextlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec

from nanduti import pins as pinning
from nanduti import seal as sealing
from nanduti.directory import Recipients
from nanduti.public_keys import fingerprint, is_public_key, spoken
from nanduti.recipients import active, can_receive
from nanduti.terminal import why
from nanduti.vocabulary import Share

#: Where the pinned keys are, unless it is said.
PINS = Path("~/.config/nanduti/pins.json")
PATH = click.Path(path_type=Path, dir_okay=False)
READABLE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(short_help="Crear un par de claves. / Make a pair of keys.")
@click.option(
    "-o",
    "--output",
    "path",
    type=PATH,
    required=True,
    metavar="ARCHIVO",
    help="Dónde guardar la clave secreta; no puede existir. / Where to keep the secret key; must not exist.",
)
@click.option(
    "--recovery",
    "is_recovery",
    is_flag=True,
    help="La de recuperación, que se guarda fuera de línea. / The recovery key, kept offline.",
)
def keygen(path: Path, *, is_recovery: bool) -> None:
    """Crear un par de claves para recibir expedientes sellados. / Make a pair of keys to receive sealed dossiers.

    La secreta queda en ARCHIVO, solo para su dueño; la pública se muestra, y la registra quien administra la
    institución. El archivo también sirve con «age».

    The secret one stays in ARCHIVO, its owner's alone; the public one is shown, and the institution's administrator
    registers it. The file is good for `age`, too.
    """
    with _told():
        identity = sealing.new_identity()
        public = sealing.public_key_of(identity)
    lines = [
        f"# created: {datetime.now(UTC).isoformat(timespec='seconds')}",
        *(["# clave de recuperación / recovery key"] if is_recovery else []),
        f"# public key: {public}",
        identity,
    ]
    _put_new(path, ("\n".join(lines) + "\n").encode())
    click.echo(public)
    _remark(f"Clave secreta: {path} (no la copie ni la envíe a nadie).")
    _remark(f"Huella:        {fingerprint(public)}")
    _remark(f"En palabras:   {spoken(public)}")
    if is_recovery:
        _remark(
            "Es la de recuperación: pase el archivo a un medio sin conexión, guárdelo bajo llave con un testigo y "
            "bórrelo de este equipo."
        )


@click.command("seal", short_help="Sellar un expediente. / Seal a dossier.")
@click.argument("content", type=READABLE, metavar="CONTENIDO.json")
@click.option(
    "--handoff", required=True, metavar="ID", help="Identificador de la derivación. / The handoff's id."
)
@click.option("--from", "sender", required=True, metavar="CÓDIGO", help="Institución que envía. / Who sends.")
@click.option(
    "--to", "receiver", required=True, metavar="CÓDIGO", help="Institución que recibe. / Who receives."
)
@click.option(
    "--share",
    type=click.Choice([Share.FULL.value, Share.PSEUDONYMOUS.value]),
    required=True,
    help="Completo, o sin lo que dice quién es. / Whole, or without what tells who it is.",
)
@click.option(
    "--recipients",
    "listed",
    type=READABLE,
    metavar="ARCHIVO.json",
    help="Claves de la institución, como las da la API. / Its keys, as the API gives them.",
)
@click.option(
    "--recipient",
    "given",
    multiple=True,
    metavar="age1...",
    help="Una clave pública, en vez del archivo; se puede repetir. / A public key instead; repeatable.",
)
@click.option(
    "--pins",
    "pins_path",
    type=PATH,
    default=PINS,
    show_default=True,
    metavar="ARCHIVO",
    help="Claves ya confirmadas en este equipo. / Keys that were confirmed on this machine.",
)
@click.option(
    "--confirm-changed",
    is_flag=True,
    help="Ya confirmé por teléfono las claves que cambiaron. / I have confirmed the changed keys by telephone.",
)
@click.option(
    "-o",
    "--output",
    type=PATH,
    required=True,
    metavar="ARCHIVO",
    help="Archivo sellado; no puede existir. / The sealed file; must not exist.",
)
def seal_command(
    content: Path,
    handoff: str,
    sender: str,
    receiver: str,
    share: str,
    listed: Path | None,
    given: tuple[str, ...],
    pins_path: Path,
    *,
    confirm_changed: bool,
    output: Path,
) -> None:
    """Sellar el contenido de un expediente para la institución que lo recibe. / Seal a content for who receives it.

    Antes revisa el contenido (campos HTCDS) y compara las claves con las que se confirmaron la primera vez.

    First it checks the content (fields of HTCDS), and compares the keys with those that were confirmed before.
    """
    if (listed is None) == (not given):
        raise click.UsageError("Use --recipients o --recipient, uno de los dos.")
    keys = _keys(given) if listed is None else _listed(listed, receiver)
    pins_path = pins_path.expanduser()
    pins = _pins(pins_path)
    _compare(pinning.compare(pins, receiver, keys), receiver, is_confirmed=confirm_changed)
    with _told():
        sealed = sealing.seal(
            _content(content),
            handoff=handoff,
            sender=sender,
            receiver=receiver,
            share=Share(share),
            recipients=keys,
            at=datetime.now(UTC),
        )
    _put_new(output, sealed)
    pinned = pinning.pinned(pins, receiver, keys)
    if pinned != pins:
        _put_pins(pins_path, pinning.written(pinned))
    _remark(f"Sellado para {len(keys)} {'clave' if len(keys) == 1 else 'claves'} de {receiver}: {output}")


@click.command("open", short_help="Abrir un expediente sellado. / Open a sealed dossier.")
@click.argument("sealed", type=READABLE, metavar="ARCHIVO")
@click.option(
    "--identity",
    "identities",
    type=READABLE,
    multiple=True,
    required=True,
    metavar="CLAVE",
    help="Archivo de la clave secreta; se puede repetir. / The secret key's file; repeatable.",
)
@click.option(
    "--handoff",
    required=True,
    metavar="ID",
    help="Derivación con la que vino. / The handoff that it came with.",
)
@click.option(
    "--to",
    "receiver",
    metavar="CÓDIGO",
    help="La propia institución, para comprobarla también. / One's own institution, to check it as well.",
)
@click.option(
    "-o",
    "--output",
    type=PATH,
    metavar="ARCHIVO",
    help="Dónde guardarlo, en vez de mostrarlo; no puede existir. / Where to keep it instead; must not exist.",
)
def open_command(
    sealed: Path, identities: tuple[Path, ...], handoff: str, receiver: str | None, output: Path | None
) -> None:
    """Abrir un expediente sellado y comprobar que es de esta derivación. / Open a dossier; check that it is this one.

    Si es de otra derivación o para otra institución, no se muestra.

    One of another handoff, or for another institution, is not shown.
    """
    secrets = [line for path in identities for line in _secrets(path)]
    with _told():
        dossier = sealing.open_sealed(_bytes(sealed), secrets, handoff=handoff, receiver=receiver)
    shown = msgspec.json.format(msgspec.json.encode(dossier), indent=2) + b"\n"
    if output is None:
        sys.stdout.buffer.write(shown)
        sys.stdout.buffer.flush()
    else:
        _put_new(output, shown)
        _remark(f"Abierto en {output}: contiene datos de una persona; bórrelo cuando no lo necesite.")


COMMANDS = (keygen, seal_command, open_command)


class _told(contextlib.AbstractContextManager[None]):  # noqa: N801  # it reads as a word of the sentence
    """What cannot be sealed or opened ends in a sentence."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, sealing.SealingError):
            _fail(str(error))


def _fail(sentence: str) -> NoReturn:
    raise click.ClickException(sentence) from None


def _remark(sentence: str) -> None:
    click.echo(sentence, err=True)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        _fail(f"No se puede leer {path}: {why(error)}.")


def _content(path: Path) -> Any:
    try:
        return msgspec.json.decode(_bytes(path))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        _fail(f"{path} no es un JSON.")


def _secrets(path: Path) -> list[str]:
    lines = _bytes(path).decode("ascii", "replace").splitlines()
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not found:
        _fail(f"{path} no tiene ninguna clave secreta.")
    return found


def _keys(given: tuple[str, ...]) -> tuple[str, ...]:
    for place, key in enumerate(given, 1):
        if not is_public_key(key):
            _fail(f"La clave n.º {place} no es una clave pública de age (age1...).")
    return tuple(dict.fromkeys(given))


def _listed(path: Path, receiver: str) -> tuple[str, ...]:
    try:
        recipients = msgspec.json.decode(_bytes(path), type=Recipients)
    except (msgspec.DecodeError, UnicodeDecodeError):
        _fail(f"{path} no es la lista de claves de una institución, como la da la API.")
    if recipients.institution != receiver:
        _fail(f"{path} tiene las claves de {recipients.institution}, no las de {receiver}.")
    if not can_receive(recipients):
        _fail(
            f"{receiver} todavía no puede recibir: le falta una clave de uso diario o la de recuperación. Avísele."
        )
    return _keys(tuple(each.public_key for each in active(recipients)))


def _pins(path: Path) -> pinning.Pins:
    if not path.exists():
        return pinning.Pins()
    try:
        return pinning.read(_bytes(path))
    except (msgspec.DecodeError, UnicodeDecodeError):
        _fail(f"No se entiende {path}, donde están las claves confirmadas. No se selló nada.")


def _compare(comparison: pinning.Comparison, receiver: str, *, is_confirmed: bool) -> None:
    """Say what has to be confirmed by telephone, and go no further where what was confirmed has changed."""
    if comparison.is_first:
        _remark(f"Es la primera vez que se sella para {receiver}. Confirme por teléfono estas palabras:")
    elif comparison.is_changed:
        _remark(f"ATENCIÓN: las claves de {receiver} cambiaron desde la última vez.")
    for key in comparison.added:
        _remark(f"  {'' if comparison.is_first else 'nueva: '}{fingerprint(key)}  {spoken(key)}")
    for key in comparison.removed:
        _remark(f"  ya no está: {fingerprint(key)}  {spoken(key)}")
    if comparison.is_changed and not is_confirmed:
        _fail(
            "No se selló nada. Llame a la institución a un número que ya conozca, compare las palabras y repita con "
            "--confirm-changed."
        )


def _put_new(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read, and never over another."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        _fail(f"{path} ya existe y no se escribe encima.")
    except OSError as error:
        _fail(f"No se puede escribir {path}: {why(error)}.")
    with open(descriptor, "wb") as file:  # noqa: PTH123  # it is open already
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put_pins(path: Path, content: bytes) -> None:
    """Put the pins in the place of those before, whole or not at all."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        _put_new(beside, content)
        beside.replace(path)
    except OSError as error:
        _fail(f"No se puede escribir {path}: {why(error)}.")
