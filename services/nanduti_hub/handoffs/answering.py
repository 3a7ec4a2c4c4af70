"""Answering an offer, and saying what came of it.

Rules that stay true: the receiver alone answers; for one off the hub the sender records its paper, and only then;
custody moves at the acceptance of a transfer and nowhere else, in the same step; a redirection goes back to the
sender, which seals for the institution named.
"""

from datetime import datetime

from nanduti.cases import (
    Document,
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffRedirected,
)
from nanduti.vocabulary import HandoffKind, HandoffState
from nanduti_hub.handoffs.calendar import ZONE
from nanduti_hub.handoffs.checks import met, not_in, stale, unfit_receiver
from nanduti_hub.handoffs.clocks import is_on_paper
from nanduti_hub.handoffs.commands import Accept, Complete, Decline, Known, Redirect
from nanduti_hub.handoffs.parties import acting_sender, is_on_hub
from nanduti_hub.handoffs.procedure import handoff_rule, is_listed, track_rule
from nanduti_hub.handoffs.state import Handoff, Track
from nanduti_hub.handoffs.unfolding import Unfolding
from nanduti_hub.refusal import Refusal


def accept(unfolding: Unfolding, command: Accept) -> Refusal | None:
    """Take what was offered; of a transfer, custody with it."""
    found = _answered(unfolding, command)
    if isinstance(found, Refusal):
        return found
    track, handoff = found
    clock, keeper = None, command.by
    if is_on_hub(command.known.institutions, handoff.receiver):
        keeper = handoff.receiver
        unfolding.introduce(keeper, keeper)
    if handoff.kind is HandoffKind.TRANSFER:
        clock = unfolding.stage_clock(track.track, track.stage, owes=keeper, asks=handoff.sender)
    unfolding.on_track(
        track.track,
        HandoffAccepted,
        handoff=handoff.id,
        keeper=keeper,
        clock=clock,
        document=command.document,
    )
    return None


def decline(unfolding: Unfolding, command: Decline) -> Refusal | None:
    """Say no, where the procedure lets the receiver."""
    found = _answered(unfolding, command)
    if isinstance(found, Refusal):
        return found
    track, handoff = found
    if not may_decline(command.known, track, handoff):
        return Refusal("not_declinable")
    if not is_listed(command.known.procedure.decline_codes, command.code):
        return Refusal("code_unlisted")
    unfolding.on_track(
        track.track,
        HandoffDeclined,
        handoff=handoff.id,
        code=command.code,
        document=command.document,
    )
    return None


def redirect(unfolding: Unfolding, command: Redirect) -> Refusal | None:
    """Name the institution that is right."""
    found = _answered(unfolding, command)
    if isinstance(found, Refusal):
        return found
    track, handoff = found
    known = command.known
    sender = acting_sender(track, handoff, known.institutions)
    if command.to in (*handoff.tried, handoff.sender, sender, track.holder):
        return Refusal("redirect_loops")
    if handoff.receiver == sender:
        # A track given back by a holder off the hub: the sender could not be told where it went.
        return Refusal("redirect_loops")
    if (refusal := unfit_receiver(unfolding, track.track, command.to)) is not None:
        return refusal
    if len(handoff.tried) > known.procedure.most_hops:
        return Refusal("too_many_hops", {"most": known.procedure.most_hops})
    if unfolding.file.of_handoff(command.following) is not None:
        return Refusal("handoff_exists")
    unfolding.introduce(handoff.sender, command.to)
    clock = unfolding.clock(
        known.procedure.resealing, owes=sender, expires=may_decline(known, track, handoff)
    )
    unfolding.on_track(
        track.track,
        HandoffRedirected,
        handoff=handoff.id,
        to=command.to,
        following=command.following,
        clock=clock,
        document=command.document,
    )
    return None


def complete(unfolding: Unfolding, command: Complete) -> Refusal | None:
    """Say what came of an accepted handoff: the receiver does, or the sender for one that accepted on paper."""
    known = command.known
    found = met(unfolding.file, command.handoff, command.by, known)
    if isinstance(found, Refusal):
        return found
    track, handoff = found
    is_for = not is_on_hub(known.institutions, handoff.receiver) or handoff.document is not None
    if command.by != handoff.receiver and not is_for:
        return Refusal("not_receiver")
    refusal = stale(command.seen, handoff.version) or not_in(handoff.state, HandoffState.ACCEPTED)
    if refusal is not None:
        return refusal
    rule = track_rule(known.procedure, track.track)
    if rule is None or not is_listed(rule.outcomes, command.outcome):
        return Refusal("outcome_unlisted")
    unfolding.on_track(track.track, HandoffCompleted, handoff=handoff.id, outcome=command.outcome)
    return None


def may_decline(known: Known, track: Track, handoff: Handoff) -> bool:
    """Whether the procedure lets the receiver say no."""
    rule = handoff_rule(known.procedure, track.track, handoff.kind)
    return rule is None or rule.may_decline


def _answered(unfolding: Unfolding, command: Accept | Decline | Redirect) -> tuple[Track, Handoff] | Refusal:
    """The handoff, to whoever may answer it now: its receiver, or the sender with the paper of one off the hub."""
    known = command.known
    found = met(unfolding.file, command.handoff, command.by, known)
    if isinstance(found, Refusal):
        return found
    _, handoff = found
    # One that was off the hub when it was asked may have answered on paper before it came.
    is_for = command.by != handoff.receiver
    is_paper = not is_on_hub(known.institutions, handoff.receiver) or is_on_paper(handoff)
    if is_for and not is_paper:
        return Refusal("not_receiver")
    refusal = stale(command.seen, handoff.version) or not_in(handoff.state, HandoffState.OFFERED)
    if refusal is not None:
        return refusal
    if is_for and command.document is None:
        return Refusal("document_missing")
    if command.document is not None and not (is_for and _is_of(command.document, handoff, command.at)):
        return Refusal("document_unfit")
    return found


def _is_of(document: Document, handoff: Handoff, at: datetime) -> bool:
    """Whether a paper can be the answer to an offer: it bears a day between the offer's and today."""
    first, last = (moment.astimezone(ZONE).date() for moment in (handoff.offered_at, at))
    return first <= document.day <= last and document.year in (document.day.year, first.year)
