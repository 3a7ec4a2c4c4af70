"""Columns whose heading leaves a choice that their cells settle.

Rule: the cells decide only between meanings that the heading allows; what is not chosen is told like any column
that is left alone.
"""

import re

from nanduti_hub.plans.workbook.fields import Page, axis, named, tell
from nanduti_hub.plans.workbook.grid import Grid
from nanduti_hub.plans.workbook.heading_names import NOT_READ
from nanduti_hub.plans.workbook.headings import Heading
from nanduti_hub.plans.workbook.kinds import names_crimes
from nanduti_hub.plans.workbook.labels import is_week
from nanduti_hub.plans.workbook.places import Atlas, read_places
from nanduti_hub.plans.workbook.text import Cell, info, warning, words

_SAMPLE = 60
_COUNTED = re.compile(r"%|porcentaje|ejecucion")
_TERMS = frozenset(("corto", "mediano", "largo"))
#: A row with fewer cells is a note or a signature.
_FULL = 3
#: So many cells tell whether a column names axes.
_FEW = 12
_TAUGHT = re.compile(r"^(?:poblacion |personas |publico )?participantes?$")
#: The longest mark under an institution's name: "X", "R", "apoyo".
_LONGEST_MARK = 12


def settle(page: Page, heading: Heading) -> None:
    """Settle what the cells below a heading say about its columns."""
    _weeks(page, heading)
    _parts(page, heading)
    _terms(page, heading)
    _scope(page.grid, heading)
    _places(page.facts.atlas, heading)
    _partners(page, heading)
    _helpers(page, heading)
    _lead(page, heading)
    _total(page.grid, heading)
    _state(heading)
    _axis(page, heading)


def _weeks(page: Page, heading: Heading) -> None:
    """Marks under weeks or fortnights of a month are read as the month, which is told once."""
    marked = sorted(heading.marks)
    labels = [heading.labels[column].rpartition(" / ") for column in marked]
    if not any(group and is_week(part) and heading.marks[column].months == 1
               for column, (group, _, part) in zip(marked, labels, strict=True)):  # fmt: skip
        return
    note = info(
        "weeks_as_months",
        "Las marcas por semana o quincena se leen como el mes entero.",
        "Si hace falta el día, agregue las columnas «Inicio» y «Fin».",
    )
    tell(page, (heading.bottom, marked[0]), heading.labels[marked[0]], "", note)


def _parts(page: Page, heading: Heading) -> None:
    """Of "Actividad principal | Sub-actividad" the one that more rows fill is the activity; the other groups them."""
    title = heading.columns["title"]
    also = [column for column, role in heading.known.items() if role == "title" and column > title]
    rows = [row for row in page.grid.rows[heading.bottom + 1 :][:_SAMPLE] if sum(map(bool, row)) >= _FULL]
    filled = {column: sum(1 for row in rows if row[column] != "") for column in (title, *also)}
    best = max(filled, key=lambda column: (filled[column], column == title))
    if best == title or not filled[title]:
        return
    heading.columns = {role: column for role, column in heading.columns.items() if column != best}
    heading.columns["title"] = best
    heading.unread = [column for column in heading.unread if column != best]
    place = next((role for role in ("line", "objective") if role not in heading.columns), None)
    if place is None:
        heading.unread.append(title)
        return
    heading.columns[place] = title
    note = info(
        "column_read_as",
        f"La columna «{heading.labels[title][:80]}» agrupa a las de «{heading.labels[best][:80]}», que se leen como"
        " las actividades.",
        "Si las actividades son las primeras, escríbalas en cada fila.",
    )
    tell(page, (heading.bottom, title), heading.labels[title], "", note)


def _terms(page: Page, heading: Heading) -> None:
    """Columns for the short, medium and long term are marked, and are no dates: told once, and left alone."""
    columns = [
        column
        for column, label in heading.labels.items()
        if words(label.rpartition(" / ")[2]).removesuffix(" plazo") in _TERMS and column not in heading.marks
    ]
    if len(columns) < len(_TERMS) - 1:
        return
    heading.columns = {role: column for role, column in heading.columns.items() if column not in columns}
    heading.unread = [column for column in heading.unread if column not in columns]
    first = min(columns)
    note = warning(
        "term_columns",
        "Las columnas de corto, mediano y largo plazo no dicen fechas: no se leen.",
        "Agregue las columnas «Inicio» y «Fin», o el trimestre o los meses de cada actividad.",
    )
    tell(page, (heading.bottom, first), heading.labels[first], "", note)


def _axis(page: Page, heading: Heading) -> None:
    """A column under "Línea", "Objetivo" or an unknown name is the axis when all its cells name axes of the plan."""
    if "axis" in heading.columns:
        return
    roles = {column: role for role, column in heading.columns.items() if role in {"line", "objective"}}
    for column in sorted({*roles, *(one for one in heading.unread if one not in heading.known)}):
        rows = page.grid.rows[heading.bottom + 1 : heading.bottom + _SAMPLE]
        values = [row[column] for row in rows if row[column] != "" and sum(map(bool, row)) >= _FULL][:_FEW]
        read = [axis(page.facts, value) for value in values if isinstance(value, str)]
        named = sum(1 for one in read if one.plain and one.common is not None and not one.notes)
        if not read or named * 5 < len(values) * 4:
            continue
        if column in roles:
            del heading.columns[roles[column]]
        else:
            heading.unread.remove(column)
        heading.columns["axis"] = column
        note = info(
            "column_read_as",
            f"La columna «{heading.labels[column][:80]}» se entiende como la del eje: sus celdas nombran ejes del plan.",
            "Si no es así, póngale «Eje» a la columna del eje.",
        )
        tell(page, (heading.bottom, column), heading.labels[column], "", note)
        return


def _scope(grid: Grid, heading: Heading) -> None:
    """ "Ámbito" is a place or a crime: its cells tell."""
    column = heading.columns.pop("scope", -1)
    if column < 0:
        return
    values = [
        row[column] for row in grid.rows[heading.bottom + 1 : heading.bottom + _SAMPLE] if row[column] != ""
    ]
    crimes = sum(1 for value in values if names_crimes(value))
    role = "crimes" if values and crimes * 2 >= len(values) else "place"
    if role not in heading.columns:
        heading.columns[role] = column
    else:
        heading.unread.append(column)


def _places(known: Atlas, heading: Heading) -> None:
    """Columns named like departments, side by side, are marked where the activity is."""
    named = {}
    for column in heading.unread:
        read = read_places(heading.labels[column].split(" / ")[-1], known)
        if len(read.departments) == 1 and not read.notes and read.stated:
            named[column] = read.departments[0]
    if len(named) >= 2 and len(set(named.values())) == len(named):
        heading.places = named
        heading.unread = [column for column in heading.unread if column not in named]


def _partners(page: Page, heading: Heading) -> None:
    """Columns that each bear an institution's name are marked by who takes part."""
    found: dict[int, str] = {}
    own = {heading.columns.get("lead", -1), heading.columns.get("collaborators", -1)}
    for column in sorted({*heading.unread, *own} - {-1}):
        read = named(page.facts, heading.labels[column].split(" / ")[-1])
        values = _values(page.grid, heading, column)
        marks = all(isinstance(value, str) and len(value) <= _LONGEST_MARK for value in values)
        if len(read.codes) == 1 and not read.unknown and not read.notes and marks:
            found[column] = read.codes[0]
    if len(found) < 2 or len(set(found.values())) < len(found):
        return
    heading.partners = found
    heading.leads = "collaborators" not in {heading.known.get(column) for column in found}
    heading.unread = [column for column in heading.unread if column not in found]
    for role in ("lead", "collaborators"):
        if heading.columns.get(role) in found:
            del heading.columns[role]


def _helpers(page: Page, heading: Heading) -> None:
    """ "Participantes" are institutions, or those who are taught."""
    column = heading.columns.get("collaborators", -1)
    if column < 0 or not _TAUGHT.search(words(heading.labels[column])):
        return
    if _share(page, heading, column) * 2 < 1:
        del heading.columns["collaborators"]
        heading.known[column] = NOT_READ
        heading.unread = sorted({*heading.unread, column})


def _lead(page: Page, heading: Heading) -> None:
    """Of several columns for who answers ("Responsable" a person, "Institución") the one with institutions is read."""
    column = heading.columns.get("lead", -1)
    others = [other for other in heading.unread if heading.known.get(other) == "lead"]
    if column < 0 or not others:
        return
    share = {one: _share(page, heading, one) for one in (column, *others)}
    best = max(share, key=lambda one: (share[one], one == column))
    if best != column and share[column] * 2 < share[best]:
        heading.columns["lead"] = best
        heading.unread = sorted({*heading.unread, column} - {best})


def _total(grid: Grid, heading: Heading) -> None:
    """ "Total" beside what is programmed by quarter is the goal where it is their sum."""
    column = max(heading.marks, default=-2) + 1
    if "target" in heading.columns or not words(heading.labels.get(column, "")).startswith("total"):
        return
    rows = grid.rows[heading.bottom + 1 : heading.bottom + _SAMPLE]
    sums = [
        (row[column], sum(value for at in heading.marks if isinstance(value := row[at], float)))
        for row in rows
        if isinstance(row[column], float)
    ]
    if column in heading.unread and sums and all(total == parts for total, parts in sums):
        heading.columns["target"] = column
        heading.unread.remove(column)


def _state(heading: Heading) -> None:
    """ "Estado de avance" beside "% de avance" is the state, and the percentage is the progress."""
    column = heading.columns.get("progress", -1)
    if "status" in heading.columns or not words(heading.labels.get(column, "")).startswith("estado"):
        return
    other = next(
        (
            one
            for one in heading.unread
            if heading.known.get(one) == "progress" and _COUNTED.search(words(heading.labels[one]))
        ),
        None,
    )
    if other is not None:
        heading.columns["status"], heading.columns["progress"] = column, other
        heading.unread.remove(other)


def _share(page: Page, heading: Heading, column: int) -> float:
    values = _values(page.grid, heading, column)
    known = 0
    for value in values:
        read = named(page.facts, value)
        known += bool(read.codes) and not read.unknown_first
    return known / len(values) if values else 0.0


def _values(grid: Grid, heading: Heading, column: int) -> list[Cell]:
    rows = grid.rows[heading.bottom + 1 : heading.bottom + _SAMPLE]
    return [row[column] for row in rows if row[column] != ""]
