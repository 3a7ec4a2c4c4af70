"""What commands have in common: whether the caller may see what it names, may act on it, and has seen it as it is.

Rules that stay true: who has no part in a case or a handoff is told that there is none; only after that is anything
said of who may, then of versions, then of the rest. A refusal never holds what was sent: listed codes, counts and
versions only.
"""

from nanduti.vocabulary import HandoffState
from nanduti_hub.handoffs.commands import Known
from nanduti_hub.handoffs.parties import acting, acting_receiver, acting_sender, is_party
from nanduti_hub.handoffs.procedure import competent, why_not
from nanduti_hub.handoffs.state import File, Handoff, Standing, Track
from nanduti_hub.handoffs.unfolding import Unfolding
from nanduti_hub.refusal import Refusal


def stale(seen: int | None, current: int) -> Refusal | None:
    """A refusal to whoever saw another version than there is now."""
    if seen is None or seen == current:
        return None
    return Refusal("version_conflict", {"expected": seen, "current": current})


def held(file: File, track: str, by: str, known: Known, seen: int | None) -> Track | Refusal:
    """A track, to whoever acts for its holder."""
    if not is_party(file, by):
        return Refusal("case_unknown")
    found = file.tracks.get(track)
    if found is None:
        return Refusal("track_unknown")
    if acting(found, known.institutions) != by:
        return Refusal("not_holder")
    return stale(seen, found.version) or found


def held_open(file: File, track: str, by: str, known: Known, seen: int | None) -> Track | Refusal:
    """A track that goes on, to whoever acts for its holder."""
    found = held(file, track, by, known, seen)
    if isinstance(found, Track) and found.standing is not Standing.OPEN:
        return Refusal("track_not_open", {"standing": found.standing.value})
    return found


def met(file: File, handoff: str, by: str, known: Known) -> tuple[Track, Handoff] | Refusal:
    """A handoff with its track, to whoever acts for one of its two."""
    found = file.of_handoff(handoff)
    if found is None:
        return Refusal("handoff_unknown")
    if by == acting_sender(*found, known.institutions):
        return found
    if by == acting_receiver(*found, known.institutions) and not found[1].is_unoffered:
        return found
    return Refusal("handoff_unknown")


def sent(
    file: File, handoff: str, by: str, known: Known, seen: int | None
) -> tuple[Track, Handoff] | Refusal:
    """A handoff with its track, to whoever acts for its sender."""
    found = met(file, handoff, by, known)
    if isinstance(found, Refusal):
        return found
    if by != acting_sender(*found, known.institutions):
        return Refusal("not_sender")
    return stale(seen, found[1].version) or found


def not_in(state: HandoffState, *wanted: HandoffState) -> Refusal | None:
    """A refusal where a handoff stands at none of the states wanted."""
    return None if state in wanted else Refusal("handoff_state_refused", {"state": state.value})


def unfit_receiver(unfolding: Unfolding, track: str, receiver: str) -> Refusal | None:
    """Why an institution may not be handed a track: the directory lacks it, or the procedure says no."""
    if receiver not in unfolding.known.institutions:
        return Refusal("receiver_unknown")
    procedure, facts = unfolding.known.procedure, unfolding.file.case.facts
    reason = why_not(procedure, track, receiver, facts)
    if reason is None:
        return None
    return Refusal(
        "not_competent",
        {"institution": receiver, "reason": reason, "competent": list(competent(procedure, track, facts))},
    )
