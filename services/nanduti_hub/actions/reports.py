"""The read model of reports: one row each, written with their action. What is added up from them is `statistics`."""

from collections.abc import Iterator, Sequence
from datetime import date

import asyncpg
from msgspec import UNSET, Struct
from msgspec.structs import astuple

from nanduti.actions import Action
from nanduti_hub.actions.indicators import measure_of
from nanduti_hub.ledger.statements import statement


class ReportRow(Struct, frozen=True, kw_only=True):
    """A report as its row has it, in the order of the statement's binds; lists of codes as words."""

    action: str
    indicator: int
    place: int
    platform: str
    plan: str
    institutions: str
    measure: str
    day: date
    department: str | None
    counted_in: str | None
    category: str
    value: float


def rows_of(action: Action) -> Iterator[ReportRow]:
    """The rows of an action's reports. One without a department counts in the action's only one, if it has one."""
    only = action.departments[0] if len(set(action.departments)) == 1 else None
    institutions = " ".join(dict.fromkeys((action.lead, *action.collaborators)))
    for indicator in action.indicators:
        for place, report in enumerate(indicator.reports, 1):
            department = None if report.department is UNSET else report.department
            yield ReportRow(
                action=action.id,
                indicator=indicator.number,
                place=place,
                platform=action.platform,
                plan=action.plan,
                institutions=institutions,
                measure=measure_of(indicator).value,
                day=report.on,
                department=department,
                counted_in=department or only,
                category="" if report.category is UNSET else report.category,
                value=report.value,
            )


async def put_reports(connection: asyncpg.Connection, actions: Sequence[tuple[Action, int]]) -> None:
    """Write the rows of some actions at their versions."""
    rows = [row for action, _ in actions for row in rows_of(action)]
    if not rows and all(version == 1 for _, version in actions):
        return  # New actions, as most of an import are: there is nothing to take away either.
    columns = zip(*map(astuple, rows), strict=True) if rows else [()] * len(ReportRow.__struct_fields__)
    await connection.execute(
        statement("nanduti_hub.actions", "put_reports"),
        [action.id for action, _ in actions],
        *map(list, columns),
    )
