"""`nanduti`: look at the bus from a terminal, or hand what is on it to another program; and `sealing_cli`'s commands.

Rules that stay true: standard output carries events and snapshots alone, every remark goes to standard error;
with --json an event's bytes are those of the ledger, untouched. Absent: changing anything; that is the API's.
"""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from datetime import datetime
from functools import partial, reduce
from pathlib import Path
from typing import Any, Literal, TypeVar

import click
import msgspec

from nanduti.addresses import Address, address_of, reach
from nanduti.feed import Feed, is_worth_telling
from nanduti.phrases import in_words
from nanduti.sealing_cli import COMMANDS as SEALING
from nanduti.subscribe import Hole, Message, digest, snapshot, subscribe
from nanduti.terminal import SpanishGroup, why
from nanduti.wire import Unknown

#: How a shell knows that Ctrl-C ended it.
INTERRUPTED = 130

Stream = Literal["REGISTER", "HANDOFF"]
Result = TypeVar("Result")
Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS = (
    click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIRECTORIO",
        envvar="NANDUTI_HOME",
        show_envvar=True,
        help="Directorio del hub, donde está hub.json. / The hub's state directory, with hub.json.",
    ),
    click.option(
        "--member",
        metavar="CÓDIGO",
        help="Miembro que lee; si falta, el primero de hub.json. / Member who reads; default: the first.",
    ),
    click.option(
        "--server",
        metavar="URL",
        envvar="NANDUTI_NATS_URL",
        show_envvar=True,
        help="Dirección del bus, en vez de --home. / The bus's address, instead of --home.",
    ),
    click.option(
        "--credentials",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="ARCHIVO",
        envvar="NANDUTI_CREDENTIALS",
        show_envvar=True,
        help="Archivo con la clave del miembro. / The member's seed file.",
    ),
    click.option(
        "--ca",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="ARCHIVO",
        envvar="NANDUTI_NATS_CA",
        show_envvar=True,
        help="Autoridad del certificado del bus; con ella, solo TLS. / The bus's authority: TLS only.",
    ),
)
READING_OPTIONS = (
    click.option(
        "--stream",
        type=click.Choice(["REGISTER", "HANDOFF"]),
        default="REGISTER",
        show_default=True,
        help="El registro, o los avisos de derivaciones. / The register, or the handoff notices.",
    ),
    click.option(
        "--filter",
        "filters",
        metavar="ASUNTO",
        multiple=True,
        help="Solo estos asuntos, p. ej. 'nanduti.v1.action.mesa.>'. / Only these subjects; repeatable.",
    ),
    click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Un objeto JSON por línea, para programas. / One JSON object a line, for programs.",
    ),
)


def with_options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Give a command several options, in the order in which its help shows them."""
    return lambda command: reduce(lambda given, option: option(given), reversed(options), command)


@click.group(cls=SpanishGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nanduti", help="Mostrar la versión. / Show the version and exit.")
def main() -> None:
    """El bus de Ñandutí, que aquí solo se lee, y los expedientes sellados. / The bus, read only, and sealed dossiers."""
    warnings = logging.getLogger("nanduti.subscribe")
    warnings.propagate = False
    warnings.handlers = [_Remarks()]
    # nats-py reports every attempt to connect again; the remarks above say it once.
    logging.getLogger("nats").addHandler(logging.NullHandler())
    logging.getLogger("asyncio").addFilter(is_worth_telling)


for sealing_command in SEALING:
    main.add_command(sealing_command)


@main.command(short_help="Los eventos, a medida que ocurren. / Events as they happen.")
@with_options(*OPTIONS, *READING_OPTIONS)
@click.option(
    "--after", type=click.IntRange(min=0), metavar="N", help="Desde después del número N. / After number N."
)
@click.option("--from-start", is_flag=True, help="Desde el principio. / From the beginning.")
@click.pass_context
def tail(
    context: click.Context,
    /,
    stream: Stream,
    filters: tuple[str, ...],
    as_json: bool,
    after: int | None,
    from_start: bool,
    **where: Any,
) -> None:
    """Mostrar los eventos a medida que ocurren, hasta Ctrl-C. / Show events as they happen, until Ctrl-C."""
    if from_start and after is not None:
        raise click.UsageError("Use --after o --from-start, no los dos.")
    address = address_of(context, **where)
    show = show_json if as_json else show_line

    async def follow() -> None:
        await reach(address, keep_trying=True)
        start = 0 if from_start else after
        if start is None:
            async with feed_of(address, stream) as feed:
                start = await feed.last_sequence()
        remark(f"Siguiendo {stream} después del número {start}. Ctrl-C para terminar.")
        reading = subscribe(
            address.server,
            credentials=address.credentials,
            ca=address.ca,
            stream=stream,
            after=start,
            filters=filters,
            on_hole=partial(tell_hole, filters),
        )
        async with reading:
            async for message in reading:
                show(message)
                sys.stdout.buffer.flush()

    run(follow())


@main.command(short_help="Lo que el bus tiene ahora. / What the bus holds now.")
@with_options(*OPTIONS, *READING_OPTIONS)
@click.option(
    "--after",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Desde después del número N. / After number N.",
)
@click.pass_context
def replay(
    context: click.Context,
    /,
    stream: Stream,
    filters: tuple[str, ...],
    as_json: bool,
    after: int,
    **where: Any,
) -> None:
    """Mostrar lo que el bus tiene ahora y terminar. / Show what the bus holds now, and end."""
    address = address_of(context, **where)
    show = show_json if as_json else show_line
    holes: list[Hole] = []

    def tell(hole: Hole) -> None:
        if not filters:
            holes.append(hole)
        tell_hole(filters, hole)

    async def read() -> None:
        await reach(address)
        async with feed_of(address, stream) as feed:
            ends = [await feed.last_sequence(subject) for subject in filters or (None,)]
        end = max(ends)
        if end <= after:
            return
        reading = subscribe(
            address.server,
            credentials=address.credentials,
            ca=address.ca,
            stream=stream,
            after=after,
            filters=filters,
            on_hole=tell,
        )
        async with reading:
            async for message in reading:
                if message.seq <= end:
                    show(message)
                if message.seq >= end:
                    break

    run(read())
    if holes:
        sys.exit(1)


@main.command(
    short_help="El registro entero, o su huella. / The whole register, or its digest.", name="snapshot"
)
@with_options(*OPTIONS)
@click.option(
    "--digest", "only_digest", is_flag=True, help="Solo el número y la huella. / The number and digest only."
)
@click.option(
    "--at",
    type=click.IntRange(min=0),
    metavar="N",
    help="Como era en el número N del libro. / As it was at number N of the ledger.",
)
@click.option("--json", "as_json", is_flag=True, help="Para programas. / For programs.")
@click.pass_context
def snapshot_command(
    context: click.Context, /, only_digest: bool, at: int | None, as_json: bool, **where: Any
) -> None:
    """Mostrar el registro entero: una acción por línea. / Show the whole register: one action a line.

    Cada línea es el último evento de una acción, por orden de id, con los bytes que guarda el libro. La
    huella es el SHA-256 de esas líneas: dos miembros con el mismo número tienen la misma huella.

    Each line is an action's latest event, ids ascending, with the ledger's own bytes. The digest is the
    SHA-256 of those lines: two members at the same number have the same digest.
    """
    address = address_of(context, **where)

    async def read() -> None:
        await reach(address)
        register = await snapshot(address.server, credentials=address.credentials, at=at, ca=address.ca)
        if not only_digest:
            for action_id in sorted(register.actions):
                put(register.actions[action_id])
            return
        total, count = digest(register.actions), len(register.actions)
        if as_json:
            put(msgspec.json.encode({"number": register.seq, "digest": total, "actions": count}))
        else:
            for line in (f"número:   {register.seq}", f"acciones: {count}", f"huella:   {total} (SHA-256)"):
                put(line.encode())

    run(read())


def feed_of(address: Address, stream: Stream) -> aclosing[Feed]:
    """A connection for questions about a stream, closed at the end of its block."""
    return aclosing(Feed(address.server, str(address.credentials), stream, (), address.ca))


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end; what can go wrong on the way ends in a sentence."""
    try:
        result = asyncio.run(work)
        sys.stdout.buffer.flush()
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):
            sys.stdout.buffer.flush()
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read has had enough; the interpreter's own last flush must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except PermissionError as error:
        raise click.ClickException(f"El bus rechazó el pedido: {error}.") from error
    except msgspec.DecodeError as error:
        raise click.ClickException(f"Hay en el bus un mensaje que no es del hub: {error}.") from error
    return result


def put(line: bytes) -> None:
    """Write a line on standard output, byte for byte."""
    sys.stdout.buffer.write(line + b"\n")


def remark(sentence: str) -> None:
    """Say something beside the output."""
    click.echo(sentence, err=True)


def tell_hole(filters: tuple[str, ...], hole: Hole) -> None:
    """Say that an event is missing; filters pass over versions, and then it means nothing."""
    if not filters:
        remark(
            f"ATENCIÓN: falta un evento de {hole.entity} {hole.entity_id}: en el número {hole.seq} "
            f"está la versión {hole.found} y se esperaba la {hole.expected}."
        )


class _Remarks(logging.Handler):
    """What the subscriber warns of, as remarks."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say it."""
        reason = record.args[-1] if isinstance(record.args, tuple) and record.args else record.getMessage()
        if isinstance(reason, OSError) and reason.filename is not None:
            words = f"{reason.filename}: {why(reason)}"
        else:
            words = why(reason) if isinstance(reason, Exception) else f"«{reason}»"
        remark(f"Aviso del bus (sigo intentando): {words}.")


def show_json(message: Message) -> None:
    """Write an event for programs."""
    put(
        b'{"seq":%d,"subject":%b,"event":%b}'
        % (message.seq, msgspec.json.encode(message.subject), message.raw)
    )


def show_line(message: Message) -> None:
    """Write an event for people: number, local time, what happened, and to what."""
    event = message.event
    if isinstance(event, Unknown):
        happened, what = f"evento desconocido {event.type}", message.subject
    else:
        happened, what = in_words(event)
    try:
        moment = datetime.fromisoformat(message.envelope.time).astimezone().isoformat(" ", "seconds")
    except ValueError:
        moment = message.envelope.time
    line = f"{message.seq:>7}  {moment}  {happened:<30}  {what}"
    # No text of an event may move a terminal's cursor.
    put("".join(letter if letter.isprintable() else " " for letter in line).encode())
