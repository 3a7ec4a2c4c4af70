"""Writing to the ledger: the one compare-and-set through which every event goes."""

from collections.abc import Sequence
from typing import Any

import asyncpg
from msgspec import Struct

from nanduti.subjects import parse
from nanduti.wire import Message
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.ledger.statements import statement


class LostRace(RuntimeError):
    """A stream that was read has moved on; the transaction must roll back and decide again."""


class Stored(Struct, frozen=True):
    """A stream as it stands: version 0 and no state where it does not exist yet."""

    version: int = 0
    schema: int = 0
    state: bytes = b""


class Write(Struct, frozen=True, kw_only=True):
    """What a command does to one stream. The messages take the versions after `as_read`, one each.

    `audience` may read them: `*` is every member, `-` the hub alone, else one member. `owner` is whose the stream is,
    should it not exist yet: the scope of its subject, unless said.
    """

    stream: str
    kind: str
    as_read: int
    schema: int
    state: bytes
    messages: tuple[Message, ...]
    audience: str = "*"
    owner: str | None = None


#: How many streams go into one statement: enough to be fast, few enough not to hold up the event loop.
CHUNK = 500


async def read_streams(
    connection: asyncpg.Connection, ids: Sequence[str], *, lock: bool = False
) -> dict[str, Stored]:
    """The streams as they stand, missing ones as version 0; with `lock`, held until the transaction ends."""
    rows = await connection.fetch(
        statement("nanduti_hub.ledger", "lock_streams" if lock else "read_streams"), list(ids)
    )
    found = {row["id"]: Stored(row["version"], row["schema"], row["state"]) for row in rows}
    return {stream: found.get(stream, Stored()) for stream in ids}


async def append(connection: asyncpg.Connection, gate: Gate, writes: Sequence[Write]) -> None:
    """Write to all the streams or, by raising, to none.

    Raises:
        LostRace: one of the streams does not stand where it was read.
        LedgerHeld: LEDGER has not been compared with this server.

    """
    compared = gate.compared
    for first in range(0, len(writes), CHUNK):
        chunk = writes[first : first + CHUNK]
        outcome = await connection.fetchrow(
            statement("nanduti_hub.ledger", "append"), compared, *_columns(chunk)
        )
        gate.check_server(outcome["server_start"])
        if not outcome["won"]:
            raise LostRace


def _columns(writes: Sequence[Write]) -> list[list[Any]]:
    streams: list[list[Any]] = [
        [write.stream for write in writes],
        [write.kind for write in writes],
        [write.as_read for write in writes],
        [write.as_read + len(write.messages) for write in writes],
        [write.schema for write in writes],
        [write.state for write in writes],
    ]
    events = [
        (write.stream, write.as_read + place, message.type, message.subject, write.audience, message.body)
        for write in writes
        for place, message in enumerate(write.messages, 1)
    ]
    owners = [
        parse(write.messages[0].subject).scope if write.owner is None else write.owner for write in writes
    ]
    return [*streams, *(list(column) for column in zip(*events, strict=True)), owners]
