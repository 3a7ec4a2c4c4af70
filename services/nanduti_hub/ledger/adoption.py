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
from nanduti.cases import GroupEvent, GroupOpened, PrivateEvent, TrackEvent
from nanduti.handoffs import Notice
from nanduti_hub.ledger.execute import Folding, folded
from nanduti_hub.ledger.statements import statement

#: The streams of the directory that are not named after what was registered.
_OTHER_KINDS = {"recipients_changed": "recipients"}


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


def stream_of(subject: str, event: wire.Event, foldings: Mapping[str, Folding[Any, Any]]) -> str:
    """The stream that an event belongs to: by its subject, or where that has no id, by what the event says."""
    parsed = subjects.parse(subject)
    kind, id_ = parsed.entity, parsed.id
    if kind == "directory":
        kind = _OTHER_KINDS.get(parsed.event, parsed.event.removesuffix("_registered"))
    elif isinstance(event, GroupEvent):
        kind, id_ = "group", event.group
    elif isinstance(event, TrackEvent):
        kind, id_ = "track", f"{event.case}.{event.track}"
    elif isinstance(event, PrivateEvent):
        id_ = event.case
    elif isinstance(event, Notice):
        kind, id_ = "notice", f"{event.member}.{event.reference}"
    elif kind == "flow":
        id_ = parsed.scope
    if kind not in foldings or id_ is None:
        raise NotAdoptable(f"no stream is known for {parsed.entity} events")
    return f"{kind}:{id_}"


def owner_of(subject: str, event: wire.Event) -> str:
    """Whose a stream is, by its first event: the scope of its subject; of a group, whoever opened it; of a case the
    parties to it, who come and go, and so nobody's.
    """
    if isinstance(event, GroupOpened):
        return event.by
    return subjects.parse(subject).scope or "-"


async def adopt(
    connection: asyncpg.Connection, events: Sequence[Found], foldings: Mapping[str, Folding[Any, Any]]
) -> int:
    """Append the events and fold their streams anew, in the caller's transaction; answers how many streams."""
    rows = []
    owners: dict[str, str] = {}
    for found in events:
        _, event = wire.decode(found.body)
        if isinstance(event, wire.Unknown):
            raise NotAdoptable(f"{event.type}: {event.reason}")
        stream = stream_of(found.subject, event, foldings)
        owners.setdefault(stream, owner_of(found.subject, event))
        rows.append((found, stream, event.version, wire.type_of(event)))
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
    for stream in sorted(owners):
        await refold(connection, foldings[stream.partition(":")[0]], stream, owners[stream])
    return len(owners)


async def refold(connection: asyncpg.Connection, folding: Folding[Any, Any], stream: str, owner: str) -> None:
    """Write a stream's state and read-model row from its events alone; `owner` is whose it is, should it be new."""
    state = await folded(connection, folding, stream)
    version = await connection.fetchval(statement("nanduti_hub.ledger", "version_of_stream"), stream)
    await connection.execute(
        statement("nanduti_hub.ledger", "put_stream"),
        stream,
        folding.kind,
        version,
        folding.schema,
        msgspec.json.encode(state),
        owner,
    )
    await folding.project(connection, [(state, version)])
