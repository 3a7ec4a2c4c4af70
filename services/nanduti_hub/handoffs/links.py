"""What an institution may do next with a case, a track, a handoff or a question, as links. Pure.

Rules that stay true: who may only read is offered nothing; what is offered here may still be refused by `decide`, for
time goes on and codes must fit, but nothing that `decide` would take from this institution now is left out. Absent:
what is refused and why.
"""

from nanduti.procedure import Procedure
from nanduti.vocabulary import HandoffKind, HandoffState, Share
from nanduti_hub.handoffs.desk import Desk, acts_on, reference_of, sees
from nanduti_hub.handoffs.parties import acting_receiver, acting_sender
from nanduti_hub.handoffs.procedure import handoff_rule, track_rule
from nanduti_hub.handoffs.state import File, Handoff, Question, Standing, Track
from nanduti_hub.handoffs.views import Link


def of_case(file: File, desk: Desk) -> tuple[Link, ...]:
    """What may be done with a case: only who acts on one of its open tracks changes it."""
    reference = reference_of(file.case, desk.scope)
    acting = any(acts_on(track, desk) and track.standing is Standing.OPEN for track in file.tracks.values())
    if not desk.may_work or not acting or reference is None:
        return ()
    here, version = f"/v1/cases/{reference}", file.case.version
    links = [
        Link(command="correct_facts", method="PATCH", href=f"{here}/facts", version=version),
        Link(command="record_consent", method="PUT", href=f"{here}/consent", version=version),
        Link(command="open_track", method="POST", href=f"{here}/tracks", version=version),
    ]
    if file.case.into is None:
        links.append(Link(command="same_as", method="POST", href=f"{here}/same-as", version=version))
    return tuple(links)


def of_track(file: File, track: Track, procedure: Procedure, desk: Desk) -> tuple[Link, ...]:
    """What may be done with a track."""
    reference = reference_of(file.case, desk.scope)
    if not desk.may_work or not acts_on(track, desk) or reference is None:
        return ()
    here = f"/v1/cases/{reference}/tracks/{track.track}"
    match track.standing:
        case Standing.CLOSED:
            return (Link(command="reopen", method="POST", href=f"{here}/reopen", version=track.version),)
        case Standing.MERGED:
            return ()
        case Standing.OPEN:
            pass
    links = []
    rule = track_rule(procedure, track.track)
    stage = next((each for each in rule.stages if each.code == track.stage), None) if rule else None
    if stage is None or stage.next:
        links.append(Link(command="advance", method="POST", href=f"{here}/stage", version=track.version))
    if stage is None or stage.ends:
        links.append(Link(command="close", method="POST", href=f"{here}/close", version=track.version))
    for kind in HandoffKind:
        is_free = kind is HandoffKind.REFERRAL or track.waiting_transfer is None
        if is_free and handoff_rule(procedure, track.track, kind) is not None:
            links.append(
                Link(command=f"see_{kind}_receivers", method="GET", href=f"{here}/receivers?kind={kind}")
            )
            links.append(
                Link(command=f"offer_{kind}", method="POST", href=f"{here}/handoffs", version=track.version)
            )
    return tuple(links)


def of_handoff(track: Track, handoff: Handoff, procedure: Procedure, desk: Desk) -> tuple[Link, ...]:
    """What may be done with a handoff, and the papers of it."""
    if not sees(track, handoff, desk):
        return ()
    here = f"/v1/handoffs/{handoff.id}"
    papers = [Link(command="print_constancia", method="GET", href=f"{here}/constancia.pdf")]
    if not desk.is_on_hub(handoff.receiver):
        papers.insert(0, Link(command="print_oficio", method="GET", href=f"{here}/oficio.pdf"))
    if not desk.may_work:
        return tuple(papers)
    commands = [
        Link(command=command, method="POST", href=f"{here}/{below}", version=handoff.version)
        for command, below in _commands(track, handoff, procedure, desk)
    ]
    return (*commands, *papers)


def _commands(track: Track, handoff: Handoff, procedure: Procedure, desk: Desk) -> list[tuple[str, str]]:
    answering = acting_receiver(track, handoff, desk.on_hub) == desk.scope
    sending = acting_sender(track, handoff, desk.on_hub) == desk.scope
    found: list[tuple[str, str]] = []
    if handoff.state is HandoffState.OFFERED and answering:
        found.append(("accept", "accept"))
        if may_be_declined(track, handoff, procedure):
            found.append(("decline", "decline"))
        found.append(("redirect", "redirect"))
    if handoff.waits and sending:
        found.append(("withdraw", "withdraw"))
    if handoff.state is HandoffState.ACCEPTED and answering:
        found.append(("complete", "complete"))
    if sending and _may_be_sealed(handoff, desk):
        found.append(("attach_dossier", "dossier"))
    other = handoff.sender if handoff.receiver == desk.scope else handoff.receiver
    goes_on = handoff.waits or handoff.state is HandoffState.ACCEPTED
    if goes_on and not handoff.is_unoffered and desk.is_on_hub(other):
        found.append(("ask", "questions"))
    return found


def _may_be_sealed(handoff: Handoff, desk: Desk) -> bool:
    """Whether a dossier is waited for, or one of a handoff that goes on can be replaced by one that says more."""
    if handoff.state is HandoffState.AWAITING_RESEALING:
        return True
    goes_on = handoff.state in (HandoffState.OFFERED, HandoffState.ACCEPTED)
    return goes_on and handoff.share is not Share.FULL and desk.is_on_hub(handoff.receiver)


def of_question(track: Track, handoff: Handoff, question: Question, desk: Desk) -> tuple[Link, ...]:
    """What may be done with a question: the other of the two answers it."""
    is_asked = sees(track, handoff, desk) and question.by != desk.scope
    if not desk.may_work or question.answer is not None or not is_asked:
        return ()
    href = f"/v1/handoffs/{handoff.id}/questions/{question.number}/answer"
    return (Link(command="answer", method="POST", href=href, version=handoff.version),)


def may_be_declined(track: Track, handoff: Handoff, procedure: Procedure) -> bool:
    """Whether the procedure lets the receiver say no."""
    rule = handoff_rule(procedure, track.track, handoff.kind)
    return rule is None or rule.may_decline


def may_fetch(handoff: Handoff, desk: Desk) -> bool:
    """Whether the sealed dossier is the caller's to fetch: the sender its own, the receiver once it has accepted."""
    if handoff.dossier is None:
        return False
    is_taken = handoff.state in (HandoffState.ACCEPTED, HandoffState.COMPLETED)
    return handoff.sender == desk.scope or (handoff.receiver == desk.scope and is_taken)
