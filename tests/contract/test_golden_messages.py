"""The golden messages are what this version writes and reads, byte for byte."""

import json
import re
import unicodedata
from datetime import date, timedelta

import pytest
from contract.examples import DIRECTORY, SOURCE, action, examples, messages

from nanduti import subjects
from nanduti.actions import ActionPlanned, Milestone
from nanduti.envelope import CONTENT_TYPE, MAX_BYTES
from nanduti.wire import EVENT_TYPES, NAMES, Context, decode, encode, headers

TYPES = sorted(EVENT_TYPES)
AGAIN = (
    "the bytes of the contract changed. If that is meant: python tests/contract/examples.py, "
    "and a line in the contract's changelog; from contract 1.0 on, a new type instead"
)


def golden(name: str) -> bytes:
    return (DIRECTORY / f"{name}.json").read_bytes()


def test_every_event_type_has_its_golden_message_and_there_is_no_other() -> None:
    """A type without one has no contract; one without a type is a leftover."""
    assert sorted(path.name for path in DIRECTORY.iterdir()) == [f"{name}.json" for name in TYPES]
    assert sorted(examples()) == TYPES


@pytest.mark.parametrize("name", TYPES)
def test_encoding_gives_the_golden_bytes_every_time(name: str) -> None:
    """The same event and context, the same bytes."""
    event, context = examples()[name]
    assert encode(event, context).body == golden(name), AGAIN
    assert encode(event, context) == encode(event, context)


@pytest.mark.parametrize("name", TYPES)
def test_decoding_the_golden_bytes_gives_the_event_back(name: str) -> None:
    """And its envelope says what the context said."""
    event, context = examples()[name]
    envelope, decoded = decode(golden(name))
    assert decoded == event
    assert (envelope.id, envelope.source, envelope.time) == (context.id, context.source, context.time)
    assert (envelope.type, envelope.specversion) == (name, "1.0")
    assert envelope.dataschema == f"urn:nanduti:schema:{name}"


@pytest.mark.parametrize("name", TYPES)
def test_the_subject_on_the_bus_is_the_one_in_the_bytes_and_tells_the_type(name: str) -> None:
    """Entity and event of the subject are those of the type, and the subject ends in an id, but where it is about
    cases: logs keep subjects.
    """
    message = messages()[name]
    parsed = subjects.parse(message.subject)
    assert name == f"nanduti.{parsed.entity}.{parsed.event}.v1"
    assert (parsed.entity, parsed.event) == NAMES[EVENT_TYPES[name]]
    assert (parsed.id is None) == (parsed.entity in {"case", "handoff", "flow"})
    assert (parsed.scope == "") == (parsed.entity == "case")
    assert decode(message.body)[0].subject == message.subject
    assert message.type == name


@pytest.mark.parametrize("name", TYPES)
def test_the_bytes_are_a_plain_cloudevents_object(name: str) -> None:
    """Attribute names as CloudEvents wants them, data with a version, no request to an API in it."""
    told = json.loads(golden(name))
    assert all(re.fullmatch(r"[a-z0-9]{1,20}", attribute) for attribute in told)
    assert {"specversion", "id", "source", "type"} <= set(told)
    assert told["data"]["version"] >= 1
    assert "stream_name" not in told
    assert "stream_name" not in told["data"]
    assert told["source"] == SOURCE
    assert len(golden(name)) <= MAX_BYTES


def test_no_event_can_ever_have_a_stream_name() -> None:
    """Not by a field of its struct: the bus's own API would read it as a request."""
    for struct in EVENT_TYPES.values():
        assert "stream_name" not in struct.__struct_fields__


def test_optional_attributes_are_left_out_and_never_null() -> None:
    """Null is not a value that an attribute may have."""
    for name in TYPES:
        told = json.loads(golden(name))
        context = examples()[name][1]
        assert ("correlationid" in told) == (context.correlationid is not None)
        assert ("traceparent" in told) == (context.traceparent is not None)
        assert None not in [value for key, value in told.items() if key != "data"]


def test_spanish_and_guarani_letters_travel_as_they_are() -> None:
    """As UTF-8 in composed form, not as escapes: g̃ has no letter of its own and keeps its mark."""
    letters = "ñ Ñ g̃ G̃ ỹ Ỹ ã ẽ ĩ õ ũ"
    assert unicodedata.normalize("NFC", letters) == letters
    body = golden("nanduti.action.planned.v1")
    assert letters.encode() in body
    assert b"\\u" not in body
    assert unicodedata.is_normalized("NFC", body.decode())
    _, event = decode(body)
    assert isinstance(event, ActionPlanned)
    assert letters in event.action.description


def test_an_event_that_is_too_large_can_be_seen_to_be() -> None:
    """By the length of its bytes, not of its letters: fields at their own limits can add up to too much."""
    steps = tuple(
        Milestone(number=number, title="ñ" * 1_000, due=date(2026, 1, 1) + timedelta(days=number))
        for number in range(1, 33)
    )
    context = Context(id="019afc00-0000-7000-8000-0000000000ff", source=SOURCE, time="2026-11-24T12:00:00Z")
    body = encode(ActionPlanned(version=1, action=action(milestones=steps)), context).body
    assert len(body.decode()) < MAX_BYTES < len(body)


def test_a_message_says_that_its_content_is_structured() -> None:
    """The one mode that the NATS binding of CloudEvents defines."""
    assert headers() == {"Content-Type": CONTENT_TYPE}
