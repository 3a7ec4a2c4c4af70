"""The way of a track: from stage to stage, to its end, and from there again.

Rules that stay true: a track ends only at a stage that the procedure lets it end at, and then nothing of it waits;
everybody who handed it on is told its outcome; taken up again, it has the holder that it had.
"""

from nanduti.cases import HandoffCompleted, HandoffWithdrawn, StageAdvanced, TrackClosed, TrackReopened
from nanduti.vocabulary import HandoffKind, HandoffState
from nanduti_hub.handoffs.checks import held, held_open
from nanduti_hub.handoffs.commands import Advance, Close, Reopen
from nanduti_hub.handoffs.procedure import is_listed, stage_of, track_rule
from nanduti_hub.handoffs.state import Standing
from nanduti_hub.handoffs.unfolding import Unfolding
from nanduti_hub.refusal import Refusal

#: Why what waits is taken back when its track ends; the procedure lists it.
TRACK_CLOSED = "track_closed"


def advance(unfolding: Unfolding, command: Advance) -> Refusal | None:
    """Take a track to another stage."""
    known = command.known
    track = held_open(unfolding.file, command.track, command.by, known, command.seen)
    if isinstance(track, Refusal):
        return track
    if command.stage == track.stage:
        return None
    rule = track_rule(known.procedure, track.track)
    stage = None if rule is None else stage_of(rule, track.stage)
    following = () if stage is None else stage.next
    if command.stage not in following:
        return Refusal("stage_step_refused", {"stage": track.stage, "next": list(following)})
    clock = unfolding.clock_of(track, command.stage)
    unfolding.on_track(track.track, StageAdvanced, stage=command.stage, clock=clock)
    return None


def close(unfolding: Unfolding, command: Close) -> Refusal | None:
    """End a track with an outcome, which goes back to all who handed it on."""
    known = command.known
    track = held_open(unfolding.file, command.track, command.by, known, command.seen)
    if isinstance(track, Refusal):
        return track
    rule = track_rule(known.procedure, track.track)
    if rule is None or not is_listed(rule.outcomes, command.outcome):
        return Refusal("outcome_unlisted")
    stage = stage_of(rule, track.stage)
    if stage is not None and not stage.ends:
        ending = [each.code for each in rule.stages if each.ends]
        return Refusal("stage_not_last", {"stage": track.stage, "ending": ending})
    for handoff in track.handoffs:
        if handoff.waits:
            unfolding.on_track(track.track, HandoffWithdrawn, handoff=handoff.id, code=TRACK_CLOSED)
        if handoff.kind is HandoffKind.TRANSFER and handoff.state is HandoffState.ACCEPTED:
            unfolding.on_track(track.track, HandoffCompleted, handoff=handoff.id, outcome=command.outcome)
    unfolding.on_track(track.track, TrackClosed, outcome=command.outcome)
    return None


def reopen(unfolding: Unfolding, command: Reopen) -> Refusal | None:
    """Take a track up again where it stopped, or from its first stage where there is no way on."""
    known = command.known
    track = held(unfolding.file, command.track, command.by, known, command.seen)
    if isinstance(track, Refusal):
        return track
    if unfolding.file.case.into is not None:
        return Refusal("case_joined")
    if track.standing is not Standing.CLOSED:
        return Refusal("track_not_closed")
    if not is_listed(known.procedure.reopening_codes, command.code):
        return Refusal("code_unlisted")
    rule = track_rule(known.procedure, track.track)
    stage = None if rule is None else stage_of(rule, track.stage)
    resumed = track.stage if rule is None or (stage is not None and stage.next) else rule.first
    clock = unfolding.clock_of(track, resumed)
    unfolding.on_track(track.track, TrackReopened, code=command.code, stage=resumed, clock=clock)
    return None
