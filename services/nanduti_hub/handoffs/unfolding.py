"""A decision as it unfolds: the events so far, and the case as they have made it.

Rules that stay true: each event is decided on the state that the ones before it made, and numbered in its own stream;
two members that are told of a case have a reference between them first. Absent: rules of the procedure.
"""

from datetime import datetime
from typing import Any

from nanduti.cases import CaseEvent, CaseOpened, Clock, ReferenceGiven, TrackEvent
from nanduti.procedure import Limit
from nanduti_hub.handoffs import clocks
from nanduti_hub.handoffs.commands import Known
from nanduti_hub.handoffs.evolve import evolve
from nanduti_hub.handoffs.parties import acting
from nanduti_hub.handoffs.procedure import platform_of, stage_of, track_rule
from nanduti_hub.handoffs.state import File, Track

Events = tuple[CaseEvent | TrackEvent, ...]


class Unfolding:
    """What has happened to a case so far in one decision."""

    def __init__(self, file: File, known: Known, at: datetime, *so_far: CaseEvent) -> None:
        self.file = file
        self.known = known
        self.at = at
        given = {pair.reference for pair in file.case.references}
        self._fresh = (reference for reference in known.fresh if reference not in given)
        self._events: list[CaseEvent | TrackEvent] = [*so_far]

    @property
    def events(self) -> Events:
        """All of it, in order."""
        return tuple(self._events)

    def fresh(self) -> str:
        """A reference that nobody has yet.

        Raises:
            ValueError: the caller brought too few.

        """
        reference = next(self._fresh, None)
        if reference is None:
            raise ValueError("too few fresh references")
        return reference

    def on_case(self, event: type[CaseEvent], **said: Any) -> None:
        """Something happened to the case itself."""
        case = self.file.case
        self._add(event(version=case.version + 1, case=case.id, at=self.at, **said))

    def on_track(self, track: str, event: type[TrackEvent], **said: Any) -> None:
        """Something happened in a track, which may begin by it."""
        before = self.file.tracks.get(track)
        version = 1 if before is None else before.version + 1
        self._add(event(version=version, case=self.file.case.id, at=self.at, track=track, **said))

    def introduce(self, one: str, other: str) -> None:
        """Let two members, or one by itself, have a reference for the case if they have none."""
        if self.file.case.between(one, other) is None:
            first, second = sorted((one, other))
            self.on_case(ReferenceGiven, first=first, second=second, reference=self.fresh())

    def clock(self, limit: Limit, *, owes: str, asks: str | None = None, expires: bool = False) -> Clock:
        """The clock of a limit that starts now."""
        return clocks.clock(
            self.known.procedure,
            limit,
            at=self.at,
            owes=owes,
            asks=asks,
            platform=platform_of(self.known.procedure, self.file.case.facts),
            expires=expires,
        )

    def stage_clock(self, track: str, stage: str, *, owes: str, asks: str | None) -> Clock | None:
        """The clock of a stage that starts now, if the procedure gives it a limit. Whoever owes can be told of it."""
        self.introduce(owes, owes)
        rule = track_rule(self.known.procedure, track)
        found = None if rule is None else stage_of(rule, stage)
        if found is None or found.limit is None:
            return None
        return self.clock(found.limit, owes=owes, asks=asks)

    def clock_of(self, track: Track, stage: str) -> Clock | None:
        """The same for the holder that a track has, and whoever handed it over."""
        owes = acting(track, self.known.institutions)
        return self.stage_clock(track.track, stage, owes=owes, asks=sender_of(track))

    def _add(self, event: CaseEvent | TrackEvent) -> None:
        self.file = evolve(self.file, event)
        self._events.append(event)


def begun(opened: CaseOpened, known: Known) -> Unfolding:
    """A decision that begins with the case itself."""
    return Unfolding(evolve(None, opened), known, opened.at, opened)


def sender_of(track: Track) -> str | None:
    """Who handed a track to its holder; None if it has not passed."""
    handoff = track.custody[-1].handoff
    found = None if handoff is None else track.handoff(handoff)
    return None if found is None else found.sender
