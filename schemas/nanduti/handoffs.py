"""What a member is told of the cases that pass between it and another: one notice for each party.

A notice travels as `nanduti.v1.handoff.<member>.<event>` to that member alone. Rules that stay true: the reference
is that of one pair of members, the handoff's id is known to its two parties only, and no value that identifies
anything stands in the notices of two pairs, so that two feeds cannot be joined; times are cut to the minute; no
crime, age or department. `version` counts a member's notices of one reference, from 1 without a gap: who missed
one can tell. Absent: what the case is about; that is in the API for the parties, and in the sealed dossier.
"""

from datetime import datetime

from msgspec import Struct

from nanduti.cases import Sha256
from nanduti.vocabulary import Code, HandoffKind, ListedCode, RandomId, Reference, Share, Urgency


class Sealed(Struct, frozen=True, kw_only=True):
    """A sealed dossier from outside: SHA-256 of its bytes, and the power of two, in bytes, that holds them."""

    sha256: Sha256
    size: int


class _Notice(Struct, frozen=True, kw_only=True):
    version: int
    member: Code
    reference: Reference
    track: ListedCode


class _HandoffNotice(_Notice, frozen=True, kw_only=True):
    handoff: RandomId


class OfferedNotice(_HandoffNotice, frozen=True, kw_only=True):
    """The sender offers a case to the receiver, who answers by `answer_by`."""

    kind: HandoffKind
    sender: Code
    receiver: Code
    urgency: Urgency
    share: Share
    answer_by: datetime
    dossier: Sealed | None = None
    bundle: RandomId | None = None


class InformedNotice(_Notice, frozen=True, kw_only=True):
    """The sender has offered a case to the receiver, and the procedure wants the member to know: it owes nothing."""

    sender: Code
    receiver: Code


class AcceptedNotice(_HandoffNotice, frozen=True, kw_only=True):
    """The receiver has accepted: of a transfer it is the holder now. `on_paper` where it is off the hub."""

    on_paper: bool = False


class DeclinedNotice(_HandoffNotice, frozen=True, kw_only=True):
    """The receiver has declined, for a listed reason; the holder is still the holder."""

    code: ListedCode
    on_paper: bool = False


class RedirectedNotice(_HandoffNotice, frozen=True, kw_only=True):
    """The receiver says that another institution is the right one."""

    to: Code


class ResealingNotice(_HandoffNotice, frozen=True, kw_only=True):
    """The sender is to seal a dossier to the receiver by `reseal_by`: only then is it offered."""

    receiver: Code
    reseal_by: datetime


class DossierAttachedNotice(_HandoffNotice, frozen=True, kw_only=True):
    """The sender has sealed anew, or shares more; `answer_by` where an answer is still waited for."""

    share: Share
    dossier: Sealed | None = None
    answer_by: datetime | None = None


class WithdrawnNotice(_HandoffNotice, frozen=True, kw_only=True):
    """The offer is taken back, for a listed reason."""

    code: ListedCode


class ExpiredNotice(_HandoffNotice, frozen=True, kw_only=True):
    """The offer was not answered in time; the holder is still the holder."""


class AskedNotice(_HandoffNotice, frozen=True, kw_only=True):
    """A listed question was asked by one of the two."""

    number: int
    by: Code
    question: ListedCode


class AnsweredNotice(_HandoffNotice, frozen=True, kw_only=True):
    """A listed answer to question `number`."""

    number: int
    answer: ListedCode


class CompletedNotice(_HandoffNotice, frozen=True, kw_only=True):
    """What came of the handoff."""

    outcome: ListedCode


class ReopenedNotice(_Notice, frozen=True, kw_only=True):
    """The track, which had ended, has been taken up again."""

    code: ListedCode


class RemindedNotice(_Notice, frozen=True, kw_only=True):
    """The member owes something by `due`: an answer or a seal (`handoff`), an answer to a question, or the next stage."""

    due: datetime
    handoff: RandomId | None = None
    question: int | None = None


class EscalatedNotice(_Notice, frozen=True, kw_only=True):
    """What `late` owed by `due` has not come; `level` is the step of the ladder."""

    late: Code
    due: datetime
    level: int
    handoff: RandomId | None = None
    question: int | None = None


class ExtendedNotice(_Notice, frozen=True, kw_only=True):
    """The hub was away, and the member has until `due`."""

    due: datetime
    handoff: RandomId | None = None
    question: int | None = None


class ConsentWithdrawnNotice(_Notice, frozen=True, kw_only=True):
    """The person no longer consents to sharing: whoever received the case on this track is told."""


class MergedNotice(_Notice, frozen=True, kw_only=True):
    """The case is of the same person as another: between the same two members it is now called `into`."""

    into: Reference


class PartedNotice(_Notice, frozen=True, kw_only=True):
    """It was not the same person: the case is called by this reference again, and not `no_longer`."""

    no_longer: Reference


Notice = (
    OfferedNotice
    | InformedNotice
    | AcceptedNotice
    | DeclinedNotice
    | RedirectedNotice
    | ResealingNotice
    | DossierAttachedNotice
    | WithdrawnNotice
    | ExpiredNotice
    | AskedNotice
    | AnsweredNotice
    | CompletedNotice
    | ReopenedNotice
    | RemindedNotice
    | EscalatedNotice
    | ExtendedNotice
    | ConsentWithdrawnNotice
    | MergedNotice
    | PartedNotice
)
