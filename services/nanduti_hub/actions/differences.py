"""What is different in the register between two moments, action by action and field by field.

The rule: differences are net. A field that was changed and changed back is no difference, nor is an action of which
only the citation moved on. Absent: who changed what and why, which an action's history tells.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct, field
from msgspec.structs import asdict

from nanduti.actions import Action
from nanduti.vocabulary import Status
from nanduti_hub.actions.stored import Told, told_in
from nanduti_hub.ledger.statements import statement

#: Events of a stretch that are read for each page: by then that takes a tenth of a second, and looking at each of
#: 100,000 actions half of one where few are in it, a millisecond where most are.
SHORT = 50_000


class Happened(StrEnum):
    """What became of an action between two moments."""

    ADDED = "added"
    CHANGED = "changed"
    CANCELLED = "cancelled"


class FieldDifference(Struct, frozen=True, kw_only=True):
    """A field of `Action` that is different: what stood in it at the first moment, and at the second (JSON)."""

    field: str
    before: Any = None
    after: Any = None


class Difference(Struct, frozen=True, kw_only=True):
    """An action that is different. It is told as it is at the second moment; one that was added has no fields.

    The versions are those of the action at the two moments; an action that was added had none at the first.
    """

    id: str
    code: str
    platform: str
    plan: str
    title: str
    happened: Happened
    version_before: int | None
    version_after: int
    fields: tuple[FieldDifference, ...] = ()


class At(Struct, frozen=True, kw_only=True):
    """A moment as it was understood: the number of the register, and when (null before the first number)."""

    number: int
    at: datetime | None = None


class Differences(Struct, frozen=True, kw_only=True):
    """A page of what is different, in the order of the actions' codes; it may have fewer than were asked for.

    `next` is the cursor of the following page, null on the last.
    """

    from_: At = field(name="from")
    to: At
    items: tuple[Difference, ...]
    next: str | None


async def changes_between(
    connection: asyncpg.Connection,
    first: int,
    second: int,
    platform: str | None,
    plan: str | None,
    after: int,
    most: int,
) -> Sequence[asyncpg.Record]:
    """Rows of a page: the number of an action that has events between two numbers, and its events at both."""
    name = "changes_by_events" if second - first <= SHORT else "changes_by_actions"
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        statement("nanduti_hub.actions", name), first, second, platform, plan, after, most
    )
    return rows


def differences_in(rows: Sequence[asyncpg.Record]) -> tuple[Difference, ...]:
    """The differences that there are in rows of an action's events at two moments: before (or None), after."""
    return tuple(found for row in rows if (found := _difference(row["before"], row["after"])) is not None)


def _difference(before: bytes | None, after: bytes) -> Difference | None:
    new = told_in(after)
    if before is None:
        return _told(Happened.ADDED, None, new, ())
    old = told_in(before)
    changed = _fields(old.action, new.action)
    if not changed:
        return None
    is_cancelled = new.action.status is Status.CANCELLED and old.action.status is not Status.CANCELLED
    return _told(Happened.CANCELLED if is_cancelled else Happened.CHANGED, old.version, new, changed)


def _fields(before: Action, after: Action) -> tuple[FieldDifference, ...]:
    old, new = asdict(before), asdict(after)
    return tuple(
        FieldDifference(
            field=name, before=msgspec.to_builtins(old[name]), after=msgspec.to_builtins(new[name])
        )
        for name in old
        if old[name] != new[name] and name != "citations"
    )


def _told(
    happened: Happened, version_before: int | None, new: Told, changed: tuple[FieldDifference, ...]
) -> Difference:
    return Difference(
        id=new.action.id,
        code=new.action.code,
        platform=new.action.platform,
        plan=new.action.plan,
        title=new.action.title,
        happened=happened,
        version_before=version_before,
        version_after=new.version,
        fields=changed,
    )
