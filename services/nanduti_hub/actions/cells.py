"""An action seen as the cells of a plan's row: the fields that a workbook can say something about.

A workbook's row and a correction in the register can both speak of a field. What the workbook said last is
kept in the citation (`differs`) where the register says otherwise, so that the next revision can tell a
coordinator's change from a cell that merely was never updated.
"""

from collections.abc import Mapping
from operator import attrgetter
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
_NAMES = (*PLAIN, *OF_INDICATOR)
_plain, _measured = attrgetter(*PLAIN), attrgetter(*OF_INDICATOR.values())


def cells(action: Action) -> dict[str, Any]:
    """The action's values by cell name."""
    first = action.indicators[0] if action.indicators else _NO_INDICATOR
    return dict(zip(_NAMES, _plain(action) + _measured(first), strict=True))


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


def json_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Cells' values as JSON has them, so that they compare equal to stored ones."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(values))
    return plain


def cited(action: Action) -> dict[str, Any]:
    """The cells as the last confirmed workbook has them, as JSON values."""
    return json_values(cells(action)) | cited_only(action)


def cited_only(action: Action) -> dict[str, Any]:
    """The cells that the last confirmed workbook says otherwise than the register."""
    return {cell.field: cell.value for citation in action.citations for cell in citation.differs}


def remember_cited(before: Action, after: Action) -> Action:
    """`after`, with its citation knowing where the workbook, which said what `before` says, now differs."""
    if not after.citations:
        return after
    said = cited(before)
    now = json_values(cells(after))
    differs = tuple(CitedCell(field=name, value=value) for name, value in said.items() if now[name] != value)
    first = replace(after.citations[0], differs=differs)
    return replace(after, citations=(first, *after.citations[1:]))
