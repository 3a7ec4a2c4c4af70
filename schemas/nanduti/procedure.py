"""The unified procedure as data: tracks and their stages, who is competent, what times there are, which codes exist.

Rules that stay true: a procedure is whole and immutable once it is in the directory, and a case keeps the version
under which it was opened; a limit has a source, and is legal only where its source is a law, which it then cites;
whatever a case command may say is a code listed here. Absent: what a procedure must satisfy to be usable, which the
hub judges (`nanduti-hub procedure check`), and who holds what.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from nanduti.vocabulary import AgeBand, Code, Crime, DepartmentCode, HandoffKind, ListedCode, Sex, Urgency

#: The year and a number within it: safe as the last token of a subject.
ProcedureVersion = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{1,3}\Z")]
Citation = Annotated[str, Meta(max_length=600)]
Institutions = Annotated[tuple[Code, ...], Meta(max_length=60)]
Crimes = Annotated[tuple[Crime, ...], Meta(max_length=10)]
AgeBands = Annotated[tuple[AgeBand, ...], Meta(max_length=10)]


class Source(StrEnum):
    """Where a limit comes from: a law, the unified procedure (MAUEP) itself, or an agreement to work by."""

    LAW = "law"
    PROCEDURE = "procedure"
    AGREEMENT = "agreement"


class LimitKind(StrEnum):
    """How a limit is counted: hours that run day and night, or Paraguay's working days."""

    RUNNING_HOURS = "running_hours"
    WORKING_DAYS = "working_days"


class Told(StrEnum):
    """Who is told when nobody has acted: whoever owes, the sender, or the platform of the crime."""

    RECEIVER = "receiver"
    SENDER = "sender"
    PLATFORM = "platform"


class Limit(Struct, frozen=True, kw_only=True):
    """A time limit. One whose source is a law says which; only such a one is ever called legal."""

    amount: Annotated[int, Meta(ge=1, le=9_000)]
    kind: LimitKind
    source: Source
    citation: Citation = ""


class Words(Struct, frozen=True, kw_only=True):
    """A text for people, in Spanish and in English."""

    es: Annotated[str, Meta(min_length=1, max_length=1_000)]
    en: Annotated[str, Meta(min_length=1, max_length=1_000)]


class Listed(Struct, frozen=True, kw_only=True):
    """A code that may be said, and what it means."""

    code: ListedCode
    name: Words


class Stage(Struct, frozen=True, kw_only=True):
    """A step of a track. `next` are the stages to which its holder may take it; where the way may stop, it `ends`."""

    code: ListedCode
    name: Words
    next: Annotated[tuple[ListedCode, ...], Meta(max_length=30)] = ()
    ends: bool = False
    limit: Limit | None = None


class TrackRule(Struct, frozen=True, kw_only=True):
    """A track: one line of work on a case, with one holder. It begins at stage `first` and closes with an outcome."""

    code: ListedCode
    name: Words
    first: ListedCode
    stages: Annotated[tuple[Stage, ...], Meta(min_length=1, max_length=30)]
    outcomes: Annotated[tuple[Listed, ...], Meta(min_length=1, max_length=30)]


class Competence(Struct, frozen=True, kw_only=True):
    """Which institutions may hold a track, in the order in which they are proposed; an empty condition is any.

    A case of several crimes meets the condition if one of them is listed. `citation` says on what it stands, or
    that it is an assumption.
    """

    track: ListedCode
    institutions: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=60)]
    crimes: Crimes = ()
    age_bands: AgeBands = ()
    sexes: Annotated[tuple[Sex, ...], Meta(max_length=10)] = ()
    departments: Annotated[tuple[DepartmentCode, ...], Meta(max_length=30)] = ()
    citation: Citation = ""
    note: Citation = ""


class Informed(Struct, frozen=True, kw_only=True):
    """Institutions that are told of an offer together with its receiver, and owe nothing; empty conditions are any."""

    institutions: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=60)]
    crimes: Crimes = ()
    age_bands: AgeBands = ()
    citation: Citation = ""


class HandoffRule(Struct, frozen=True, kw_only=True):
    """How a track is handed off: in what time an offer is to be answered, and whether the receiver may say no.

    One that may not be declined can only be accepted or redirected to the institution that is right.
    """

    track: ListedCode
    kind: HandoffKind
    answer: dict[Urgency, Limit]
    may_decline: bool = True
    informed: Annotated[tuple[Informed, ...], Meta(max_length=30)] = ()
    citation: Citation = ""


class Question(Struct, frozen=True, kw_only=True):
    """A question that a party of a handoff may ask the other, its answers, and in what time one is owed."""

    code: ListedCode
    name: Words
    limit: Limit
    answers: Annotated[tuple[Listed, ...], Meta(min_length=1, max_length=30)]


class Rung(Struct, frozen=True, kw_only=True):
    """A step of the escalation: `after` is counted from the time at which an answer was due."""

    level: Annotated[int, Meta(ge=1, le=9)]
    after: Limit
    to: Told


class Procedure(Struct, frozen=True, kw_only=True):
    """A version of the unified procedure.

    `official` is true only of the manual that the platforms have approved. `reminders` are percents of a limit that
    have passed. `platform_of` is in order: a case of several crimes is of the remit of the first that it names.
    `resealing` is the time to seal a dossier anew; ciphertext is kept `keep_ciphertext_days` after closing; a
    handoff may be redirected `most_hops` times.
    """

    version: ProcedureVersion
    title: Words
    official: bool
    notice: Words
    in_force_from: date
    source: Citation
    tracks: Annotated[tuple[TrackRule, ...], Meta(min_length=1, max_length=12)]
    competences: Annotated[tuple[Competence, ...], Meta(min_length=1, max_length=120)]
    handoffs: Annotated[tuple[HandoffRule, ...], Meta(min_length=1, max_length=24)]
    decline_codes: Annotated[tuple[Listed, ...], Meta(min_length=1, max_length=40)]
    withdrawal_codes: Annotated[tuple[Listed, ...], Meta(min_length=1, max_length=40)]
    questions: Annotated[tuple[Question, ...], Meta(max_length=40)]
    overrides: Annotated[tuple[Listed, ...], Meta(min_length=1, max_length=20)]
    reopening_codes: Annotated[tuple[Listed, ...], Meta(min_length=1, max_length=20)]
    reminders: Annotated[tuple[int, ...], Meta(max_length=5)]
    ladder: Annotated[tuple[Rung, ...], Meta(max_length=9)]
    resealing: Limit
    keep_ciphertext_days: Annotated[int, Meta(ge=1, le=365)]
    most_hops: Annotated[int, Meta(ge=1, le=9)]
    platform_of: dict[Crime, Code]


class ProcedureRegistered(Struct, frozen=True, kw_only=True):
    """A version of the procedure entered the directory. It never changes, so its `version` is always 1."""

    version: int
    procedure: Procedure
