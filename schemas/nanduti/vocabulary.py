"""The words that everybody shares: codes, enumerations and the shapes of identifiers.

Imports nothing of ours. A word here is part of the contract: it may be added, never renamed.
A reader must tolerate words that it does not know (a later contract may bring them).
"""

import re
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

# Python's `$` lets a line end pass, its `\Z` does not; `generation` writes the `$` that other languages mean by it.
#: A platform or an institution; unique over both, since either can be a member of the bus.
Code = Annotated[str, Meta(pattern=r"^[a-z0-9_]{2,16}\Z")]
#: ISO 3166-2:PY, with PY-ASU for the capital. Departments of an action: none listed means national.
DepartmentCode = Annotated[str, Meta(pattern=r"^PY-(ASU|[0-9]{1,2})\Z")]
#: A UUID in lower case, the id of plans and actions: safe as a NATS token.
Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")]
Percent = Annotated[int, Meta(ge=0, le=100)]
#: Guaraníes have no decimals; up to the largest integer that JSON keeps exact in every language.
Guaranies = Annotated[int, Meta(ge=0, le=9_007_199_254_740_991)]

CODE = re.compile(r"[a-z0-9_]{2,16}")


class Crime(StrEnum):
    """The three crimes that the platforms work against."""

    CHILD_LABOR = "child_labor"
    FORCED_LABOR = "forced_labor"
    TRAFFICKING = "trafficking"


class Axis(StrEnum):
    """The common axis, to which each plan's own axis is crosswalked."""

    STRENGTHENING = "FOR"
    PREVENTION = "PRE"
    DETECTION = "DET"
    CARE = "ATE"
    PUNISHMENT = "SAN"


class Kind(StrEnum):
    """What kind of work an action is."""

    TRAINING = "training"
    AWARENESS = "awareness"
    NORM = "norm"
    COORDINATION = "coordination"
    INSPECTION = "inspection"
    CARE = "care"
    RESEARCH = "research"
    EQUIPMENT = "equipment"
    OTHER = "other"


class Measure(StrEnum):
    """What the values of an indicator count, so that those of many actions can be added up.

    `people` reached by meetings, trainings and workshops; `activities` carried out; `trainings` given; `materials`
    made, by kind; `audience` of broadcasts and publications; `bodies` (commissions, boards) formed or taken up again.
    `other` is anything else: nothing adds it up.
    """

    PEOPLE = "people"
    ACTIVITIES = "activities"
    TRAININGS = "trainings"
    MATERIALS = "materials"
    AUDIENCE = "audience"
    BODIES = "bodies"
    OTHER = "other"


class Status(StrEnum):
    """Where an action stands. Overdue, due soon and stale are derived, never stored."""

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    JOINED = "joined"


class Level(StrEnum):
    """What a platform's plan covers (Ley 4788/2012, art. 48)."""

    NATIONAL = "national"
    DEPARTMENTAL = "departmental"
    MUNICIPAL = "municipal"


#: A code that the procedure in force lists: a track, a stage, an outcome, a reason. Never free text.
ListedCode = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,39}\Z")]
#: What two institutions call a case between them: 80 random bits in Crockford's base 32, four by four.
Reference = Annotated[str, Meta(pattern=r"^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}\Z")]
#: A random UUID (version 4) in lower case, the id of a handoff: it tells nothing, not even when it was made.
RandomId = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
]


class AgeBand(StrEnum):
    """How old a person of a case is, as coarsely as competence needs it."""

    UNDER_14 = "0-13"
    FROM_14_TO_17 = "14-17"
    ADULT = "18+"
    UNKNOWN = "unknown"


class Sex(StrEnum):
    """The sex of a person of a case: care of adults depends on it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """How a case came in: a telephone line by its number, or whoever met it."""

    LINE_147 = "147"
    LINE_137 = "137"
    LINE_911 = "911"
    LINE_133 = "133"
    CODENI = "codeni"
    INSPECTION = "inspection"
    SCHOOL = "school"
    HEALTH = "health"
    PROSECUTOR = "prosecutor"
    POLICE = "police"
    BORDER = "border"
    CONSULATE = "consulate"
    UNION = "union"
    COMMUNITY = "community"
    OTHER = "other"


class HandoffKind(StrEnum):
    """A referral shares a case, and custody stays; a transfer moves custody when it is accepted."""

    REFERRAL = "referral"
    TRANSFER = "transfer"


class HandoffState(StrEnum):
    """Where a handoff stands."""

    OFFERED = "offered"
    AWAITING_RESEALING = "awaiting_resealing"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    COMPLETED = "completed"


class Urgency(StrEnum):
    """How soon an offer is to be answered; the procedure says in what time."""

    IMMEDIATE = "immediate"
    URGENT = "urgent"
    ORDINARY = "ordinary"


class Share(StrEnum):
    """What of a person goes with a handoff, sealed: nothing, content without identity, or all of it."""

    NONE = "none"
    PSEUDONYMOUS = "pseudonymous"
    FULL = "full"


class Consent(StrEnum):
    """What the person of a case, or whoever speaks for them, has said to sharing."""

    NOT_ASKED = "not_asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class DocumentKind(StrEnum):
    """What a paper is by which an institution off the hub answers."""

    OFICIO = "oficio"
    NOTA = "nota"
    ACTA = "acta"
    PROVIDENCIA = "providencia"
    RESOLUCION = "resolucion"


class RecipientKind(StrEnum):
    """Whose key a recipient of an institution is: a person's, a machine's, or the offline one for when all others are lost."""

    OFFICER = "officer"
    WORKSTATION = "workstation"
    RECOVERY = "recovery"
