"""To whom a track may be handed off, and to whom not and why, before anything is sent. Pure."""

from collections.abc import Mapping

from nanduti.directory import Recipients
from nanduti.procedure import Procedure
from nanduti.public_keys import spoken
from nanduti.recipients import active, can_receive
from nanduti.vocabulary import Consent, HandoffKind
from nanduti_hub.handoffs.desk import Desk
from nanduti_hub.handoffs.procedure import competent, handoff_rule, informed, why_not
from nanduti_hub.handoffs.state import File, Track
from nanduti_hub.handoffs.views import AnswerIn, KeyView, ReceiversView, ReceiverView, UnfitView
from nanduti_hub.handoffs.words import UNFIT
from nanduti_hub.refusal import Refusal, Refused


def receivers_view(
    file: File,
    track: Track,
    kind: HandoffKind,
    procedure: Procedure,
    desk: Desk,
    keys: Mapping[str, Recipients],
    fresh: str,
) -> ReceiversView:
    """The institutions that may receive a track, those that may not, and what comes with an offer.

    Raises:
        Refused: `handoff_unlisted`, the procedure has no such handoff of the track.

    """
    rule = handoff_rule(procedure, track.track, kind)
    if rule is None:
        raise Refused(Refusal("handoff_unlisted"))
    facts = file.case.facts
    fit = [
        code
        for code in competent(procedure, track.track, facts)
        if code in desk.institutions and code != track.holder
    ]
    others = [code for code in desk.institutions if code not in fit]
    return ReceiversView(
        handoff=fresh,
        kind=kind,
        may_be_declined=rule.may_decline,
        answer=tuple(
            AnswerIn(
                urgency=urgency,
                amount=limit.amount,
                kind=limit.kind,
                source=limit.source,
                citation=limit.citation,
            )
            for urgency, limit in rule.answer.items()
        ),
        informed=tuple(desk.institution(code) for code in informed(rule, facts)),
        receivers=tuple(_receiver(code, desk, keys.get(code)) for code in fit),
        others=tuple(
            UnfitView(institution=desk.institution(code), reason=reason, reason_name=desk.pick(UNFIT[reason]))
            for code in others
            for reason in [_why(procedure, track, code, file)]
        ),
        consent_needed=file.case.consent is not Consent.GRANTED,
        overrides=tuple(desk.listed(procedure.overrides, one.code) for one in procedure.overrides),
    )


def _why(procedure: Procedure, track: Track, code: str, file: File) -> str:
    if code == track.holder:
        return "sender"
    return why_not(procedure, track.track, code, file.case.facts) or "sender"


def _receiver(code: str, desk: Desk, keys: Recipients | None) -> ReceiverView:
    fit = keys is not None and can_receive(keys)
    in_force = active(keys) if keys is not None and fit else ()
    return ReceiverView(
        institution=desk.institution(code),
        on_hub=desk.is_on_hub(code),
        can_be_sealed_to=fit,
        keys=tuple(
            KeyView(
                public_key=key.public_key,
                fingerprint=key.fingerprint,
                words=spoken(key.public_key),
                label=key.label,
                number=key.number,
            )
            for key in in_force
        ),
    )
