"""What a row says of an action, by the action's cells; and the action that it makes or leaves. Pure.

A row says only what its workbook has columns for, and a blank says nothing in the columns that may not be empty.
"""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from nanduti.actions import Action, Citation, CitedCell
from nanduti.vocabulary import Status
from nanduti_hub.actions.cells import cells, cited, json_values, with_cells
from nanduti_hub.plans import statuses
from nanduti_hub.plans.rows import CELL_OF, Row

_CELLS = (
    "title", "description", "objective", "line_of_action", "axis", "axis_common", "kind", "crimes", "departments",
    "lead", "collaborators", "other_institutions", "start", "end", "indicator", "unit", "baseline", "target",
    "means_of_verification", "budget_pyg", "budget_source", "status", "progress", "observations",
)  # fmt: skip
#: Row fields that the reader fills together with another: given where that one is.
_WITH = {"axis_common": "axis", "other_institutions": "collaborators", "unit": "target"}
#: A blank in these columns says nothing; elsewhere it empties the cell.
_NEVER_BLANK = ("status", "progress", "lead", "axis_common", "axis", "kind")


def said_by(row: Row) -> dict[str, Any]:
    """What a row's columns say, by the action's cell names; only of columns that the workbook has."""
    names, values, never_blank = _said(frozenset(row.given), row.exact)
    said = dict(zip(names, values(row)[1:], strict=True))
    for name in never_blank:
        if said[name] in (None, ""):
            del said[name]
    return said


@lru_cache(maxsize=100)
def _said(
    given: frozenset[str], exact: bool
) -> tuple[tuple[str, ...], Callable[[Row], tuple[Any, ...]], tuple[str, ...]]:
    """The action's names for the fields that rows with these columns state; a row's sheet and those fields; and the
    names of those of which a blank says nothing.
    """
    fields = [name for name in _CELLS if name in given or (not exact and _WITH.get(name) in given)]
    named = {name: CELL_OF.get(name, name) for name in fields}
    # A getter of one name would answer no tuple: the sheet is there for that.
    return (
        tuple(named.values()),
        attrgetter("sheet", *fields),
        tuple(cell for name, cell in named.items() if name in _NEVER_BLANK),
    )


def values_of(row: Row) -> dict[str, Any]:
    """What a row says of a new action: the same, and what its status and progress say of each other."""
    said = said_by(row)
    if "progress" in said and "status" not in said:
        # A plan without a column for the status still says what is done and what has begun.
        said["status"] = statuses.status_at(said["progress"])
    elif said.get("status") is Status.COMPLETED and "progress" not in said:
        said["progress"] = 100
    return said


def filled(row: Row, taken: Collection[str], action: Action | None) -> dict[str, Any]:
    """The cells that a row fills, with their values: those that a preview has `taken`."""
    values = values_of(row) if action is None else said_by(row)
    if action is not None and "progress" in taken and "status" in taken and "status" not in values:
        values["status"] = statuses.moved_by(values["progress"], action)
    if "progress" in taken:
        values.setdefault("progress", 100)
    return {name: value for name, value in values.items() if name in taken}


def planned(row: Row, values: Mapping[str, Any], blank: Action, act: str = "") -> Action:
    """The action that a new row plans: `blank` has its identity, the row fills the rest; `act` is the reason of a
    status that needs one.
    """
    from_row = replace(
        blank, kind=row.kind, crimes=row.crimes, departments=row.departments, milestones=row.milestones
    )
    made = with_cells(from_row, values)
    return replace(made, status_reason=statuses.reason_for(None, made.status, act))


def revised(action: Action, row: Row, values: Mapping[str, Any], citation: Citation, act: str = "") -> Action:
    """The action after its row was confirmed, citing the row and knowing where it differs from it."""
    after = with_cells(action, values)
    if after.status is not action.status:
        after = replace(after, status_reason=statuses.reason_for(action.status, after.status, act))
    said = cited(action) | json_values(said_by(row) | dict(values))
    now = json_values(cells(after))
    differs = tuple(CitedCell(field=name, value=value) for name, value in said.items() if now[name] != value)
    return replace(after, citations=(replace(citation, differs=differs), *action.citations[1:]))
