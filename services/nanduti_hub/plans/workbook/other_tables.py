"""Tables in a sheet that are not of activities: a budget by object of expense under the plan, a list of contacts.

Rule: one begins only after a blank row, with headings of which at least two are known and none is the activity's;
it is told, and nothing of it is read.
"""

from nanduti_hub.plans.workbook import fields
from nanduti_hub.plans.workbook.axes import starts_like_axis
from nanduti_hub.plans.workbook.fields import tell
from nanduti_hub.plans.workbook.labels import role_of
from nanduti_hub.plans.workbook.sections import Sort, sort_of
from nanduti_hub.plans.workbook.table import Table
from nanduti_hub.plans.workbook.text import Cell, clean, warning

_LONGEST_LABEL, _LEAST_ROLES = 60, 2
#: What holds for the activities of a further table with the same heading.
_SECTIONS = frozenset((Sort.AXIS, Sort.OBJECTIVE, Sort.LINE))


def titles_other_table(table: Table, index: int, row: list[Cell]) -> bool:
    """Whether a text alone in its row, after a blank one, is the title of a table that is not of activities."""
    rows = table.page.grid.rows
    if len(row) - row.count("") != 1 or any(rows[index - 1]) or not table.activities:
        return False
    below = next((at for at in range(index + 1, min(index + 3, len(rows))) if any(rows[at])), None)
    text = clean(next(value for value in row if value != ""))
    if below is None or not _names_columns(rows[below], 3):
        return False
    return not starts_like_axis(text) and sort_of(text, table.page.facts.axes, alone=True) not in _SECTIONS


def _names_columns(row: list[Cell], least: int) -> bool:
    """Whether a row is a heading without a column of activities."""
    filled = [value for value in row if value != ""]
    if len(filled) < least or not all(
        isinstance(value, str) and len(value) <= _LONGEST_LABEL for value in filled
    ):
        return False
    roles = [role_of(clean(value)) for value in filled]
    return len(set(roles) - {None}) >= _LEAST_ROLES and sum(map(bool, roles)) * 2 >= len(filled)


def is_other_table(table: Table, index: int, row: list[Cell]) -> bool:
    """Whether a table that is not of activities begins here: after a blank row, headings without an activity."""
    rows = table.page.grid.rows
    if not table.activities or (
        row[table.columns.lead] and fields.named(table.page.facts, row[table.columns.lead]).codes
    ):
        return False
    apart = any(not any(rows[at]) for at in (index - 1, index - 2) if at > table.heading.bottom)
    if not apart or not _names_columns(row, 2):
        return False
    table.outside = True
    column, value = next((at, value) for at, value in enumerate(row) if value != "")
    note = warning(
        "table_ignored",
        f"Desde la fila {index + 1} hay otra tabla, sin columna de actividades: no se lee.",
        "Si son actividades, ponga «Actividad» en el encabezado de su columna.",
    )
    tell(table.page, (index, column), "", value, note)
    return True
