"""The register as it was: the latest event of each action up to a number, read from the ledger, never replayed.

The rule: at a number the register is what it was when that was the last one, byte for byte. What is derived from the
day is of the day of the moment. Absent: filters and searches, which only the register of now has columns for.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

import asyncpg
import msgspec
from msgspec import Struct

from nanduti.vocabulary import Status
from nanduti_hub.actions.moments import Moment, day_of
from nanduti_hub.actions.queries import SOON, RegisterState, flagged, stale_since
from nanduti_hub.actions.stored import raw_in
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused


class _Days(Struct, frozen=True):
    status: Status
    start: date | None = None
    end: date | None = None


_DAYS = msgspec.json.Decoder(_Days)


async def action_then(connection: asyncpg.Connection, name: str, moment: Moment) -> asyncpg.Record:
    """The row of one action, by id or code, at a moment: number, version, the event's body, quiet.

    Raises:
        Refused: `action_unknown`; `action_unknown_then` where it came later.

    """
    row = await connection.fetchrow(
        statement("nanduti_hub.actions", "action_then"), name, moment.number, stale_since(day_of(moment))
    )
    if row is None:
        raise Refused(Refusal("action_unknown"))
    if row["version"] is None:
        raise Refused(Refusal("action_unknown_then", {"number": moment.number}))
    return row


async def page_then(
    connection: asyncpg.Connection,
    platform: str | None,
    plan: str | None,
    moment: Moment,
    after: int,
    most: int,
) -> Sequence[asyncpg.Record]:
    """Rows of a page at a moment: number, version, the event's body, quiet."""
    values: tuple[str | None, ...] = ()
    if plan is not None:
        name, values = "actions_then_of_plan", (plan, platform)
    elif platform is not None:
        name, values = "actions_then_of_platform", (platform,)
    else:
        name = "actions_then"
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        statement("nanduti_hub.actions", name),
        moment.number,
        stale_since(day_of(moment)),
        after,
        most,
        *values,
    )
    return rows


def as_json_then(row: asyncpg.Record, day: date) -> bytes:
    """An action as its event told it, with its version and what was derived from that day."""
    action = raw_in(row["body"])
    days = _DAYS.decode(action)
    is_open = days.status in (Status.PLANNED, Status.IN_PROGRESS)
    ends = days.end if is_open else None
    begun = days.status is Status.IN_PROGRESS or (
        days.status is Status.PLANNED and days.start is not None and days.start <= day
    )
    return flagged(
        action,
        row["version"],
        overdue=ends is not None and ends < day,
        due_soon=ends is not None and day <= ends <= day + timedelta(days=SOON),
        stale=begun and row["quiet"],
    )


async def register_then(connection: asyncpg.Connection, moment: Moment) -> RegisterState:
    """The register as it was published at a moment; call it in a snapshot transaction."""
    digest = hashlib.sha256()
    number = actions = 0
    rows = connection.cursor(
        statement("nanduti_hub.actions", "register_bodies_then"), moment.number, prefetch=500
    )
    async for row in rows:
        digest.update(row["body"] + b"\n")
        number = max(number, row["seq"])
        actions += 1
    return RegisterState(number, digest.hexdigest(), actions)
