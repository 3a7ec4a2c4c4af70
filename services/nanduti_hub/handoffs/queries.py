"""The lists of cases: in which tracks an institution has a part, what it has sent and received, what waits for it.

Rules that stay true: a list shows the caller's own, by references of its own pairs; a page goes on after the last
item of the one before, by values that the caller has seen, so that no cursor tells of a case's internal id. Absent:
one case or handoff, which is shown from its state (`showing`).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import asyncpg
from msgspec import Struct

from nanduti.procedure import Procedure
from nanduti.vocabulary import Crime, HandoffKind, HandoffState
from nanduti_hub.caller import Caller
from nanduti_hub.directory.queries import entries
from nanduti_hub.handoffs.casework import SLICE
from nanduti_hub.handoffs.clocks import WaitingKind
from nanduti_hub.handoffs.desk import Desk
from nanduti_hub.handoffs.state import Standing
from nanduti_hub.handoffs.views import CaseItem, HandoffItem, InboxItem, Where
from nanduti_hub.handoffs.words import WAITING
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.statements import statement

T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Rows that are fetched at once where all are asked for.
FETCHED = 500


class CaseRole(StrEnum):
    """Which part the caller has in a track: it holds it, has sent it, was asked for it, or was informed."""

    HOLDER = "holder"
    SENDER = "sender"
    RECEIVER = "receiver"
    INFORMED = "informed"


class HandoffRole(StrEnum):
    """Whether the caller has sent or received a handoff."""

    SENT = "sent"
    RECEIVED = "received"


class CaseFilters(Struct, frozen=True, kw_only=True):
    """What the list of cases is narrowed to; None narrows nothing."""

    standing: Standing | None = None
    track: str | None = None
    role: CaseRole | None = None
    crime: Crime | None = None
    department: str | None = None


class HandoffFilters(Struct, frozen=True, kw_only=True):
    """What the list of handoffs is narrowed to. `institution` is the other of the two."""

    role: HandoffRole | None = None
    state: HandoffState | None = None
    track: str | None = None
    kind: HandoffKind | None = None
    institution: str | None = None
    bundle: str | None = None
    reference: str | None = None
    overdue: bool | None = None


class InboxFilters(Struct, frozen=True, kw_only=True):
    """What the inbox is narrowed to."""

    kind: WaitingKind | None = None
    track: str | None = None
    overdue: bool | None = None


class Page(Struct, frozen=True):
    """Items of a list, each with the cursor after it, and whether there are more."""

    items: Sequence[tuple[object, str]]
    is_last: bool

    @property
    def following(self) -> str | None:
        """The cursor of the following page."""
        return None if self.is_last else self.items[-1][1]


async def _procedures(
    connection: asyncpg.Connection, desk: Desk, rows: Sequence[asyncpg.Record]
) -> Mapping[str, Procedure]:
    """The versions of the procedure that some rows name: one can have come since the desk's were read."""
    if {row["procedure"] for row in rows} <= desk.procedures.keys():
        return desk.procedures
    return {one.version: one for one in await entries(connection, Procedure)}


def _page(
    rows: Sequence[asyncpg.Record], most: int, shown: Callable[[asyncpg.Record], tuple[object, str]]
) -> Page:
    return Page([shown(row) for row in rows[:most]], len(rows) <= most)


async def cases_page(
    connection: asyncpg.Connection, desk: Desk, filters: CaseFilters, cursor: str | None, most: int
) -> Page:
    """Tracks in which the caller has a part, the latest cases first."""
    opened, reference, track = _parts(cursor, 3)
    rows = await connection.fetch(
        statement(SLICE, "list_cases"),
        desk.scope,
        filters.standing,
        filters.track,
        filters.role,
        filters.crime,
        filters.department,
        _moment(opened),
        reference,
        track,
        most + 1,
    )
    procedures = await _procedures(connection, desk, rows)

    def shown(row: asyncpg.Record) -> tuple[CaseItem, str]:
        procedure = procedures[row["procedure"]]
        item = CaseItem(
            reference=row["reference"],
            track=desk.track(procedure, row["track"]),
            standing=Standing(row["standing"]),
            stage=desk.stage(procedure, row["track"], row["stage"]),
            holder=desk.institution(row["holder"]),
            holds=row["holds"],
            opened_at=row["opened_at"],
            crimes=tuple(desk.word(Crime(crime)) for crime in row["crimes"]),
            department=desk.department(row["department"]),
            synthetic=row["synthetic"],
            waiting=row["waiting"],
            outcome=desk.outcome(procedure, row["track"], row["outcome"]),
            closed_at=row["closed_at"],
        )
        return item, f"{_micros(row['opened_at'])}.{row['reference']}.{row['track']}"

    return _page(rows, most, shown)


async def handoffs_page(
    connection: asyncpg.Connection, desk: Desk, filters: HandoffFilters, cursor: str | None, most: int
) -> Page:
    """Handoffs that the caller has sent or received, the latest first."""
    offered, after = _parts(cursor, 2)
    rows = await connection.fetch(
        statement(SLICE, "list_handoffs"),
        desk.scope,
        filters.role,
        filters.state,
        filters.track,
        filters.kind,
        filters.institution,
        filters.bundle,
        filters.reference,
        filters.overdue,
        desk.at,
        _moment(offered),
        after,
        most + 1,
    )
    procedures = await _procedures(connection, desk, rows)

    def shown(row: asyncpg.Record) -> tuple[HandoffItem, str]:
        item = _handoff_item(row, procedures[row["procedure"]], desk)
        return item, f"{_micros(row['offered_at'])}.{row['id']}"

    return _page(rows, most, shown)


def _handoff_item(row: asyncpg.Record, procedure: Procedure, desk: Desk) -> HandoffItem:
    track, state, is_sent = row["track"], HandoffState(row["state"]), row["sender"] == desk.scope
    sees_now = is_sent or state in (HandoffState.ACCEPTED, HandoffState.COMPLETED)
    return HandoffItem(
        id=row["id"],
        version=row["version"],
        reference=row["reference"],
        my_reference=row["my_reference"],
        role=HandoffRole.SENT if is_sent else HandoffRole.RECEIVED,
        track=desk.track(procedure, track),
        kind=HandoffKind(row["kind"]),
        state=state,
        state_name=desk.word(state).name,
        sender=desk.institution(row["sender"]),
        receiver=desk.institution(row["receiver"]),
        urgency=row["urgency"],
        share=row["share"],
        offered_at=row["offered_at"],
        answer_by=row["due_at"],
        overdue=row["overdue"],
        by_law=row["by_law"],
        bundle=row["bundle"],
        answered_at=row["answered_at"],
        code=desk.code(procedure, row["code"]),
        redirected_to=desk.institution(row["redirected_to"]) if row["redirected_to"] else None,
        outcome=desk.outcome(procedure, track, row["outcome"]),
        completed_at=row["completed_at"],
        now=Where(
            holder=desk.institution(row["holder"]),
            standing=Standing(row["standing"]),
            stage=desk.stage(procedure, track, row["stage"]),
            outcome=desk.outcome(procedure, track, row["track_outcome"]),
        )
        if sees_now
        else None,
    )


async def inbox_page(
    connection: asyncpg.Connection, desk: Desk, filters: InboxFilters, cursor: str | None, most: int
) -> Page:
    """What waits for the caller, in the order in which it is due."""
    due, reference, track, place = _parts(cursor, 4)
    rows = await connection.fetch(
        statement(SLICE, "list_inbox"),
        desk.scope,
        filters.kind,
        filters.track,
        filters.overdue,
        desk.at,
        None if due == "" else _moment(due),
        reference,
        track,
        None if place is None else int(place),
        most + 1,
    )
    procedures = await _procedures(connection, desk, rows)

    def shown(row: asyncpg.Record) -> tuple[InboxItem, str]:
        handoff, mine = row["handoff"], row["my_reference"]
        item = InboxItem(
            kind=row["kind"],
            kind_name=desk.pick(WAITING[row["kind"]]),
            due=row["due_at"],
            overdue=row["overdue"],
            level=row["level"],
            reference=row["reference"],
            my_reference=mine,
            track=desk.track(procedures[row["procedure"]], row["track"]),
            handoff=handoff,
            question=row["question"],
            urgency=row["urgency"],
            bundle=row["bundle"],
            other=desk.institution(row["other"]) if row["other"] else None,
            href=f"/v1/handoffs/{handoff}" if handoff else f"/v1/cases/{mine}/tracks/{row['track']}",
        )
        moment = "" if row["due_at"] is None else _micros(row["due_at"])
        return item, f"{moment}.{mine}.{row['track']}.{row['place']}"

    return _page(rows, most, shown)


PageOfList = Callable[[asyncpg.Connection, str | None, int], Awaitable[Page]]


async def all_pages(database: Database, caller: Caller, page: PageOfList) -> AsyncIterator[list[object]]:
    """All items of a list, some at a time; no connection is held while a slow reader reads."""
    cursor: str | None = None
    while True:
        async with transaction(database, caller) as connection:
            found = await page(connection, cursor, FETCHED)
        yield [item for item, _ in found.items]
        cursor = found.following
        if cursor is None:
            return


def _parts(cursor: str | None, count: int) -> list[str | None]:
    """The values of a cursor, whose form its parameter has seen to."""
    return [None] * count if cursor is None else [*cursor.split(".")]


def _micros(moment: datetime) -> str:
    return str((moment - EPOCH) // timedelta(microseconds=1))


def _moment(micros: str | None) -> datetime | None:
    return None if micros is None else EPOCH + timedelta(microseconds=int(micros))
