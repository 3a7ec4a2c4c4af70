"""Offering a track to another institution, taking the offer back, and sealing anew.

Rules that stay true: the holder alone offers, and stays the holder; one transfer of a track waits at a time; what is
shared is sealed to exactly the receiver's keys in force, and stands on consent or on a listed reason for going without.
"""

from nanduti.cases import Clock, Dossier, DossierAttached, HandoffOffered, HandoffWithdrawn
from nanduti.procedure import HandoffRule
from nanduti.vocabulary import Consent, HandoffKind, HandoffState, Share, Urgency
from nanduti_hub.handoffs.checks import held_open, not_in, sent, unfit_receiver
from nanduti_hub.handoffs.commands import Attach, Offer, Withdraw
from nanduti_hub.handoffs.parties import is_on_hub
from nanduti_hub.handoffs.procedure import handoff_rule, informed, is_listed
from nanduti_hub.handoffs.state import Handoff
from nanduti_hub.handoffs.unfolding import Unfolding
from nanduti_hub.refusal import Refusal

_SHARES = (Share.NONE, Share.PSEUDONYMOUS, Share.FULL)


def offer(unfolding: Unfolding, command: Offer) -> Refusal | None:
    """Offer a track, for custody or to share.

    A holder off the hub gives the track back to whoever acts for it by an offer to it, of which it is the sender.
    """
    known, file = command.known, unfolding.file
    track = held_open(file, command.track, command.by, known, command.seen)
    if isinstance(track, Refusal):
        return track
    rule = handoff_rule(known.procedure, command.track, command.kind)
    if rule is None:
        return Refusal("handoff_unlisted")
    if command.urgency not in rule.answer:
        return Refusal("urgency_unlisted")
    sender = command.by if command.receiver != command.by else track.holder
    if command.receiver in (sender, track.holder):
        return Refusal("receiver_is_holder")
    if (refusal := unfit_receiver(unfolding, command.track, command.receiver)) is not None:
        return refusal
    if command.kind is HandoffKind.TRANSFER and track.waiting_transfer is not None:
        return Refusal("transfer_waits")
    if file.of_handoff(command.handoff) is not None:
        return Refusal("handoff_exists")
    refusal = _unfit_seal(unfolding, command.receiver, command.share, command.dossier, command.override)
    if refusal is not None:
        return refusal
    told = introduced(unfolding, rule, sender, command.receiver)
    unfolding.on_track(
        command.track,
        HandoffOffered,
        handoff=command.handoff,
        kind=command.kind,
        sender=sender,
        receiver=command.receiver,
        urgency=command.urgency,
        share=command.share,
        clock=answer_clock(unfolding, rule, command.urgency, command.by, command.receiver),
        dossier=command.dossier,
        override=_override(command.share, command.override),
        informed=told,
        bundle=command.bundle,
    )
    return None


def withdraw(unfolding: Unfolding, command: Withdraw) -> Refusal | None:
    """Take an offer back."""
    found = sent(unfolding.file, command.handoff, command.by, command.known, command.seen)
    if isinstance(found, Refusal):
        return found
    track, handoff = found
    refusal = not_in(handoff.state, HandoffState.OFFERED, HandoffState.AWAITING_RESEALING)
    if refusal is not None:
        return refusal
    if not is_listed(command.known.procedure.withdrawal_codes, command.code):
        return Refusal("code_unlisted")
    unfolding.on_track(track.track, HandoffWithdrawn, handoff=handoff.id, code=command.code)
    return None


def attach(unfolding: Unfolding, command: Attach) -> Refusal | None:
    """Seal anew. What awaits it is offered by it; of what was offered or accepted, no less is shared than before."""
    found = sent(unfolding.file, command.handoff, command.by, command.known, command.seen)
    if isinstance(found, Refusal):
        return found
    track, handoff = found
    refusal = not_in(
        handoff.state, HandoffState.OFFERED, HandoffState.AWAITING_RESEALING, HandoffState.ACCEPTED
    )
    if refusal is not None:
        return refusal
    awaited = handoff.state is HandoffState.AWAITING_RESEALING
    if not awaited and command.share is Share.NONE:
        return Refusal("dossier_missing")
    if not awaited and _SHARES.index(command.share) < _SHARES.index(handoff.share):
        return Refusal("share_lowered", {"share": handoff.share.value})
    refusal = _unfit_seal(unfolding, handoff.receiver, command.share, command.dossier, command.override)
    if refusal is not None:
        return refusal
    clock: Clock | None = None
    told: tuple[str, ...] = ()
    rule = handoff_rule(command.known.procedure, track.track, handoff.kind)
    if awaited:
        if rule is None or handoff.urgency not in rule.answer:
            return Refusal("handoff_unlisted")
        clock = answer_clock(unfolding, rule, handoff.urgency, command.by, handoff.receiver)
        told = introduced(unfolding, rule, handoff.sender, handoff.receiver)
    elif _is_the_same(handoff, command):
        return None
    unfolding.on_track(
        track.track,
        DossierAttached,
        handoff=handoff.id,
        share=command.share,
        dossier=command.dossier,
        override=_override(command.share, command.override),
        informed=told,
        clock=clock,
    )
    return None


def answer_clock(unfolding: Unfolding, rule: HandoffRule, urgency: Urgency, by: str, receiver: str) -> Clock:
    """Until when an offer is to be answered; for a receiver off the hub the sender owes the record of its paper.

    What may not be declined does not expire: it goes up the ladder until it is answered.
    """
    owes = receiver if is_on_hub(unfolding.known.institutions, receiver) else by
    return unfolding.clock(rule.answer[urgency], owes=owes, asks=by, expires=rule.may_decline)


def introduced(unfolding: Unfolding, rule: HandoffRule, sender: str, receiver: str) -> tuple[str, ...]:
    """Who else is told of an offer, now that all who are have a reference with the sender."""
    unfolding.introduce(sender, receiver)
    told = tuple(
        code
        for code in informed(rule, unfolding.file.case.facts)
        if code not in (sender, receiver) and is_on_hub(unfolding.known.institutions, code)
    )
    for code in told:
        unfolding.introduce(sender, code)
    return told


def _unfit_seal(
    unfolding: Unfolding, receiver: str, share: Share, dossier: Dossier | None, override: str | None
) -> Refusal | None:
    """Why a dossier cannot go to a receiver as it was sealed, or not at all."""
    known = unfolding.known
    if share is Share.NONE:
        return None if dossier is None else Refusal("dossier_unfit")
    if not is_on_hub(known.institutions, receiver):
        return Refusal("share_off_hub")
    if override is not None and not is_listed(known.procedure.overrides, override):
        return Refusal("override_unlisted")
    consent = unfolding.file.case.consent
    if consent is not Consent.GRANTED and override is None:
        return Refusal("consent_missing", {"consent": consent.value})
    keys = known.keys.get(receiver, frozenset())
    if not keys:
        return Refusal("receiver_without_keys")
    if dossier is None:
        return Refusal("dossier_missing")
    sealed = frozenset(dossier.recipients)
    if sealed != keys:
        return Refusal("recipients_unfit", {"missing": len(keys - sealed), "revoked": len(sealed - keys)})
    return None


def _override(share: Share, override: str | None) -> str | None:
    """Why without consent; of nothing shared nothing needs a reason."""
    return None if share is Share.NONE else override


def _is_the_same(handoff: Handoff, command: Attach) -> bool:
    """Whether exactly this is attached already."""
    attached = (handoff.share, handoff.dossier, handoff.override)
    return attached == (command.share, command.dossier, command.override)
