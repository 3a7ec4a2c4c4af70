"""The shapes of the answers about cases: what one institution sees of a case, its tracks and handoffs.

Rules that stay true: an institution sees its own reference and those of its own pairs, never another pair's and never
a case's internal id; of a track in which it has no part it sees nothing; every code has its words beside it, in the
language of the request. Times are RFC 3339, in UTC. Absent: what a dossier says.
"""

from datetime import datetime

from msgspec import Struct

from nanduti.cases import Document
from nanduti.procedure import Source
from nanduti.vocabulary import (
    Code,
    Consent,
    HandoffKind,
    HandoffState,
    ListedCode,
    RandomId,
    RecipientKind,
    Reference,
    Share,
    Urgency,
)
from nanduti_hub.handoffs.state import Standing


class Named(Struct, frozen=True, kw_only=True):
    """A code and what it means; of an institution, its acronym."""

    code: str
    name: str


class Link(Struct, frozen=True, kw_only=True):
    """Something that the caller may do next: what, by which method, where, and the version that If-Match wants."""

    command: str
    method: str
    href: str
    version: int | None = None


class Due(Struct, frozen=True, kw_only=True):
    """Until when somebody owes something. `by_law` is true only where `source` is a law, which `citation` names."""

    owes: Named
    due: datetime
    overdue: bool
    by_law: bool
    expires: bool
    source: Source | None = None
    citation: str = ""


class FactsView(Struct, frozen=True, kw_only=True):
    """What of a case decides who is competent, in codes and in words."""

    crimes: tuple[Named, ...]
    age_band: Named
    sex: Named
    department: Named
    channel: Named


class ProcedureName(Struct, frozen=True, kw_only=True):
    """The version of the procedure that a case keeps, and whether it is the official manual."""

    version: str
    title: str
    official: bool
    href: str


class CustodyView(Struct, frozen=True, kw_only=True):
    """Who held a track, since when, and until when; the last one holds it."""

    institution: Named
    since: datetime
    until: datetime | None = None


class SealedView(Struct, frozen=True, kw_only=True):
    """A sealed dossier from outside: its SHA-256, the power of two in bytes that holds it, and to whose keys it is.

    `href` is where the caller fetches it, null where it may not (yet, or any more).
    """

    sha256: str
    size: int
    recipients: tuple[str, ...]
    href: str | None = None


class QuestionView(Struct, frozen=True, kw_only=True):
    """A question within a handoff, and its answer when there is one."""

    number: int
    by: Named
    question: Named
    asked_at: datetime
    answer_by: Due | None = None
    answer: Named | None = None
    answered_at: datetime | None = None
    can: tuple[Link, ...] = ()


class Where(Struct, frozen=True, kw_only=True):
    """Where the track of a handoff is now: who holds it, at which stage, and its outcome when it has ended."""

    holder: Named
    standing: Standing
    stage: Named
    outcome: Named | None = None


class HandoffView(Struct, frozen=True, kw_only=True):
    """A handoff as its sender and its receiver see it; `reference` is what these two call the case.

    `my_reference` is the caller's own. `document` is the paper of a receiver off the hub. `before` and `following`
    chain a redirection; each shows only what the caller has a part in. `now` is for who sent it or took it.
    """

    id: RandomId
    version: int
    reference: Reference
    my_reference: Reference
    track: Named
    kind: HandoffKind
    state: HandoffState
    state_name: str
    sender: Named
    receiver: Named
    on_hub: bool
    urgency: Urgency
    share: Share
    offered_at: datetime
    answer_by: Due | None
    may_be_declined: bool
    informed: tuple[Named, ...]
    questions: tuple[QuestionView, ...]
    dossier: SealedView | None = None
    override: Named | None = None
    bundle: RandomId | None = None
    answered_at: datetime | None = None
    document: Document | None = None
    code: Named | None = None
    redirected_to: Named | None = None
    before: RandomId | None = None
    following: RandomId | None = None
    outcome: Named | None = None
    completed_at: datetime | None = None
    now: Where | None = None
    can: tuple[Link, ...] = ()


class TrackView(Struct, frozen=True, kw_only=True):
    """A track of a case in which the caller has a part: as holder now or once, as party to a handoff, or as informed.

    `holds` says whether the caller holds it, `acts` whether it acts for the holder, who may be off the hub.
    """

    version: int
    reference: Reference
    track: Named
    standing: Standing
    stage: Named
    holder: Named
    holds: bool
    acts: bool
    opened_at: datetime
    stage_by: Due | None = None
    outcome: Named | None = None
    closed_at: datetime | None = None
    handoffs: tuple[HandoffView, ...] = ()
    can: tuple[Link, ...] = ()


class CaseView(Struct, frozen=True, kw_only=True):
    """A case as one institution sees it, under that institution's own reference.

    `references` are those of its pairs. `merged_into` is the caller's reference for the case of the same person into
    which this one has gone. `group` is shown to whoever opened it.
    """

    version: int
    reference: Reference
    references: tuple["PairView", ...]
    opened_at: datetime
    opened_by: Named | None
    facts: FactsView
    consent: Consent
    consent_name: str
    procedure: ProcedureName
    synthetic: bool
    tracks: tuple[TrackView, ...]
    group: RandomId | None = None
    merged: bool = False
    merged_into: Reference | None = None
    can: tuple[Link, ...] = ()


class PairView(Struct, frozen=True, kw_only=True):
    """What the caller and another institution call a case between them."""

    other: Named
    reference: Reference


class CaseItem(Struct, frozen=True, kw_only=True):
    """A case in the caller's list, one line for each track in which it has a part."""

    reference: Reference
    track: Named
    standing: Standing
    stage: Named
    holder: Named
    holds: bool
    opened_at: datetime
    crimes: tuple[Named, ...]
    department: Named
    synthetic: bool
    waiting: int
    outcome: Named | None = None
    closed_at: datetime | None = None


class HandoffItem(Struct, frozen=True, kw_only=True):
    """A handoff in the caller's list: where it stands, and who holds the track now."""

    id: RandomId
    version: int
    reference: Reference
    my_reference: Reference
    role: str
    track: Named
    kind: HandoffKind
    state: HandoffState
    state_name: str
    sender: Named
    receiver: Named
    urgency: Urgency
    share: Share
    offered_at: datetime
    answer_by: datetime | None
    overdue: bool
    by_law: bool
    bundle: RandomId | None
    answered_at: datetime | None
    code: Named | None
    redirected_to: Named | None
    outcome: Named | None
    completed_at: datetime | None
    now: Where | None


class InboxItem(Struct, frozen=True, kw_only=True):
    """Something that waits for the caller: what, by when, about which case, and who is at the other end. `level` is
    how many steps of the escalation have been taken.
    """

    kind: str
    kind_name: str
    due: datetime | None
    overdue: bool
    level: int
    reference: Reference
    my_reference: Reference
    track: Named
    handoff: RandomId | None
    question: int | None
    urgency: Urgency | None
    bundle: RandomId | None
    other: Named | None
    href: str


class KeyView(Struct, frozen=True, kw_only=True):
    """A key in force: what a dossier is to be sealed to. `words` are its fingerprint for the telephone."""

    public_key: str
    fingerprint: str
    words: str
    label: RecipientKind
    number: int


class ReceiverView(Struct, frozen=True, kw_only=True):
    """An institution that may receive a track. Without keys, or off the hub, it takes offers that share nothing here:
    to one off the hub the dossier goes on paper.
    """

    institution: Named
    on_hub: bool
    can_be_sealed_to: bool
    keys: tuple[KeyView, ...]


class UnfitView(Struct, frozen=True, kw_only=True):
    """An institution that may not receive it, and why."""

    institution: Named
    reason: ListedCode
    reason_name: str


class ReceiversView(Struct, frozen=True, kw_only=True):
    """To whom a track of a case may be handed off, what comes with it, and a fresh id for the handoff, which goes
    into the dossier before it is sealed.
    """

    handoff: RandomId
    kind: HandoffKind
    may_be_declined: bool
    answer: tuple["AnswerIn", ...]
    informed: tuple[Named, ...]
    receivers: tuple[ReceiverView, ...]
    others: tuple[UnfitView, ...]
    consent_needed: bool
    overrides: tuple[Named, ...]


class AnswerIn(Struct, frozen=True, kw_only=True):
    """In what time an offer of an urgency is to be answered, and where that limit comes from."""

    urgency: Urgency
    amount: int
    kind: str
    source: Source
    citation: str


class GroupView(Struct, frozen=True, kw_only=True):
    """A group as whoever opened it sees it: its cases by the caller's own references."""

    id: RandomId
    version: int
    opened_at: datetime
    cases: tuple[Reference, ...]
    can: tuple[Link, ...] = ()


class Offered(Struct, frozen=True, kw_only=True):
    """What was offered in one command: the bundle by which it is answered, and its handoffs."""

    bundle: RandomId
    receiver: Code
    handoffs: tuple[HandoffView, ...]


class Answered(Struct, frozen=True, kw_only=True):
    """What was answered in one command."""

    bundle: RandomId
    handoffs: tuple[HandoffView, ...]
