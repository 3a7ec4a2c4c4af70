"""Who is who in a case: who acts for a holder, for a sender and for a receiver, and who has a part in it at all.

Rules that stay true: whoever is on the hub acts for itself, and nobody acts for it; for an institution off the hub
acts the one that brought the case to it, so that nothing waits for somebody who cannot come. Absent: what they may
do (`decide` and its parts).
"""

from collections.abc import Mapping

from nanduti_hub.handoffs.state import File, Handoff, Track


def is_on_hub(institutions: Mapping[str, bool], code: str) -> bool:
    """Whether an institution is in the directory and on the hub."""
    return institutions.get(code, False)


def acting(track: Track, institutions: Mapping[str, bool]) -> str:
    """Who may act for a track's holder: itself, its keeper, or the last holder that is still on the hub."""
    before = (custody.holder for custody in reversed(track.custody))
    candidates = (track.holder, track.keeper, *before)
    return next((code for code in candidates if is_on_hub(institutions, code)), track.holder)


def acting_sender(track: Track, handoff: Handoff, institutions: Mapping[str, bool]) -> str:
    """Who may act for a handoff's sender."""
    return handoff.sender if is_on_hub(institutions, handoff.sender) else acting(track, institutions)


def acting_receiver(track: Track, handoff: Handoff, institutions: Mapping[str, bool]) -> str:
    """Who may act for a handoff's receiver."""
    if is_on_hub(institutions, handoff.receiver):
        return handoff.receiver
    return acting_sender(track, handoff, institutions)


def is_party(file: File, code: str) -> bool:
    """Whether a member has a reference for a case: it opened or holds it, sent or received it, or was told of it.

    Whoever a redirection names has one before it is told; until then it has no part.
    """
    case = file.case
    if any(pair.first == pair.second == code for pair in case.references):
        return True
    return any(
        code in (pair.first, pair.second)
        for pair in case.references
        if not is_still_unoffered(file, pair.first, pair.second)
    )


def is_holding(file: File, code: str, institutions: Mapping[str, bool]) -> bool:
    """Whether an institution acts for the holder of a track of the case, one that goes on or has ended."""
    return any(acting(track, institutions) == code for track in file.tracks.values())


def is_still_unoffered(file: File, first: str, second: str) -> bool:
    """Whether all that passed between two is a redirection that is still to be sealed."""
    between = [
        handoff
        for track in file.tracks.values()
        for handoff in track.handoffs
        if {handoff.sender, handoff.receiver} == {first, second}
    ]
    return bool(between) and all(handoff.is_unoffered for handoff in between)
