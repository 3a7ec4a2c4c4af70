"""The rules of the directory. An entry's state is its last event, which carries the entity whole."""

from collections.abc import Sequence
from typing import assert_never

from nanduti.directory import (
    Department,
    DepartmentRegistered,
    DirectoryEvent,
    Institution,
    InstitutionRegistered,
    Platform,
    PlatformRegistered,
    Seat,
    SeatRegistered,
)
from nanduti_hub.directory.commands import DirectoryCommand, Entity, Found
from nanduti_hub.refusal import Refusal


def decide(state: DirectoryEvent | None, command: DirectoryCommand) -> Sequence[DirectoryEvent] | Refusal:
    """What happens when a command meets an entry: one event where the entity changes, else none."""
    if state is not None and (isinstance(command, Found) or entity_of(state) == command.entity):
        return ()
    entity, version = command.entity, state.version + 1 if state else 1
    match entity:
        case Department():
            return (DepartmentRegistered(version=version, department=entity),)
        case Institution():
            return (InstitutionRegistered(version=version, institution=entity),)
        case Platform():
            if any(c.since and c.until and c.until <= c.since for c in entity.coordinators):
                return Refusal("dates_reversed", {"start": "since", "end": "until"})
            return (PlatformRegistered(version=version, platform=entity),)
        case Seat():
            if entity.since and entity.until and entity.until <= entity.since:
                return Refusal("dates_reversed", {"start": "since", "end": "until"})
            return (SeatRegistered(version=version, seat=entity),)
        case _:
            assert_never(entity)


def evolve(_state: DirectoryEvent | None, event: DirectoryEvent) -> DirectoryEvent:
    """The entry after an event: the event, whole."""
    match event:
        case DepartmentRegistered() | InstitutionRegistered() | PlatformRegistered() | SeatRegistered():
            return event
        case _:
            assert_never(event)


def entity_of(event: DirectoryEvent) -> Entity:
    """The entity that an event carries."""
    match event:
        case DepartmentRegistered():
            return event.department
        case InstitutionRegistered():
            return event.institution
        case PlatformRegistered():
            return event.platform
        case SeatRegistered():
            return event.seat
        case _:
            assert_never(event)


def id_of(entity: Entity) -> str:
    """The id of an entity's stream within its kind."""
    match entity:
        case Seat():
            return f"{entity.platform}-{entity.institution}"
        case Department() | Institution() | Platform():
            return entity.code
        case _:
            assert_never(entity)
