"""The one join of pure and I/O: read the stream, decide, evolve, append.

A command over one stream reads it without a lock; if another was faster, it is decided again, or refused
where the caller said which version it means (If-Match). A command over several streams locks them first.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import asyncpg
import msgspec
from msgspec import Struct
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from nanduti import wire
from nanduti.envelope import MAX_BYTES
from nanduti_hub.caller import Caller
from nanduti_hub.ledger.append import LostRace, Stored, Write, append, read_streams
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")
T = TypeVar("T")

#: How often a command is decided again before the caller is told to try later.
ATTEMPTS = 20


class Folding(Struct, Generic[S, E], frozen=True, kw_only=True):
    """What the events of a kind of stream make of its state, and how that is kept.

    `project` writes the read-model rows of states at their versions, in the command's transaction.
    `schema` grows when old state bytes can no longer be read as `state`: they are then folded from events.
    """

    kind: str
    schema: int
    state: Any
    evolve: Callable[[S | None, E], S]
    project: Callable[[asyncpg.Connection, Sequence[tuple[S, int]]], Awaitable[None]]
    tables: tuple[str, ...]


class Decider(Folding[S, E], Generic[S, C, E], frozen=True, kw_only=True):
    """A slice's business over one stream, as two total functions. Absent: a decision over several (`handoffs`)."""

    decide: Callable[[S | None, C], Sequence[E] | Refusal]


class Ledger(Struct, frozen=True):
    """What writing needs: the database, the gate, the installation's name, and whom to wake."""

    database: Database
    gate: Gate
    source: str
    wake: Callable[[], None]


class Executed(Struct, Generic[S], frozen=True):
    """What came of a command: the state and its version, and whether anything happened."""

    state: S
    version: int
    happened: bool


async def run(
    ledger: Ledger,
    caller: Caller,
    work: Callable[[asyncpg.Connection], Awaitable[T]],
    *,
    one_plan: bool = False,
) -> T:
    """Do `work` in one transaction, again from the start where another command was faster; then wake. `one_plan` is
    `transaction`'s.

    Raises:
        LedgerHeld: LEDGER is not compared yet.
        Refused: the work refuses; nothing was written.
        LostRace: too many others were faster.

    """
    for attempt in range(ATTEMPTS):
        _ = ledger.gate.compared
        try:
            async with transaction(ledger.database, caller, one_plan=one_plan) as connection:
                result = await work(connection)
        except (
            LostRace,
            asyncpg.DeadlockDetectedError,
            asyncpg.SerializationError,
            asyncpg.UniqueViolationError,
        ):
            if attempt == ATTEMPTS - 1:
                raise
            await asyncio.sleep(random.uniform(0, 0.002 * 2 ** min(attempt, 6)))  # noqa: S311  # jitter
        else:
            ledger.wake()
            return result
    raise LostRace


async def execute(
    connection: asyncpg.Connection,
    ledger: Ledger,
    decider: Decider[S, C, E],
    id_: str,
    command: C,
    *,
    expected: int | None = None,
) -> Executed[S]:
    """Carry out one command on one stream, inside a transaction of `run`.

    Raises:
        Refused: with the decider's code, or `version_conflict` where `expected` is not the current version.

    """
    stream = f"{decider.kind}:{id_}"
    stored = (await read_streams(connection, [stream]))[stream]
    state = await state_of(connection, decider, stream, stored)
    if expected is not None and stored.version != expected:
        raise Refused(Refusal("version_conflict", {"expected": expected, "current": stored.version}))
    decided = decider.decide(state, command)
    if isinstance(decided, Refusal):
        raise Refused(decided)
    if not decided:
        if state is None:
            raise ValueError(f"a {decider.kind} that does not exist cannot stay as it is")
        return Executed(state, stored.version, happened=False)
    write, new_state = fold(ledger, decider, stream, stored.version, state, decided)
    await append(connection, ledger.gate, [write])
    version = stored.version + len(decided)
    await decider.project(connection, [(new_state, version)])
    return Executed(new_state, version, happened=True)


def fold(
    ledger: Ledger,
    decider: Folding[S, E],
    stream: str,
    version: int,
    state: S | None,
    events: Sequence[Any],
    correlation: str | None = None,
) -> tuple[Write, S]:
    """The write of some events on a stream that stands at `version`, and the state after them."""
    for event in events:
        state = decider.evolve(state, event)
    if state is None:
        raise ValueError("a fold over no events has no state")
    messages = tuple(encoded(event, context(ledger, correlation)) for event in events)
    return (
        Write(
            stream=stream,
            kind=decider.kind,
            as_read=version,
            schema=decider.schema,
            state=msgspec.json.encode(state),
            messages=messages,
        ),
        state,
    )


def encoded(event: Any, context: wire.Context) -> wire.Message:
    """The message of an event.

    Raises:
        Refused: `event_too_large`.

    """
    message = wire.encode(event, context)
    if len(message.body) > MAX_BYTES:
        raise Refused(Refusal("event_too_large", {"most": MAX_BYTES}))
    return message


def context(ledger: Ledger, correlation: str | None = None) -> wire.Context:
    """The envelope's attributes for an event that happens now."""
    carrier: dict[str, str] = {}
    if trace.get_current_span().get_span_context().is_valid:
        TraceContextTextMapPropagator().inject(carrier)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return wire.Context(
        id=new_id(),
        source=ledger.source,
        time=now,
        correlationid=correlation,
        traceparent=carrier.get("traceparent"),
    )


async def state_of(
    connection: asyncpg.Connection, decider: Folding[S, E], stream: str, stored: Stored
) -> S | None:
    """The state of a stream as stored, or folded from its events where the bytes are of an older schema."""
    if stored.version == 0:
        return None
    if stored.schema == decider.schema:
        decoded: S = msgspec.json.decode(stored.state, type=decider.state)
        return decoded
    return await folded(connection, decider, stream)


async def folded(connection: asyncpg.Connection, decider: Folding[S, E], stream: str) -> S | None:
    """The state of a stream, from its events alone."""
    state: S | None = None
    for row in await connection.fetch(statement("nanduti_hub.ledger", "events_of_stream"), stream):
        event: Any = wire.decode(row["body"])[1]
        state = decider.evolve(state, event)
    return state
