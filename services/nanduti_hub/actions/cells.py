"""An action seen as the cells of a plan's row: the fields that a workbook can say something about.

A workbook's row and a correction in the register can both speak of a field. What the workbook said last is
kept in the citation (`differs`) where the register says otherwise, so that the next revision can tell a
coordinator's change from a cell that merely was never updated.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from nanduti.actions import Action, CitedCell, Indicator

PLAIN = (
    "title",
    "description",
    "objective",
    "line_of_action",
    "plan_axis",
    "axis",
    "kind",
    "crimes",
    "departments",
    "lead",
    "collaborators",
    "other_institutions",
    "start",
    "end",
    "budget",
    "budget_source",
    "status",
    "progress",
    "observations",
)
#: The cells of the first indicator, by the field of `Indicator` that each fills.
OF_INDICATOR = {
    "indicator": "text",
    "unit": "unit",
    "baseline": "baseline",
    "target": "target",
    "means_of_verification": "means_of_verification",
}
_NO_INDICATOR = Indicator(number=1, text="")


def cells(action: Action) -> dict[str, Any]:
    """The action's values by cell name."""
    first = action.indicators[0] if action.indicators else _NO_INDICATOR
    found = {name: getattr(action, name) for name in PLAIN}
    return found | {name: getattr(first, of) for name, of in OF_INDICATOR.items()}


def with_cells(action: Action, values: Mapping[str, Any]) -> Action:
    """The action with some of its cells changed; the other indicators and all reports stay."""
    plain = {name: value for name, value in values.items() if name in PLAIN}
    measured = {OF_INDICATOR[name]: value for name, value in values.items() if name in OF_INDICATOR}
    if measured:
        first = action.indicators[0] if action.indicators else _NO_INDICATOR
        first = replace(first, **measured)
        rest = action.indicators[1:]
        plain["indicators"] = (first, *rest) if first != _NO_INDICATOR or rest else ()
    return replace(action, **plain)


def json_value(value: Any) -> Any:
    """A cell's value as JSON has it, so that it compares equal to one that was stored: lists, not tuples."""
    plain = msgspec.to_builtins(value)
    return list(plain) if isinstance(plain, tuple) else plain


def cited(action: Action) -> dict[str, Any]:
    """The cells as the last confirmed workbook has them, as JSON values."""
    said = {name: json_value(value) for name, value in cells(action).items()}
    for citation in action.citations:
        said |= {cell.field: cell.value for cell in citation.differs}
    return said


def remember_cited(before: Action, after: Action) -> Action:
    """`after`, with its citation knowing where the workbook, which said what `before` says, now differs."""
    if not after.citations:
        return after
    said = cited(before)
    now = {name: json_value(value) for name, value in cells(after).items()}
    differs = tuple(CitedCell(field=name, value=value) for name, value in said.items() if now[name] != value)
    first = replace(after.citations[0], differs=differs)
    return replace(after, citations=(first, *after.citations[1:]))
