"""How a case and its tracks begin, and what is said of the case itself: its facts, and the person's consent.

Rules that stay true: whoever opens a track holds it, competent or not, since somebody has to; facts are corrected
without touching custody; consent that is gone takes back every waiting offer that stands on it.
"""

from nanduti.cases import CaseOpened, ConsentRecorded, FactsCorrected, HandoffWithdrawn, TrackOpened
from nanduti.procedure import TrackRule
from nanduti.vocabulary import Consent, Share
from nanduti_hub.handoffs.checks import stale
from nanduti_hub.handoffs.commands import Correct, OpenCase, OpenTrack, RecordConsent
from nanduti_hub.handoffs.parties import is_holding, is_party
from nanduti_hub.handoffs.procedure import track_rule
from nanduti_hub.handoffs.state import File
from nanduti_hub.handoffs.unfolding import Events, Unfolding, begun
from nanduti_hub.refusal import Refusal

#: Why a waiting offer ends when the person no longer consents to it; the procedure lists it.
CONSENT_WITHDRAWN = "consent_withdrawn"


def open_case(command: OpenCase) -> Events | Refusal:
    """Open a case with its first tracks."""
    if not command.tracks:
        return Refusal("tracks_missing")
    rules = []
    for code in dict.fromkeys(command.tracks):
        if (rule := track_rule(command.known.procedure, code)) is None:
            return Refusal("track_unlisted")
        rules.append(rule)
    reference = next(iter(command.known.fresh), None)
    if reference is None:
        raise ValueError("too few fresh references")
    opened = CaseOpened(
        version=1,
        case=command.case,
        at=command.at,
        facts=command.facts,
        procedure=command.known.procedure.version,
        by=command.by,
        reference=reference,
        group=command.group,
        synthetic=command.synthetic,
    )
    unfolding = begun(opened, command.known)
    if command.consent is not Consent.NOT_ASKED:
        unfolding.on_case(ConsentRecorded, consent=command.consent, by=command.by)
    for rule in rules:
        open_by(unfolding, rule, command.by, rule.first)
    return unfolding.events


def open_track(unfolding: Unfolding, command: OpenTrack) -> Refusal | None:
    """Open another track of a case."""
    if (refusal := _unholding(unfolding.file, command)) is not None:
        return refusal
    if unfolding.file.case.into is not None:
        return Refusal("case_joined")
    rule = track_rule(command.known.procedure, command.track)
    if rule is None:
        return Refusal("track_unlisted")
    if (before := unfolding.file.tracks.get(rule.code)) is not None:
        return Refusal("track_exists", {"standing": before.standing.value})
    open_by(unfolding, rule, command.by, rule.first)
    return None


def open_by(unfolding: Unfolding, rule: TrackRule, holder: str, stage: str) -> None:
    """A track begins, at a stage, held by an institution."""
    clock = unfolding.stage_clock(rule.code, stage, owes=holder, asks=None)
    unfolding.on_track(rule.code, TrackOpened, holder=holder, stage=stage, clock=clock)


def correct(unfolding: Unfolding, command: Correct) -> Refusal | None:
    """Say better what a case is."""
    if (refusal := _unholding(unfolding.file, command)) is not None:
        return refusal
    if unfolding.file.case.into is not None:
        return Refusal("case_joined")
    if command.facts != unfolding.file.case.facts:
        unfolding.on_case(FactsCorrected, facts=command.facts, by=command.by)
    return None


def record_consent(unfolding: Unfolding, command: RecordConsent) -> Refusal | None:
    """Record what the person says to sharing; of a case that was joined to another too."""
    if (refusal := _unholding(unfolding.file, command)) is not None:
        return refusal
    if command.consent is unfolding.file.case.consent:
        return None
    before = unfolding.file.case.consent
    # What was granted is withdrawn, never merely refused: whoever received the case on it has to be told.
    is_undone = before is Consent.GRANTED and command.consent is Consent.REFUSED
    if is_undone or command.consent is Consent.NOT_ASKED:
        return Refusal("consent_step_refused", {"consent": before.value})
    unfolding.on_case(ConsentRecorded, consent=command.consent, by=command.by)
    if command.consent is not Consent.GRANTED:
        take_back(unfolding)
    return None


def take_back(unfolding: Unfolding) -> None:
    """Withdraw what waits on a consent that is no more."""
    for track in unfolding.file.tracks.values():
        for handoff in track.handoffs:
            if handoff.waits and handoff.share is not Share.NONE and handoff.override is None:
                unfolding.on_track(track.track, HandoffWithdrawn, handoff=handoff.id, code=CONSENT_WITHDRAWN)


def _unholding(file: File, command: Correct | RecordConsent | OpenTrack) -> Refusal | None:
    """A refusal to whoever holds no track of the case, or saw another version of it."""
    if not is_party(file, command.by):
        return Refusal("case_unknown")
    if not is_holding(file, command.by, command.known.institutions):
        return Refusal("not_holder")
    return stale(command.seen, file.case.version)
