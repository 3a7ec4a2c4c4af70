"""When an activity happens, from its columns: dates, a text, or marks under months and quarters.

Rule: dates in columns of their own come first, then the text, then the marks; what disagrees is told.
"""

from datetime import date, timedelta
from itertools import pairwise

from nanduti_hub.plans.rows import Severity
from nanduti_hub.plans.workbook import fields
from nanduti_hub.plans.workbook.columns import Columns
from nanduti_hub.plans.workbook.fields import Page, is_mark, tell, tell_all
from nanduti_hub.plans.workbook.grid import Place
from nanduti_hub.plans.workbook.text import Cell, Note, error, info, warning


def read_schedule(
    page: Page, columns: Columns, index: int, row: list[Cell], silent: frozenset[int] | set[int]
) -> tuple[date | None, date | None]:
    """The first and the last day of an activity, as far as its row says them."""
    start: date | None = None
    end: date | None = None
    told = False
    where = -1
    column = columns.start
    value = row[column]
    if value != "":
        read = fields.period(page.facts, value, columns.hint_start)
        if read.notes:
            told |= _tells(page, (index, column), columns.labels[column], value, read.notes)
        start, where = read.start or read.end, column
        if columns.end < 0 and not read.day and row[columns.period] == "":
            end = read.end
    column = columns.end
    value = row[column]
    if value != "":
        read = fields.period(page.facts, value, columns.hint_end)
        if read.notes:
            told |= _tells(page, (index, column), columns.labels[column], value, read.notes)
        end, where = read.end or read.start, column
        if columns.start < 0 and not read.day:
            start = read.start
    column = columns.period
    value = row[column]
    if value != "" and (start is None or end is None):
        read = fields.period(page.facts, value, columns.hint)
        if read.notes:
            told |= _tells(page, (index, column), columns.labels[column], value, read.notes)
        where = column
        if start is None and end is None:
            start, end = (None, read.end) if read.day and columns.deadline else (read.start, read.end)
        elif read.start is not None and read.end is not None:
            start, end = start or read.start, end or read.end
    if columns.marks:
        first, last = _marked(page, columns, index, row)
        if first is not None and last is not None:
            broad = start is not None and end is not None and (end - start).days > 360 and columns.start < 0
            if (start is None and end is None) or broad:
                start, end, where = first, last, columns.marks[0][0]
            elif (start is not None and last < start) or (end is not None and first > end):
                column = columns.marks[0][0]
                note = warning(
                    "dates_disagree",
                    f"Las fechas y las marcas del cronograma no coinciden (marcas del {first:%d/%m/%Y} al {last:%d/%m/%Y});"
                    " se toman las fechas.",
                    "Corrija las fechas o las marcas.",
                )
                tell(page, (index, column), columns.labels[column], "", note)
    if start is None or end is None or end < start:
        if silent and not told:
            dated = {columns.start, columns.end, columns.period, *(column for column, _, _ in columns.marks)}
            told = not dated.isdisjoint(silent)
        _tell_dates(page, columns, index, row, start, end, where, told=told)
    return start, end


def _tells(page: Page, place: Place, label: str, value: Cell, notes: tuple[Note, ...]) -> bool:
    """Tell how a cell was read; whether what it lacks is told with that."""
    tell_all(page, place, label, value, notes)
    return any(note.severity is not Severity.INFO for note in notes)


def _tell_dates(
    page: Page,
    columns: Columns,
    index: int,
    row: list[Cell],
    start: date | None,
    end: date | None,
    where: int,
    *,
    told: bool,
) -> None:
    if start is not None and end is not None:
        if end < start:
            note = error(
                "dates_reversed",
                f"El fin ({end:%d/%m/%Y}) es anterior al inicio ({start:%d/%m/%Y}).",
                "Corrija las fechas de inicio y fin.",
            )
            tell(page, (index, where), columns.labels[where], row[where], note)
        return
    if told:
        return
    if where < 0:
        at = columns.at
        where = next((at[role] for role in ("start", "period", "end") if role in at), -1)
        if where < 0 and columns.marks:
            where = columns.marks[0][0]
    if start is None and end is None:
        painted = [column for column, _, _ in columns.marks if page.grid.is_painted((index, column))]
        if painted and len(painted) < len(columns.marks):
            note = warning(
                "schedule_painted",
                "El cronograma de esta fila está pintado, sin marcas: los colores no se leen.",
                "Escriba una X en cada celda pintada.",
            )
            where = painted[0]
        else:
            note = warning(
                "dates_missing",
                "La actividad no tiene fechas.",
                "Escriba el inicio y el fin, el trimestre o los meses.",
            )
        if where < 0:
            where = columns.at["title"]
        tell(page, (index, where), columns.labels.get(where, ""), row[where], note)
    elif end is None:
        note = warning("date_end_missing", "Falta la fecha de fin.", "Escriba cuándo termina.")
        tell(page, (index, where), columns.labels.get(where, ""), row[where], note)
    elif "start" in columns.at or not columns.deadline:
        note = info(
            "date_start_missing",
            "No dice cuándo comienza; se guarda solo la fecha de fin.",
            "Escriba el inicio.",
        )
        tell(page, (index, where), columns.labels.get(where, ""), row[where], note)


def _marked(page: Page, columns: Columns, index: int, row: list[Cell]) -> tuple[date | None, date | None]:
    covered = page.grid.covered
    spans = []
    for column, first, last in columns.marks:
        value = row[column]
        if value == "" and covered:
            anchor = covered.get((index, column), (index, column))
            if anchor[0] == index and anchor[1] != column:
                value = row[anchor[1]]
        if value != "" and is_mark(value):
            spans.append((first, last))
    if not spans:
        return None, None
    spans.sort()
    for (_, before), (after, _) in pairwise(spans):
        if after > before + timedelta(days=1):
            note = info(
                "dates_not_contiguous",
                f"Las marcas del cronograma no son seguidas: se toma del {spans[0][0]:%d/%m/%Y} al {spans[-1][1]:%d/%m/%Y}.",
                "Si son actividades separadas, póngalas en filas distintas.",
            )
            tell(page, (index, columns.marks[0][0]), columns.labels[columns.marks[0][0]], "", note)
            break
    return spans[0][0], spans[-1][1]
