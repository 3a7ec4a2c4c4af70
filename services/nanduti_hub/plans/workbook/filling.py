"""What holds for the rows below: axis, objective and line of action, from titles of sections and from columns.

Rule: they are filled down until they are stated again, whether their cells are merged or left blank below; a new
axis ends the objective, and a new objective the line of action.
"""

from nanduti_hub.plans.rows import Severity
from nanduti_hub.plans.workbook import fields
from nanduti_hub.plans.workbook.fields import tell, tell_all
from nanduti_hub.plans.workbook.grid import Place
from nanduti_hub.plans.workbook.sections import Sort, is_total, sort_of, unlabelled
from nanduti_hub.plans.workbook.table import FILLED, Table, tell_ignored
from nanduti_hub.plans.workbook.text import Cell, clean, fold, info


def is_wide(table: Table, index: int, column: int) -> bool:
    """Whether the cell is merged over at least three columns of its row."""
    covered = table.page.grid.covered
    anchor = covered.get((index, column))
    return anchor is not None and all(covered.get((index, column + step)) == anchor for step in (1, 2))


def take_section(table: Table, index: int, filled: list[int], texts: list[tuple[int, str]]) -> bool:
    """Take a row as a section title, a total or a note; False when it is none."""
    if not texts:
        return False
    page = table.page
    lead = table.heading.columns.get("lead", -1)
    if lead in filled and not any(is_total(text) for _, text in texts):
        return False
    total = next((column for column, text in texts if is_total(text)), None)
    if total is not None and len(texts) <= 3:
        note = info("row_is_total", "Es una fila de totales: no se toma como actividad.")
        tell(page, (index, total), table.columns.labels.get(total, ""), page.grid.rows[index][total], note)
        return True
    column, text = texts[0]
    if len(texts) > 2 or len(filled) > 4:
        return False
    number = ""
    if len(texts) == 2 and len(text) <= 8 and text.strip(" .-):").replace(".", "").isalnum():
        number, (column, text) = text, texts[1]
    elif len(texts) == 2:
        text = (
            f"{text} {texts[1][1]}"
            if len(text) < 25 and fold(text).startswith(("eje", "comp", "pilar"))
            else text
        )
        if text == texts[0][1]:
            return False
    elif (
        len(filled) > 1
        and len(texts) == 1
        and filled[0] < column
        and isinstance(page.grid.rows[index][filled[0]], float)
    ):
        number = clean(page.grid.rows[index][filled[0]])
    alone = len(texts) == 1 and len(filled) <= 2 and not number
    wide = is_wide(table, index, column)
    role = table.roles.get(column)
    if role in FILLED and not wide and not (alone and (role == "axis" or _titles(table, role, text))):
        return False
    # A text alone under "Actividad" is a title only if nothing else could state the axis, or it is shouted.
    titled = wide or role != "title" or text.isupper() or table.columns.axis < 0
    sort = sort_of(text, page.facts.axes, alone=(alone or (bool(number) and "." not in number)) and titled)
    match sort:
        case Sort.AXIS:
            whole = (
                f"{number} {text}" if number and not fold(text).startswith(("eje", "comp", "pilar")) else text
            )
            set_axis(table, (index, column), whole)
        case Sort.OBJECTIVE:
            table.section.objective, table.section.line = unlabelled(text)[:1_000], ""
        case Sort.LINE:
            table.section.line = unlabelled(text)[:1_000]
        case Sort.FOOT:
            table.foot = True
            tell_ignored(table, index, column, text, doubtful=False)
        case _:
            if not (alone and wide):
                return False
            tell_ignored(table, index, column, text, doubtful=True)
    return True


def _titles(table: Table, role: str, text: str) -> bool:
    """Whether a text alone in the column that groups activities says by itself that it is an axis or objective."""
    sort = sort_of(text, table.page.facts.axes, alone=False)
    return sort is Sort.AXIS or (sort is Sort.OBJECTIVE and role == "line")


def set_axis(table: Table, place: Place, value: Cell) -> None:
    """Take the axis that a cell states, and the objective that stands on a line of its own below it."""
    objective = ""
    if isinstance(value, str) and "\n" in value:
        first, _, below = value.partition("\n")
        if sort_of(clean(below), table.page.facts.axes, alone=True) is Sort.OBJECTIVE:
            value, objective = first, unlabelled(clean(below))[:1_000]
    read = fields.axis(table.page.facts, value)
    if not read.text:
        return
    section = table.section
    if read.notes:
        again = read.text == section.axis  # how it is understood is told where it is stated first
        notes = tuple(note for note in read.notes if not again or note.severity is not Severity.INFO)
        tell_all(table.page, place, table.columns.labels.get(place[1], ""), value, notes)
    if read.text != section.axis:
        section.objective = section.line = ""
    section.axis, section.common, section.stated = read.text[:1_000], read.common, True
    section.objective = objective or section.objective


def fill(table: Table, index: int, row: list[Cell]) -> None:
    """Take axis, objective and line from the row where it states them; else they stay as above."""
    columns = table.columns
    column = columns.axis
    if column >= 0:
        value = row[column]
        if value != "":
            set_axis(table, (index, column), value)
        elif index not in table.merged.get(column, ()) and table.section.stated:
            table.filled += 1
    column = columns.objective
    if row[column] != "":
        text = fields.line(table.page, (index, column), table.columns.labels[column], row[column])
        if text != table.section.objective:
            table.section.objective, table.section.line = text, ""
    column = columns.line
    if row[column] != "":
        table.section.line = fields.line(
            table.page, (index, column), table.columns.labels[column], row[column]
        )


def fill_only_axis(table: Table, index: int, row: list[Cell]) -> None:
    column = table.heading.columns.get("axis", -1)
    if column >= 0 and row[column] != "":
        set_axis(table, (index, column), row[column])
