"""A reader of this version lives with what a later one may write, and knows what is not ours at all."""

import json
from collections.abc import Callable, Iterator
from typing import Any, get_args

import msgspec
import pytest
from contract.examples import DIRECTORY, examples

from nanduti.cases import PrivateEvent
from nanduti.wire import EVENT_TYPES, Unknown, decode

TYPES = sorted(EVENT_TYPES)
#: No other than the hub reads them, of its own version or an earlier one.
PRIVATE = [name for name in TYPES if EVENT_TYPES[name] in get_args(PrivateEvent)]
PLANNED = "nanduti.action.planned.v1"
#: Fields whose value is a map: its keys are words of an enumeration, and no fields.
MAPS = {"answer", "platform_of"}


def told(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((DIRECTORY / f"{name}.json").read_bytes())
    return value


def changed(name: str, change: Callable[[dict[str, Any]], None]) -> bytes:
    """A golden message with a change made in it."""
    value = told(name)
    change(value)
    return json.dumps(value, ensure_ascii=False).encode()


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object within a value, at every level."""
    if isinstance(value, dict):
        yield value
        for name, inner in value.items():
            yield from (found for found in objects(inner) if name not in MAPS or found is not inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def grow(value: dict[str, Any]) -> None:
    """Put what a later contract may add into a message, at every level."""
    for found in list(objects(value)):
        found["zz_later"] = {"since": "2.0", "why": [1, None, "ñ"]}


@pytest.mark.parametrize("name", sorted(set(TYPES) - set(PRIVATE)))
def test_unknown_fields_are_passed_over_at_every_level(name: str) -> None:
    """In the envelope, in the data, and in everything within it."""
    _, event = decode(changed(name, grow))
    assert event == examples()[name][0]


@pytest.mark.parametrize("name", PRIVATE)
def test_unknown_fields_of_a_private_event_are_passed_over_but_in_what_a_person_may_send(name: str) -> None:
    """The facts of a case and a paper are in requests too, where nothing is let in that has no place: then the event
    is unknown, and no crash.
    """
    _, event = decode(changed(name, grow))
    if isinstance(event, Unknown):
        assert {"facts", "document"} & told(name)["data"].keys()
        assert "zz_later" in event.reason
    else:
        assert event == examples()[name][0]


def test_an_unknown_type_is_unknown_and_no_crash() -> None:
    """With its envelope read, and its bytes as they came."""
    body = changed(PLANNED, lambda value: value.update(type="nanduti.action.planned.v2", data={"all": "new"}))
    envelope, event = decode(body)
    assert isinstance(event, Unknown)
    assert (event.type, event.raw) == ("nanduti.action.planned.v2", body)
    assert (envelope.id, json.loads(bytes(envelope.data))) == (told(PLANNED)["id"], {"all": "new"})


@pytest.mark.parametrize(
    ("field", "word"),
    [("status", "delegated"), ("axis", "REP"), ("kind", "research_trip"), ("crimes", ["organ_trafficking"])],
)
def test_an_unknown_word_is_unknown_and_no_crash(field: str, word: object) -> None:
    """A word that a later contract added; the reason says where it stands."""
    body = changed(PLANNED, lambda value: value["data"]["action"].update({field: word}))
    _, event = decode(body)
    assert isinstance(event, Unknown)
    assert event.type == PLANNED
    assert event.raw == body
    assert field in event.reason


@pytest.mark.parametrize("data", [None, [], "texto", 7, {}, {"version": "1"}])
@pytest.mark.parametrize("name", TYPES)
def test_data_of_another_shape_is_unknown_and_no_crash(name: str, data: object) -> None:
    """Whatever it is, as long as the envelope can be read."""
    _, event = decode(changed(name, lambda value: value.update(data=data)))
    assert isinstance(event, Unknown)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no es JSON",
        b"[]",
        b"null",
        b'{"seq":1}',
        b'{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"s","time":"t"}',
        changed(PLANNED, lambda value: value.update(specversion="0.3")),
        changed(PLANNED, lambda value: value.pop("type")),
        changed(PLANNED, lambda value: value.update(id=7)),
        (DIRECTORY / f"{PLANNED}.json").read_bytes()[:-1],
    ],
)
def test_what_is_no_envelope_is_refused(body: bytes) -> None:
    """It is not the hub's: silence would hide it."""
    with pytest.raises(msgspec.DecodeError):
        decode(body)


def test_a_refusal_of_the_shape_is_told_from_one_of_the_text() -> None:
    """`ValidationError` is a `DecodeError` too: JSON, but no envelope."""
    with pytest.raises(msgspec.ValidationError, match="specversion"):
        decode(b"{}")
