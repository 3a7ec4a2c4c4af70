"""Nobody can write about a person into what travels of a case: no value is free text, and none is long.

The structs themselves are looked at, field by field, so that a field that is added is looked at too.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, get_args

import case_examples
import notice_examples
import pytest
from contract.examples import examples
from msgspec import UNSET, Meta, Struct, inspect

from nanduti import subjects
from nanduti.cases import PrivateEvent, Sha256
from nanduti.directory import Fingerprint
from nanduti.flow import FlowCounted
from nanduti.handoffs import Notice
from nanduti.notice_phrases import notice_in_words
from nanduti.phrases import in_words
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
from nanduti.wire import decode, encode, type_of

NOTICES = get_args(Notice)
PRIVATE = get_args(PrivateEvent)
ALL_NOTICES = list(notice_examples.notices())
ALL_PRIVATE = list(case_examples.private_events())


def pattern_of(kind: Any) -> str:
    """The pattern of a kind of text."""
    (meta,) = kind.__metadata__
    return str(meta.pattern)


TEXTS_OF_NOTICES = {pattern_of(kind) for kind in (Code, ListedCode, RandomId, Reference, Sha256)}
TEXTS = TEXTS_OF_NOTICES | {pattern_of(kind) for kind in (DepartmentCode, Fingerprint, ProcedureVersion)}
WORDS_OF_NOTICES: set[type] = {HandoffKind, Urgency, Share}
WORDS: set[type] = WORDS_OF_NOTICES | {AgeBand, Channel, Consent, Crime, DocumentKind, Sex}
#: Numbers that the hub counts itself, and the class of a size; all others have bounds.
COUNTED = {"version", "number", "question", "level", "size"}


def values(kind: inspect.Type, name: str = "") -> Iterator[tuple[str, inspect.Type]]:
    """Every value in a type, at every level, with the name of its field."""
    match kind:
        case inspect.StructType():
            for field in kind.fields:
                yield from values(field.type, field.name)
        case inspect.VarTupleType():
            yield from values(kind.item_type, name)
        case inspect.UnionType():
            for each in kind.types:
                yield from values(each, name)
        case inspect.NoneType():
            pass
        case _:
            yield name, kind


def free(struct: type, texts: set[str], words: set[type], *, days: bool) -> list[str]:
    """The fields of a struct in which something could be said that is not listed."""
    found = []
    for name, kind in values(inspect.type_info(struct)):
        match kind:
            case inspect.StrType():
                is_bound = (
                    kind.pattern in texts and kind.pattern.startswith("^") and kind.pattern.endswith(r"\Z")
                )
            case inspect.EnumType():
                is_bound = kind.cls in words
            case inspect.IntType():
                is_bound = name in COUNTED or (
                    kind.ge is not None and kind.le is not None and kind.le < 1_000_000
                )
            case inspect.DateType():
                is_bound = days
            case _:
                is_bound = isinstance(kind, inspect.BoolType | inspect.DateTimeType)
        if not is_bound:
            found.append(f"{name}: {kind}")
    return found


@pytest.mark.parametrize("struct", NOTICES)
def test_a_notice_holds_codes_ids_times_and_small_numbers_and_nothing_else(struct: type) -> None:
    """No crime, no age, no place: what a case is about is not in what travels to members."""
    assert free(struct, TEXTS_OF_NOTICES, WORDS_OF_NOTICES, days=False) == []


@pytest.mark.parametrize("struct", PRIVATE)
def test_a_private_event_holds_nothing_that_is_not_listed_either(struct: type) -> None:
    """The day of a paper among it, and the facts that decide who is competent."""
    assert free(struct, TEXTS, WORDS, days=True) == []


def test_counts_name_nothing_but_what_they_count() -> None:
    """Whose they are, of which week, track and department; and how many."""
    assert [found.partition(":")[0] for found in free(FlowCounted, TEXTS, set(), days=True)] == ["count"]


class Loose(Struct):
    """What must not be."""

    note: str
    long: Annotated[str, Meta(pattern="^.*$")]
    notes: tuple[str | None, ...]
    identity_card: int
    more: dict[str, str]
    code: Code


def test_a_free_value_would_be_found_at_any_level() -> None:
    """Which shows that the tests above look."""
    found = free(Loose, TEXTS, WORDS, days=True)
    assert [each.partition(":")[0] for each in found] == ["note", "long", "notes", "identity_card", "more"]


@pytest.mark.parametrize("notice", ALL_NOTICES, ids=type_of)
def test_a_notice_goes_to_its_member_and_its_subject_says_nothing_of_the_case(notice: Notice) -> None:
    """Who reads, and what kind of thing happened."""
    _, context = examples()[type_of(notice)]
    subject = encode(notice, context).subject
    event = type_of(notice).split(".")[2]
    assert subject == f"nanduti.v1.handoff.{notice.member}.{event}" == subjects.handoff(notice.member, event)


@pytest.mark.parametrize("event", ALL_PRIVATE, ids=type_of)
def test_the_subject_of_a_private_event_says_what_kind_of_thing_happened_and_no_more(
    event: PrivateEvent,
) -> None:
    """Neither which case nor whose."""
    _, context = examples()[type_of(event)]
    assert encode(event, context).subject == f"nanduti.v1.case.{type_of(event).split('.')[2]}"


@pytest.mark.parametrize("notice", ALL_NOTICES, ids=type_of)
def test_the_envelope_of_a_notice_ties_it_to_nothing(notice: Notice) -> None:
    """A random id, a time without seconds, no correlation and no trace; the times in it are cut as well."""
    envelope, decoded = decode(encode(*examples()[type_of(notice)]).body)
    assert uuid.UUID(envelope.id).version == 4
    assert (envelope.correlationid, envelope.traceparent) == (UNSET, UNSET)
    assert envelope.time.endswith(":00Z")
    times = [value for value in vars_of(decoded) if isinstance(value, datetime)]
    assert all((value.second, value.microsecond) == (0, 0) for value in times)


@pytest.mark.parametrize("notice", ALL_NOTICES, ids=type_of)
def test_a_notice_is_told_in_spanish_words_with_its_track_and_reference(notice: Notice) -> None:
    """And without a random id, which nobody can read out."""
    happened, what = in_words(notice)
    assert happened == notice_in_words(notice)
    assert what == f"[{notice.track}] {notice.reference}"
    assert case_examples.HANDOFF not in happened


@pytest.mark.parametrize("event", ALL_PRIVATE, ids=type_of)
def test_a_private_event_is_told_in_words_that_name_no_case(event: PrivateEvent) -> None:
    """Should a terminal of the hub's own ever show one."""
    assert in_words(event) == ("caso", type_of(event))


def vars_of(event: Any) -> list[Any]:
    """The values of a struct."""
    return [getattr(event, name) for name in event.__struct_fields__]
