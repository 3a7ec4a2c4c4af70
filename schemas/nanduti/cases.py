"""Cases as the hub tells itself of them: private events of cases, their tracks and their groups.

They travel as `nanduti.v1.case.<event>` to no member at all; what members are told is in `handoffs`. Rules that
stay true: listed codes, numbers, times and random ids only, never a name, a narrative or a place narrower than a
department; everything that a state needs is in them, but ciphertext; a clock carries all its times, so that what
is due follows from the state alone. Absent: what a dossier says.
"""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from nanduti.directory import Fingerprint
from nanduti.procedure import ProcedureVersion
from nanduti.vocabulary import (
    AgeBand,
    Channel,
    Code,
    Consent,
    Crime,
    DepartmentCode,
    DocumentKind,
    HandoffKind,
    ListedCode,
    RandomId,
    Reference,
    Sex,
    Share,
    Urgency,
)

#: SHA-256 in lower-case hexadecimal.
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Facts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a case decides who is competent. A case is one person."""

    crimes: Annotated[tuple[Crime, ...], Meta(min_length=1, max_length=3)]
    age_band: AgeBand
    sex: Sex
    department: DepartmentCode
    channel: Channel


class Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paper by which an institution off the hub answered: its kind, number, year, and the day that it bears.

    The number is too small to be that of an identity card or a telephone.
    """

    kind: DocumentKind
    number: Annotated[int, Meta(ge=1, le=99_999)]
    year: Annotated[int, Meta(ge=2000, le=2100)]
    day: date


class Dossier(Struct, frozen=True, kw_only=True):
    """What is known of a sealed dossier without opening it. `size` is the power of two, in bytes, that holds it."""

    sha256: Sha256
    size: int
    recipients: tuple[Fingerprint, ...]


class Rung(Struct, frozen=True, kw_only=True):
    """A step of the escalation: when, if nobody has acted, and who is then told."""

    level: int
    at: datetime
    tell: tuple[Code, ...]


class Clock(Struct, frozen=True, kw_only=True):
    """How long somebody has: who owes, since when, until when, when it is reminded and who is told after that.

    `expires` says whether what waits ends at `due`; otherwise it goes on waiting, and up the ladder. `by_law` is
    true only where the procedure's limit has a law for its source.
    """

    owes: Code
    started: datetime
    due: datetime
    expires: bool = False
    by_law: bool = False
    reminders: tuple[datetime, ...] = ()
    rungs: tuple[Rung, ...] = ()


class _CaseEvent(Struct, frozen=True, kw_only=True):
    version: int
    case: RandomId
    at: datetime


class CaseOpened(_CaseEvent, frozen=True, kw_only=True):
    """An institution has opened a case under a version of the procedure; `reference` is its own for it."""

    facts: Facts
    procedure: ProcedureVersion
    by: Code
    reference: Reference
    group: RandomId | None = None
    synthetic: bool = False


class FactsCorrected(_CaseEvent, frozen=True, kw_only=True):
    """Whoever holds a track knows better what the case is."""

    facts: Facts
    by: Code


class ReferenceGiven(_CaseEvent, frozen=True, kw_only=True):
    """Two members, in the order of their codes, have a reference for the case between them, or one for itself."""

    first: Code
    second: Code
    reference: Reference


class ConsentRecorded(_CaseEvent, frozen=True, kw_only=True):
    """What the person has said to sharing, as an institution has recorded it."""

    consent: Consent
    by: Code


class CaseJoined(_CaseEvent, frozen=True, kw_only=True):
    """The case is of the same person as another, into which its tracks have merged."""

    into: RandomId
    by: Code


class CaseParted(_CaseEvent, frozen=True, kw_only=True):
    """It was not the same person: the case stands by itself again."""

    into: RandomId
    by: Code


class _TrackEvent(_CaseEvent, frozen=True, kw_only=True):
    track: ListedCode


class TrackOpened(_TrackEvent, frozen=True, kw_only=True):
    """A track begins, held by the institution that opens it."""

    holder: Code
    stage: ListedCode
    clock: Clock | None


class StageAdvanced(_TrackEvent, frozen=True, kw_only=True):
    """The holder has taken the track to another stage."""

    stage: ListedCode
    clock: Clock | None


class TrackClosed(_TrackEvent, frozen=True, kw_only=True):
    """The holder has ended the track."""

    outcome: ListedCode


class TrackReopened(_TrackEvent, frozen=True, kw_only=True):
    """The last holder has taken the track up again."""

    code: ListedCode
    stage: ListedCode
    clock: Clock | None


class TrackMerged(_TrackEvent, frozen=True, kw_only=True):
    """The track goes on in the same track of another case of the same person."""

    into: RandomId


class TrackParted(_TrackEvent, frozen=True, kw_only=True):
    """The track is its own case's again, with the holder that it had."""

    clock: Clock | None


class _HandoffEvent(_TrackEvent, frozen=True, kw_only=True):
    handoff: RandomId


class HandoffOffered(_HandoffEvent, frozen=True, kw_only=True):
    """The holder has offered the track to another institution, for custody or to share.

    `bundle` ties what was offered in one command; `informed` are told with the receiver and owe nothing.
    """

    kind: HandoffKind
    sender: Code
    receiver: Code
    urgency: Urgency
    share: Share
    clock: Clock
    dossier: Dossier | None = None
    override: ListedCode | None = None
    informed: tuple[Code, ...] = ()
    bundle: RandomId | None = None


class HandoffAccepted(_HandoffEvent, frozen=True, kw_only=True):
    """The receiver has taken it: of a transfer it is now the holder. `keeper` acts for a holder off the hub."""

    keeper: Code
    clock: Clock | None = None
    document: Document | None = None


class HandoffDeclined(_HandoffEvent, frozen=True, kw_only=True):
    """The receiver has said no, for a listed reason."""

    code: ListedCode
    document: Document | None = None


class HandoffRedirected(_HandoffEvent, frozen=True, kw_only=True):
    """The receiver has named the institution that is right. The sender seals for it: handoff `following`."""

    to: Code
    following: RandomId
    clock: Clock
    document: Document | None = None


class HandoffWithdrawn(_HandoffEvent, frozen=True, kw_only=True):
    """The sender has taken the offer back, or what it stood on has gone."""

    code: ListedCode


class HandoffExpired(_HandoffEvent, frozen=True, kw_only=True):
    """Nobody answered in time; the holder is still the holder."""


class ResealingNeeded(_HandoffEvent, frozen=True, kw_only=True):
    """Every key that the waiting dossier was sealed to has been revoked: the sender seals anew."""

    clock: Clock


class DossierAttached(_HandoffEvent, frozen=True, kw_only=True):
    """The sender has sealed anew, for a new receiver or to share more; `clock` starts where an answer is waited for."""

    share: Share
    dossier: Dossier | None
    override: ListedCode | None = None
    informed: tuple[Code, ...] = ()
    clock: Clock | None = None


class QuestionAsked(_HandoffEvent, frozen=True, kw_only=True):
    """One of the two has asked the other a listed question."""

    number: int
    by: Code
    question: ListedCode
    clock: Clock


class QuestionAnswered(_HandoffEvent, frozen=True, kw_only=True):
    """The other has given a listed answer."""

    number: int
    answer: ListedCode


class HandoffCompleted(_HandoffEvent, frozen=True, kw_only=True):
    """What was asked for has an outcome, which the sender is told."""

    outcome: ListedCode


class ClockReminded(_TrackEvent, frozen=True, kw_only=True):
    """Whoever owes was reminded the `number`th time: of a handoff, of a question in it, or of the track's stage."""

    number: int
    handoff: RandomId | None = None
    question: int | None = None


class ClockEscalated(_TrackEvent, frozen=True, kw_only=True):
    """Nobody acted after the due time: the next who are to know were told."""

    level: int
    tell: tuple[Code, ...]
    handoff: RandomId | None = None
    question: int | None = None


class ClockExtended(_TrackEvent, frozen=True, kw_only=True):
    """The hub was away, when nobody could act: the clock has that much more. `outage` is when it began."""

    clock: Clock
    outage: datetime
    handoff: RandomId | None = None
    question: int | None = None


class _GroupEvent(Struct, frozen=True, kw_only=True):
    version: int
    group: RandomId
    at: datetime


class GroupOpened(_GroupEvent, frozen=True, kw_only=True):
    """The cases of one operation, tied by the institution that met them."""

    by: Code
    cases: tuple[RandomId, ...]


class GroupJoined(_GroupEvent, frozen=True, kw_only=True):
    """More cases of the same operation."""

    cases: tuple[RandomId, ...]


CaseEvent = CaseOpened | FactsCorrected | ReferenceGiven | ConsentRecorded | CaseJoined | CaseParted
TrackEvent = (
    TrackOpened
    | StageAdvanced
    | TrackClosed
    | TrackReopened
    | TrackMerged
    | TrackParted
    | HandoffOffered
    | HandoffAccepted
    | HandoffDeclined
    | HandoffRedirected
    | HandoffWithdrawn
    | HandoffExpired
    | ResealingNeeded
    | DossierAttached
    | QuestionAsked
    | QuestionAnswered
    | HandoffCompleted
    | ClockReminded
    | ClockEscalated
    | ClockExtended
)
GroupEvent = GroupOpened | GroupJoined
PrivateEvent = CaseEvent | TrackEvent | GroupEvent
