"""Events to bytes and back; pure, no socket here.

Rules that stay true: `encode` gives the bytes that are stored, published and hashed, once; `decode` never
fails on what a later contract may bring: an unknown type, or a known one with words that this version does
not know, comes back as `Unknown` with its bytes.
"""

from typing import assert_never

import msgspec
from msgspec import Raw, Struct

from nanduti import subjects
from nanduti.actions import (
    ActionEvent,
    ActionIndicatorReported,
    ActionMilestonesChanged,
    ActionPlanned,
    ActionProgressReported,
    ActionRevised,
    ActionStatusChanged,
)
from nanduti.cases import (
    CaseJoined,
    CaseOpened,
    CaseParted,
    ClockEscalated,
    ClockExtended,
    ClockReminded,
    ConsentRecorded,
    DossierAttached,
    FactsCorrected,
    GroupJoined,
    GroupOpened,
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffExpired,
    HandoffOffered,
    HandoffRedirected,
    HandoffWithdrawn,
    PrivateEvent,
    QuestionAnswered,
    QuestionAsked,
    ReferenceGiven,
    ResealingNeeded,
    StageAdvanced,
    TrackClosed,
    TrackMerged,
    TrackOpened,
    TrackParted,
    TrackReopened,
)
from nanduti.directory import (
    DepartmentRegistered,
    DirectoryEvent,
    InstitutionRegistered,
    PlatformRegistered,
    RecipientsChanged,
    SeatRegistered,
)
from nanduti.envelope import CONTENT_TYPE, TYPE_PREFIX, Envelope
from nanduti.flow import FlowCounted, FlowEvent
from nanduti.handoffs import (
    AcceptedNotice,
    AnsweredNotice,
    AskedNotice,
    CompletedNotice,
    ConsentWithdrawnNotice,
    DeclinedNotice,
    DossierAttachedNotice,
    EscalatedNotice,
    ExpiredNotice,
    ExtendedNotice,
    InformedNotice,
    MergedNotice,
    Notice,
    OfferedNotice,
    PartedNotice,
    RedirectedNotice,
    RemindedNotice,
    ReopenedNotice,
    ResealingNotice,
    WithdrawnNotice,
)
from nanduti.plans import PlanEvent, PlanRegistered, PlanRevised
from nanduti.procedure import ProcedureRegistered

Event = ActionEvent | PlanEvent | DirectoryEvent | RecipientsChanged | PrivateEvent | Notice | FlowEvent

#: (entity, event) of every event type, version 1. A new type is a line here and an arm in `subject_of`.
NAMES: dict[type[Event], tuple[str, str]] = {
    ActionPlanned: ("action", "planned"),
    ActionRevised: ("action", "revised"),
    ActionStatusChanged: ("action", "status_changed"),
    ActionProgressReported: ("action", "progress_reported"),
    ActionMilestonesChanged: ("action", "milestones_changed"),
    ActionIndicatorReported: ("action", "indicator_reported"),
    PlanRegistered: ("plan", "registered"),
    PlanRevised: ("plan", "revised"),
    DepartmentRegistered: ("directory", "department_registered"),
    InstitutionRegistered: ("directory", "institution_registered"),
    PlatformRegistered: ("directory", "platform_registered"),
    SeatRegistered: ("directory", "seat_registered"),
    ProcedureRegistered: ("directory", "procedure_registered"),
    RecipientsChanged: ("directory", "recipients_changed"),
    CaseOpened: ("case", "opened"),
    FactsCorrected: ("case", "facts_corrected"),
    ReferenceGiven: ("case", "reference_given"),
    ConsentRecorded: ("case", "consent_recorded"),
    CaseJoined: ("case", "joined"),
    CaseParted: ("case", "parted"),
    TrackOpened: ("case", "track_opened"),
    StageAdvanced: ("case", "stage_advanced"),
    TrackClosed: ("case", "track_closed"),
    TrackReopened: ("case", "track_reopened"),
    TrackMerged: ("case", "track_merged"),
    TrackParted: ("case", "track_parted"),
    HandoffOffered: ("case", "handoff_offered"),
    HandoffAccepted: ("case", "handoff_accepted"),
    HandoffDeclined: ("case", "handoff_declined"),
    HandoffRedirected: ("case", "handoff_redirected"),
    HandoffWithdrawn: ("case", "handoff_withdrawn"),
    HandoffExpired: ("case", "handoff_expired"),
    ResealingNeeded: ("case", "resealing_needed"),
    DossierAttached: ("case", "dossier_attached"),
    QuestionAsked: ("case", "question_asked"),
    QuestionAnswered: ("case", "question_answered"),
    HandoffCompleted: ("case", "handoff_completed"),
    ClockReminded: ("case", "clock_reminded"),
    ClockEscalated: ("case", "clock_escalated"),
    ClockExtended: ("case", "clock_extended"),
    GroupOpened: ("case", "group_opened"),
    GroupJoined: ("case", "group_joined"),
    OfferedNotice: ("handoff", "offered"),
    InformedNotice: ("handoff", "informed"),
    AcceptedNotice: ("handoff", "accepted"),
    DeclinedNotice: ("handoff", "declined"),
    RedirectedNotice: ("handoff", "redirected"),
    ResealingNotice: ("handoff", "resealing_needed"),
    DossierAttachedNotice: ("handoff", "dossier_attached"),
    WithdrawnNotice: ("handoff", "withdrawn"),
    ExpiredNotice: ("handoff", "expired"),
    AskedNotice: ("handoff", "asked"),
    AnsweredNotice: ("handoff", "answered"),
    CompletedNotice: ("handoff", "completed"),
    ReopenedNotice: ("handoff", "reopened"),
    RemindedNotice: ("handoff", "reminded"),
    EscalatedNotice: ("handoff", "escalated"),
    ExtendedNotice: ("handoff", "extended"),
    ConsentWithdrawnNotice: ("handoff", "consent_withdrawn"),
    MergedNotice: ("handoff", "merged"),
    PartedNotice: ("handoff", "parted"),
    FlowCounted: ("flow", "counted"),
}
EVENT_TYPES: dict[str, type[Event]] = {
    f"{TYPE_PREFIX}.{entity}.{event}.v1": struct for struct, (entity, event) in NAMES.items()
}
_TYPE_OF = {struct: name for name, struct in EVENT_TYPES.items()}
_DECODERS = {name: msgspec.json.Decoder(struct) for name, struct in EVENT_TYPES.items()}
_ENVELOPES = msgspec.json.Decoder(Envelope)
_ENCODER = msgspec.json.Encoder()


class Unknown(Struct, frozen=True):
    """An event that this version of the contract does not know: its type, its bytes, and why."""

    type: str
    raw: bytes
    reason: str


class Message(Struct, frozen=True):
    """An event ready to be stored and published: CloudEvents type, subject, and the envelope's bytes."""

    type: str
    subject: str
    body: bytes


class Context(Struct, frozen=True, kw_only=True):
    """What an envelope says beyond its event. `time` is RFC 3339 in UTC; the rest are opaque strings."""

    id: str
    source: str
    time: str
    correlationid: str | None = None
    traceparent: str | None = None


def type_of(event: Event) -> str:
    """The CloudEvents type of an event, such as `nanduti.action.planned.v1`."""
    return _TYPE_OF[type(event)]


def subject_of(event: Event) -> str:
    """The subject on which an event travels."""
    name = NAMES[type(event)][1]
    if isinstance(event, PrivateEvent):
        return subjects.case(name)
    if isinstance(event, Notice):
        return subjects.handoff(event.member, name)
    match event:
        case (
            ActionPlanned()
            | ActionRevised()
            | ActionStatusChanged()
            | ActionProgressReported()
            | ActionMilestonesChanged()
            | ActionIndicatorReported()
        ):
            return subjects.action(event.action.platform, name, event.action.id)
        case PlanRegistered() | PlanRevised():
            return subjects.plan(event.plan.platform, name, event.plan.id)
        case DepartmentRegistered():
            return subjects.directory(name, event.department.code)
        case InstitutionRegistered():
            return subjects.directory(name, event.institution.code)
        case PlatformRegistered():
            return subjects.directory(name, event.platform.code)
        case SeatRegistered():
            return subjects.directory(name, f"{event.seat.platform}-{event.seat.institution}")
        case ProcedureRegistered():
            return subjects.directory(name, event.procedure.version)
        case RecipientsChanged():
            return subjects.directory(name, event.recipients.institution)
        case FlowCounted():
            return subjects.flow(event.platform)
        case _:
            assert_never(event)


def encode(event: Event, context: Context) -> Message:
    """Make the message of an event. The same arguments give the same bytes."""
    name = type_of(event)
    subject = subject_of(event)
    envelope = Envelope(
        specversion="1.0",
        id=context.id,
        source=context.source,
        type=name,
        subject=subject,
        time=context.time,
        dataschema=f"urn:nanduti:schema:{name}",
        correlationid=msgspec.UNSET if context.correlationid is None else context.correlationid,
        traceparent=msgspec.UNSET if context.traceparent is None else context.traceparent,
        data=Raw(_ENCODER.encode(event)),
    )
    return Message(name, subject, _ENCODER.encode(envelope))


def headers() -> dict[str, str]:
    """The NATS headers of every message: its content mode is structured."""
    return {"Content-Type": CONTENT_TYPE}


def decode(body: bytes) -> tuple[Envelope, Event | Unknown]:
    """Read a message's bytes.

    Raises:
        msgspec.DecodeError: the bytes are not a CloudEvents 1.0 JSON object at all.

    """
    envelope = _ENVELOPES.decode(body)
    decoder = _DECODERS.get(envelope.type)
    if decoder is None:
        return envelope, Unknown(envelope.type, body, "the type is not in this version of the contract")
    try:
        return envelope, decoder.decode(envelope.data)
    except msgspec.ValidationError as error:
        return envelope, Unknown(envelope.type, body, str(error))
