"""The committed JSON Schemas are those of the structs, and the golden messages satisfy them."""

import json
from pathlib import Path
from typing import Any

import pytest
from contract.examples import DIRECTORY as EXAMPLES
from jsonschema import Draft202012Validator

from nanduti.generation import DIRECTORY, schemas, write
from nanduti.wire import EVENT_TYPES

TYPES = sorted(EVENT_TYPES)
AGAIN = "the structs and nanduti/jsonschema differ: python -m nanduti.generation, and commit what it wrote"


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((DIRECTORY / f"{name}.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def golden(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    return value


def test_the_committed_schemas_are_current() -> None:
    """One for each event type, and the envelope's."""
    made = schemas()
    assert sorted(made) == sorted([*(f"{name}.json" for name in TYPES), "envelope.json"])
    for name, body in made.items():
        path = DIRECTORY / name
        assert path.exists(), f"{name}: {AGAIN}"
        assert path.read_bytes() == body, f"{name}: {AGAIN}"
    leftovers = {path.name for path in DIRECTORY.glob("nanduti.*.json")} - set(made)
    assert not leftovers, f"{leftovers}: {AGAIN}"


def test_writing_twice_changes_nothing_and_removes_types_that_are_no_more(tmp_path: Path) -> None:
    """But nothing that is not of a type."""
    assert write(tmp_path) == sorted(schemas())
    (tmp_path / "nanduti.action.forgotten.v1.json").write_text("{}")
    (tmp_path / "asyncapi.json").write_text("{}")
    assert write(tmp_path) == ["nanduti.action.forgotten.v1.json"]
    assert write(tmp_path) == []
    assert (tmp_path / "asyncapi.json").exists()


@pytest.mark.parametrize("name", TYPES)
def test_a_schema_is_the_one_that_its_events_name(name: str) -> None:
    """And says in words what it is."""
    schema = json.loads((DIRECTORY / f"{name}.json").read_bytes())
    assert schema["$id"] == golden(name)["dataschema"]
    assert schema["title"] == EVENT_TYPES[name].__name__
    assert schema["description"]


@pytest.mark.parametrize("name", TYPES)
def test_a_golden_message_satisfies_its_schema_and_the_envelopes(name: str) -> None:
    """With dates checked as dates."""
    message = golden(name)
    validator("envelope").validate(message)
    validator(name).validate(message["data"])


@pytest.mark.parametrize("name", TYPES)
def test_a_schema_tolerates_what_a_later_contract_adds_but_not_what_is_missing(name: str) -> None:
    """Unknown fields pass, a missing version does not."""
    data = golden(name)["data"]
    assert validator(name).is_valid(data | {"zz_later": 1})
    del data["version"]
    assert not validator(name).is_valid(data)


def test_a_schema_refuses_what_the_struct_refuses() -> None:
    """Codes, ranges, dates and words."""
    check = validator("nanduti.action.planned.v1")
    for field, wrong in [
        ("code", "42"),
        ("platform", "Mesa de Trata"),
        ("progress", 101),
        ("budget", -1),
        ("end", "27/11/2026"),
        ("status", "overdue"),
        ("departments", ["Ñeembucú"]),
    ]:
        data = golden("nanduti.action.planned.v1")["data"]
        data["action"][field] = wrong
        assert not check.is_valid(data), field
