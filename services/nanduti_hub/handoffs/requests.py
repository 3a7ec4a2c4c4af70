"""What a request about a case may say: listed codes, numbers, days, random ids, and a sealed dossier.

Rule that stays true: no struct here has a text in which somebody could write about a person; unknown fields are
refused. Absent: which codes a procedure lists, which `decide` looks up, and the shape of a sealed dossier, which
`uploads` looks at before anything is stored.
"""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from nanduti.cases import Document, Facts
from nanduti.directory import Fingerprint
from nanduti.vocabulary import (
    AgeBand,
    Channel,
    Code,
    Consent,
    Crime,
    DepartmentCode,
    HandoffKind,
    ListedCode,
    RandomId,
    Reference,
    Sex,
    Share,
    Urgency,
)

#: Bytes of a sealed dossier.
MOST_CIPHERTEXT = 4_000_000
#: Bytes of a body that has one in base64, and of one that has several.
MOST_OFFER, MOST_GROUP_OFFER = 5_600_000, 22_000_000
#: Cases of a group that are opened, offered or answered in one command.
MOST_TOGETHER = 50

Tracks = Annotated[tuple[ListedCode, ...], Meta(min_length=1, max_length=12)]
Version = Annotated[int, Meta(ge=1, le=999_999_999)]


class CaseWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case to open: one person, by the few facts that decide who is competent, and its first tracks."""

    facts: Facts
    tracks: Tracks
    consent: Consent = Consent.NOT_ASKED
    synthetic: bool = False


class FactsChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known better of a case; what is not named stays."""

    crimes: Annotated[tuple[Crime, ...], Meta(min_length=1, max_length=3)] | UnsetType = UNSET
    age_band: AgeBand | UnsetType = UNSET
    sex: Sex | UnsetType = UNSET
    department: DepartmentCode | UnsetType = UNSET
    channel: Channel | UnsetType = UNSET


class ConsentWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the person, or whoever speaks for them, says to sharing."""

    consent: Consent


class TrackWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another track to open."""

    track: ListedCode


class SamePerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The case of the same person into which this one goes, by a reference of the caller's."""

    into: Reference


class StageWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The stage to which a track goes."""

    stage: ListedCode


class CloseWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of a track."""

    outcome: ListedCode


class ReopenWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a closed track is taken up again."""

    code: ListedCode


class SealedDossier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dossier as it was sealed on the sender's machine (age, binary, in base64), and to whose keys."""

    ciphertext: Annotated[bytes, Meta(min_length=1, max_length=MOST_CIPHERTEXT)]
    recipients: Annotated[tuple[Fingerprint, ...], Meta(min_length=1, max_length=50)]


class OfferWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An offer of a track to an institution. `handoff` is the id that `receivers` gave: it is inside the dossier.

    `override` is the listed reason for which something is shared without consent.
    """

    handoff: RandomId
    kind: HandoffKind
    receiver: Code
    urgency: Urgency
    share: Share
    dossier: SealedDossier | None = None
    override: ListedCode | None = None


class AcceptWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That an offer is taken; `document` where the sender records the paper of a receiver off the hub."""

    document: Document | None = None


class DeclineWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an offer is not taken; `document` as in accepting."""

    code: ListedCode
    document: Document | None = None


class RedirectWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The institution that is right; `document` as in accepting."""

    to: Code
    document: Document | None = None


class WithdrawWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an offer is taken back."""

    code: ListedCode


class DossierWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dossier that was sealed anew: for a new receiver, to keys in force, or with more in it."""

    share: Share
    dossier: SealedDossier | None = None
    override: ListedCode | None = None


class QuestionWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A listed question."""

    question: ListedCode


class AnswerWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A listed answer to it."""

    answer: ListedCode


class CompleteWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of an accepted handoff."""

    outcome: ListedCode


class GroupWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cases of one operation, each to be opened."""

    cases: Annotated[tuple[CaseWanted, ...], Meta(min_length=1, max_length=MOST_TOGETHER)]


class OfferOfCase(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case of a group that is offered, by the caller's reference, with the version that its track had."""

    reference: Reference
    track_version: Version
    handoff: RandomId
    dossier: SealedDossier | None = None


class GroupOfferWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cases of a group that are offered to one institution in one command: all of them, or none."""

    track: ListedCode
    kind: HandoffKind
    receiver: Code
    urgency: Urgency
    share: Share
    override: ListedCode | None = None
    offers: Annotated[tuple[OfferOfCase, ...], Meta(min_length=1, max_length=MOST_TOGETHER)]


class Seen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A handoff of a bundle, and the version in which the caller saw it."""

    handoff: RandomId
    version: Version


Answered = Annotated[tuple[Seen, ...], Meta(min_length=1, max_length=MOST_TOGETHER)]


class BundleAccept(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which handoffs of a bundle are taken: all that are named, or none; `document` as in accepting one."""

    handoffs: Answered
    document: Document | None = None


class BundleDecline(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which handoffs of a bundle are not taken, and why."""

    handoffs: Answered
    code: ListedCode
    document: Document | None = None
