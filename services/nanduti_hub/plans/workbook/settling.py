"""Columns whose heading leaves a choice that their cells settle.

Rule: the cells decide only between meanings that the heading allows; what is not chosen is told like any column
that is left alone.
"""

import re

from nanduti_hub.plans.workbook.fields import Page, named
from nanduti_hub.plans.workbook.grid import Grid
from nanduti_hub.plans.workbook.heading_names import NOT_READ
from nanduti_hub.plans.workbook.headings import Heading
from nanduti_hub.plans.workbook.kinds import names_crimes
from nanduti_hub.plans.workbook.places import Atlas, read_places
from nanduti_hub.plans.workbook.text import Cell, words

_SAMPLE = 60
_TAUGHT = re.compile(r"^(?:poblacion |personas |publico )?participantes?$")
#: The longest mark under an institution's name: "X", "R", "apoyo".
_LONGEST_MARK = 12


def settle(page: Page, heading: Heading) -> None:
    """Settle what the cells below a heading say about its columns."""
    _scope(page.grid, heading)
    _places(page.facts.atlas, heading)
    _partners(page, heading)
    _helpers(page, heading)
    _lead(page, heading)
    _total(page.grid, heading)


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
