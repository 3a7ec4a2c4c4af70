"""Adopting events that the stream has and the database has lost, after a restore from an older backup.

The stream's bytes are taken as they are; stream, version and audience are read from subject and bytes, and
`recorded_at` from the stream's own clock. Then the states they touch are folded anew.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct

from nanduti import subjects, wire
from nanduti_hub.ledger.execute import Decider, folded
from nanduti_hub.ledger.statements import statement


class Found(Struct, frozen=True):
    """A message of LEDGER: its number, subject, bytes and when the stream took it."""

    seq: int
    subject: str
    body: bytes
    taken_at: datetime


class NotAdoptable(RuntimeError):
    """The events cannot be taken over as they are; the text says which, and why. Nothing was changed."""


def audience_of(subject: str) -> str:
    """Who may read an event, by its subject: `*` for every member, `-` for the hub alone, else one code."""
    parsed = subjects.parse(subject)
    match parsed.entity:
        case "plan" | "action" | "agreement" | "directory":
            return "*"
        case "handoff" | "flow":
            return parsed.scope
    return "-"


def stream_of(subject: str, deciders: Mapping[str, Decider[Any, Any, Any]]) -> str:
    """The stream that an event belongs to, by its subject."""
    parsed = subjects.parse(subject)
    kind = parsed.event.removesuffix("_registered") if parsed.entity == "directory" else parsed.entity
    if kind not in deciders or parsed.id is None:
        raise NotAdoptable(f"no stream is known for {parsed.entity} events")
    return f"{kind}:{parsed.id}"


async def adopt(
    connection: asyncpg.Connection, events: Sequence[Found], deciders: Mapping[str, Decider[Any, Any, Any]]
) -> int:
    """Append the events and fold their streams anew, in the caller's transaction; answers how many streams."""
    rows = []
    for found in events:
        _, event = wire.decode(found.body)
        if isinstance(event, wire.Unknown):
            raise NotAdoptable(f"{event.type}: {event.reason}")
        rows.append((found, stream_of(found.subject, deciders), event.version, wire.type_of(event)))
    await connection.execute(
        statement("nanduti_hub.ledger", "adopt_events"),
        [found.seq for found, _, _, _ in rows],
        [found.taken_at for found, _, _, _ in rows],
        [stream for _, stream, _, _ in rows],
        [version for _, _, version, _ in rows],
        [type_ for _, _, _, type_ in rows],
        [found.subject for found, _, _, _ in rows],
        [audience_of(found.subject) for found, _, _, _ in rows],
        [found.body for found, _, _, _ in rows],
    )
    for row in await connection.fetch(statement("nanduti_hub.ledger", "drop_adopted_pending")):
        if not row["same"]:
            # Committed after the restore, and never numbered: somebody must decide which of the two is true.
            raise NotAdoptable(f"{row['stream']} has another event at version {row['version']} than LEDGER")
    streams = sorted({stream for _, stream, _, _ in rows})
    for stream in streams:
        await refold(connection, deciders[stream.partition(":")[0]], stream)
    return len(streams)


async def refold(connection: asyncpg.Connection, decider: Decider[Any, Any, Any], stream: str) -> None:
    """Write a stream's state and read-model row from its events alone."""
    state = await folded(connection, decider, stream)
    version = await connection.fetchval(statement("nanduti_hub.ledger", "version_of_stream"), stream)
    await connection.execute(
        statement("nanduti_hub.ledger", "put_stream"),
        stream,
        decider.kind,
        version,
        decider.schema,
        msgspec.json.encode(state),
    )
    await decider.project(connection, [(state, version)])
