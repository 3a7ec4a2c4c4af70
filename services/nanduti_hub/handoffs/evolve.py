"""What an event makes of a case, of a track, of both together: the only way in which their state changes.

Rules that stay true: folding a stream's events in order gives its state, with nothing looked up; a track's holder
changes where it is opened and where a transfer is accepted, and nowhere else; a handoff goes only as `transitions`
says. An event that cannot follow is nonsense and raises. Absent: who may cause an event (`decide`).
"""

from typing import assert_never

from msgspec.structs import replace

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
from nanduti.vocabulary import HandoffKind, HandoffState
from nanduti_hub.handoffs.state import (
    Case,
    Custody,
    File,
    Handoff,
    Pair,
    Question,
    Running,
    Standing,
    Track,
)
from nanduti_hub.handoffs.transitions import BEGINNINGS, ENDS, TRANSITIONS


def evolve(file: File | None, event: CaseEvent | TrackEvent) -> File:
    """A case with its tracks after an event of either."""
    if isinstance(event, CaseEvent):
        case = evolve_case(None if file is None else file.case, event)
        return File(case, {} if file is None else file.tracks)
    if file is None or event.case != file.case.id:
        raise ValueError("an event of another case")
    track = evolve_track(file.tracks.get(event.track), event)
    return File(file.case, {**file.tracks, event.track: track})


def evolve_case(case: Case | None, event: CaseEvent) -> Case:
    """A case after an event of it."""
    if isinstance(event, CaseOpened):
        _follows(0 if case is None else case.version, event.version)
        return Case(
            id=event.case,
            version=event.version,
            facts=event.facts,
            procedure=event.procedure,
            opened_by=event.by,
            opened_at=event.at,
            references=(Pair(event.by, event.by, event.reference),),
            group=event.group,
            synthetic=event.synthetic,
        )
    if case is None or case.id != event.case:
        raise ValueError("an event of another case")
    _follows(case.version, event.version)
    case = replace(case, version=event.version)
    match event:
        case FactsCorrected():
            return replace(case, facts=event.facts)
        case ReferenceGiven():
            pair = Pair(event.first, event.second, event.reference)
            return replace(case, references=(*case.references, pair))
        case ConsentRecorded():
            return replace(case, consent=event.consent)
        case CaseJoined():
            return replace(case, into=event.into)
        case CaseParted():
            return replace(case, into=None)
        case _:
            assert_never(event)


def evolve_track(track: Track | None, event: TrackEvent) -> Track:
    """A track after an event of it."""
    if isinstance(event, TrackOpened):
        _follows(0 if track is None else track.version, event.version)
        return Track(
            case=event.case,
            track=event.track,
            version=event.version,
            standing=Standing.OPEN,
            holder=event.holder,
            keeper=event.holder,
            stage=event.stage,
            opened_at=event.at,
            custody=(Custody(event.holder, event.at),),
            running=_running(event.clock),
        )
    if track is None or (track.case, track.track) != (event.case, event.track):
        raise ValueError("an event of another track")
    _follows(track.version, event.version)
    track = replace(track, version=event.version)
    match event:
        case StageAdvanced():
            return replace(track, stage=event.stage, running=_running(event.clock))
        case TrackClosed():
            return replace(
                track, standing=Standing.CLOSED, outcome=event.outcome, closed_at=event.at, running=None
            )
        case TrackReopened():
            return replace(
                track,
                standing=Standing.OPEN,
                outcome=None,
                closed_at=None,
                stage=event.stage,
                running=_running(event.clock),
            )
        case TrackMerged():
            return replace(track, standing=Standing.MERGED, into=event.into, running=None)
        case TrackParted():
            return replace(track, standing=Standing.OPEN, into=None, running=_running(event.clock))
        case HandoffOffered():
            return _with_new(track, _offered(event))
        case HandoffAccepted():
            return _accepted(track, event)
        case HandoffDeclined():
            after = _after(track, event.handoff, "declined")
            after = replace(after, answered_at=event.at, code=event.code, document=event.document)
            return _with(track, after)
        case HandoffRedirected():
            before = _after(track, event.handoff, "redirected")
            before = replace(
                before,
                answered_at=event.at,
                redirected_to=event.to,
                following=event.following,
                document=event.document,
            )
            return _with_new(_with(track, before), _following(before, event))
        case HandoffWithdrawn():
            after = _after(track, event.handoff, "withdrawn")
            return _with(track, replace(after, answered_at=event.at, code=event.code))
        case HandoffExpired():
            after = _after(track, event.handoff, "expired")
            return _with(track, replace(after, answered_at=event.at))
        case ResealingNeeded():
            after = _after(track, event.handoff, "resealing_needed")
            return _with(track, replace(after, running=Running(clock=event.clock)))
        case DossierAttached():
            return _with(track, _attached(track, event))
        case QuestionAsked():
            handoff = _counted(track, event.handoff)
            question = Question(
                number=event.number,
                by=event.by,
                question=event.question,
                asked_at=event.at,
                running=Running(clock=event.clock),
            )
            return _with(track, replace(handoff, questions=(*handoff.questions, question)))
        case QuestionAnswered():
            handoff = _counted(track, event.handoff)
            question = replace(
                _question(handoff, event.number), answer=event.answer, answered_at=event.at, running=None
            )
            return _with(track, _with_question(handoff, question))
        case HandoffCompleted():
            after = _after(track, event.handoff, "completed")
            return _with(track, replace(after, outcome=event.outcome, completed_at=event.at))
        case ClockReminded():
            return _timed(track, event.handoff, event.question, reminded=event.number)
        case ClockEscalated():
            return _timed(track, event.handoff, event.question, level=event.level)
        case ClockExtended():
            return _timed(track, event.handoff, event.question, extended=event)
        case _:
            assert_never(event)


def running_of(track: Track, handoff: str | None, question: int | None) -> Running | None:
    """The clock of a track's stage, of a handoff in it, or of a question in that; None where none runs."""
    if handoff is None:
        return track.running
    found = _find(track, handoff)
    return found.running if question is None else _question(found, question).running


def _follows(version: int, following: int) -> None:
    if following != version + 1:
        raise ValueError("an event out of its order")


def _running(clock: Clock | None) -> Running | None:
    return None if clock is None else Running(clock=clock)


def _offered(event: HandoffOffered) -> Handoff:
    return Handoff(
        id=event.handoff,
        version=1,
        kind=event.kind,
        sender=event.sender,
        receiver=event.receiver,
        state=BEGINNINGS["offered"],
        urgency=event.urgency,
        share=event.share,
        offered_at=event.at,
        running=Running(clock=event.clock),
        dossier=event.dossier,
        override=event.override,
        informed=event.informed,
        bundle=event.bundle,
        tried=(event.receiver,),
    )


def _following(before: Handoff, event: HandoffRedirected) -> Handoff:
    """The handoff to whom a redirection names: nothing sealed yet, and of no bundle, which is of another pair."""
    return Handoff(
        id=event.following,
        version=1,
        kind=before.kind,
        sender=before.sender,
        receiver=event.to,
        state=BEGINNINGS["following"],
        urgency=before.urgency,
        share=before.share,
        offered_at=event.at,
        running=Running(clock=event.clock),
        override=before.override,
        before=before.id,
        tried=(*before.tried, event.to),
        told=False,
    )


def _accepted(track: Track, event: HandoffAccepted) -> Track:
    handoff = _after(track, event.handoff, "accepted")
    track = _with(track, replace(handoff, answered_at=event.at, document=event.document))
    if handoff.kind is HandoffKind.REFERRAL:
        return track
    custody = Custody(handoff.receiver, event.at, handoff.id)
    return replace(
        track,
        holder=handoff.receiver,
        keeper=event.keeper,
        custody=(*track.custody, custody),
        running=_running(event.clock),
    )


def _attached(track: Track, event: DossierAttached) -> Handoff:
    before = _find(track, event.handoff)
    after = replace(
        _after(track, event.handoff, "dossier_attached"),
        share=event.share,
        dossier=event.dossier,
        override=event.override,
        questions=before.questions,
        told=True,
    )
    if before.state is HandoffState.AWAITING_RESEALING:
        offered_at = event.at if before.is_unoffered else before.offered_at
        return replace(after, running=_running(event.clock), informed=event.informed, offered_at=offered_at)
    return replace(after, running=before.running)


def _after(track: Track, id_: str, event: str) -> Handoff:
    """A handoff in its next state. Its clock stops; where it has come to an end, so do its questions."""
    handoff = _counted(track, id_)
    state = TRANSITIONS[handoff.state].get(event)
    if state is None:
        raise ValueError("an event that cannot follow")
    questions = (
        tuple(replace(q, running=None) for q in handoff.questions) if state in ENDS else handoff.questions
    )
    return replace(handoff, state=state, running=None, questions=questions)


def _timed(
    track: Track,
    handoff: str | None,
    question: int | None,
    *,
    reminded: int | None = None,
    level: int | None = None,
    extended: ClockExtended | None = None,
) -> Track:
    """A track one of whose clocks has done something."""
    running = running_of(track, handoff, question)
    if running is None:
        raise ValueError("a clock that does not run")
    if reminded is not None:
        running = replace(running, reminded=reminded)
    if level is not None:
        running = replace(running, escalated=sum(rung.level <= level for rung in running.clock.rungs))
    if extended is not None:
        running = replace(running, clock=extended.clock, outages=(*running.outages, extended.outage))
    if handoff is None:
        return replace(track, running=running)
    counted = _counted(track, handoff)
    if question is None:
        return _with(track, replace(counted, running=running))
    return _with(track, _with_question(counted, replace(_question(counted, question), running=running)))


def _find(track: Track, id_: str) -> Handoff:
    handoff = track.handoff(id_)
    if handoff is None:
        raise ValueError("an event of a handoff that the track does not have")
    return handoff


def _counted(track: Track, id_: str) -> Handoff:
    """A handoff, one more event of which is known."""
    handoff = _find(track, id_)
    return replace(handoff, version=handoff.version + 1)


def _question(handoff: Handoff, number: int) -> Question:
    return next(question for question in handoff.questions if question.number == number)


def _with(track: Track, handoff: Handoff) -> Track:
    handoffs = tuple(handoff if each.id == handoff.id else each for each in track.handoffs)
    return replace(track, handoffs=handoffs)


def _with_new(track: Track, handoff: Handoff) -> Track:
    if track.handoff(handoff.id) is not None:
        raise ValueError("a handoff that the track has already")
    return replace(track, handoffs=(*track.handoffs, handoff))


def _with_question(handoff: Handoff, question: Question) -> Handoff:
    questions = tuple(question if each.number == question.number else each for each in handoff.questions)
    return replace(handoff, questions=questions)
