"""What is printed of a handoff: the oficio that asks an institution for a case, and the constancia that proves a step.

Rules that stay true: a form names institutions, codes, times and digests, and nothing of the person of the case;
its check code follows from its values alone, so that whoever has them can tell whether a sheet says the same.
Absent: how it is worded (`wording`) and laid out (`print`), and where the values come from. The check code is no
signature: who doubts a sheet asks the hub for the same form and compares the codes.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nanduti.cases import Document, Sha256
from nanduti.procedure import ProcedureVersion, Source
from nanduti.vocabulary import Code, Consent, HandoffKind, ListedCode, RandomId, Reference, Share, Urgency

#: Hexadecimal digits of a check code: 64 bits.
_DIGITS = 16


class Party(Struct, frozen=True, kw_only=True):
    """An institution as it is printed."""

    code: Code
    acronym: str
    name: str


class Word(Struct, frozen=True, kw_only=True):
    """A code of the procedure, and what it is called in Spanish."""

    code: ListedCode
    es: str


class AnswerBy(Struct, frozen=True, kw_only=True):
    """Until when an answer is awaited, and on what that stands; only a law's limit is called legal."""

    at: datetime
    source: Source
    citation: str = ""


class Sealed(Struct, frozen=True, kw_only=True):
    """The sealed dossier that goes with a handoff: its digest, and the power of two, in bytes, that holds it."""

    sha256: Sha256
    size: int


class Followed(Struct, frozen=True, kw_only=True):
    """The procedure that the case follows, and its own notice of what it is (not the official manual)."""

    version: ProcedureVersion
    title: str
    notice: str


class Form(Struct, frozen=True, kw_only=True, tag_field="form", omit_defaults=True):
    """What both forms say. Times are aware; words are those in force at the step that is printed.

    A field that is added later has a default, so that the check codes of sheets already printed stay the same.
    """

    reference: Reference
    handoff: RandomId
    kind: HandoffKind
    sender: Party
    receiver: Party
    track: Word
    stage: Word
    urgency: Urgency
    share: Share
    consent: Consent
    #: Why it is shared without consent, where it is.
    override: Word | None = None
    dossier: Sealed | None = None
    offered_at: datetime
    answer_by: AnswerBy | None = None
    procedure: Followed
    installation: str
    #: Printed by an installation for drills, and so of no value.
    exercise: bool = False
    #: The case is invented.
    synthetic: bool = False

    def __post_init__(self) -> None:
        """Refuse a time that does not say where it is counted from.

        Raises:
            ValueError: a time has no zone.

        """
        if any(moment.utcoffset() is None for moment in _moments(self)):
            raise ValueError("a printed time needs a zone")


class Oficio(Form, frozen=True, kw_only=True, tag="oficio"):
    """Asks an institution off the hub to accept a case; where it may not decline, it can only say who is right."""

    may_decline: bool = True


class Proven(StrEnum):
    """The step that a constancia proves."""

    OFFER = "offer"
    ACCEPTANCE = "acceptance"
    OUTCOME = "outcome"


class Constancia(Form, frozen=True, kw_only=True, tag="constancia"):
    """Proves that a handoff was offered, was accepted, or had an outcome.

    It has the values of the steps up to the one that it proves and of none after it: so it stays the same sheet
    whatever happens next. `document` is the paper by which an institution off the hub accepted.
    """

    proves: Proven
    answered_at: datetime | None = None
    document: Document | None = None
    outcome: Word | None = None
    completed_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a sheet that proves a step without its values, or that says what came after it.

        Raises:
            ValueError: the values are not those of the step, or a time has no zone.

        """
        super().__post_init__()
        is_answered, is_completed = self.proves is not Proven.OFFER, self.proves is Proven.OUTCOME
        if (self.answered_at is not None) != is_answered or (self.document is not None and not is_answered):
            raise ValueError("an answer belongs to the constancia of an acceptance or an outcome")
        if (self.completed_at is not None) != is_completed or (self.outcome is not None) != is_completed:
            raise ValueError("an outcome and its time belong to the constancia of an outcome")


def check_code(form: Oficio | Constancia) -> str:
    """The code by which a sheet is compared with what the hub holds: 16 lower-case hexadecimal digits.

    They are the first of the SHA-256 of the form as JSON with sorted keys and times in UTC.
    """
    return hashlib.sha256(msgspec.json.encode(_in_utc(form), order="sorted")).hexdigest()[:_DIGITS]


def scanned(form: Oficio | Constancia) -> str:
    """What the QR code of a sheet says: which form, the reference and the check code. Fits its alphanumeric mode."""
    name = "OFICIO" if isinstance(form, Oficio) else "CONSTANCIA"
    return f"NANDUTI/1 {name} {form.reference} {check_code(form).upper()}"


def dated(form: Oficio | Constancia) -> datetime:
    """When what a sheet says came about: the last of its times, but for the limit."""
    match form:
        case Constancia(completed_at=datetime() as completed_at):
            return completed_at
        case Constancia(answered_at=datetime() as answered_at):
            return answered_at
        case _:
            return form.offered_at


def _moments(form: Form) -> Iterator[datetime]:
    for name in form.__struct_fields__:
        value = getattr(form, name)
        if isinstance(value, AnswerBy):
            yield value.at
        if isinstance(value, datetime):
            yield value


def _in_utc(form: Oficio | Constancia) -> Oficio | Constancia:
    """The same form; one instant is then written in one way."""
    changed: dict[str, datetime | AnswerBy] = {}
    for name in form.__struct_fields__:
        value = getattr(form, name)
        if isinstance(value, datetime):
            changed[name] = value.astimezone(UTC)
        elif isinstance(value, AnswerBy):
            changed[name] = replace(value, at=value.at.astimezone(UTC))
    return replace(form, **changed)
