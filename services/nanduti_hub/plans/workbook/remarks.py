"""What there is to say of a sheet as a whole, once it is read: broken and hidden cells, columns left alone, numbers
given twice, another year in the title.
"""

import re

from nanduti_hub.plans.rows import Severity
from nanduti_hub.plans.workbook.fields import Page, tell
from nanduti_hub.plans.workbook.headings import Heading
from nanduti_hub.plans.workbook.table import Table
from nanduti_hub.plans.workbook.text import Note, clean, fold, info, letters, warning

_YEAR = re.compile(r"\b(20[1-4]\d)\b")


def tell_sheet(page: Page, heading: Heading, table: Table) -> None:
    """Tell everything that is about more than one cell."""
    _broken(page, table)
    _hidden(page, table)
    _columns(page, heading)
    _twice(page, table)
    _other_year(page, heading)
    if table.filled:
        note = info(
            "axis_filled_down",
            f"El eje está en blanco en {table.filled} {'fila' if table.filled == 1 else 'filas'}:"
            " se toma el de la fila de arriba.",
        )
        tell(
            page, (heading.bottom, heading.columns["axis"]), heading.labels[heading.columns["axis"]], "", note
        )


def _broken(page: Page, table: Table) -> None:
    used = set(table.roles) | set(table.heading.marks)
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


def _columns(page: Page, heading: Heading) -> None:
    for column in heading.unread:
        label = heading.labels[column]
        if column in heading.repeated:
            note = warning(
                "column_repeated",
                f"La columna «{label[:80]}» está repetida: se lee solo la primera.",
                "Deje una sola, o póngales nombres distintos.",
            )
        else:
            note = info(
                "column_not_read", f"La columna «{label[:80]}» no se lee: no es un dato del registro."
            )
        tell(page, (heading.bottom, column), label[:200], "", note)


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


def _other_year(page: Page, heading: Heading) -> None:
    """A title for another year is a sign of last year's file."""
    for index in range(min(heading.top, 20)):
        for column, value in enumerate(page.grid.rows[index]):
            if not isinstance(value, str) or not re.search(
                r"\bplan\b|\bpoa\b|matriz|periodo|ano\b", fold(value)
            ):
                continue
            years = [int(year) for year in _YEAR.findall(value)]
            if years and not min(years) <= page.facts.year <= max(years):
                note = warning(
                    "year_differs",
                    f"El título habla de {' y '.join(map(str, sorted(set(years))))}, y el plan es de {page.facts.year}.",
                    "Compruebe que es el archivo correcto.",
                )
                tell(page, (index, column), "", clean(value), note)
                return
