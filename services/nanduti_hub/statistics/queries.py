"""Questions to the reports; plain reads, inside the caller's transaction."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import asyncpg
import msgspec
from msgspec import Struct

from nanduti.actions import Action
from nanduti.vocabulary import Measure
from nanduti_hub.actions.queries import check_codes
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.statistics.views import MOST_CODES, Measured, OfCategory, OfDepartment, Part, Results, Source

#: Where the sources begin: before the first.
FIRST = (0, 0, 0)


class Scope(Struct, frozen=True, kw_only=True):
    """What results are of: reports from a day (None: the beginning) to another, both included; None narrows nothing.

    `department` is where a report counts, `institution` one that leads its action or collaborates in it.
    """

    since: date | None
    until: date
    platform: str | None = None
    department: str | None = None
    plan: str | None = None
    institution: str | None = None


def _binds(scope: Scope) -> tuple[date | str | None, ...]:
    return scope.since, scope.until, scope.platform, scope.department, scope.plan, scope.institution


async def check_scope(connection: asyncpg.Connection, scope: Scope) -> None:
    """See that what is asked for exists.

    Raises:
        Refused: `dates_reversed`, `platform_unknown`, `department_unknown`, `plan_unknown`, `institution_unknown`.

    """
    if scope.since is not None and scope.until < scope.since:
        start, end = scope.since.isoformat(), scope.until.isoformat()
        raise Refused(Refusal("dates_reversed", {"start": start, "end": end}))
    await check_codes(connection, scope.platform, scope.department, scope.plan, scope.institution)


async def results(connection: asyncpg.Connection, scope: Scope) -> Results:
    """The results, added up by the database in one statement."""
    rows = await connection.fetch(statement("nanduti_hub.statistics", "results"), *_binds(scope), MOST_CODES)
    by_measure: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        by_measure[row["measure"]].append(row)
    found = {
        measure.value: _measured(by_measure.get(measure.value, ()))
        for measure in Measure
        if measure is not Measure.OTHER
    }
    return Results(
        from_=scope.since,
        to=scope.until,
        platform=scope.platform,
        plan=scope.plan,
        department=scope.department,
        institution=scope.institution,
        **found,
    )


def _measured(rows: Sequence[asyncpg.Record]) -> Measured:
    """The rows of one measure: those of the whole, of categories, of departments and of both are told apart."""
    whole: dict[str, int] = {}
    of_categories: list[OfCategory] = []
    of_departments: list[OfDepartment] = []
    parts: list[Part] = []
    for row in rows:
        figure = {name: row[name] for name in ("value", "actions", "reports")}
        category, department = row["category"], row["counted_in"]
        match row["is_of_category"], row["is_of_department"]:
            case True, True:
                codes = tuple(row["codes"])
                parts.append(Part(category=category, department=department, codes=codes, **figure))
            case True, False:
                of_categories.append(OfCategory(category=category, **figure))
            case False, True:
                of_departments.append(OfDepartment(department=department, **figure))
            case _:
                whole = figure
    return Measured(
        **whole,
        by_category=tuple(of_categories),
        by_department=tuple(of_departments),
        parts=tuple(parts),
    )


async def page_of_sources(
    connection: asyncpg.Connection,
    scope: Scope,
    measure: str | None,
    category: str | None,
    after: tuple[int, int, int],
    most: int,
) -> list[tuple[tuple[int, int, int], Source]]:
    """The series behind the results, each with the place to go on after."""
    rows = await connection.fetch(
        statement("nanduti_hub.statistics", "sources"), *_binds(scope), measure, category, *after, most
    )
    return [((row["number"], row["indicator"], row["place"]), _source(row)) for row in rows]


def _source(row: asyncpg.Record) -> Source:
    action = msgspec.json.decode(row["body"], type=Action)
    indicator = next(one for one in action.indicators if one.number == row["indicator"])
    report = indicator.reports[row["place"] - 1]
    return Source(
        code=action.code,
        action=action.id,
        platform=action.platform,
        plan=action.plan,
        title=action.title,
        indicator=indicator.number,
        text=indicator.text,
        unit=indicator.unit,
        means_of_verification=indicator.means_of_verification,
        measure=Measure(row["measure"]),
        category=row["category"],
        department=row["counted_in"],
        on=report.on,
        evidence=report.evidence,
        before=int(row["before"]),
        now=int(row["now"]),
        value=int(row["now"] - row["before"]),
        reports=row["reports"],
    )
