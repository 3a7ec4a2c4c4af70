"""The reading of one table as far as it has come, and what its merged cells mean.

Rule: axis, objective and line of action may be merged over several activities; any other column may not, since
nobody can say to which of them the value belongs.
"""

from bisect import bisect_left, bisect_right

from msgspec import Struct, field

from nanduti_hub.plans.rows import Row
from nanduti_hub.plans.workbook.activity import Section
from nanduti_hub.plans.workbook.columns import Columns
from nanduti_hub.plans.workbook.fields import Page, tell
from nanduti_hub.plans.workbook.grid import range_name
from nanduti_hub.plans.workbook.headings import Heading
from nanduti_hub.plans.workbook.text import Cell, error, info, shown, warning

#: Roles that hold for all rows below until they are stated again.
FILLED = ("axis", "objective", "line")


class Table(Struct):
    """The reading of one table, as far as it has come."""

    page: Page
    heading: Heading
    columns: Columns
    section: Section
    rows: list[Row] = field(default_factory=list)
    #: Indexes of rows that are activities, in order, and of rows that would be but for a broken title.
    activities: list[int] = field(default_factory=list)
    damaged: set[int] = field(default_factory=set)
    #: For each column in use, the anchor row of every row inside a vertically merged cell.
    merged: dict[int, dict[int, int]] = field(default_factory=dict)
    roles: dict[int, str] = field(default_factory=dict)
    #: Headings in order: a sheet may hold several tables, one under the other.
    headings: list[Heading] = field(default_factory=list)
    #: Rows with a broken cell.
    broken: set[int] = field(default_factory=set)
    #: Whether another table, not of activities, has begun.
    outside: bool = False
    #: Whether a signature or note at the foot was seen.
    foot: bool = False
    filled: int = 0
    no_axis_told: bool = False
    unfilled_told: bool = False


def prepare(table: Table) -> None:
    """Note which columns are in use, and where they are merged downwards."""
    table.roles = {column: role for role, column in table.heading.columns.items()}
    table.merged = {}
    used = set(table.roles) | set(table.heading.marks)
    for (top, left), (bottom, right) in table.page.grid.merges:
        if bottom > top and bottom > table.heading.bottom:
            for column in range(left, right + 1):
                if column in used:
                    rows = table.merged.setdefault(column, {})
                    for row in range(top, bottom + 1):
                        rows[row] = top


def tell_ignored(table: Table, index: int, column: int, value: Cell, *, doubtful: bool) -> None:
    """Tell that a row is taken as no activity; `doubtful` when it might be one."""
    label = table.columns.labels.get(column, "")
    if doubtful:
        note = warning(
            "row_not_understood",
            f"La fila «{shown(value)[:80]}» no es una actividad ni un eje conocido; no se toma en cuenta.",
            "Si es una actividad, complete sus columnas; si es un eje, escríbalo como «Eje 1: …».",
        )
    else:
        note = info("row_ignored", "La fila es una nota, una firma o un pie: no se toma como actividad.")
    tell(table.page, (index, column), label, value, note)


def refuse_merges(table: Table) -> None:
    """Refuse cells that are merged over several activities."""
    activities = table.activities
    title = table.heading.columns["title"]
    for merge in table.page.grid.merges:
        (top, left), (bottom, right) = merge
        if bottom <= top or top <= table.heading.bottom:
            continue
        if bisect_right(activities, bottom) - bisect_left(activities, top) < 2:
            continue
        columns = [
            column
            for column in range(left, right + 1)
            if (column in table.roles and table.roles[column] not in FILLED) or column in table.heading.marks
        ]
        if not columns or title in columns:
            continue
        value = table.page.grid.rows[top][left]
        if value == "":
            continue
        note = error(
            "merged_cells",
            f"La celda {range_name(merge)} está combinada sobre varias actividades: no se sabe a cuál pertenece.",
            "Separe las celdas y repita el valor en cada fila (solo eje, objetivo y línea de acción pueden ir combinados).",
        )
        # Each of the activities is in error, not only the one where the value stands.
        tell(table.page, (top, left), table.columns.labels.get(columns[0], ""), value, note)
        for row in activities[bisect_left(activities, top + 1) : bisect_right(activities, bottom)]:
            tell(table.page, (row, columns[0]), table.columns.labels.get(columns[0], ""), "", note)
