"""What is printed of a handoff: the forms of oficio and constancia, from the case as it stood at a step. Pure.

Rule that stays true: a sheet says what the views say, and no more. Absent: how it looks (`paper`), and how the case
stood (`past`).
"""

from typing import Any

from nanduti.procedure import Procedure, Source
from nanduti.vocabulary import HandoffState
from nanduti_hub.exercising import is_exercise
from nanduti_hub.handoffs.desk import Desk
from nanduti_hub.handoffs.paper.forms import (
    AnswerBy,
    Constancia,
    Followed,
    Oficio,
    Party,
    Proven,
    Sealed,
    Word,
)
from nanduti_hub.handoffs.procedure import handoff_rule
from nanduti_hub.handoffs.showing import handoff_view
from nanduti_hub.handoffs.state import File, Handoff, Track
from nanduti_hub.handoffs.views import Named
from nanduti_hub.refusal import Refusal, Refused


def oficio(
    file: File, track: Track, handoff: Handoff, procedure: Procedure, desk: Desk, installation: str
) -> Oficio:
    """The oficio that goes to an institution off the hub.

    Raises:
        Refused: `oficio_unneeded`, the receiver answers on the hub.

    """
    if desk.is_on_hub(handoff.receiver):
        raise Refused(Refusal("oficio_unneeded"))
    rule = handoff_rule(procedure, track.track, handoff.kind)
    return Oficio(
        **_form(file, track, handoff, procedure, desk, installation),
        may_decline=rule is None or rule.may_decline,
    )


#: What a handoff stands at when it has come to a step.
STEPS = {
    Proven.OFFER: HandoffState.OFFERED,
    Proven.ACCEPTANCE: HandoffState.ACCEPTED,
    Proven.OUTCOME: HandoffState.COMPLETED,
}


def reached(handoff: Handoff) -> Proven:
    """The last step of a handoff that a constancia can prove."""
    return next((step for step, state in STEPS.items() if state is handoff.state), Proven.OFFER)


def constancia(
    file: File,
    track: Track,
    handoff: Handoff,
    procedure: Procedure,
    desk: Desk,
    installation: str,
    proves: Proven,
) -> Constancia:
    """The constancia of a step, from the case as it stood then."""
    of_answer = proves is not Proven.OFFER
    of_outcome = proves is Proven.OUTCOME
    outcome = desk.outcome(procedure, track.track, handoff.outcome) if of_outcome else None
    return Constancia(
        **_form(file, track, handoff, procedure, desk, installation),
        proves=proves,
        answered_at=handoff.answered_at if of_answer else None,
        document=handoff.document if of_answer else None,
        outcome=_word(outcome) if outcome else None,
        completed_at=handoff.completed_at if of_outcome else None,
    )


def _form(
    file: File, track: Track, handoff: Handoff, procedure: Procedure, desk: Desk, installation: str
) -> dict[str, Any]:
    """What both forms say; they are in Spanish, whatever the language of the request."""
    view = handoff_view(file, track, handoff, procedure, desk)
    rule = handoff_rule(procedure, track.track, handoff.kind)
    limit = rule.answer.get(handoff.urgency) if rule else None
    running = handoff.running
    return {
        "reference": view.reference,
        "handoff": handoff.id,
        "kind": handoff.kind,
        "sender": _party(handoff.sender, desk),
        "receiver": _party(handoff.receiver, desk),
        "track": _word(view.track),
        "stage": _word(desk.stage(procedure, track.track, track.stage)),
        "urgency": handoff.urgency,
        "share": handoff.share,
        "consent": file.case.consent,
        "override": _word(view.override) if view.override else None,
        "dossier": Sealed(sha256=handoff.dossier.sha256, size=handoff.dossier.size)
        if handoff.dossier
        else None,
        "offered_at": handoff.offered_at,
        "answer_by": AnswerBy(
            at=running.clock.due,
            source=limit.source if limit else Source.PROCEDURE,
            citation=limit.citation if limit else "",
        )
        if running
        else None,
        "procedure": Followed(
            version=procedure.version, title=procedure.title.es, notice=procedure.notice.es
        ),
        "installation": installation,
        "exercise": is_exercise(installation),
        "synthetic": file.case.synthetic,
    }


def _word(named: Named) -> Word:
    return Word(code=named.code, es=named.name)


def _party(code: str, desk: Desk) -> Party:
    known = desk.institutions.get(code)
    return Party(code=code, acronym=known.acronym if known else code, name=known.name if known else code)
