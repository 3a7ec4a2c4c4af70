"""What can be asked of a case. Who asks, when, random ids and all that was looked up arrive on the command.

`by` is the institution that acts; `seen` the version that it saw (of the case, the track or the handoff, as each
command says), None where the caller is the hub itself.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from nanduti.cases import Document, Dossier, Facts
from nanduti.procedure import Procedure
from nanduti.vocabulary import Consent, HandoffKind, Share, Urgency


class Known(Struct, frozen=True, kw_only=True):
    """What a decision looks up: the case's procedure, who is on the hub, and who has keys to be sealed to."""

    procedure: Procedure
    #: Code of every institution, and whether it is on the hub.
    institutions: Mapping[str, bool]
    #: Fingerprints of the keys in force of each institution that can receive a sealed dossier.
    keys: Mapping[str, frozenset[str]]
    #: Random references, for pairs that have none yet; as many as the command may need.
    fresh: tuple[str, ...] = ()


class _Command(Struct, frozen=True, kw_only=True):
    by: str
    at: datetime
    known: Known
    seen: int | None = None


class OpenCase(_Command, frozen=True, kw_only=True):
    """Open a case and its first tracks, all held by whoever opens it."""

    case: str
    facts: Facts
    tracks: tuple[str, ...]
    consent: Consent = Consent.NOT_ASKED
    group: str | None = None
    synthetic: bool = False


class Correct(_Command, frozen=True, kw_only=True):
    """Say better what the case is; `seen` is the case's version. Custody is never touched by it."""

    facts: Facts


class RecordConsent(_Command, frozen=True, kw_only=True):
    """Record what the person says to sharing; `seen` is the case's version."""

    consent: Consent


class OpenTrack(_Command, frozen=True, kw_only=True):
    """Open another track of the case, held by whoever asks, who holds one already; `seen` is the case's version."""

    track: str


class Advance(_Command, frozen=True, kw_only=True):
    """Take a track to another stage; `seen` is the track's version, as in all that follow about a track."""

    track: str
    stage: str


class Close(_Command, frozen=True, kw_only=True):
    """End a track with an outcome; its transfers are completed with it, and what waits is withdrawn."""

    track: str
    outcome: str


class Reopen(_Command, frozen=True, kw_only=True):
    """Take a closed track up again; its last holder asks."""

    track: str
    code: str


class Offer(_Command, frozen=True, kw_only=True):
    """Offer a track to another institution, for custody (transfer) or to share (referral)."""

    track: str
    handoff: str
    kind: HandoffKind
    receiver: str
    urgency: Urgency
    share: Share
    dossier: Dossier | None = None
    override: str | None = None
    bundle: str | None = None


class Accept(_Command, frozen=True, kw_only=True):
    """Take what was offered; `seen` is the handoff's version, as in all that follow.

    With `document` the sender records what a receiver off the hub has answered on paper.
    """

    handoff: str
    document: Document | None = None


class Decline(_Command, frozen=True, kw_only=True):
    """Say no, for a listed reason, where the procedure lets the receiver; `document` as in `Accept`."""

    handoff: str
    code: str
    document: Document | None = None


class Redirect(_Command, frozen=True, kw_only=True):
    """Name the institution that is right; `following` is the id of the handoff to it, which the sender seals.

    `document` as in `Accept`.
    """

    handoff: str
    to: str
    following: str
    document: Document | None = None


class Withdraw(_Command, frozen=True, kw_only=True):
    """Take an offer back that is not answered yet."""

    handoff: str
    code: str


class Attach(_Command, frozen=True, kw_only=True):
    """Seal anew: for a new receiver, to keys in force, or from a pseudonymous share to a full one."""

    handoff: str
    share: Share
    dossier: Dossier | None = None
    override: str | None = None


class Ask(_Command, frozen=True, kw_only=True):
    """Ask the other of the two a listed question."""

    handoff: str
    question: str


class Answer(_Command, frozen=True, kw_only=True):
    """Answer one."""

    handoff: str
    number: int
    answer: str


class Complete(_Command, frozen=True, kw_only=True):
    """Say what came of an accepted handoff; the receiver does, or for one off the hub the sender."""

    handoff: str
    outcome: str


class NoticeRevokedKeys(_Command, frozen=True, kw_only=True):
    """The hub itself: an institution's keys have changed, so a dossier that waits may have to be sealed anew."""

    institution: str


class Outage(Struct, frozen=True):
    """When the hub was away."""

    since: datetime
    until: datetime


class Tick(_Command, frozen=True, kw_only=True):
    """The hub itself: time has passed. With an outage, clocks that ran in it are first extended by it."""

    outage: Outage | None = None


CaseCommand = (
    OpenCase | Correct | RecordConsent | OpenTrack | Advance | Close | Reopen | Offer | Accept | Decline
    | Redirect | Withdraw | Attach | Ask | Answer | Complete | NoticeRevokedKeys | Tick
)  # fmt: skip
