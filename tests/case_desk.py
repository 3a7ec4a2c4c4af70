"""A case as its desks work on it: commands against the starting procedure, with a clock that the test sets.

Every event that a command gives goes through JSON and back before it is folded, as it does on its way through the
ledger. All people are synthetic: there are none, only listed codes.
"""

import hashlib
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from nanduti.cases import CaseEvent, Document, Dossier, Facts, TrackEvent
from nanduti.vocabulary import (
    AgeBand,
    Channel,
    Consent,
    Crime,
    DocumentKind,
    HandoffKind,
    Sex,
    Share,
    Urgency,
)
from nanduti_hub.handoffs.calendar import ZONE
from nanduti_hub.handoffs.clocks import next_at
from nanduti_hub.handoffs.commands import (
    Accept,
    Advance,
    Attach,
    CaseCommand,
    Close,
    Complete,
    Correct,
    Decline,
    Known,
    NoticeRevokedKeys,
    Offer,
    OpenCase,
    OpenTrack,
    Outage,
    RecordConsent,
    Redirect,
    Reopen,
    Tick,
    Withdraw,
)
from nanduti_hub.handoffs.decide import decide
from nanduti_hub.handoffs.evolve import evolve
from nanduti_hub.handoffs.procedure import starting
from nanduti_hub.handoffs.state import File, Handoff, Track
from nanduti_hub.refusal import Refusal

Event = CaseEvent | TrackEvent

PROCEDURE = starting()


def fingerprint(institution: str, label: str) -> str:
    """The fingerprint of a key that an institution might have."""
    digest = hashlib.sha256(f"{institution} {label}".encode()).hexdigest()
    return "-".join(digest[start : start + 4] for start in range(0, 16, 4))


#: Institutions of the starting directory, and whether they are on the hub here.
INSTITUTIONS = {
    "codeni": True, "minna": True, "mdp": True, "mp": True, "pn": True, "mtess": True, "minmujer": True,
    "mre": True, "dnm": True, "mec": True, "csj": False, "mspbs": False, "sederrec": False, "mds": False,
}  # fmt: skip
#: Who on the hub can receive a sealed dossier: an officer's key and the recovery key. The Ministry of Labor has none.
KEYS = {
    code: frozenset({fingerprint(code, "officer"), fingerprint(code, "recovery")})
    for code, on_hub in INSTITUTIONS.items()
    if on_hub and code != "mtess"
}
#: Nine in the morning of a Monday in Asunción.
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
FACTS = Facts(
    crimes=(Crime.CHILD_LABOR,),
    age_band=AgeBand.UNDER_14,
    sex=Sex.FEMALE,
    department="PY-7",
    channel=Channel.CODENI,
)
ABOUT_CASE = (Correct, RecordConsent, OpenTrack)

_ids = itertools.count(1)
_references = itertools.count(1)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def fresh_id() -> str:
    """A random id's shape, each another."""
    number = next(_ids)
    return f"{number:08x}-0000-4000-8000-{number:012x}"


def fresh_reference() -> str:
    """A reference's shape, each another."""
    number = next(_references)
    letters = "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(16)))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def known(**changes: Any) -> Known:
    """What a decision looks up: the starting procedure and the institutions above."""
    values: dict[str, Any] = {"procedure": PROCEDURE, "institutions": INSTITUTIONS, "keys": KEYS}
    return Known(**(values | {"fresh": tuple(fresh_reference() for _ in range(40))} | changes))


def dossier(receiver: str, *recipients: str, size: int = 4096) -> Dossier:
    """What is known of a dossier sealed to a receiver's keys in force, or to others."""
    sha256 = f"{next(_ids):064x}"
    return Dossier(sha256=sha256, size=size, recipients=recipients or tuple(sorted(KEYS[receiver])))


def paper(at: datetime = START, number: int = 17) -> Document:
    """The paper of an institution off the hub."""
    return Document(kind=DocumentKind.OFICIO, number=number, year=at.year, day=at.astimezone(ZONE).date())


def through_json(event: Event) -> Event:
    """An event after its way through the ledger."""
    again = msgspec.json.decode(msgspec.json.encode(event), type=type(event), strict=True)
    assert again == event
    return again


class CaseDesk:
    """One case: what was done to it, and what time it is."""

    def __init__(self, *, at: datetime = START) -> None:
        self.file: File | None = None
        self.at = at
        self.events: list[Event] = []
        self.institutions = dict(INSTITUTIONS)
        self.keys = dict(KEYS)
        self.procedure = PROCEDURE

    # What stands

    @property
    def standing(self) -> File:
        """The case with its tracks."""
        assert self.file is not None
        return self.file

    def track(self, code: str = "protection") -> Track:
        """A track of it."""
        return self.standing.tracks[code]

    def handoff(self, id_: str) -> Handoff:
        """A handoff in it."""
        found = self.standing.of_handoff(id_)
        assert found is not None
        return found[1]

    def next_at(self) -> datetime | None:
        """When time does something next."""
        moments = [next_at(track) for track in self.standing.tracks.values()]
        return min((moment for moment in moments if moment is not None), default=None)

    def known(self) -> Known:
        """What is looked up now."""
        return known(institutions=self.institutions, keys=self.keys, procedure=self.procedure)

    # What is done

    def command(self, kind: type[CaseCommand], by: str, /, **fields: Any) -> CaseCommand:
        """A command as a desk gives it that has read what it acts on, unless `seen` says otherwise."""
        fields = {"at": self.at, "known": self.known(), "seen": self._seen(kind, fields)} | fields
        return kind(by=by, **fields)

    def decide(self, kind: type[CaseCommand], by: str, /, **fields: Any) -> tuple[Event, ...] | Refusal:
        """What would come of a command."""
        return decide(self.file, self.command(kind, by, **fields))

    def do(self, kind: type[CaseCommand], by: str, /, **fields: Any) -> tuple[Event, ...]:
        """A command that must not be refused; what came of it."""
        decided = self.decide(kind, by, **fields)
        assert not isinstance(decided, Refusal), decided
        self.fold(decided)
        return decided

    def refused(self, kind: type[CaseCommand], by: str, /, **fields: Any) -> Refusal:
        """A command that must be refused, and how it was."""
        decided = self.decide(kind, by, **fields)
        assert isinstance(decided, Refusal), decided
        return decided

    def fold(self, events: tuple[Event, ...]) -> None:
        """Let events happen."""
        for event in events:
            self.file = evolve(self.file, through_json(event))
            self.events.append(event)

    # The usual steps

    def open(self, by: str = "codeni", *tracks: str, **fields: Any) -> "CaseDesk":
        """Open the case with its tracks."""
        fields = {"case": fresh_id(), "facts": FACTS, "tracks": tracks or ("protection",)} | fields
        self.do(OpenCase, by, **fields)
        return self

    def offering(self, receiver: str, **fields: Any) -> dict[str, Any]:
        """The fields of an offer: a transfer of protection with nothing shared, unless told otherwise."""
        return {
            "track": "protection",
            "handoff": fresh_id(),
            "kind": HandoffKind.TRANSFER,
            "receiver": receiver,
            "urgency": Urgency.URGENT,
            "share": Share.NONE,
        } | fields

    def offer(self, by: str, receiver: str, **fields: Any) -> str:
        """Offer a track; the handoff's id."""
        given = self.offering(receiver, **fields)
        self.do(Offer, by, **given)
        return str(given["handoff"])

    def share(self, by: str, receiver: str, **fields: Any) -> str:
        """Offer with a dossier sealed to all the receiver's keys; consent is granted first."""
        if self.standing.case.consent is not Consent.GRANTED:
            self.do(RecordConsent, by, consent=Consent.GRANTED)
        sealed = {"share": Share.PSEUDONYMOUS, "dossier": dossier(receiver)}
        return self.offer(by, receiver, **(sealed | fields))

    def accept(self, by: str, handoff: str, **fields: Any) -> tuple[Event, ...]:
        """Accept an offer."""
        return self.do(Accept, by, handoff=handoff, **fields)

    def decline(self, by: str, handoff: str, **fields: Any) -> tuple[Event, ...]:
        """Decline an offer."""
        return self.do(Decline, by, handoff=handoff, **({"code": "no_capacity"} | fields))

    def redirect(self, by: str, handoff: str, to: str, **fields: Any) -> str:
        """Redirect an offer; the id of the handoff that follows."""
        given = {"following": fresh_id()} | fields
        self.do(Redirect, by, handoff=handoff, to=to, **given)
        return str(given["following"])

    def withdraw(self, by: str, handoff: str, **fields: Any) -> tuple[Event, ...]:
        """Take an offer back."""
        return self.do(Withdraw, by, handoff=handoff, **({"code": "no_longer_needed"} | fields))

    def attach(self, by: str, handoff: str, **fields: Any) -> tuple[Event, ...]:
        """Attach what awaits it, with nothing sealed unless told otherwise."""
        return self.do(Attach, by, handoff=handoff, **({"share": Share.NONE} | fields))

    def advance(self, by: str, *stages: str, track: str = "protection") -> None:
        """Take a track through stages."""
        for stage in stages:
            self.do(Advance, by, track=track, stage=stage)

    def close(
        self, by: str, outcome: str = "safe_with_family", track: str = "protection"
    ) -> tuple[Event, ...]:
        """Close a track; protection through its shortest way first."""
        if track == "protection":
            self.advance(by, "attention", "follow_up")
        return self.do(Close, by, track=track, outcome=outcome)

    def reopen(self, by: str, track: str = "protection") -> tuple[Event, ...]:
        """Take a closed track up again."""
        return self.do(Reopen, by, track=track, code="new_facts")

    def complete(self, by: str, handoff: str, **fields: Any) -> tuple[Event, ...]:
        """Say what came of a handoff."""
        return self.do(Complete, by, handoff=handoff, **({"outcome": "safe_with_family"} | fields))

    # What time does

    def after(self, **time: float) -> "CaseDesk":
        """Let time pass, with nobody looking."""
        self.at += timedelta(**time)
        return self

    def tick(self, *, lost: timedelta | None = None) -> tuple[Event, ...]:
        """Tell the time; with `lost`, that the hub was away for so long until now."""
        outage = None if lost is None else Outage(self.at - lost, self.at)
        return self.do(Tick, "hub", outage=outage)

    def ticks_until(self, until: datetime) -> tuple[Event, ...]:
        """Tell the time at each moment at which it matters, until another."""
        done: list[Event] = []
        while (moment := self.next_at()) is not None and moment <= until:
            self.at = max(self.at, moment)
            events = self.tick()
            assert events, "a moment at which nothing happens"
            done += events
        self.at = until
        return tuple(done)

    def revoke(self, institution: str, *keys: str) -> tuple[Event, ...]:
        """Take keys of an institution out of force, all unless some are named, and let the hub notice."""
        left = self.keys[institution] - frozenset(keys or self.keys[institution])
        self.keys = {**self.keys, institution: left}
        return self.do(NoticeRevokedKeys, "hub", institution=institution)

    # What a desk has read

    def _seen(self, kind: type[CaseCommand], fields: dict[str, Any]) -> int | None:
        if self.file is None or kind in (OpenCase, Tick, NoticeRevokedKeys):
            return None
        if kind in ABOUT_CASE:
            return self.file.case.version
        if "track" in fields:
            track = self.file.tracks.get(fields["track"])
            return None if track is None else track.version
        found = self.file.of_handoff(fields["handoff"])
        return None if found is None else found[1].version


def kinds(events: tuple[Event, ...]) -> list[str]:
    """What happened, by the names of the events."""
    return [type(event).__name__ for event in events]


def happened(events: tuple[Event, ...], kind: type[Any]) -> Any:
    """The one event of its kind."""
    (event,) = [each for each in events if isinstance(each, kind)]
    return event
