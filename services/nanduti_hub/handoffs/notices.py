"""What members are told when something happens to a case: for each event, one notice for each who is to know.

Rules that stay true: a notice bears the reference of one pair of members, and nothing that another pair's bears as
well but codes and small numbers: a handoff's id goes to its sender and receiver alone, and every time is cut to the
minute; who has not been told of a handoff is told nothing of it, until it is offered. Whoever acts gets its own
notice, too: its other systems listen. Absent: the numbers of the notices, and who is on the hub (`handling`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TypedDict, assert_never

from nanduti.cases import (
    CaseEvent,
    CaseJoined,
    CaseOpened,
    CaseParted,
    Clock,
    ClockEscalated,
    ClockExtended,
    ClockReminded,
    ConsentRecorded,
    Dossier,
    DossierAttached,
    FactsCorrected,
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffExpired,
    HandoffOffered,
    HandoffRedirected,
    HandoffWithdrawn,
    QuestionAnswered,
    QuestionAsked,
    ReferenceGiven,
    ResealingNeeded,
    StageAdvanced,
    TrackClosed,
    TrackEvent,
    TrackMerged,
    TrackOpened,
    TrackParted,
    TrackReopened,
)
from nanduti.handoffs import (
    AcceptedNotice,
    AnsweredNotice,
    AskedNotice,
    CompletedNotice,
    ConsentWithdrawnNotice,
    DeclinedNotice,
    DossierAttachedNotice,
    EscalatedNotice,
    ExpiredNotice,
    ExtendedNotice,
    InformedNotice,
    MergedNotice,
    Notice,
    OfferedNotice,
    PartedNotice,
    RedirectedNotice,
    RemindedNotice,
    ReopenedNotice,
    ResealingNotice,
    Sealed,
    WithdrawnNotice,
)
from nanduti.vocabulary import Consent, HandoffKind, HandoffState
from nanduti_hub.handoffs.evolve import running_of
from nanduti_hub.handoffs.state import Case, File, Handoff, Standing, Track


class _Said(TypedDict):
    """What a notice about a handoff says first."""

    version: int
    member: str
    reference: str
    track: str
    handoff: str


class _Clocked(TypedDict):
    """What a notice about a clock says first."""

    version: int
    member: str
    reference: str
    track: str
    handoff: str | None
    question: int | None


def notices_of(
    before: File | None, event: CaseEvent | TrackEvent, after: File, other: File | None = None
) -> tuple[Notice, ...]:
    """Who is told what of an event; `other` is the case of the same person, where two are joined or parted.

    Their `version` is 0: it is given when they are written.
    """
    return tuple(_notices_of(before, event, after, other))


def to_the_minute(moment: datetime) -> datetime:
    """A time as members are told it."""
    return moment.replace(second=0, microsecond=0)


def _notices_of(
    before: File | None, event: CaseEvent | TrackEvent, after: File, other: File | None
) -> Iterator[Notice]:
    case = after.case
    match event:
        case ConsentRecorded():
            if event.consent is Consent.WITHDRAWN:
                yield from _consent_withdrawn(after)
            return
        case CaseOpened() | FactsCorrected() | ReferenceGiven() | CaseJoined() | CaseParted():
            return
        case _:
            track = after.tracks[event.track]
    match event:
        case TrackOpened() | StageAdvanced():
            return
        case TrackClosed():
            yield from _ended(case, track, event)
        case TrackReopened():
            yield from _reopened(case, track, event)
        case TrackMerged() | TrackParted():
            if other is not None:
                yield from _joined(case, track, event, other.case)
        case HandoffOffered():
            handoff = _handoff(track, event.handoff)
            yield from _offered(case, track, handoff, event.clock)
        case HandoffAccepted():
            handoff = _handoff(track, event.handoff)
            for told in _both(case, track, handoff):
                yield AcceptedNotice(**told, on_paper=event.document is not None)
        case HandoffDeclined():
            handoff = _handoff(track, event.handoff)
            for told in _both(case, track, handoff):
                yield DeclinedNotice(**told, code=event.code, on_paper=event.document is not None)
        case HandoffRedirected():
            for told in _both(case, track, _handoff(track, event.handoff)):
                yield RedirectedNotice(**told, to=event.to)
            yield from _to_be_sealed(case, track, _handoff(track, event.following), event.clock)
        case HandoffWithdrawn():
            for told in _both(case, track, _handoff(track, event.handoff)):
                yield WithdrawnNotice(**told, code=event.code)
        case HandoffExpired():
            for told in _both(case, track, _handoff(track, event.handoff)):
                yield ExpiredNotice(**told)
        case ResealingNeeded():
            yield from _to_be_sealed(case, track, _handoff(track, event.handoff), event.clock)
        case DossierAttached():
            yield from _attached(case, track, before, event)
        case QuestionAsked():
            for told in _both(case, track, _handoff(track, event.handoff)):
                yield AskedNotice(**told, number=event.number, by=event.by, question=event.question)
        case QuestionAnswered():
            for told in _both(case, track, _handoff(track, event.handoff)):
                yield AnsweredNotice(**told, number=event.number, answer=event.answer)
        case HandoffCompleted():
            for told in _both(case, track, _handoff(track, event.handoff)):
                yield CompletedNotice(**told, outcome=event.outcome)
        case ClockReminded() | ClockEscalated() | ClockExtended():
            yield from _timed(case, track, event)
        case _:
            assert_never(event)


def _reference(case: Case, one: str, other: str) -> str:
    """What two members call a case between them; one alone, what it calls it itself."""
    reference = case.between(one, other)
    if reference is None:
        raise ValueError("two without a reference between them")
    return reference


def _handoff(track: Track, id_: str) -> Handoff:
    return next(handoff for handoff in track.handoffs if handoff.id == id_)


def _both(case: Case, track: Track, handoff: Handoff) -> Iterator[_Said]:
    """What a notice to each of the two says first; the receiver's is left out as long as it has not been told."""
    reference = _reference(case, handoff.sender, handoff.receiver)
    for member in (handoff.sender, handoff.receiver):
        if member == handoff.sender or handoff.told:
            yield {
                "version": 0,
                "member": member,
                "reference": reference,
                "track": track.track,
                "handoff": handoff.id,
            }


def _sealed(dossier: Dossier | None) -> Sealed | None:
    return None if dossier is None else Sealed(sha256=dossier.sha256, size=dossier.size)


def _offered(case: Case, track: Track, handoff: Handoff, clock: Clock) -> Iterator[Notice]:
    for told in _both(case, track, handoff):
        yield OfferedNotice(
            **told,
            kind=handoff.kind,
            sender=handoff.sender,
            receiver=handoff.receiver,
            urgency=handoff.urgency,
            share=handoff.share,
            answer_by=to_the_minute(clock.due),
            dossier=_sealed(handoff.dossier),
            bundle=handoff.bundle,
        )
    for member in handoff.informed:
        if member not in (handoff.sender, handoff.receiver):
            yield InformedNotice(
                version=0,
                member=member,
                reference=_reference(case, handoff.sender, member),
                track=track.track,
                sender=handoff.sender,
                receiver=handoff.receiver,
            )


def _to_be_sealed(case: Case, track: Track, handoff: Handoff, clock: Clock) -> Iterator[Notice]:
    for told in _both(case, track, handoff):
        yield ResealingNotice(**told, receiver=handoff.receiver, reseal_by=to_the_minute(clock.due))


def _attached(case: Case, track: Track, before: File | None, event: DossierAttached) -> Iterator[Notice]:
    handoff = _handoff(track, event.handoff)
    found = None if before is None else before.of_handoff(handoff.id)
    if event.clock is not None and found is not None and not found[1].told:
        # For its receiver it begins here.
        yield from _offered(case, track, handoff, event.clock)
        return
    waits = handoff.running if handoff.state is HandoffState.OFFERED else None
    for told in _both(case, track, handoff):
        yield DossierAttachedNotice(
            **told,
            share=event.share,
            dossier=_sealed(event.dossier),
            answer_by=None if waits is None else to_the_minute(waits.clock.due),
        )


def _consent_withdrawn(file: File) -> Iterator[Notice]:
    """Whoever holds a track, by its own reference; and whoever received a handoff of it, whatever came of it."""
    for track in file.tracks.values():
        pairs = [(handoff.receiver, handoff.sender) for handoff in track.handoffs if handoff.told]
        if track.standing is Standing.OPEN:
            pairs.insert(0, (track.keeper, track.keeper))
        for member, other in dict.fromkeys(pairs):
            if (reference := file.case.between(member, other)) is not None:
                yield ConsentWithdrawnNotice(version=0, member=member, reference=reference, track=track.track)


def _reopened(case: Case, track: Track, event: TrackReopened) -> Iterator[Notice]:
    """Whoever has once handed it over, and whoever has taken it up again."""
    passed = [
        (handoff.sender, handoff.receiver)
        for handoff in track.handoffs
        if handoff.kind is HandoffKind.TRANSFER
        and handoff.state in (HandoffState.ACCEPTED, HandoffState.COMPLETED)
    ]
    for member, other in dict.fromkeys([(track.keeper, track.keeper), *passed]):
        if (reference := case.between(member, other)) is not None:
            yield ReopenedNotice(
                version=0, member=member, reference=reference, track=track.track, code=event.code
            )


def _ended(case: Case, track: Track, event: TrackClosed) -> Iterator[Notice]:
    """Whoever was told an outcome before, and so not by this end: of a track that was taken up again, or went on."""
    for handoff in track.handoffs:
        is_passed = handoff.kind is HandoffKind.TRANSFER and handoff.state is HandoffState.COMPLETED
        if is_passed and handoff.completed_at != event.at:
            for told in _both(case, track, handoff):
                yield CompletedNotice(**told, outcome=event.outcome)


def _joined(case: Case, track: Track, event: TrackMerged | TrackParted, other: Case) -> Iterator[Notice]:
    """Everybody who has a part in the track, for each other member with whom it has a reference."""
    parties = {track.holder, track.keeper}
    for handoff in track.handoffs:
        if handoff.told:
            parties |= {handoff.sender, handoff.receiver}
    for pair in case.references:
        there = other.between(pair.first, pair.second)
        if there is None or not {pair.first, pair.second} <= parties:
            continue
        for member in dict.fromkeys((pair.first, pair.second)):
            if isinstance(event, TrackMerged):
                yield MergedNotice(
                    version=0, member=member, reference=pair.reference, track=track.track, into=there
                )
            else:
                yield PartedNotice(
                    version=0, member=member, reference=pair.reference, track=track.track, no_longer=there
                )


def _timed(
    case: Case, track: Track, event: ClockReminded | ClockEscalated | ClockExtended
) -> Iterator[Notice]:
    running = running_of(track, event.handoff, event.question)
    if running is None:
        raise ValueError("a clock that does not run")
    clock = running.clock
    handoff = None if event.handoff is None else _handoff(track, event.handoff)
    due = to_the_minute(clock.due)
    match event:
        case ClockReminded() | ClockExtended():
            told = _owed(case, track, handoff, clock.owes, event.question)
            if told is None:
                return
            yield (
                RemindedNotice(**told, due=due)
                if isinstance(event, ClockReminded)
                else ExtendedNotice(**told, due=due)
            )
        case ClockEscalated():
            for member in dict.fromkeys(event.tell):
                told = _owed(case, track, handoff, member, event.question, late=clock.owes)
                if told is not None:
                    yield EscalatedNotice(**told, late=clock.owes, due=due, level=event.level)
        case _:
            assert_never(event)


def _owed(
    case: Case,
    track: Track,
    handoff: Handoff | None,
    member: str,
    question: int | None,
    late: str | None = None,
) -> _Clocked | None:
    """What a notice about a clock says first: to a party of its handoff the handoff, to everybody else who is late
    and nothing of the two.
    """
    is_party = handoff is not None and member in (handoff.sender, handoff.receiver)
    if handoff is not None and is_party:
        reference = case.between(handoff.sender, handoff.receiver)
    else:
        reference = case.between(member, member if late is None else late)
    if reference is None:
        return None
    return {
        "version": 0,
        "member": member,
        "reference": reference,
        "track": track.track,
        "handoff": handoff.id if handoff is not None and is_party else None,
        "question": question if is_party else None,
    }
