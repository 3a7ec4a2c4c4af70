"""What one institution sees of a case: from the state to the views. Pure.

Rules that stay true: nothing of another pair is shown, neither its reference nor its handoffs nor that it exists, but
who holds a track in which the institution has a part; the same state gives the same view. Absent: any look-up.
"""

from datetime import datetime

from nanduti.procedure import Limit, Procedure, Source
from nanduti.vocabulary import HandoffState
from nanduti_hub.handoffs import links
from nanduti_hub.handoffs.desk import Desk, acts_on, reference_of, sees, tracks_of
from nanduti_hub.handoffs.parties import is_still_unoffered
from nanduti_hub.handoffs.procedure import handoff_rule, question_of, stage_of, track_rule
from nanduti_hub.handoffs.state import Case, File, Handoff, Question, Running, Track
from nanduti_hub.handoffs.views import (
    CaseView,
    CustodyView,
    Due,
    FactsView,
    HandoffView,
    PairView,
    ProcedureName,
    QuestionView,
    SealedView,
    TrackView,
    Where,
)
from nanduti_hub.refusal import Refusal, Refused


def case_view(file: File, procedure: Procedure, desk: Desk, *, merged_into: str | None = None) -> CaseView:
    """A case as an institution sees it.

    Raises:
        Refused: `case_unknown`, it has no part in the case.

    """
    case = file.case
    opened_here = case.opened_by == desk.scope
    tracks = tracks_of(file, desk)
    if not tracks and not opened_here:
        raise Refused(Refusal("case_unknown"))
    is_known = opened_here or any(
        case.opened_by in (handoff.sender, handoff.receiver)
        for track in tracks
        for handoff in track.handoffs
        if sees(track, handoff, desk)
    )
    return CaseView(
        version=case.version,
        reference=own_reference(case, desk.scope),
        references=_pairs(file, desk),
        opened_at=case.opened_at,
        opened_by=desk.institution(case.opened_by) if is_known else None,
        facts=facts_view(case, desk),
        consent=case.consent,
        consent_name=desk.word(case.consent).name,
        procedure=ProcedureName(
            version=procedure.version,
            title=desk.text(procedure.title),
            official=procedure.official,
            href=f"/v1/procedures/{procedure.version}",
        ),
        synthetic=case.synthetic,
        tracks=tuple(track_view(file, track, procedure, desk) for track in tracks),
        group=case.group if opened_here else None,
        merged=case.into is not None,
        merged_into=merged_into,
        can=links.of_case(file, desk),
    )


def own_reference(case: Case, scope: str) -> str:
    """What an institution calls a case.

    Raises:
        Refused: `case_unknown`, it has no reference for it.

    """
    reference = reference_of(case, scope)
    if reference is None:
        raise Refused(Refusal("case_unknown"))
    return reference


def _pairs(file: File, desk: Desk) -> tuple[PairView, ...]:
    """The references that an institution shares with others, but for who is to be told of a redirection only when it is
    sealed.
    """
    shared = [
        (other, pair.reference)
        for pair in file.case.references
        if desk.scope in (pair.first, pair.second)
        and pair.first != pair.second
        and not is_still_unoffered(file, pair.first, pair.second)
        for other in (pair.first, pair.second)
        if other != desk.scope
    ]
    return tuple(
        PairView(other=desk.institution(other), reference=reference) for other, reference in sorted(shared)
    )


def facts_view(case: Case, desk: Desk) -> FactsView:
    """The facts of a case in words."""
    facts = case.facts
    return FactsView(
        crimes=tuple(desk.word(crime) for crime in facts.crimes),
        age_band=desk.word(facts.age_band),
        sex=desk.word(facts.sex),
        department=desk.department(facts.department),
        channel=desk.word(facts.channel),
    )


def track_view(file: File, track: Track, procedure: Procedure, desk: Desk) -> TrackView:
    """A track as an institution with a part in it sees it."""
    rule = track_rule(procedure, track.track)
    stage = stage_of(rule, track.stage) if rule else None
    return TrackView(
        version=track.version,
        reference=own_reference(file.case, desk.scope),
        track=desk.track(procedure, track.track),
        standing=track.standing,
        stage=desk.stage(procedure, track.track, track.stage),
        holder=desk.institution(track.holder),
        holds=track.holder == desk.scope,
        acts=acts_on(track, desk),
        opened_at=track.opened_at,
        stage_by=due_view(track.running, desk, stage.limit if stage else None),
        outcome=desk.outcome(procedure, track.track, track.outcome),
        closed_at=track.closed_at,
        handoffs=tuple(
            handoff_view(file, track, handoff, procedure, desk)
            for handoff in track.handoffs
            if sees(track, handoff, desk)
        ),
        can=links.of_track(file, track, procedure, desk),
    )


def handoff_view(file: File, track: Track, handoff: Handoff, procedure: Procedure, desk: Desk) -> HandoffView:
    """A handoff as one of its two parties sees it."""
    return HandoffView(
        id=handoff.id,
        version=handoff.version,
        reference=file.case.between(handoff.sender, handoff.receiver) or own_reference(file.case, desk.scope),
        my_reference=own_reference(file.case, desk.scope),
        track=desk.track(procedure, track.track),
        kind=handoff.kind,
        state=handoff.state,
        state_name=desk.word(handoff.state).name,
        sender=desk.institution(handoff.sender),
        receiver=desk.institution(handoff.receiver),
        on_hub=desk.is_on_hub(handoff.receiver),
        urgency=handoff.urgency,
        share=handoff.share,
        offered_at=handoff.offered_at,
        answer_by=due_view(handoff.running, desk, _limit(track, handoff, procedure)),
        may_be_declined=links.may_be_declined(track, handoff, procedure),
        informed=tuple(desk.institution(code) for code in handoff.informed),
        questions=tuple(
            question_view(track, handoff, question, procedure, desk) for question in handoff.questions
        ),
        dossier=sealed_view(handoff, desk),
        override=desk.code(procedure, handoff.override),
        bundle=handoff.bundle,
        answered_at=handoff.answered_at,
        document=handoff.document,
        code=desk.code(procedure, handoff.code),
        redirected_to=desk.institution(handoff.redirected_to) if handoff.redirected_to else None,
        before=_own(track, handoff.before, desk),
        following=_own(track, handoff.following, desk),
        outcome=desk.outcome(procedure, track.track, handoff.outcome),
        completed_at=handoff.completed_at,
        now=where_now(track, handoff, procedure, desk),
        can=links.of_handoff(track, handoff, procedure, desk),
    )


def _own(track: Track, id_: str | None, desk: Desk) -> str | None:
    """The id of another handoff of a chain, where the institution is a party to that one too."""
    other = track.handoff(id_) if id_ else None
    return other.id if other is not None and sees(track, other, desk) else None


def _limit(track: Track, handoff: Handoff, procedure: Procedure) -> Limit | None:
    """The limit that the clock of a handoff runs by."""
    if handoff.state is HandoffState.AWAITING_RESEALING:
        return procedure.resealing
    rule = handoff_rule(procedure, track.track, handoff.kind)
    return rule.answer.get(handoff.urgency) if rule else None


def where_now(track: Track, handoff: Handoff, procedure: Procedure, desk: Desk) -> Where | None:
    """Where the track is now, for who sent it, or took it and has a part in it still."""
    is_taken = handoff.state in (HandoffState.ACCEPTED, HandoffState.COMPLETED)
    if handoff.sender != desk.scope and not is_taken:
        return None
    return Where(
        holder=desk.institution(track.holder),
        standing=track.standing,
        stage=desk.stage(procedure, track.track, track.stage),
        outcome=desk.outcome(procedure, track.track, track.outcome),
    )


def question_view(
    track: Track, handoff: Handoff, question: Question, procedure: Procedure, desk: Desk
) -> QuestionView:
    """A question within a handoff."""
    known = question_of(procedure, question.question)
    return QuestionView(
        number=question.number,
        by=desk.institution(question.by),
        question=desk.question(procedure, question.question),
        asked_at=question.asked_at,
        answer_by=due_view(question.running, desk, known.limit if known else None),
        answer=desk.answer(procedure, question.question, question.answer),
        answered_at=question.answered_at,
        can=links.of_question(track, handoff, question, desk),
    )


def sealed_view(handoff: Handoff, desk: Desk) -> SealedView | None:
    """The sealed dossier of a handoff, from outside."""
    dossier = handoff.dossier
    if dossier is None:
        return None
    return SealedView(
        sha256=dossier.sha256,
        size=dossier.size,
        recipients=dossier.recipients,
        href=f"/v1/handoffs/{handoff.id}/dossier" if links.may_fetch(handoff, desk) else None,
    )


def due_view(running: Running | None, desk: Desk, limit: Limit | None) -> Due | None:
    """A clock that runs, and on what its limit stands."""
    if running is None:
        return None
    clock = running.clock
    return Due(
        owes=desk.institution(clock.owes),
        due=clock.due,
        overdue=is_over(clock.due, desk.at),
        by_law=clock.by_law,
        expires=clock.expires,
        source=limit.source if limit else None,
        citation=limit.citation if limit and (clock.by_law or limit.source is not Source.LAW) else "",
    )


def is_over(due: datetime, at: datetime) -> bool:
    """Whether a due time has passed."""
    return due <= at


def custody_view(track: Track, desk: Desk) -> tuple[CustodyView, ...]:
    """Who has held a track, the first one first."""
    ends = [*(each.since for each in track.custody[1:]), None]
    return tuple(
        CustodyView(institution=desk.institution(each.holder), since=each.since, until=until)
        for each, until in zip(track.custody, ends, strict=True)
    )
