"""Two cases of one person: the holder of both says so, and takes it back if it was not so.

Rules that stay true: custody moves by neither: a track merges only into the same track with the same holder, or goes
on as a new one that the same institution opens; parted, it has the holder that it had, which asks for it itself.
References stay, so that each pair finds the case under the one it knows. Each decision gives the events of both
cases, first of `into`. What passed before stays where it was, and goes on there: handoffs that were accepted can be
asked about and completed. Absent: undoing a track that went on as a new one; its holder closes it.
"""

from datetime import datetime

from nanduti.cases import CaseJoined, CaseParted, ConsentRecorded, TrackMerged, TrackParted
from nanduti.vocabulary import Consent
from nanduti_hub.handoffs.checks import stale
from nanduti_hub.handoffs.commands import Known
from nanduti_hub.handoffs.opening import open_by, take_back
from nanduti_hub.handoffs.parties import acting, is_holding, is_party
from nanduti_hub.handoffs.procedure import stage_of, track_rule
from nanduti_hub.handoffs.state import File, Standing, Track
from nanduti_hub.handoffs.unfolding import Events, Unfolding
from nanduti_hub.refusal import Refusal

#: What a person says no to in one of its cases, it says no to in both.
_WITHHELD = (Consent.REFUSED, Consent.WITHDRAWN)


def decide_join(
    into: File, joined: File, *, by: str, at: datetime, known: Known, seen: int | None
) -> Events | Refusal:
    """Say that a case is of the same person as another. `seen` is the joined one's version.

    `known` is of the case `into`, with as many fresh references as the joined case has.
    """
    if not (is_party(into, by) and is_party(joined, by)):
        return Refusal("case_unknown")
    if not all(is_holding(file, by, known.institutions) for file in (into, joined)):
        return Refusal("not_holder")
    if (refusal := stale(seen, joined.case.version)) is not None:
        return refusal
    if into.case.id == joined.case.id:
        return Refusal("join_itself")
    if into.case.into is not None or joined.case.into is not None:
        return Refusal("case_joined")
    going = [track for track in joined.tracks.values() if track.standing is Standing.OPEN]
    for track in going:
        if (refusal := _unjoinable(into.tracks.get(track.track), track, by, known)) is not None:
            return refusal
    here, there = Unfolding(into, known, at), Unfolding(joined, known, at)
    for pair in joined.case.references:
        here.introduce(pair.first, pair.second)
    if joined.case.consent in _WITHHELD and into.case.consent is Consent.GRANTED:
        here.on_case(ConsentRecorded, consent=Consent.WITHDRAWN, by=by)
        take_back(here)
    there.on_case(CaseJoined, into=into.case.id, by=by)
    for track in going:
        if track.track not in into.tracks:
            _go_on(here, track, by)
        there.on_track(track.track, TrackMerged, into=into.case.id)
    return (*here.events, *there.events)


def decide_part(
    into: File, joined: File, *, by: str, at: datetime, known: Known, seen: int | None
) -> Events | Refusal:
    """Say that it was not the same person. `seen` is the joined one's version, `known` of the joined case."""
    if not is_party(joined, by):
        return Refusal("case_unknown")
    merged = [track for track in joined.tracks.values() if track.standing is Standing.MERGED]
    returned = {acting(track, known.institutions) for track in merged}
    if by not in returned if merged else not is_holding(joined, by, known.institutions):
        return Refusal("not_holder")
    if (refusal := stale(seen, joined.case.version)) is not None:
        return refusal
    if joined.case.into != into.case.id:
        return Refusal("not_joined")
    there = Unfolding(joined, known, at)
    there.on_case(CaseParted, into=into.case.id, by=by)
    for track in merged:
        clock = there.clock_of(track, track.stage)
        there.on_track(track.track, TrackParted, clock=clock)
    return there.events


def _unjoinable(other: Track | None, track: Track, by: str, known: Known) -> Refusal | None:
    """Why a track cannot merge into its counterpart, or go on where there is none."""
    holder = by if other is None else other.holder
    if acting(track, known.institutions) != by or track.holder != holder:
        return Refusal("not_holder")
    if any(handoff.waits for handoff in track.handoffs):
        return Refusal("handoffs_wait")
    if other is None:
        return Refusal("track_unlisted") if track_rule(known.procedure, track.track) is None else None
    if other.standing is not Standing.OPEN:
        return Refusal("track_not_open", {"standing": other.standing.value})
    return None


def _go_on(here: Unfolding, track: Track, by: str) -> None:
    """Open in the other case a track that only the joined one has, at the stage that it is at if there is such."""
    rule = track_rule(here.known.procedure, track.track)
    if rule is not None:
        stage = rule.first if stage_of(rule, track.stage) is None else track.stage
        open_by(here, rule, by, stage)
