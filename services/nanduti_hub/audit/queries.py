"""Questions to the record; plain reads, inside a steward's transaction: to anyone else the database shows none."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
from msgspec import Struct

from nanduti_hub.ledger.statements import statement


class Filters(Struct, frozen=True, kw_only=True):
    """What the record is narrowed to; None narrows nothing. `until` is not itself in it."""

    actor: str | None = None
    role: str | None = None
    scope: str | None = None
    act: str | None = None
    target: str | None = None
    status: int | None = None
    refused: bool | None = None
    address: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Place(Struct, frozen=True):
    """Where a page has ended: the time and the number of its last row."""

    at: datetime
    id: int


class Entry(Struct, frozen=True, kw_only=True):
    """A row of the record: who did what, when, from where. `code` is the problem that was answered."""

    id: int
    at: datetime
    actor: str
    name: str
    role: str | None
    scope: str | None
    method: str
    route: str
    act: str | None
    target: str | None
    status: int
    code: str | None
    address: str | None


async def page_of_audit(
    connection: asyncpg.Connection, filters: Filters, after: Place | None, most: int
) -> Sequence[Entry]:
    """Entries after a place, the newest first."""
    rows = await connection.fetch(
        statement("nanduti_hub.audit", "list_audit"),
        filters.actor,
        filters.role,
        filters.scope,
        filters.act,
        filters.target,
        filters.status,
        filters.refused,
        filters.address,
        filters.since,
        filters.until,
        after.at if after else None,
        after.id if after else None,
        most,
    )
    return [Entry(**dict(row)) for row in rows]
