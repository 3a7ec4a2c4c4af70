"""A table's rows from the heading down: which are activities, and what holds for several of them.

Rule: axis, objective and line of action are filled down, whether merged or left blank below; a cell of another
column that is merged over several activities is refused, since nobody can say to which of them it belongs.
"""

from nanduti_hub.plans.workbook import fields
from nanduti_hub.plans.workbook.activity import Section, read_activity
from nanduti_hub.plans.workbook.columns import columns_of
from nanduti_hub.plans.workbook.fields import Page, tell, tell_all
from nanduti_hub.plans.workbook.grid import Place
from nanduti_hub.plans.workbook.heading_names import TITLE_ORDER
from nanduti_hub.plans.workbook.headings import Heading, find_heading
from nanduti_hub.plans.workbook.sections import Sort, are_numbers, is_foot, is_total, sort_of, unlabelled
from nanduti_hub.plans.workbook.table import (
    FILLED,
    Table,
    prepare,
    refuse_merges,
    settle_places,
    tell_ignored,
)
from nanduti_hub.plans.workbook.text import Cell, clean, error, fold, info, shown, warning

_NONE: frozenset[int] = frozenset()
_MORE = frozenset(
    {"indicator", "unit", "target", "baseline", "means", "observations", "description", "progress"}
)
#: Signs for "as above".
_DITTO = frozenset(
    (
        "Ídem",
        "ídem",
        "Idem",
        "idem",
        "ÍDEM",
        "IDEM",
        "Id.",
        "id.",
        '"',
        "''",
        "”",
        "“",
        "〃",
        "´´",
        '" "',
        "Igual",
        "Ídem anterior",
    )
)
_TITLES = tuple(word[:4] for word in TITLE_ORDER)


def read_table(
    page: Page, heading: Heading, section: Section, defaults: dict[str, tuple[str, Place]]
) -> Table:
    """Read the rows below a heading to the end of the sheet; a further heading goes on from there."""
    table = Table(page=page, heading=heading, columns=columns_of(page, heading), section=section)
    table.columns.defaults = defaults
    table.broken = {row for row, _ in page.grid.around.broken}
    prepare(table)
    rows = page.grid.rows
    last_full = _last_full(table)
    index = heading.bottom + 1
    while index < len(rows):
        row = rows[index]
        if any(row) or index in table.broken:
            skip_to = _next_heading(table, index, row)
            if skip_to is not None:
                index = skip_to
                last_full = _last_full(table)
                continue
            if table.activities and not _DITTO.isdisjoint(row):
                row = _same_as_above(table, index, row)
            _read_row(table, index, row, last_full)
        index += 1
    refuse_merges(table)
    return table


def _last_full(table: Table) -> int:
    """The last row that is an activity beyond doubt: below it come totals, notes and signatures."""
    columns = table.columns
    rows = table.page.grid.rows
    for index in range(len(rows) - 1, table.heading.bottom, -1):
        row = rows[index]
        if row[columns.title] == "":
            continue
        filled = sum(1 for value in row if value != "")
        lead = row[columns.lead]
        if filled >= 5 or (row[columns.code] != "" and filled >= 3) or (filled >= 4 and lead != ""):
            return index
        if lead != "" and fields.named(table.page.facts, lead).codes:
            return index
    return table.heading.bottom


def _same_as_above(table: Table, index: int, row: list[Cell]) -> list[Cell]:
    """The row with its ditto marks replaced by what the activity above says."""
    above = table.page.grid.rows[table.activities[-1]]
    changed = list(row)
    for column, value in enumerate(row):
        if value in _DITTO and column in table.roles and above[column] != "":
            changed[column] = above[column]
            note = info(
                "same_as_above", f"Se entiende como la fila de arriba: «{shown(above[column])[:80]}»."
            )
            tell(table.page, (index, column), table.columns.labels[column], value, note)
    table.page.grid.rows[index] = changed
    return changed


def _next_heading(table: Table, index: int, row: list[Cell]) -> int | None:
    """Where to go on when this row repeats the heading, or is the heading of a further table; else None."""
    title = row[table.heading.columns["title"]]
    repeats = not table.heading.texts.isdisjoint(row)
    if not repeats and not (isinstance(title, str) and len(title) < 40 and fold(title[:8])[:4] in _TITLES):
        return None
    filled = [value for value in row if value != ""]
    same = sum(1 for value in filled if isinstance(value, str) and value in table.heading.texts)
    if same >= 2 and same * 2 >= len(filled):
        again = find_heading(table.page.grid.rows, table.page.grid.covered, index, index + 1)
        if again is not None and again.columns != table.heading.columns:
            _switch(table, again)
            return again.bottom + 1
        return index + 1 if again is None else max(again.bottom, index) + 1
    if repeats and same < 2:
        return None
    again = find_heading(table.page.grid.rows, table.page.grid.covered, index, index + 1)
    if again is None or len(again.columns) < 4 or len(again.unread) > len(again.columns):
        return None
    _switch(table, again)
    return again.bottom + 1


def _switch(table: Table, heading: Heading) -> None:
    refuse_merges(table)
    settle_places(table.page.facts.atlas, heading)
    defaults = table.columns.defaults
    table.heading = heading
    table.columns = columns_of(table.page, heading)
    table.columns.defaults = defaults
    prepare(table)


def _read_row(table: Table, index: int, row: list[Cell], last_full: int) -> None:
    title_column = table.columns.title
    title = row[title_column]
    if (
        title == ""
        and table.page.grid.around.broken
        and (index, title_column) in table.page.grid.around.broken
    ):
        table.damaged.add(index)
        return
    lead = table.columns.lead
    if index > last_full and _is_signature(table, row):
        column = next(at for at, value in enumerate(row) if value != "")
        tell_ignored(
            table, index, column, row[column], doubtful=not table.foot and not is_foot(clean(row[column]))
        )
        table.foot = True
        return
    if title != "" and row[lead] != "" and not _is_total_row(title):
        short = not isinstance(title, str) or len(title) <= 5
        if short and are_numbers([value for value in row if value != ""]):
            return
        _activity(table, index, row)
        return
    filled = [column for column, value in enumerate(row) if value != ""]
    if not filled or are_numbers([row[column] for column in filled]):
        return
    texts = [(column, clean(row[column])) for column in filled if isinstance(row[column], str)]
    if title == "" and _continues(table, index, row, filled):
        return
    if _section(table, index, filled, texts):
        return
    if title == "":
        _untitled(table, index, row, filled, last_full)
        return
    numbered = row[table.columns.code] != ""
    if len(filled) <= 2 and not numbered and (index > last_full or _is_wide(table, index, title_column)):
        tell_ignored(table, index, title_column, title, doubtful=index <= last_full)
        return
    if index > last_full and is_foot(clean(title)) and not numbered:
        tell_ignored(table, index, title_column, title, doubtful=False)
        return
    _activity(table, index, row)


def _is_signature(table: Table, row: list[Cell]) -> bool:
    """Whether a row below the last sure activity is a signature: a few texts, no number, no known institution."""
    filled = [value for value in row if value != ""]
    lead = row[table.columns.lead]
    if (
        len(filled) > 3
        or row[table.columns.code] != ""
        or not all(isinstance(value, str) for value in filled)
    ):
        return False
    if any(is_total(clean(value)) for value in filled) or row[table.columns.axis] != "":
        return False
    return row[table.columns.title] != "" and lead != "" and not fields.named(table.page.facts, lead).codes


def _is_total_row(title: Cell) -> bool:
    return (
        isinstance(title, str)
        and title[:3].lower() in {"tot", "sub", "sum", "gra", "mon"}
        and is_total(title)
    )


def _is_wide(table: Table, index: int, column: int) -> bool:
    """Whether the cell is merged over at least three columns of its row."""
    covered = table.page.grid.covered
    anchor = covered.get((index, column))
    return anchor is not None and all(covered.get((index, column + step)) == anchor for step in (1, 2))


def _section(table: Table, index: int, filled: list[int], texts: list[tuple[int, str]]) -> bool:
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
    wide = _is_wide(table, index, column)
    role = table.roles.get(column)
    if role in FILLED and not wide and not (role == "axis" and alone):
        return False
    # A text alone under "Actividad" is a title only if nothing else could state the axis, or it is shouted.
    titled = wide or role != "title" or text.isupper() or table.columns.axis < 0
    sort = sort_of(text, page.facts.axes, alone=(alone or (bool(number) and "." not in number)) and titled)
    match sort:
        case Sort.AXIS:
            whole = (
                f"{number} {text}" if number and not fold(text).startswith(("eje", "comp", "pilar")) else text
            )
            _set_axis(table, (index, column), whole)
        case Sort.OBJECTIVE:
            table.section.objective, table.section.line = unlabelled(text)[:1_000], ""
        case Sort.LINE:
            table.section.line = unlabelled(text)[:1_000]
        case Sort.FOOT:
            tell_ignored(table, index, column, text, doubtful=False)
        case _:
            if not (alone and wide):
                return False
            tell_ignored(table, index, column, text, doubtful=True)
    return True


def _set_axis(table: Table, place: Place, value: Cell) -> None:
    read = fields.axis(table.page.facts, value)
    if not read.text:
        return
    if read.notes:
        tell_all(table.page, place, table.columns.labels.get(place[1], ""), value, read.notes)
    section = table.section
    if read.text != section.axis:
        section.objective = section.line = ""
    section.axis, section.common, section.stated = read.text[:1_000], read.common, True


def _fill(table: Table, index: int, row: list[Cell]) -> None:
    """Take axis, objective and line from the row where it states them; else they stay as above."""
    columns = table.columns
    column = columns.axis
    if column >= 0:
        value = row[column]
        if value != "":
            _set_axis(table, (index, column), value)
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


def _activity(table: Table, index: int, row: list[Cell]) -> None:
    page = table.page
    _fill(table, index, row)
    silent: set[int] | frozenset[int] = _NONE
    if table.merged:
        silent = {column for column, rows in table.merged.items() if rows.get(index, index) != index}
    section = table.section
    if index in table.broken:
        broken = page.grid.around.broken
        silent = silent | {column for column in table.roles if (index, column) in broken}
        axis = table.heading.columns.get("axis", -1)
        if (index, axis) in broken:
            section = Section(objective=section.objective, line=section.line, stated=True)
    if not section.stated:
        _axis_missing(table, index)
    table.activities.append(index)
    table.rows.append(read_activity(page, table.columns, index, row, section, silent))


def _axis_missing(table: Table, index: int) -> None:
    column = table.heading.columns.get("axis", -1)
    if column < 0 and table.no_axis_told:
        return
    table.no_axis_told = True
    where = (index, column) if column >= 0 else (table.heading.top, table.heading.columns["title"])
    note = error(
        "axis_missing",
        "La actividad no tiene eje."
        if column >= 0
        else "La hoja no dice a qué eje pertenecen sus actividades.",
        "Escriba el eje en la columna del eje, o una fila de título con el eje sobre sus actividades.",
    )
    tell(table.page, where, table.columns.labels.get(column, ""), "", note)


def _continues(table: Table, index: int, row: list[Cell], filled: list[int]) -> bool:
    """Whether the row only adds to the activity above it: a further indicator, most of the time."""
    title = table.heading.columns["title"]
    anchor = table.merged.get(title, {}).get(index)
    inside = (
        anchor is not None and anchor != index and bool(table.activities) and table.activities[-1] == anchor
    )
    known = [column for column in filled if column in table.roles or column in table.heading.marks]
    if not inside:
        follows = bool(table.activities) and index - table.activities[-1] <= 8 and all(
            any(table.page.grid.rows[between]) for between in range(table.activities[-1], index)
        )  # fmt: skip
        roles = {table.roles.get(column, "") for column in known}
        if not follows or not known or not roles <= _MORE or "indicator" not in roles:
            return False
    _fill_only_axis(table, index, row)
    left = [column for column in known if table.roles.get(column) not in {*FILLED, "code"}]
    if not left:
        return True
    values = "; ".join(shown(row[column])[:60] for column in left)
    indicator = any(table.roles.get(column) == "indicator" for column in left)
    note = warning(
        "indicator_extra" if indicator else "row_continues",
        f"La fila {index + 1} continúa la actividad de la fila {table.activities[-1] + 1} y no se carga: {values}.",
        "Se guarda un indicador por actividad: únalos en una celda o póngalos en otra actividad."
        if indicator
        else "Ponga los datos de la actividad en una sola fila.",
    )
    tell(table.page, (index, left[0]), table.columns.labels.get(left[0], ""), row[left[0]], note)
    return True


def _fill_only_axis(table: Table, index: int, row: list[Cell]) -> None:
    column = table.heading.columns.get("axis", -1)
    if column >= 0 and row[column] != "":
        _set_axis(table, (index, column), row[column])


def _untitled(table: Table, index: int, row: list[Cell], filled: list[int], last_full: int) -> None:
    known = {table.roles.get(column, "") for column in filled}
    first = filled[0]
    if known <= {"budget", "", "target", "progress", "baseline"} and not any(
        isinstance(row[column], str) for column in filled
    ):
        note = info("row_is_total", "Es una fila solo con números: se toma como total, no como actividad.")
        tell(table.page, (index, first), table.columns.labels.get(first, ""), row[first], note)
        return
    if known <= {*FILLED, ""} and index <= last_full:
        _fill(table, index, row)  # an axis or objective on a line of its own, over its activities
        return
    after = index > last_full or (len(filled) <= 2 and index > 0 and not any(table.page.grid.rows[index - 1]))
    if (
        (after and "title" not in known and len(filled) <= 3)
        or known == {""}
        or all(is_foot(clean(row[column])) for column in filled)
    ):
        tell_ignored(table, index, first, row[first], doubtful=False)
        return
    _fill(table, index, row)  # the axis that it states holds for the rows below all the same
    note = error(
        "title_missing",
        "La fila tiene datos pero no dice qué actividad es.",
        "Escriba la actividad; si la fila continúa la de arriba, una sus datos en una sola fila.",
    )
    title = table.heading.columns["title"]
    tell(table.page, (index, title), table.columns.labels[title], "", note)
