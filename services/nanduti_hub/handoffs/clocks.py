"""Clocks: what a limit becomes when it starts, when the next of them does something, and who waits for what.

Rules that stay true: a clock carries all its times, so that afterwards the procedure is not asked again; what expires
has no ladder, and what has a ladder goes on waiting. Absent: doing what is due (`ticking`).
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import accumulate

from msgspec import Struct

from nanduti.cases import Clock, Rung
from nanduti.procedure import Limit, Procedure, Source, Told
from nanduti.vocabulary import HandoffState
from nanduti_hub.handoffs.calendar import due, part_of
from nanduti_hub.handoffs.state import Handoff, Running, Track


class WaitingKind(StrEnum):
    """What is waited for: an answer to an offer, its record from paper, a seal, an answer to a question, the next stage
    of a track, or what came of a handoff that was accepted."""

    ANSWER = "answer"
    PAPER = "paper"
    SEAL = "seal"
    QUESTION = "question"
    STAGE = "stage"
    OUTCOME = "outcome"


class Waiting(Struct, frozen=True, kw_only=True):
    """Something that waits for a member, until when, and how many steps of the ladder it has gone up."""

    member: str
    kind: WaitingKind
    due: datetime | None
    handoff: str | None = None
    question: int | None = None
    level: int = 0


def clock(
    procedure: Procedure,
    limit: Limit,
    *,
    at: datetime,
    owes: str,
    asks: str | None,
    platform: str,
    expires: bool = False,
) -> Clock:
    """The clock of a limit that starts now. `asks` is who waits for it, None for a track that nobody has sent."""
    until = due(at, limit)
    tells = {Told.RECEIVER: owes, Told.SENDER: asks, Told.PLATFORM: platform}
    # Working days may be shorter or longer than running hours: no step comes before the one below it.
    moments = accumulate((due(until, rung.after) for rung in procedure.ladder), max)
    rungs = tuple(
        Rung(level=rung.level, at=moment, tell=(told,))
        for rung, moment in zip(procedure.ladder, moments, strict=True)
        if (told := tells[rung.to]) is not None
    )
    reminders = sorted({part_of(at, until, percent) for percent in procedure.reminders})
    return Clock(
        owes=owes,
        started=at,
        due=until,
        expires=expires,
        by_law=limit.source is Source.LAW,
        reminders=tuple(moment for moment in reminders if at < moment < until),
        rungs=() if expires else rungs,
    )


def clocks_of(track: Track) -> Iterator[tuple[str | None, int | None, Running]]:
    """Every clock of a track that runs, with the handoff and the question that it is of."""
    if track.running is not None:
        yield None, None, track.running
    for handoff in track.handoffs:
        if handoff.running is not None:
            yield handoff.id, None, handoff.running
        for question in handoff.questions:
            if question.running is not None:
                yield handoff.id, question.number, question.running


def next_of(running: Running) -> datetime | None:
    """When a clock does something next."""
    moments = [*running.clock.reminders[running.reminded :]]
    moments += [rung.at for rung in running.clock.rungs[running.escalated :]]
    if running.clock.expires:
        moments.append(running.clock.due)
    return min(moments, default=None)


def next_at(track: Track) -> datetime | None:
    """The earliest moment at which time does something to a track; None if it never will."""
    moments = (next_of(running) for _, _, running in clocks_of(track))
    return min((moment for moment in moments if moment is not None), default=None)


def waiting_of(track: Track) -> tuple[Waiting, ...]:
    """All that waits in a track, and for whom."""
    return tuple(_waiting_of(track))


def _waiting_of(track: Track) -> Iterator[Waiting]:
    if (running := track.running) is not None:
        yield _owed(running, WaitingKind.STAGE)
    for handoff in track.handoffs:
        if handoff.running is not None:
            yield _owed(handoff.running, _kind(handoff), handoff.id)
        if handoff.state is HandoffState.ACCEPTED:
            member = handoff.receiver if handoff.document is None else handoff.sender
            yield Waiting(member=member, kind=WaitingKind.OUTCOME, due=None, handoff=handoff.id)
        for question in handoff.questions:
            if question.running is not None:
                yield _owed(question.running, WaitingKind.QUESTION, handoff.id, question.number)


def _kind(handoff: Handoff) -> WaitingKind:
    if handoff.state is HandoffState.AWAITING_RESEALING:
        return WaitingKind.SEAL
    return WaitingKind.PAPER if is_on_paper(handoff) else WaitingKind.ANSWER


def is_on_paper(handoff: Handoff) -> bool:
    """Whether an offer that waits went to an institution off the hub, so that its sender owes the record."""
    return handoff.running is not None and handoff.running.clock.owes != handoff.receiver


def _owed(
    running: Running, kind: WaitingKind, handoff: str | None = None, question: int | None = None
) -> Waiting:
    return Waiting(
        member=running.clock.owes,
        kind=kind,
        due=running.clock.due,
        handoff=handoff,
        question=question,
        level=running.escalated,
    )
