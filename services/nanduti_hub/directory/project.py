"""The read model of the directory: one table per kind of entry."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg
import msgspec

from nanduti.directory import (
    Department,
    DepartmentRegistered,
    DirectoryEvent,
    Institution,
    InstitutionRegistered,
    Platform,
    PlatformRegistered,
    RecipientsChanged,
    Seat,
    SeatRegistered,
)
from nanduti.procedure import Procedure, ProcedureRegistered
from nanduti_hub.directory import recipients
from nanduti_hub.directory.commands import DirectoryCommand, Entity
from nanduti_hub.directory.decide import decide, entity_of, evolve, id_of
from nanduti_hub.ledger.execute import Decider
from nanduti_hub.ledger.statements import statement

DirectoryDecider = Decider[Any, DirectoryCommand, DirectoryEvent]
Projection = Callable[[asyncpg.Connection, Sequence[tuple[Any, int]]], Awaitable[None]]


def _by_code(file: str) -> Projection:
    async def project(connection: asyncpg.Connection, states: Sequence[tuple[Any, int]]) -> None:
        entities: list[Any] = [entity_of(state) for state, _ in states]
        await connection.execute(
            statement("nanduti_hub.directory", file),
            [id_of(entity) for entity in entities],
            [version for _, version in states],
            [msgspec.json.encode(entity) for entity in entities],
        )

    return project


async def _seats(connection: asyncpg.Connection, states: Sequence[tuple[Any, int]]) -> None:
    seats: list[Seat] = [state.seat for state, _ in states]
    await connection.execute(
        statement("nanduti_hub.directory", "put_seats"),
        [seat.platform for seat in seats],
        [seat.institution for seat in seats],
        [version for _, version in states],
        [msgspec.json.encode(seat) for seat in seats],
    )


async def _recipients(
    connection: asyncpg.Connection, states: Sequence[tuple[RecipientsChanged, int]]
) -> None:
    await connection.execute(
        statement("nanduti_hub.directory", "put_recipients"),
        [state.recipients.institution for state, _ in states],
        [version for _, version in states],
        [msgspec.json.encode(state.recipients) for state, _ in states],
    )


def _decider(kind: str, state: type[DirectoryEvent], project: Projection) -> DirectoryDecider:
    return Decider(
        kind=kind, schema=1, state=state, decide=decide, evolve=evolve, project=project, tables=(kind,)
    )


DEPARTMENTS = _decider("department", DepartmentRegistered, _by_code("put_departments"))
INSTITUTIONS = _decider("institution", InstitutionRegistered, _by_code("put_institutions"))
PLATFORMS = _decider("platform", PlatformRegistered, _by_code("put_platforms"))
SEATS = _decider("seat", SeatRegistered, _seats)
PROCEDURES = _decider("procedure", ProcedureRegistered, _by_code("put_procedures"))
RECIPIENTS: Decider[RecipientsChanged, recipients.RecipientsCommand, RecipientsChanged] = Decider(
    kind="recipients",
    schema=1,
    state=RecipientsChanged,
    decide=recipients.decide,
    evolve=recipients.evolve,
    project=_recipients,
    tables=("recipients",),
)
DECIDERS: dict[type[Entity], DirectoryDecider] = {
    Department: DEPARTMENTS,
    Institution: INSTITUTIONS,
    Platform: PLATFORMS,
    Seat: SEATS,
    Procedure: PROCEDURES,
}
