"""The read model of cases: rows of what stands, written in the transaction of the command, and how each kind of
stream is folded.

Rule that stays true: every row follows from the states alone, so that they can be written anew from the events; who
has a part in a track is written last, since whoever writes may have its part no more. Absent: ciphertext (`dossiers`)
and deciding, which is over a whole case and not over one stream (`handling`).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import assert_never

import asyncpg
import msgspec
from msgspec import Struct

from nanduti.cases import CaseEvent, GroupEvent, GroupJoined, GroupOpened, TrackEvent
from nanduti.handoffs import Notice
from nanduti.vocabulary import HandoffState
from nanduti_hub.handoffs.clocks import next_at, waiting_of
from nanduti_hub.handoffs.evolve import evolve_case, evolve_track
from nanduti_hub.handoffs.state import Case, Group, Handoff, NoticeHead, Standing, Track
from nanduti_hub.ledger.execute import Folding
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

SLICE = "nanduti_hub.handoffs"
#: What the database has for no time: PostgreSQL's infinity.
NEVER = datetime.max.replace(tzinfo=UTC)
#: States in which a receiver has a part in a case.
_HAS = (
    HandoffState.OFFERED,
    HandoffState.AWAITING_RESEALING,
    HandoffState.ACCEPTED,
    HandoffState.COMPLETED,
)


async def project_cases(connection: asyncpg.Connection, states: Sequence[tuple[Case, int]]) -> None:
    """Write the rows of some cases at their versions, and what their members call them."""
    await connection.execute(
        statement(SLICE, "put_cases"),
        _json(
            {
                "id": case.id,
                "version": version,
                "opened_by": case.opened_by,
                "opened_at": case.opened_at,
                "procedure": case.procedure,
                "crimes": case.facts.crimes,
                "age_band": case.facts.age_band,
                "sex": case.facts.sex,
                "department": case.facts.department,
                "channel": case.facts.channel,
                "consent": case.consent,
                "case_group": case.group,
                "into_case": case.into,
                "synthetic": case.synthetic,
            }
            for case, version in states
        ),
    )
    await connection.execute(
        statement(SLICE, "put_references"),
        _json(
            {"reference": pair.reference, "case_id": case.id, "first": pair.first, "second": pair.second}
            for case, _ in states
            for pair in case.references
        ),
    )


async def project_tracks(connection: asyncpg.Connection, states: Sequence[tuple[Track, int]]) -> None:
    """Write the rows of some tracks at their versions: their handoffs, what waits in them, who has a part."""
    tracks = [track for track, _ in states]
    await connection.execute(
        statement(SLICE, "put_tracks"),
        _json(
            {
                "case_id": track.case,
                "track": track.track,
                "version": version,
                "standing": track.standing,
                "holder": track.holder,
                "keeper": track.keeper,
                "stage": track.stage,
                "opened_at": track.opened_at,
                "due_at": track.running.clock.due if track.running else None,
                "closed_at": track.closed_at,
                "outcome": track.outcome,
                "into_case": track.into,
                "next_at": next_at(track),
            }
            for track, version in states
        ),
    )
    written = await connection.fetch(
        statement(SLICE, "put_handoffs"),
        _json(_handoff_row(track, h) for track in tracks for h in track.handoffs),
    )
    if len(written) != sum(len(track.handoffs) for track in tracks):
        # Two commands at once: the other was faster.
        raise Refused(Refusal("handoff_exists"))
    await connection.execute(
        statement(SLICE, "clear_waiting"), [track.case for track in tracks], [track.track for track in tracks]
    )
    await connection.execute(
        statement(SLICE, "put_waiting"),
        _json(
            {
                "case_id": track.case,
                "track": track.track,
                "place": place,
                "member": waiting.member,
                "kind": waiting.kind,
                "due_at": "infinity" if waiting.due is None else waiting.due,
                "handoff": waiting.handoff,
                "question": waiting.question,
                "level": waiting.level,
            }
            for track in tracks
            for place, waiting in enumerate(waiting_of(track), 1)
        ),
    )
    await connection.execute(
        statement(SLICE, "put_parties"),
        _json(
            {
                "case_id": track.case,
                "track": track.track,
                "opened_at": track.opened_at,
                **msgspec.structs.asdict(part),
            }
            for track in tracks
            for part in parts_of(track)
        ),
    )


def _handoff_row(track: Track, handoff: Handoff) -> dict[str, object]:
    running = handoff.running
    return {
        "id": handoff.id,
        "case_id": track.case,
        "track": track.track,
        "version": handoff.version,
        "kind": handoff.kind,
        "sender": handoff.sender,
        "receiver": handoff.receiver,
        "state": handoff.state,
        "urgency": handoff.urgency,
        "share": handoff.share,
        "offered_at": handoff.offered_at,
        "due_at": running.clock.due if running else None,
        "by_law": running is not None and running.clock.by_law,
        "answered_at": handoff.answered_at,
        "on_paper": handoff.document is not None,
        "code": handoff.code,
        "redirected_to": handoff.redirected_to,
        "before": handoff.before,
        "following": handoff.following,
        "bundle": handoff.bundle,
        "outcome": handoff.outcome,
        "completed_at": handoff.completed_at,
        "dossier_sha256": handoff.dossier.sha256 if handoff.dossier else None,
        "dossier_size": handoff.dossier.size if handoff.dossier else None,
        "told": handoff.told,
    }


class Part(Struct, frozen=True, kw_only=True):
    """Which part a member has in a track: it holds it, or acts for who does; it sent or once held it; it received what
    waits or what it took; it once received what came to nothing; it was informed.
    """

    member: str
    holds: bool
    sent: bool
    received: bool
    past: bool
    informed: bool


def parts_of(track: Track) -> tuple[Part, ...]:
    """Everybody who has a part in a track, in the order of their codes. Who has not been told of a handoff has none."""
    holds = {track.holder, track.keeper} if track.standing is not Standing.MERGED else set()
    told = [handoff for handoff in track.handoffs if handoff.told]
    sent = {handoff.sender for handoff in track.handoffs} | {custody.holder for custody in track.custody}
    received = {handoff.receiver for handoff in told if handoff.state in _HAS}
    past = {handoff.receiver for handoff in told} - received
    informed = {member for handoff in told for member in handoff.informed}
    return tuple(
        Part(
            member=member,
            holds=member in holds,
            sent=member in sent,
            received=member in received,
            past=member in past,
            informed=member in informed,
        )
        for member in sorted(holds | sent | received | past | informed)
    )


async def project_groups(connection: asyncpg.Connection, states: Sequence[tuple[Group, int]]) -> None:
    """Write the rows of some groups at their versions."""
    await connection.execute(
        statement(SLICE, "put_groups"),
        _json(
            {
                "id": group.id,
                "version": version,
                "opened_by": group.opened_by,
                "opened_at": group.opened_at,
                "cases": group.cases,
            }
            for group, version in states
        ),
    )


async def project_nothing(_connection: asyncpg.Connection, _states: Sequence[tuple[NoticeHead, int]]) -> None:
    """Notices have no rows: a member's are its own to keep."""


def evolve_group(group: Group | None, event: GroupEvent) -> Group:
    """A group after an event of it."""
    match event:
        case GroupOpened():
            return Group(
                id=event.group,
                version=event.version,
                opened_by=event.by,
                opened_at=event.at,
                cases=event.cases,
            )
        case GroupJoined():
            if group is None:
                raise ValueError("an event of another group")
            return msgspec.structs.replace(group, version=event.version, cases=(*group.cases, *event.cases))
        case _:
            assert_never(event)


def evolve_notice(_head: NoticeHead | None, event: Notice) -> NoticeHead:
    """How many notices a member has had of a reference after one more."""
    return NoticeHead(event.version)


def _json(rows: Iterable[dict[str, object]]) -> str:
    return msgspec.json.encode(list(rows)).decode()


CASES: Folding[Case, CaseEvent] = Folding(
    kind="case",
    schema=1,
    state=Case,
    evolve=evolve_case,
    project=project_cases,
    tables=("case_file", "case_reference"),
)
TRACKS: Folding[Track, TrackEvent] = Folding(
    kind="track",
    schema=1,
    state=Track,
    evolve=evolve_track,
    project=project_tracks,
    tables=("track", "handoff", "waiting", "case_party"),
)
GROUPS: Folding[Group, GroupEvent] = Folding(
    kind="group",
    schema=1,
    state=Group,
    evolve=evolve_group,
    project=project_groups,
    tables=("case_group",),
)
NOTICES: Folding[NoticeHead, Notice] = Folding(
    kind="notice", schema=1, state=NoticeHead, evolve=evolve_notice, project=project_nothing, tables=()
)
