"""The join of pure and I/O for cases: lock, read, decide, fold, tell, write.

Rules that stay true: a case and all its tracks are locked before they are read, the case first, so that a decision
over them is decided on what stands; its private events, the notices to whoever is to know, and every row are written
in the caller's transaction, all or none. A member off the hub is told nothing here: it is told on paper. A notice
has a random id, the time to the minute, and nothing that ties it to another. Absent: rules (`decide`, `joining`).
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nanduti import wire
from nanduti.cases import CaseEvent, HandoffOffered, HandoffRedirected, TrackEvent
from nanduti.handoffs import Notice
from nanduti_hub.exercising import is_exercise
from nanduti_hub.handoffs.calendar import ZONE
from nanduti_hub.handoffs.commands import CaseCommand, Known, OpenCase
from nanduti_hub.handoffs.decide import decide
from nanduti_hub.handoffs.evolve import evolve
from nanduti_hub.handoffs.joining import decide_join, decide_part
from nanduti_hub.handoffs.known import ENOUGH, known_for
from nanduti_hub.handoffs.notices import notices_of, to_the_minute
from nanduti_hub.handoffs.project import CASES, NOTICES, TRACKS
from nanduti_hub.handoffs.state import File, NoticeHead, stream_of_track
from nanduti_hub.ledger.adoption import owner_of
from nanduti_hub.ledger.append import Stored, Write, append, read_streams
from nanduti_hub.ledger.execute import Folding, Ledger, context, encoded, state_of
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

SLICE = "nanduti_hub.handoffs"
#: A stream that does not exist.
_NOTHING = Stored()
Events = Sequence[CaseEvent | TrackEvent]
Build = Callable[[File | None, Known], CaseCommand]


class Handled(Struct, frozen=True):
    """A case after a command, and what has happened: nothing, where nothing changed."""

    file: File
    events: tuple[CaseEvent | TrackEvent, ...]


async def handle(connection: asyncpg.Connection, ledger: Ledger, case: str, build: Build) -> Handled:
    """Carry out one command on one case, inside a transaction of `run`; `build` makes it of what stands.

    Raises:
        Refused: with the decision's code; `case_unknown` where the caller has no part in such a case.

    """
    before = await locked(connection, case)
    procedure = None if before is None else before.case.procedure
    now = datetime.now(UTC)
    known = await known_for(connection, ledger, procedure, now)
    command = build(before, known)
    if isinstance(command, OpenCase):
        is_today = command.at.astimezone(ZONE).date() == now.astimezone(ZONE).date()
        # It is opened on the day that the command says, under the procedure of that day.
        command = replace(
            command,
            known=known if is_today else await known_for(connection, ledger, None, command.at),
            # In a drill nobody is a real person, whatever was said.
            synthetic=command.synthetic or is_exercise(ledger.source),
        )
    decided = decide(before, command)
    if isinstance(decided, Refusal):
        raise Refused(decided)
    if not decided:
        if before is None:
            raise Refused(Refusal("case_unknown"))
        return Handled(before, ())
    (after,) = await _write(connection, ledger, {case: before}, decided, command.known, command.at)
    return Handled(after, tuple(decided))


async def join(
    connection: asyncpg.Connection,
    ledger: Ledger,
    into: str,
    joined: str,
    *,
    by: str,
    at: datetime,
    seen: int | None,
) -> File:
    """Say that a case is of the same person as another, into which it goes; answers the one that has gone.

    Raises:
        Refused: with the decision's code.

    """
    files = await _two(connection, into, joined)
    references = ENOUGH + len(files[joined].case.references)
    known = await known_for(connection, ledger, files[into].case.procedure, at, references)
    decided = decide_join(files[into], files[joined], by=by, at=at, known=known, seen=seen)
    return await _decided(connection, ledger, files, joined, decided, known, at)


async def part(
    connection: asyncpg.Connection, ledger: Ledger, joined: str, *, by: str, at: datetime, seen: int | None
) -> File:
    """Say that it was not the same person; answers the case that is its own again.

    Raises:
        Refused: with the decision's code.

    """
    # Which it has gone into stands in the state; read first, and again with both locked.
    found = await file_of(connection, joined)
    if found is None:
        raise Refused(Refusal("case_unknown"))
    if (into := found.case.into) is None:
        raise Refused(Refusal("not_joined"))
    files = await _two(connection, into, joined)
    known = await known_for(connection, ledger, files[joined].case.procedure, at)
    decided = decide_part(files[into], files[joined], by=by, at=at, known=known, seen=seen)
    return await _decided(connection, ledger, files, joined, decided, known, at)


async def enter(
    connection: asyncpg.Connection,
    ledger: Ledger,
    before: Mapping[str, File | None],
    events: Events,
    known: Known,
    at: datetime,
) -> list[File]:
    """Write what was decided elsewhere on one case, or on two that were joined, as they stand; `known` is what the last
    decision knew. For a past that is made up: a demo's.
    """
    return await _write(connection, ledger, dict(before), events, known, at)


async def _two(connection: asyncpg.Connection, one: str, other: str) -> dict[str, File]:
    """Two cases, locked in the order of their ids."""
    files: dict[str, File] = {}
    for case in sorted({one, other}):
        file = await locked(connection, case)
        if file is None:
            raise Refused(Refusal("case_unknown"))
        files[case] = file
    return files


async def _decided(
    connection: asyncpg.Connection,
    ledger: Ledger,
    files: dict[str, File],
    joined: str,
    decided: Events | Refusal,
    known: Known,
    at: datetime,
) -> File:
    if isinstance(decided, Refusal):
        raise Refused(decided)
    written = await _write(connection, ledger, dict(files), decided, known, at)
    return next((file for file in written if file.case.id == joined), files[joined])


async def file_of(connection: asyncpg.Connection, case: str) -> File | None:
    """A case with its tracks as it stands, as far as the caller may see it; None where it may not."""
    rows = await connection.fetch(statement(SLICE, "streams_of_case"), case)
    return await _file(connection, case, rows)


async def locked(connection: asyncpg.Connection, case: str) -> File | None:
    """The same, held until the transaction ends; None also for who may read it and not act on it."""
    stream = f"{CASES.kind}:{case}"
    stored = (await read_streams(connection, [stream], lock=True))[stream]
    # Only now: a track that another command has opened meanwhile is among them.
    tracks = await connection.fetch(statement(SLICE, "lock_tracks"), case) if stored.version else []
    return await _file(connection, case, tracks, stored)


async def _file(
    connection: asyncpg.Connection, case: str, rows: Iterable[asyncpg.Record], head: Stored = _NOTHING
) -> File | None:
    tracks = {}
    for row in rows:
        stored = Stored(row["version"], row["schema"], row["state"])
        if row["id"].startswith("track:"):
            track = await state_of(connection, TRACKS, row["id"], stored)
            if track is not None:
                tracks[track.track] = track
        else:
            head = stored
    state = await state_of(connection, CASES, f"{CASES.kind}:{case}", head)
    return None if state is None else File(state, tracks)


async def _write(
    connection: asyncpg.Connection,
    ledger: Ledger,
    before: dict[str, File | None],
    events: Events,
    known: Known,
    at: datetime,
) -> list[File]:
    """Fold events into their cases, tell whoever is to know, and write all of it; answers the cases that changed."""
    await _check_new_handoffs(connection, events)
    files = dict(before)
    notices: list[Notice] = []
    by_stream: dict[str, list[CaseEvent | TrackEvent]] = {}
    for event in events:
        stood = files[event.case]
        after = files[event.case] = evolve(stood, event)
        other = next((file for id_, file in files.items() if id_ != event.case), None)
        notices += notices_of(stood, event, after, other)
        name = (
            stream_of_track(event.case, event.track)
            if isinstance(event, TrackEvent)
            else f"{CASES.kind}:{event.case}"
        )
        by_stream.setdefault(name, []).append(event)
    correlation = new_id() if len(events) > 1 else None
    writes: list[Write] = []
    cases, tracks = [], []
    for stream, its in by_stream.items():
        case = its[0].case
        file = files[case]
        if file is None:
            raise ValueError("a fold over no events has no state")
        envelopes = [context(ledger, correlation) for _ in its]
        stood = before[case]
        first = its[0]
        if isinstance(first, TrackEvent):
            track = file.tracks[first.track]
            read = stood.tracks.get(first.track) if stood else None
            tracks.append((track, track.version))
            writes.append(_written(TRACKS, stream, read.version if read else 0, track, its, envelopes))
        else:
            cases.append((file.case, file.case.version))
            writes.append(
                _written(CASES, stream, stood.case.version if stood else 0, file.case, its, envelopes)
            )
    writes += await _notices(connection, ledger, notices, known, at)
    # The rows first: by them the database knows who is party to the case, and so may write to its streams.
    if cases:
        await CASES.project(connection, cases)
    if tracks:
        await TRACKS.project(connection, tracks)
    await append(connection, ledger.gate, writes)
    return [file for file in files.values() if file is not None]


def _written(
    folding: Folding[Any, Any],
    stream: str,
    as_read: int,
    state: Any,
    events: Sequence[Any],
    contexts: Sequence[wire.Context],
    audience: str = "-",
) -> Write:
    messages = tuple(encoded(event, each) for event, each in zip(events, contexts, strict=True))
    return Write(
        stream=stream,
        kind=folding.kind,
        as_read=as_read,
        schema=folding.schema,
        state=msgspec.json.encode(state),
        messages=messages,
        audience=audience,
        owner=owner_of(messages[0].subject, events[0]),
    )


async def _notices(
    connection: asyncpg.Connection, ledger: Ledger, notices: Iterable[Notice], known: Known, at: datetime
) -> list[Write]:
    """The writes of notices, each numbered in its member's stream of the reference."""
    by_stream: dict[str, list[Notice]] = {}
    for notice in notices:
        # Who is in the directory and not on the hub has no feed; what is not in it is a platform, which has one.
        if known.institutions.get(notice.member, True):
            by_stream.setdefault(f"{NOTICES.kind}:{notice.member}.{notice.reference}", []).append(notice)
    stored = await read_streams(connection, list(by_stream))
    writes = []
    for stream, unnumbered in by_stream.items():
        last = stored[stream].version
        its = [replace(notice, version=number) for number, notice in enumerate(unnumbered, last + 1)]
        contexts = [_context_of_notice(ledger, at) for _ in its]
        head = NoticeHead(last + len(its))
        writes.append(_written(NOTICES, stream, last, head, its, contexts, its[0].member))
    return writes


def _context_of_notice(ledger: Ledger, at: datetime) -> wire.Context:
    time = to_the_minute(at.astimezone(UTC)).isoformat(timespec="seconds").replace("+00:00", "Z")
    return wire.Context(id=str(uuid.uuid4()), source=ledger.source, time=time)


async def _check_new_handoffs(connection: asyncpg.Connection, events: Events) -> None:
    """Refuse an id that a handoff of another case has: the sender chose it, and seals it into the dossier."""
    for event in events:
        match event:
            case HandoffOffered():
                new = event.handoff
            case HandoffRedirected():
                new = event.following
            case _:
                continue
        if await connection.fetchval(statement(SLICE, "handoff_elsewhere"), new, event.case):
            raise Refused(Refusal("handoff_exists"))
