"""A table on its side: the fields run down the first columns, and every activity is a column.

Rule: it is recognised to be told, never turned: which column is an activity cannot be known for sure.
"""

from collections.abc import Sequence

from nanduti_hub.plans.workbook.grid import Place
from nanduti_hub.plans.workbook.labels import role_of
from nanduti_hub.plans.workbook.text import Cell, clean

_COLUMNS, _ROWS, _LEAST = 3, 80, 4
_TELLING = frozenset(("lead", "period", "start", "budget", "indicator", "axis", "target"))


def lies_sideways(rows: Sequence[Sequence[Cell]]) -> Place | None:
    """Where the label of the activities stands when the names of at least four fields run down one column."""
    for column in range(_COLUMNS):
        found: dict[str, Place] = {}
        for index, row in enumerate(rows[:_ROWS]):
            if column >= len(row) or not isinstance(row[column], str):
                continue
            label = clean(row[column]).rstrip(" :")
            role = role_of(label) if len(label.split()) <= _LEAST else None
            if role is not None:
                found.setdefault(role, (index, column))
        if "title" in found and len(found) >= _LEAST and len(_TELLING & found.keys()) >= _LEAST - 2:
            return found["title"]
    return None
