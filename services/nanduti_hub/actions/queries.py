"""Questions to the register; plain reads, inside the caller's transaction.

An action is answered as the JSON that was stored, with what is derived from the day appended: bytes are
joined, not decoded and encoded again.
"""

import hashlib
from collections.abc import Sequence
from datetime import date

import asyncpg
from msgspec import Struct

from nanduti.vocabulary import Axis, Crime, Kind, Status
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

#: An open action is due soon when it ends within so many days.
SOON = 30


class Filters(Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; None narrows nothing. `q` is Spanish text, accents optional."""

    platform: str | None = None
    institution: str | None = None
    crime: Crime | None = None
    axis: Axis | None = None
    kind: Kind | None = None
    department: str | None = None
    status: Status | None = None
    q: str | None = None
    plan: str | None = None
    overdue: bool | None = None
    due_soon: bool | None = None


class RegisterState(Struct, frozen=True):
    """The register's number, its digest (SHA-256, hex) and how many actions it has."""

    number: int
    digest: str
    actions: int


async def page_of_actions(
    connection: asyncpg.Connection, filters: Filters, today: date, after: int, most: int
) -> Sequence[asyncpg.Record]:
    """Rows of a page: number, version, body, overdue, due_soon."""
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        statement("nanduti_hub.actions", "list_actions"),
        filters.platform,
        filters.institution,
        filters.crime,
        filters.axis,
        filters.kind,
        filters.department,
        filters.status,
        filters.q,
        filters.plan,
        filters.overdue,
        filters.due_soon,
        today,
        SOON,
        after,
        most,
    )
    return rows


async def find_action(connection: asyncpg.Connection, name: str, today: date) -> asyncpg.Record:
    """The row of one action, by id or code.

    Raises:
        Refused: `action_unknown`.

    """
    row = await connection.fetchrow(statement("nanduti_hub.actions", "find_action"), name, today, SOON)
    if row is None:
        raise Refused(Refusal("action_unknown"))
    return row


def as_json(row: asyncpg.Record) -> bytes:
    """An action's stored JSON with its version and what is derived from the day."""
    overdue = b"true" if row["overdue"] else b"false"
    due_soon = b"true" if row["due_soon"] else b"false"
    body: bytes = row["body"]
    return body[:-1] + b',"version":%d,"overdue":%b,"due_soon":%b}' % (row["version"], overdue, due_soon)


async def register_state(connection: asyncpg.Connection) -> RegisterState:
    """The register as published; call it in a snapshot transaction."""
    digest = hashlib.sha256()
    number = actions = 0
    async for row in connection.cursor(statement("nanduti_hub.actions", "register_bodies"), prefetch=500):
        digest.update(row["body"] + b"\n")
        number = max(number, row["seq"])
        actions += 1
    return RegisterState(number, digest.hexdigest(), actions)
