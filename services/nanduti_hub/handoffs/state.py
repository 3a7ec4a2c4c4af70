"""Where a case and its tracks stand, as their events say.

Rules that stay true: an open track has exactly one holder; a handoff lives in its track, so that acceptance and
custody move in one step; at most one transfer of a track waits at a time. What is due follows from the clocks that
the state carries, without the procedure. Absent: any I/O, and what members are told (`notices`).
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from nanduti.cases import Clock, Document, Dossier, Facts
from nanduti.vocabulary import Consent, HandoffKind, HandoffState, Share, Urgency


class Pair(Struct, frozen=True):
    """What two members, in the order of their codes, call a case between them; one alone: `first` is `second`."""

    first: str
    second: str
    reference: str


class Case(Struct, frozen=True, kw_only=True):
    """A case: one person. `into` is the case of the same person that it has been joined to."""

    id: str
    version: int
    facts: Facts
    procedure: str
    opened_by: str
    opened_at: datetime
    consent: Consent = Consent.NOT_ASKED
    references: tuple[Pair, ...] = ()
    group: str | None = None
    into: str | None = None
    synthetic: bool = False

    def between(self, one: str, other: str) -> str | None:
        """What two members, or one by itself, call it between them; None where they have no reference for it."""
        first, second = sorted((one, other))
        return next((p.reference for p in self.references if (p.first, p.second) == (first, second)), None)


class Running(Struct, frozen=True, kw_only=True):
    """A clock and what it has done: reminders and rungs that have fired, and since which outages it was extended."""

    clock: Clock
    reminded: int = 0
    escalated: int = 0
    outages: tuple[datetime, ...] = ()


class Question(Struct, frozen=True, kw_only=True):
    """A question within a handoff; `answer` is None while it waits, and then `running` is set."""

    number: int
    by: str
    question: str
    asked_at: datetime
    answer: str | None = None
    answered_at: datetime | None = None
    running: Running | None = None


class Handoff(Struct, frozen=True, kw_only=True):
    """One offer of a track to one institution, and what came of it.

    `version` counts the events about it. `running` is the clock of an answer or a seal that is waited for.
    `before` is the handoff of which this one is the redirection, `tried` who was asked along that chain; `told` is
    whether the receiver has been told of it.
    """

    id: str
    version: int
    kind: HandoffKind
    sender: str
    receiver: str
    state: HandoffState
    urgency: Urgency
    share: Share
    offered_at: datetime
    running: Running | None = None
    dossier: Dossier | None = None
    override: str | None = None
    informed: tuple[str, ...] = ()
    bundle: str | None = None
    answered_at: datetime | None = None
    document: Document | None = None
    code: str | None = None
    redirected_to: str | None = None
    before: str | None = None
    following: str | None = None
    tried: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    outcome: str | None = None
    completed_at: datetime | None = None
    told: bool = True

    @property
    def waits(self) -> bool:
        """Whether it is still to be answered or sealed."""
        return self.state in (HandoffState.OFFERED, HandoffState.AWAITING_RESEALING)

    @property
    def is_unoffered(self) -> bool:
        """Whether its receiver has not been told of it: after a redirection, its first seal waits or never came."""
        return not self.told


class Standing(StrEnum):
    """Whether a track goes on."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


class Custody(Struct, frozen=True):
    """Who held a track since when; by which handoff, unless it opened it."""

    holder: str
    since: datetime
    handoff: str | None = None


class Track(Struct, frozen=True, kw_only=True):
    """One way of a case. `keeper` acts for a holder off the hub, and is the holder itself where it is on the hub."""

    case: str
    track: str
    version: int
    standing: Standing
    holder: str
    keeper: str
    stage: str
    opened_at: datetime
    custody: tuple[Custody, ...]
    running: Running | None = None
    outcome: str | None = None
    closed_at: datetime | None = None
    into: str | None = None
    handoffs: tuple[Handoff, ...] = ()

    @property
    def waiting_transfer(self) -> Handoff | None:
        """The transfer that waits to be answered or sealed, if one does."""
        return next((h for h in self.handoffs if h.waits and h.kind is HandoffKind.TRANSFER), None)

    def handoff(self, id_: str) -> Handoff | None:
        """A handoff by its id."""
        return next((h for h in self.handoffs if h.id == id_), None)


class File(Struct, frozen=True):
    """A case with its tracks, as one command sees them; all are locked together."""

    case: Case
    tracks: Mapping[str, Track]

    def of_handoff(self, id_: str) -> tuple[Track, Handoff] | None:
        """The track and the handoff of an id."""
        return next(((t, h) for t in self.tracks.values() for h in t.handoffs if h.id == id_), None)


class Group(Struct, frozen=True, kw_only=True):
    """The cases of one operation, as the institution that met them tied them."""

    id: str
    version: int
    opened_by: str
    opened_at: datetime
    cases: tuple[str, ...]


class NoticeHead(Struct, frozen=True):
    """How many notices a member has had of one reference."""

    version: int


def stream_of_track(case: str, track: str) -> str:
    """The name of a track's stream."""
    return f"track:{case}.{track}"
