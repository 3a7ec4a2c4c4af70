"""What there is to say of a sheet as a whole, once it is read: broken and hidden cells, columns left alone, numbers
given twice, another year in the title.
"""

from collections.abc import Callable, Sequence

from nanduti_hub.plans.rows import Row, Severity
from nanduti_hub.plans.workbook.amounts import read_amount
from nanduti_hub.plans.workbook.dates import read_period
from nanduti_hub.plans.workbook.fields import Page, named, places, tell
from nanduti_hub.plans.workbook.heading_names import NOT_READ
from nanduti_hub.plans.workbook.headings import Heading, is_part_of_budget
from nanduti_hub.plans.workbook.sheets import title_years, years_in
from nanduti_hub.plans.workbook.table import Table
from nanduti_hub.plans.workbook.text import Cell, Note, clean, error, info, letters, shown, warning, words

_SAMPLE, _GUESSED = 200, 20
_LEAST_AMOUNT = 10_000
#: So many activities of one title are looked at for being pasted twice.
_ALIKE = 50


def tell_sheet(page: Page, heading: Heading, table: Table) -> None:
    """Tell everything that is about more than one cell."""
    _broken(page, table)
    _hidden(page, table)
    for order, one in enumerate(table.headings):
        until = table.headings[order + 1].top if order + 1 < len(table.headings) else len(page.grid.rows)
        _columns(page, one, [row for row in table.activities if one.bottom < row < until])
        _of_another_year(page, one)
    _struck(page, table)
    _painted(page, table)
    _twice(page, table)
    _pasted(page, table)
    _other_year(page, heading)
    filled = next((one for one in table.headings if "axis" in one.columns), None)
    if table.filled and filled is not None:
        note = info(
            "axis_filled_down",
            f"El eje está en blanco en {table.filled} {'fila' if table.filled == 1 else 'filas'}:"
            " se toma el de la fila de arriba.",
        )
        column = filled.columns["axis"]
        tell(page, (filled.bottom, column), filled.labels[column], "", note)


def _broken(page: Page, table: Table) -> None:
    used = {column for one in table.headings for column in (*one.columns.values(), *one.marks)}
    activities = set(table.activities) | table.damaged
    for (row, column), what in sorted(page.grid.around.broken.items()):
        matters = row in activities and column in used
        note = Note(
            Severity.ERROR if matters else Severity.WARNING,
            "broken_cell",
            f"La celda está rota ({what}): su valor no se conoce."
            if what.startswith("#")
            else "La celda tiene una fórmula sin resultado guardado: su valor no se conoce.",
            "Corrija la fórmula o escriba el valor; abra el archivo en Excel, espere el cálculo y guárdelo de nuevo.",
        )
        tell(page, (row, column), table.columns.labels.get(column, ""), what, note)


def _hidden(page: Page, table: Table) -> None:
    hidden = [row for row in table.activities if row in page.grid.around.hidden_rows]
    if hidden:
        listed = ", ".join(str(row + 1) for row in hidden[:10]) + (" …" if len(hidden) > 10 else "")
        note = warning(
            "rows_hidden",
            f"Hay actividades en filas ocultas ({len(hidden)}; filas {listed}): se leyeron como las demás.",
            "Si no son parte del plan, bórrelas; si lo son, muéstrelas.",
        )
        tell(page, (hidden[0], table.heading.columns["title"]), "", "", note)
    for column in sorted(set(table.roles) & page.grid.around.hidden_columns):
        note = warning(
            "column_hidden",
            f"La columna {letters(column)} está oculta: se leyó como las demás.",
            "Si no vale, bórrela; si vale, muéstrela.",
        )
        tell(page, (table.heading.top, column), table.columns.labels.get(column, ""), "", note)


def _table_beside(heading: Heading, sample: Sequence[Sequence[Cell]]) -> int | None:
    """Where a second table begins at the side: activities and those responsible are there once more, with data."""
    again: dict[str, int] = {}
    for role in ("title", "lead"):
        label = heading.labels.get(heading.columns.get(role, -1))
        for column in heading.repeated:
            has_data = any(column < len(row) and row[column] != "" for row in sample)
            if label is not None and words(heading.labels[column]) == words(label) and has_data:
                again.setdefault(role, column)
    return again["title"] if len(again) == 2 else None


def _columns(page: Page, heading: Heading, activities: list[int]) -> None:
    """Tell which columns are left alone: with data in most rows it is a warning that says what they might be."""
    sample = [page.grid.rows[index] for index in activities[:_SAMPLE]]
    read = {role: column for role, column in heading.columns.items() if column in heading.labels}
    beside = _table_beside(heading, sample)
    if beside is not None:
        note = error(
            "tables_side_by_side",
            "Hay dos tablas de actividades una al lado de la otra: se leyó solo la de la izquierda.",
            "Pase la segunda debajo de la primera, o a otra hoja, y suba el archivo otra vez.",
        )
        tell(page, (heading.bottom, beside), heading.labels[beside][:200], "", note)
    for column in heading.unread:
        if beside is not None and column in heading.repeated:
            continue
        label = heading.labels[column]
        role = heading.known.get(column)
        values = [row[column] for row in sample if column < len(row) and row[column] != ""]
        if column in heading.repeated:
            note = warning(
                "column_repeated",
                f"La columna «{label[:80]}» está repetida: se lee solo la primera.",
                "Deje una sola, o póngales nombres distintos.",
            )
        elif "budget" in read and role is None and is_part_of_budget(label):
            note = info(
                "column_not_read",
                f"La columna «{label[:80]}» no se lee: se toma el total, «{heading.labels[read['budget']][:80]}».",
            )
        elif role == NOT_READ or len(values) * 2 < len(sample) or not values:
            note = info(
                "column_not_read", f"La columna «{label[:80]}» no se lee: no es un dato del registro."
            )
        elif role is not None and role in read:
            note = warning(
                "column_not_read",
                f"La columna «{label[:80]}» no se lee: para ese dato se toma «{heading.labels[read[role]][:80]}».",
                "Compruebe que es la columna correcta; si no, cambie el nombre de la que sobra.",
            )
        else:
            note = warning(
                "column_not_read",
                f"No se reconoce la columna «{label[:80]}», que tiene datos ({_guess(page, values)}): no se lee.",
                "Si es un dato del plan, póngale un nombre usual: Actividad, Responsable, Corresponsables,"
                " Departamento, Inicio, Fin, Indicador, Unidad de medida, Meta, Presupuesto (Gs.).",
            )
        tell(page, (heading.bottom, column), label[:200], "", note)
    for column in range(len(page.grid.rows[heading.bottom]) - 1):
        if column in heading.labels or column in heading.marks:
            continue
        values = [row[column] for row in sample if column < len(row) and row[column] != ""]
        if len(values) >= 2 and len(values) * 2 > len(sample):
            note = warning(
                "column_without_heading",
                f"La columna {letters(column)} tiene datos ({_guess(page, values)}) y no tiene encabezado: no se lee.",
                "Escriba su encabezado.",
            )
            tell(page, (heading.bottom, column), "", "", note)


def _guess(page: Page, values: list[Cell]) -> str:
    """What the cells of a column look like."""
    sample = values[:_GUESSED]
    readings: tuple[tuple[str, Callable[[Cell], bool]], ...] = (
        ("parecen fechas", lambda value: not isinstance(value, (int, float, str, bool))),
        ("parecen montos", lambda value: (read_amount(value).guaranies or 0) >= _LEAST_AMOUNT),
        ("parecen cantidades", lambda value: isinstance(value, float)),
        ("parecen marcas del cronograma", lambda value: len(clean(value)) == 1),
        ("parecen instituciones", lambda value: bool(named(page.facts, value).codes)),
        ("parecen departamentos", lambda value: bool(places(page.facts, value).departments)),
        ("parecen plazos", lambda value: read_period(value, page.facts.year).start is not None),
    )
    for name, fits in readings:
        if sum(1 for value in sample if fits(value)) * 2 > len(sample):
            return name
    return f"por ejemplo, «{shown(sample[0])[:60]}»"


def _of_another_year(page: Page, heading: Heading) -> None:
    """A goal or an amount whose heading names only other years is read, and told."""
    for role in ("target", "budget"):
        column = heading.columns.get(role, -1)
        years = years_in(heading.labels.get(column, ""))
        if years and not min(years) <= page.facts.year <= max(years):
            note = warning(
                "column_other_year",
                f"La columna «{heading.labels[column][:80]}» habla de otro año que el plan ({page.facts.year}).",
                "Compruebe que es la del año del plan.",
            )
            tell(page, (heading.bottom, column), heading.labels[column][:200], "", note)


def _struck(page: Page, table: Table) -> None:
    if not page.grid.package.struck:
        return
    title = table.heading.columns["title"]
    for row in table.activities:
        if page.grid.is_struck((row, title)):
            note = warning(
                "row_struck",
                "La actividad está tachada: se leyó como las demás.",
                "Si se canceló, escriba «Cancelada» en una columna «Estado», o borre la fila.",
            )
            value = page.grid.rows[row][title]
            tell(page, (row, title), table.columns.labels.get(title, ""), value, note)
            continue
        for column in sorted(table.roles):
            value = page.grid.rows[row][column] if column >= 0 else ""
            if value != "" and page.grid.is_struck((row, column)):
                note = warning(
                    "cell_struck",
                    "El valor está tachado: se leyó como los demás.",
                    "Si ya no vale, bórrelo; si vale, quítele el tachado.",
                )
                tell(page, (row, column), table.columns.labels.get(column, ""), value, note)


def _painted(page: Page, table: Table) -> None:
    """Tell once that a state is shown by colour alone."""
    column = table.columns.status
    if column < 0 or not page.grid.package.painted:
        return
    rows = page.grid.rows
    painted = [
        row for row in table.activities if rows[row][column] == "" and page.grid.is_painted((row, column))
    ]
    if painted:
        note = warning(
            "status_painted",
            f"El estado está pintado, sin palabras, en {len(painted)} {'fila' if len(painted) == 1 else 'filas'}:"
            " los colores no se leen.",
            "Escriba el estado: planificada, en ejecución, concluida, suspendida o cancelada.",
        )
        tell(page, (painted[0], column), table.columns.labels[column], "", note)


def _twice(page: Page, table: Table) -> None:
    seen: dict[tuple[str, str], int] = {}
    for row in table.rows:
        if not row.code:
            continue
        key = (row.axis_common or row.axis, row.code)
        before = seen.setdefault(key, row.row)
        if before != row.row:
            column = table.heading.columns.get("code", table.heading.columns["title"])
            note = warning(
                "code_repeated",
                f"El número «{row.code}» está en las filas {before} y {row.row} del mismo eje.",
                "Dé a cada actividad su número; si es 1.10, escríbalo con formato de texto.",
            )
            tell(page, (row.row - 1, column), table.columns.labels.get(column, ""), row.code, note)


def _pasted(page: Page, table: Table) -> None:
    """Tell an activity that stands in the sheet twice with the same lead, time, places and money."""
    seen: dict[str, Row] = {}
    again: dict[str, list[Row]] = {}
    for row in table.rows:
        title = row.title.lower().rstrip(" .")
        first = seen.setdefault(title, row)
        if first is row:
            continue
        alike = again.setdefault(title, [first])
        before = next((one for one in alike if _said(one) == _said(row)), None)
        if len(alike) < _ALIKE:
            alike.append(row)
        if before is None or not (row.lead or row.start or row.budget_pyg):
            continue
        if row.code and row.code == before.code:
            continue  # its number given twice is told already
        note = warning(
            "activity_repeated",
            f"La actividad es igual a la de la fila {before.row}.",
            "Si está repetida, borre una; si son dos, escriba en qué se distinguen.",
        )
        column = table.columns.title
        tell(page, (row.row - 1, column), table.columns.labels.get(column, ""), row.title, note)


def _said(row: Row) -> tuple[object, ...]:
    return (row.axis, row.lead, row.start, row.end, row.departments, row.budget_pyg)


def _other_year(page: Page, heading: Heading) -> None:
    """A title for another year is a sign of last year's file."""
    for place, text, years in title_years(page.grid, heading):
        if not min(years) <= page.facts.year <= max(years):
            tell(page, place, "", text, _differs("El título", years, page.facts.year))
            return
    years = years_in(page.grid.name)
    if years and not min(years) <= page.facts.year <= max(years):
        where = (heading.top, heading.columns["title"])
        tell(page, where, "", "", _differs("El nombre de la hoja", years, page.facts.year))


def _differs(what: str, years: list[int], year: int) -> Note:
    return warning(
        "year_differs",
        f"{what} habla de {' y '.join(map(str, years))}, y el plan es de {year}.",
        "Compruebe que es el archivo correcto.",
    )
