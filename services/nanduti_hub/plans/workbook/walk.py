"""A table's rows from the heading down: which are activities, and what holds for several of them.

Rule: axis, objective and line of action are filled down, whether merged or left blank below; a cell of another
column that is merged over several activities is refused, since nobody can say to which of them it belongs.
"""

from nanduti_hub.plans.workbook import fields
from nanduti_hub.plans.workbook.activity import Section, read_activity
from nanduti_hub.plans.workbook.columns import columns_of
from nanduti_hub.plans.workbook.fields import Page, tell
from nanduti_hub.plans.workbook.filling import fill, fill_only_axis, is_wide, take_section
from nanduti_hub.plans.workbook.grid import Place
from nanduti_hub.plans.workbook.heading_names import TITLE_ORDER
from nanduti_hub.plans.workbook.headings import Heading, find_heading
from nanduti_hub.plans.workbook.other_tables import is_other_table, titles_other_table
from nanduti_hub.plans.workbook.sections import are_numbers, is_foot, is_total
from nanduti_hub.plans.workbook.settling import settle
from nanduti_hub.plans.workbook.sheets import listed
from nanduti_hub.plans.workbook.table import FILLED, Table, prepare, refuse_merges, tell_ignored
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
#: No number of an activity is longer.
_LONG_CODE = 10
#: So many rows of details may stand under an activity.
_MOST_DETAILS = 8
_TITLES = tuple(word[:4] for word in TITLE_ORDER)


def read_table(
    page: Page, heading: Heading, section: Section, defaults: dict[str, tuple[str, Place]]
) -> Table:
    """Read the rows below a heading to the end of the sheet; a further heading goes on from there."""
    table = Table(page=page, heading=heading, columns=columns_of(page, heading), section=section)
    table.columns.defaults = defaults
    table.headings.append(heading)
    table.broken = {row for row, _ in page.grid.around.broken}
    prepare(table)
    rows = page.grid.rows
    last_full = _last_full(table)
    index = heading.bottom + 1
    walked = page.facts.progress.walk
    while index < len(rows):
        walked(index)
        row = rows[index]
        if any(row) or index in table.broken:
            skip_to = _next_heading(table, index, row)
            if skip_to is not None:
                index = skip_to
                table.outside = False
                last_full = _last_full(table)
                continue
            if table.outside or is_other_table(table, index, row):
                index += 1
                continue
            if titles_other_table(table, index, row):
                column = next(at for at, value in enumerate(row) if value != "")
                tell_ignored(table, index, column, row[column], doubtful=False)
                index += 1
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
        again = find_heading(
            table.page.grid.rows, table.page.grid.covered, index, index + 1, year=table.page.facts.year
        )
        if again is not None and again.columns != table.heading.columns:
            _switch(table, again)
            return again.bottom + 1
        return index + 1 if again is None else max(again.bottom, index) + 1
    if repeats and same < 2:
        return None
    again = find_heading(
        table.page.grid.rows, table.page.grid.covered, index, index + 1, year=table.page.facts.year
    )
    if again is None or len(again.columns) < 4 or len(again.unread) > len(again.columns):
        return None
    _switch(table, again)
    return again.bottom + 1


def _switch(table: Table, heading: Heading) -> None:
    refuse_merges(table)
    settle(table.page, heading)
    defaults = table.columns.defaults
    table.heading = heading
    table.headings.append(heading)
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
    if not table.activities and _is_how_to(row):
        tell_ignored(table, index, title_column, title, doubtful=False)
        return
    lead = table.columns.lead
    if index > last_full and _is_signature(table, row):
        column = next(at for at, value in enumerate(row) if value != "")
        tell_ignored(
            table, index, column, row[column], doubtful=not table.foot and not is_foot(clean(row[column]))
        )
        table.foot = True
        return
    code = row[table.columns.code]
    if isinstance(code, str) and len(code) > _LONG_CODE and is_foot(clean(code)):
        table.foot = True  # "Elaborado por:" beside a name
        tell_ignored(table, index, table.columns.code, code, doubtful=False)
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
    if take_section(table, index, filled, texts):
        return
    if title == "":
        _untitled(table, index, row, filled, last_full)
        return
    if _runs_on(table, index, filled, title):
        return
    numbered = row[table.columns.code] != ""
    if len(filled) <= 2 and not numbered and (index > last_full or is_wide(table, index, title_column)):
        tell_ignored(table, index, title_column, title, doubtful=index <= last_full)
        return
    if index > last_full and is_foot(clean(title)) and not numbered:
        tell_ignored(table, index, title_column, title, doubtful=False)
        return
    _activity(table, index, row)


def _is_how_to(row: list[Cell]) -> bool:
    """Whether a row under the heading tells how to fill it in: "(verbo en infinitivo)" | "(sigla)" ..."""
    filled = [clean(value) for value in row if value != ""]
    return len(filled) > 1 and all(text[:1] == "(" and text[-1:] == ")" for text in filled)


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


def _activity(table: Table, index: int, row: list[Cell]) -> None:
    page = table.page
    fill(table, index, row)
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
        else "La hoja no dice a qué eje pertenecen sus actividades: no tiene columna «Eje» ni títulos de eje."
        f" Se leyeron estos encabezados: {listed(table.heading)}.",
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
    fill_only_axis(table, index, row)
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


def _runs_on(table: Table, index: int, filled: list[int], title: Cell) -> bool:
    """Whether the row is only more text of the activity above it: a title alone, in small letters or without number.

    Without a number where the activities have theirs: a list of details under one of them.
    """
    if len(filled) != 1 or not table.activities or index - table.activities[-1] > _MOST_DETAILS:
        return False
    above = table.activities[-1]
    rows = table.page.grid.rows
    if not all(any(rows[at]) for at in range(above, index)):
        return False
    text = clean(title)
    opens_small = above == index - 1 and text[:1].islower() and text[1:2] not in {")", "."}
    if not opens_small and (rows[above][table.columns.code] == "" or text.isupper() or text[:1].isdigit()):
        return False
    note = warning(
        "row_continues",
        f"La fila {index + 1} parece parte del texto de la fila {above + 1} y no se carga: «{text[:80]}».",
        "Ponga el texto entero en una sola celda; si es otra actividad, complete sus columnas.",
    )
    tell(table.page, (index, filled[0]), table.columns.labels.get(filled[0], ""), title, note)
    return True


def _unfilled(table: Table, index: int, column: int, value: Cell) -> None:
    """Tell once that rows have nothing but their number: they wait to be filled in."""
    if table.unfilled_told:
        return
    table.unfilled_told = True
    note = info(
        "row_unfilled", "La fila solo tiene su número: está sin llenar, como otras que pueda haber abajo."
    )
    tell(table.page, (index, column), table.columns.labels.get(column, ""), value, note)


def _untitled(table: Table, index: int, row: list[Cell], filled: list[int], last_full: int) -> None:
    known = {table.roles.get(column, "") for column in filled}
    first = filled[0]
    if (
        known == {"code"}
        and len(clean(row[first])) <= _LONG_CODE
        and any(map(str.isdecimal, clean(row[first])))
    ):
        _unfilled(table, index, first, row[first])
        return
    if len(filled) == 1 and known <= {"code", ""} and len(clean(row[first])) > _LONG_CODE:
        # The plan's title again, on a new page; below a signature it is somebody's post.
        tell_ignored(table, index, first, row[first], doubtful=not table.foot)
        return
    if known <= {"budget", "", "target", "progress", "baseline"} and not any(
        isinstance(row[column], str) for column in filled
    ):
        note = info("row_is_total", "Es una fila solo con números: se toma como total, no como actividad.")
        tell(table.page, (index, first), table.columns.labels.get(first, ""), row[first], note)
        return
    if known <= {*FILLED, ""} and index <= last_full:
        fill(table, index, row)  # an axis or objective on a line of its own, over its activities
        return
    after = index > last_full or (len(filled) <= 2 and index > 0 and not any(table.page.grid.rows[index - 1]))
    if (
        (after and "title" not in known and len(filled) <= 3)
        or known == {""}
        or all(is_foot(clean(row[column])) for column in filled)
    ):
        tell_ignored(table, index, first, row[first], doubtful=False)
        return
    fill(table, index, row)  # the axis that it states holds for the rows below all the same
    note = error(
        "title_missing",
        "La fila tiene datos pero no dice qué actividad es.",
        "Escriba la actividad; si la fila continúa la de arriba, una sus datos en una sola fila.",
    )
    title = table.heading.columns["title"]
    tell(table.page, (index, title), table.columns.labels[title], "", note)
