"""Facets of the register: for each value of what it can be narrowed by, how many actions have it, and their budget.

The rule: a value's count is what a list with the same filters has when its facet is set to that value. So a facet
ignores its own filter, and a department has the national actions too. Absent: names, which the directory has.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import asyncpg
from msgspec import Struct
from msgspec.structs import fields

from nanduti_hub.actions.queries import SOON, Filters, stale_since
from nanduti_hub.ledger.statements import statement


class Bucket(Struct, frozen=True, kw_only=True):
    """How many actions there are, the sum of their budgets in guaraníes, and how many of them have none."""

    actions: int = 0
    budget: int = 0
    unbudgeted: int = 0


class Value(Bucket, frozen=True, kw_only=True):
    """The actions that have one value."""

    value: str


class Flag(Bucket, frozen=True, kw_only=True):
    """The actions of which something derived is so or not."""

    value: bool


class ByFacet(Struct, frozen=True, kw_only=True):
    """The values that there are, the most frequent first."""

    platform: tuple[Value, ...]
    axis: tuple[Value, ...]
    kind: tuple[Value, ...]
    status: tuple[Value, ...]
    crime: tuple[Value, ...]
    department: tuple[Value, ...]
    institution: tuple[Value, ...]
    overdue: tuple[Flag, ...]
    due_soon: tuple[Flag, ...]
    stale: tuple[Flag, ...]


class Facets(Struct, frozen=True, kw_only=True):
    """The actions that all filters leave, those of them that are national, and the facets.

    A national action is in every department's count; an action with several crimes or institutions is in each of
    theirs: the counts of these facets add up to more than there is.
    """

    total: Bucket
    national: Bucket
    facets: ByFacet


async def facets_of(connection: asyncpg.Connection, filters: Filters, today: date) -> Facets:
    """The facets of the actions that the filters leave; one statement."""
    rows = await connection.fetch(
        statement("nanduti_hub.actions", "facets"),
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
        filters.stale,
        stale_since(today),
        filters.reference,
        filters.since,
        filters.until,
        filters.milestone_due,
    )
    found: dict[str, dict[str, Bucket]] = {field.name: {} for field in fields(ByFacet)}
    found["total"] = {}
    for row in rows:
        found[row["facet"]][row["value"] or ""] = Bucket(
            actions=row["actions"], budget=int(row["budget"] or 0), unbudgeted=row["unbudgeted"]
        )
    total = found.pop("total").get("", Bucket())
    # The departments of the directory come with no actions of their own, for the national ones to be added.
    departments = found["department"]
    national = departments.pop("", Bucket())
    found["department"] = {
        code: each for code, own in departments.items() if (each := _sum(own, national)).actions
    }
    flags = ("overdue", "due_soon", "stale")
    values: dict[str, Any] = {
        name: tuple(_flags(buckets) if name in flags else _values(buckets)) for name, buckets in found.items()
    }
    return Facets(total=total, national=national, facets=ByFacet(**values))


def _sum(one: Bucket, other: Bucket) -> Bucket:
    return Bucket(
        actions=one.actions + other.actions,
        budget=one.budget + other.budget,
        unbudgeted=one.unbudgeted + other.unbudgeted,
    )


def _values(buckets: dict[str, Bucket]) -> Iterable[Value]:
    for value, it in sorted(buckets.items(), key=lambda item: (-item[1].actions, item[0])):
        yield Value(value=value, actions=it.actions, budget=it.budget, unbudgeted=it.unbudgeted)


def _flags(buckets: dict[str, Bucket]) -> Iterable[Flag]:
    for value, it in sorted(buckets.items(), reverse=True):
        yield Flag(value=value == "true", actions=it.actions, budget=it.budget, unbudgeted=it.unbudgeted)
