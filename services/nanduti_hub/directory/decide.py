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
from nanduti.procedure import Procedure, ProcedureRegistered
from nanduti_hub.caller import RESERVED
from nanduti_hub.directory.commands import Codes, DirectoryCommand, Entity, Found, Register
from nanduti_hub.refusal import Refusal


def decide(state: DirectoryEvent | None, command: DirectoryCommand) -> Sequence[DirectoryEvent] | Refusal:
    """What happens when a command meets an entry: one event where the entity changes, else none."""
    if state is not None and (isinstance(command, Found) or entity_of(state) == command.entity):
        return ()
    entity, version = command.entity, state.version + 1 if state else 1
    if isinstance(command, Register) and (unfit := _unfit(entity, command.codes)) is not None:
        return unfit
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
        case Procedure():
            if state is not None:
                # Cases were opened under it, and keep it.
                return Refusal("procedure_fixed", {"version": entity.version})
            return (ProcedureRegistered(version=version, procedure=entity),)
        case _:
            assert_never(entity)


def _unfit(entity: Entity, codes: Codes) -> Refusal | None:
    """What is wrong with the codes of an entity: a member's is unique, and what is named must be there."""
    match entity:
        case Department():
            return None
        case Institution():
            if entity.code in codes.platforms | RESERVED:
                return Refusal("code_taken", {"code": entity.code})
            return _unknown(codes, departments=entity.departments)
        case Platform():
            if entity.code in codes.institutions | RESERVED:
                return Refusal("code_taken", {"code": entity.code})
            coordinators = [coordinator.institution for coordinator in entity.coordinators]
            departments = () if entity.department is None else (entity.department,)
            return _unknown(codes, institutions=coordinators, departments=departments)
        case Seat():
            if entity.platform not in codes.platforms:
                return Refusal("platform_unknown", {"platform": entity.platform})
            return _unknown(codes, institutions=(entity.institution,))
        case Procedure():
            return _unfit_procedure(entity, codes)
        case _:
            assert_never(entity)


def _unfit_procedure(procedure: Procedure, codes: Codes) -> Refusal | None:
    for platform in procedure.platform_of.values():
        if platform not in codes.platforms:
            return Refusal("platform_unknown", {"platform": platform})
    institutions = [code for row in procedure.competences for code in row.institutions]
    institutions += [
        code for rule in procedure.handoffs for row in rule.informed for code in row.institutions
    ]
    departments = [code for row in procedure.competences for code in row.departments]
    return _unknown(codes, institutions=institutions, departments=departments)


def _unknown(
    codes: Codes, institutions: Sequence[str] = (), departments: Sequence[str] = ()
) -> Refusal | None:
    for code in institutions:
        if code not in codes.institutions:
            return Refusal("institution_unknown", {"institution": code})
    for code in departments:
        if code not in codes.departments:
            return Refusal("department_unknown", {"department": code})
    return None


def evolve(_state: DirectoryEvent | None, event: DirectoryEvent) -> DirectoryEvent:
    """The entry after an event: the event, whole."""
    match event:
        case (
            DepartmentRegistered()
            | InstitutionRegistered()
            | PlatformRegistered()
            | SeatRegistered()
            | ProcedureRegistered()
        ):
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
        case ProcedureRegistered():
            return event.procedure
        case _:
            assert_never(event)


def id_of(entity: Entity) -> str:
    """The id of an entity's stream within its kind."""
    match entity:
        case Seat():
            return f"{entity.platform}-{entity.institution}"
        case Procedure():
            return entity.version
        case Department() | Institution() | Platform():
            return entity.code
        case _:
            assert_never(entity)
