"""Where the hub's own table stands in a workbook that came back, and what its labels mean.

Rule: it is told by its headings, so that a workbook that lost its properties on the way is still read exactly.
"""

from msgspec import Struct

from nanduti.vocabulary import Crime
from nanduti_hub.plans.rows import Known
from nanduti_hub.plans.workbook import notation
from nanduti_hub.plans.workbook.base import Marks
from nanduti_hub.plans.workbook.grid import Grid
from nanduti_hub.plans.workbook.notation import HEADINGS, INSTRUCTIONS, LISTS, REMARKS, by_label
from nanduti_hub.plans.workbook.text import fold

#: What stands in for a formula whose result is not known, in an annotated workbook.
UNCALCULATED = "fórmula sin resultado guardado"
#: The heading stands among so many rows, and has so many of our headings: with a base, and without.
_TOP, _LEAST, _LEAST_ALONE = 30, 6, 12
_FIELDS = {fold(heading): name for name, heading in HEADINGS.items()}


class OwnTable(Struct, frozen=True):
    """A table of the hub's own: the row of its heading, and its columns by field."""

    top: int
    columns: dict[str, int]


class Labels(Struct, frozen=True):
    """What the labels of the directory mean, folded."""

    institutions: dict[str, str]
    departments: dict[str, str]
    platform_crimes: tuple[Crime, ...]


def labels_of(known: Known) -> Labels:
    """The directory's labels, made once for a workbook."""
    codes = {fold(one.code): one.code for one in known.institutions}
    return Labels(
        codes | by_label(notation.institution_labels(known.institutions)),
        by_label(notation.department_labels(known.departments)),
        known.platform.crimes,
    )


def own_table(grid: Grid, *, based: bool) -> OwnTable | None:
    """The hub's own table in a sheet, or None where it has none. `based`: the workbook says that it is ours."""
    for top, row in enumerate(grid.rows[:_TOP]):
        columns: dict[str, int] = {}
        for column, value in enumerate(row):
            name = _FIELDS.get(fold(value)) if isinstance(value, str) and value else None
            if name is not None:
                columns.setdefault(name, column)
        least = _LEAST if based else _LEAST_ALONE
        if "title" in columns and len(columns) >= least and (based or "id_accion" in columns):
            return OwnTable(top, columns)
    return None


def is_beside(name: str, marks: Marks, *, own: bool) -> bool:
    """Whether a sheet is one that the hub put beside the plan's. `own`: the workbook has a table of the hub's own."""
    if marks.annotated and name == marks.annotated:
        return True
    return (own or marks.base is not None) and name in {INSTRUCTIONS, LISTS, REMARKS}


def without_remarks(grid: Grid, marks: Marks) -> None:
    """Blank what the hub noted at the right of a sheet that it annotated, and tell again of what was broken in it."""
    if not marks.annotated and marks.base is None:
        return
    for top, row in enumerate(grid.rows):
        for column in [at for at, value in enumerate(row) if value == REMARKS]:
            for below in grid.rows[top:]:
                if column < len(below):
                    below[column] = ""
    if marks.annotated:
        for index, row in enumerate(grid.rows):
            for column, value in enumerate(row):
                if value == UNCALCULATED:
                    grid.around.broken[index, column] = UNCALCULATED
                    row[column] = ""
