"""Questions to the register; plain reads, inside the caller's transaction but for `pages`.

An action is answered as the JSON that was stored, with what is derived from the day appended: bytes are
joined, not decoded and encoded again.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

import asyncpg
from msgspec import Struct
from msgspec.structs import asdict

from nanduti.directory import Department, Institution, Platform
from nanduti.vocabulary import Axis, Crime, Kind, Status
from nanduti_hub.actions.spreadsheet import Names, names_of
from nanduti_hub.caller import Caller
from nanduti_hub.directory.queries import entries
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import ZONE

#: An open action is due soon when it ends within so many days.
SOON = 30
#: An open action that has begun is stale when nothing was heard of it for so many days.
STALE_AFTER = 90
#: Rows that are fetched at once where all are asked for, and rows that are handed out together.
FETCHED, TOGETHER = 1_000, 250
#: Columns with an index in the order of the pages; each has a statement of its own, `page_of_<column>`.
_ORDERED = frozenset({"platform", "axis", "kind", "status", "plan"})


class Filters(Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; None narrows nothing.

    `q` is Spanish text, accents optional. `reference` is an external reference's kind, or `kind:value`. `since` and
    `until` are the days of a period that an action's own overlaps; one that has no days has none. A milestone is due
    when its day has come and it has not been reached.
    """

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
    stale: bool | None = None
    reference: str | None = None
    since: date | None = None
    until: date | None = None
    milestone_due: bool | None = None


class RegisterState(Struct, frozen=True):
    """The register's number, its digest (SHA-256, hex) and how many actions it has."""

    number: int
    digest: str
    actions: int


async def page_of_actions(
    connection: asyncpg.Connection, filters: Filters, today: date, after: int, most: int
) -> Sequence[asyncpg.Record]:
    """Rows of a page: number, version, body, overdue, due_soon, stale."""
    moment = stale_since(today)
    if has_one_plan(filters):
        used = _used(filters)
        name = "_of_".join(["page", *used])
        simple: Sequence[asyncpg.Record] = await connection.fetch(
            statement("nanduti_hub.actions", name), today, SOON, moment, after, most, *used.values()
        )
        return simple
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
        filters.stale,
        moment,
        await connection.fetchval(statement("nanduti_hub.actions", "seq_at"), moment)
        if filters.stale is not None
        else None,
        filters.reference,
        filters.since,
        filters.until,
        filters.milestone_due,
    )
    return rows


async def pages(
    database: Database, caller: Caller, filters: Filters, today: date
) -> AsyncIterator[Sequence[asyncpg.Record]]:
    """All rows that the filters leave, some at a time: what decodes each of them lets others have their turn between.

    No connection is held while a slow reader reads.
    """
    after = 0
    while True:
        async with transaction(database, caller) as connection:
            rows = await page_of_actions(connection, filters, today, after, FETCHED)
        for first in range(0, len(rows), TOGETHER):
            yield rows[first : first + TOGETHER]
            await asyncio.sleep(0)
        if len(rows) < FETCHED:
            return
        after = rows[-1]["number"]


async def names_now(connection: asyncpg.Connection) -> Names:
    """What the directory calls each code."""
    return names_of(
        await entries(connection, Platform),
        await entries(connection, Institution),
        await entries(connection, Department),
    )


async def check_codes(
    connection: asyncpg.Connection,
    platform: str | None,
    department: str | None,
    plan: str | None,
    institution: str | None,
) -> None:
    """See that what is asked for exists; None asks for nothing.

    Raises:
        Refused: `platform_unknown`, `department_unknown`, `plan_unknown`, `institution_unknown`.

    """
    if platform is department is plan is institution is None:
        return
    known = await connection.fetchrow(
        statement("nanduti_hub.actions", "known_codes"), platform, department, plan, institution
    )
    if not known["platform"]:
        raise Refused(Refusal("platform_unknown", {"platform": platform}))
    if not known["department"]:
        raise Refused(Refusal("department_unknown", {"department": department}))
    if not known["plan"]:
        raise Refused(Refusal("plan_unknown"))
    if not known["institution"]:
        raise Refused(Refusal("institution_unknown", {"institution": institution}))


async def check_filters(connection: asyncpg.Connection, filters: Filters) -> None:
    """See that what a list is narrowed to exists.

    Raises:
        Refused: as `check_codes`.

    """
    await check_codes(connection, filters.platform, filters.department, filters.plan, filters.institution)


def has_one_plan(filters: Filters) -> bool:
    """Whether a page's statement is best planned once, whatever its values: nothing is filtered, or one column that
    has an index in the order of the pages. Planning what has many optional filters takes longer than reading a page.
    """
    used = _used(filters)
    return not used or (len(used) == 1 and used.keys() <= _ORDERED)


def _used(filters: Filters) -> dict[str, Any]:
    return {name: value for name, value in asdict(filters).items() if value is not None}


def stale_since(day: date) -> datetime:
    """What was heard of last before this is stale on a day: a midnight, so that a day has one answer."""
    return datetime.combine(day - timedelta(days=STALE_AFTER), time_of_day(), ZONE)


async def find_action(connection: asyncpg.Connection, name: str, today: date) -> asyncpg.Record:
    """The row of one action, by id or code.

    Raises:
        Refused: `action_unknown`.

    """
    row = await connection.fetchrow(
        statement("nanduti_hub.actions", "find_action"), name, today, SOON, stale_since(today)
    )
    if row is None:
        raise Refused(Refusal("action_unknown"))
    return row


def as_json(row: asyncpg.Record) -> bytes:
    """An action's stored JSON with its version and what is derived from the day."""
    return flagged(
        row["body"], row["version"], overdue=row["overdue"], due_soon=row["due_soon"], stale=row["stale"]
    )


def flagged(action: bytes, version: int, *, overdue: bool, due_soon: bool, stale: bool) -> bytes:
    """An action's JSON with its version and what is derived from a day."""
    return action[:-1] + b',"version":%d,"overdue":%b,"due_soon":%b,"stale":%b}' % (
        version,
        b"true" if overdue else b"false",
        b"true" if due_soon else b"false",
        b"true" if stale else b"false",
    )


async def register_state(connection: asyncpg.Connection) -> RegisterState:
    """The register as published; call it in a snapshot transaction."""
    digest = hashlib.sha256()
    number = actions = 0
    async for row in connection.cursor(statement("nanduti_hub.actions", "register_bodies"), prefetch=500):
        digest.update(row["body"] + b"\n")
        number = max(number, row["seq"])
        actions += 1
    return RegisterState(number, digest.hexdigest(), actions)
