"""What a command does to an entry of the directory."""

from datetime import date
from typing import Any

import pytest

from nanduti.directory import Coordinator, Department, Institution, Platform, Seat
from nanduti_hub.directory.commands import Codes, DirectoryCommand, Entity, Found, Register
from nanduti_hub.directory.decide import decide, entity_of, evolve, id_of
from nanduti_hub.refusal import Refusal

ENTITIES: list[Entity] = [
    Department(code="PY-7", name="Itapúa", short="ITA", capital="Encarnación", column=4, row=5),
    Institution(code="sintetica", acronym="IS", name="Institución sintética", synthetic=True),
    Platform(code="mesa_x", acronym="MX", name="Mesa sintética", synthetic=True),
    Seat(platform="conaeti", institution="mtess", since=date(2020, 1, 1)),
]


CODES = Codes(
    platforms=frozenset({"conaeti"}), institutions=frozenset({"mtess"}), departments=frozenset({"PY-7"})
)


def register(entity: Entity) -> DirectoryCommand:
    return Register(entity, CODES)


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: type(entity).__name__)
@pytest.mark.parametrize("command", [register, Found])
def test_an_entry_is_made_once_and_the_same_again_is_nothing(entity: Entity, command: Any) -> None:
    """By either command."""
    decided = decide(None, command(entity))
    assert not isinstance(decided, Refusal)
    (event,) = decided
    assert (event.version, entity_of(event)) == (1, entity)
    assert decide(evolve(None, event), command(entity)) == ()


def test_founding_never_takes_back_what_a_steward_has_changed() -> None:
    """The starting directory is only a start."""
    first = decide(None, Found(ENTITIES[1]))
    assert not isinstance(first, Refusal)
    changed = Institution(code="sintetica", acronym="IS2", name="Institución sintética", synthetic=True)
    second = decide(first[0], register(changed))
    assert not isinstance(second, Refusal)
    assert second[0].version == 2
    assert decide(second[0], Found(ENTITIES[1])) == ()


@pytest.mark.parametrize(
    "entity",
    [
        Seat(platform="conaeti", institution="mtess", since=date(2024, 1, 1), until=date(2024, 1, 1)),
        Platform(
            code="mesa_x",
            acronym="MX",
            name="Mesa sintética",
            coordinators=(Coordinator(institution="mtess", since=date(2024, 2, 1), until=date(2024, 1, 1)),),
        ),
    ],
)
def test_a_dated_record_that_ends_before_it_begins_is_refused(entity: Entity) -> None:
    """`until` is exclusive, so an empty record is refused too."""
    refused = decide(None, register(entity))
    assert isinstance(refused, Refusal)
    assert refused.code == "dates_reversed"


UNFIT: list[tuple[Entity, str]] = [
    (Institution(code="conaeti", acronym="X", name="X"), "code_taken"),
    (Platform(code="mtess", acronym="X", name="X"), "code_taken"),
    (Institution(code="relay", acronym="X", name="X"), "code_taken"),
    (Platform(code="joint", acronym="X", name="X"), "code_taken"),
    (Institution(code="otra", acronym="X", name="X", departments=("PY-99",)), "department_unknown"),
    (Platform(code="otra", acronym="X", name="X", department="PY-99"), "department_unknown"),
    (
        Platform(code="otra", acronym="X", name="X", coordinators=(Coordinator(institution="nadie"),)),
        "institution_unknown",
    ),
    (Seat(platform="nadie", institution="mtess"), "platform_unknown"),
    (Seat(platform="conaeti", institution="nadie"), "institution_unknown"),
]


@pytest.mark.parametrize(("entity", "code"), UNFIT)
def test_a_code_belongs_to_one_entry_and_what_is_named_must_be_there(entity: Entity, code: str) -> None:
    """Two members of one code would be one account on the bus."""
    refused = decide(None, register(entity))
    assert isinstance(refused, Refusal)
    assert refused.code == code


def test_a_stream_is_named_after_the_entry() -> None:
    """A seat after both of its ends."""
    assert [id_of(entity) for entity in ENTITIES] == ["PY-7", "sintetica", "mesa_x", "conaeti-mtess"]
