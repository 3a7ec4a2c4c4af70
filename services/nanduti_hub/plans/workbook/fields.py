"""Cells into fields of a row: every parser behind a memory of what it was already asked, and its findings placed.

Rule: a value is parsed once for each distinct text of a workbook; findings are made for each cell anew.
"""

import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from nanduti.directory import Platform
from nanduti_hub.plans.personal import veiled
from nanduti_hub.plans.rows import Finding, Known, Severity
from nanduti_hub.plans.workbook.amounts import Amount, read_amount
from nanduti_hub.plans.workbook.axes import AxisNames, AxisRead, axis_names, read_axis
from nanduti_hub.plans.workbook.bounds import (
    MAX_CELL_TEXT,
    MAX_FINDINGS,
    MAX_SEARCHED,
    MAX_SEARCHED_CELL,
    Unreadable,
    too_many_findings,
    too_much_text,
)
from nanduti_hub.plans.workbook.container import Package
from nanduti_hub.plans.workbook.dates import Period, read_and_told
from nanduti_hub.plans.workbook.grid import Grid, Place
from nanduti_hub.plans.workbook.institutions import Named, read_institutions
from nanduti_hub.plans.workbook.measures import Measure, Standing, read_measure, read_standing
from nanduti_hub.plans.workbook.places import Atlas, Places, atlas, read_places
from nanduti_hub.plans.workbook.progress import Progress
from nanduti_hub.plans.workbook.register import Register, register
from nanduti_hub.plans.workbook.text import (
    Cell,
    Note,
    address,
    clean,
    fold,
    number_text,
    shown,
    unbulleted,
    warning,
)

Read = TypeVar("Read")

LINE = 1_000
#: What is shorter takes no time worth counting.
_SHORT = 100
TEXT = 4_000
#: So many cells with the same text are told how it is understood; a plan of people has fewer.
_OFTEN = 200
_NO_MARK = frozenset(
    {"", "0", "-", "--", "no", "n", "n/a", "na", ".", "0%", "x no", "s/d", "/", "falso", "false"}
)


class Facts(Struct):
    """What a workbook is read against, and what was already read."""

    platform: Platform
    year: int
    register: Register
    atlas: Atlas
    axes: AxisNames
    since_1904: bool
    foreign_styles: bool
    percent_styles: bool
    memory: dict[Any, dict[Any, Any]] = field(default_factory=dict)
    lines: dict[Cell, str] = field(default_factory=dict)
    #: Letters that were searched for names, days and amounts.
    searched: int = 0
    periods: dict[int | None, dict[Cell, Period]] = field(default_factory=dict)
    named: dict[Cell, Named] = field(default_factory=dict)
    places: dict[Cell, Places] = field(default_factory=dict)
    #: How often each information about a value was told.
    times: dict[str, int] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)


class Placed(Struct):
    """A finding and where it stands, so that they can be put in the workbook's order."""

    sheet: int
    row: int
    column: int
    finding: Finding


class Page(Struct):
    """A sheet that is being read: its cells, and the findings so far."""

    index: int
    grid: Grid
    facts: Facts
    found: list[Placed]


def facts_of(known: Known, package: Package) -> Facts:
    """The facts of the directory and of the workbook's styles."""
    return Facts(
        platform=known.platform,
        year=known.year,
        register=register(known.institutions, known.platform),
        atlas=atlas(known.departments, known.platform),
        axes=axis_names(known.platform),
        since_1904=package.since_1904,
        foreign_styles=any(
            sign in code.upper()
            for code in package.formats
            for sign in ("USD", "US$", "U$", "[$$", "€", '$"', "R$", "$#")
        ),
        percent_styles=any("%" in code for code in package.formats),
    )


def tell(page: Page, place: Place, label: str, value: Cell, note: Note) -> None:
    """Add a finding about a cell; what looks like a person's datum is not repeated."""
    row, column = place
    if len(page.found) >= MAX_FINDINGS:
        raise Unreadable(too_many_findings())
    page.found.append(
        Placed(
            page.index,
            row,
            column,
            Finding(
                sheet=page.grid.name,
                cell=address(row, column) if column >= 0 else "",
                column=label,
                value=veiled(shown(value)),
                severity=note.severity,
                code=note.code,
                message=veiled(note.message),
                suggestion=note.suggestion,
            ),
        )
    )


def tell_all(page: Page, place: Place, label: str, value: Cell, notes: tuple[Note, ...]) -> bool:
    """Add findings about a cell; whether any is an error. What was told often enough is told no more."""
    serious = False
    for note in notes:
        if note.severity is Severity.INFO:
            times = page.facts.times
            times[note.message] = count = times.get(note.message, 0) + 1
            if count > _OFTEN:
                continue
            if count == _OFTEN:
                again = f"{note.message} Igual en las demás celdas que dicen lo mismo."
                tell(page, place, label, value, replace(note, message=again))
                continue
        serious = serious or note.severity is Severity.ERROR
        tell(page, place, label, value, note)
    return serious


def remembered(facts: Facts, name: object, value: Cell, read: Callable[[Cell], Read]) -> Read:
    """What a parser says of a value, asked once for each value of a workbook."""
    memory = facts.memory.get(name)
    if memory is None:
        memory = facts.memory[name] = {}
    known: Read | None = memory.get(value)
    if known is None:
        known = memory[value] = read(_searchable(facts, value))
    return known


def _searchable(facts: Facts, value: Cell) -> Cell:
    """As much of a value as is searched for names, days and amounts.

    Raises:
        Unreadable: all values together are so long that searching them would hold up the others who wait.

    """
    if not isinstance(value, str) or len(value) < _SHORT:
        return value
    searched = value[:MAX_SEARCHED_CELL]
    # A single sign can stand for eighteen letters, which are what is searched.
    facts.searched += len(searched) if searched.isascii() else len(unicodedata.normalize("NFKC", searched))
    if facts.searched > MAX_SEARCHED:
        raise Unreadable(too_much_text())
    return searched


def _length(text: str) -> str:
    """How long a text is, as far as a cell is read."""
    return str(len(text)) if len(text) < MAX_CELL_TEXT else f"{MAX_CELL_TEXT} o más"


def _cut_short(value: Cell) -> tuple[Note, ...]:
    if not isinstance(value, str) or len(value) <= MAX_SEARCHED_CELL:
        return ()
    return (
        warning(
            "text_too_long",
            f"El texto tiene {_length(value)} letras; se leen las primeras {MAX_SEARCHED_CELL}.",
            "Deje en la celda solo los nombres y pase el detalle a las observaciones.",
        ),
    )


def period(facts: Facts, value: Cell, hint: int | None) -> Period:
    """The time that a cell states."""
    periods = facts.periods.get(hint)
    if periods is None:
        periods = facts.periods[hint] = {}
    known = periods.get(value)
    if known is None:
        known = periods[value] = read_and_told(
            _searchable(facts, value), facts.year, hint, since_1904=facts.since_1904
        )
    return known


def named(facts: Facts, value: Cell) -> Named:
    """The institutions that a cell names."""
    known = facts.named.get(value)
    if known is None:
        known = read_institutions(_searchable(facts, value), facts.register)
        known = facts.named[value] = replace(known, notes=(*known.notes, *_cut_short(value)))
    return known


def places(facts: Facts, value: Cell) -> Places:
    """The departments that a cell names."""
    known = facts.places.get(value)
    if known is None:
        known = read_places(_searchable(facts, value), facts.atlas)
        known = facts.places[value] = replace(known, notes=(*known.notes, *_cut_short(value)))
    return known


def axis(facts: Facts, value: Cell) -> AxisRead:
    """The axis that a cell names."""
    known = facts.axes
    return remembered(facts, "axis", value, lambda cell: read_axis(cell, known))


def amount(page: Page, place: Place, value: Cell, scale: int, *, foreign: bool = False) -> Amount:
    """The guaraníes that a cell states."""
    if foreign and isinstance(value, float):
        return read_amount(value, scale, "USD")
    style = page.grid.number_format(place) if page.facts.foreign_styles and not isinstance(value, str) else ""
    if style:
        return read_amount(value, scale, style)
    return remembered(page.facts, ("amount", scale), value, lambda cell: read_amount(cell, scale))


def measure(page: Page, place: Place, value: Cell, what: str) -> Measure:
    """The target or baseline that a cell states."""
    percent = _is_percent(page, place, value)
    if isinstance(value, float) and not percent:
        return Measure(value)
    return remembered(
        page.facts, (what, percent), value, lambda cell: read_measure(cell, percent=percent, what=what)
    )


def standing(page: Page, place: Place, value: Cell, *, ratios: bool) -> Standing:
    """The status or progress that a cell states."""
    percent = _is_percent(page, place, value)
    return remembered(
        page.facts,
        ("standing", percent, ratios),
        value,
        lambda cell: read_standing(cell, percent=percent, ratios=ratios),
    )


def _is_percent(page: Page, place: Place, value: Cell) -> bool:
    return page.facts.percent_styles and isinstance(value, float) and "%" in page.grid.number_format(place)


def tidied(value: Cell) -> str:
    """A cell as one line of text, however long."""
    text = clean(value)
    return text if text[:1].isalnum() else unbulleted(text)


def line(page: Page, place: Place, label: str, value: Cell, longest: int = LINE) -> str:
    """A cell as one line of text."""
    lines = page.facts.lines
    text = lines.get(value)
    if text is None:
        text = lines[value] = tidied(value)
    if len(text) > longest:
        note = warning(
            "text_too_long",
            f"El texto tiene {_length(text)} letras; se guardan las primeras {longest}.",
            "Acorte el texto o pase el detalle a la descripción.",
        )
        tell(page, place, label, value, note)
        return text[: longest - 1] + "…"
    return text


def code(page: Page, place: Place, label: str, value: Cell) -> str:
    """The plan's own number of an activity, as written."""
    match value:
        case str():
            return clean(value).rstrip(" .")
        case datetime() | date():
            written = f"{value.day}.{value.month}"
            if 2000 <= value.year <= 2019:
                written += f".{value.year - 2000}"
            note = warning(
                "code_became_date",
                f"La planilla convirtió el número en la fecha {value:%d/%m/%Y}; se lee «{written}».",
                "Ponga la columna en formato de texto y vuelva a escribir el número.",
            )
            tell(page, place, label, value, note)
            return written
        case float():
            style = page.grid.number_format(place)
            if not style:
                return number_text(value)
            decimals = len(style.partition(".")[2]) if style.replace("0", "").replace("#", "") == "." else 0
            return f"{value:.{decimals}f}" if decimals else number_text(value)
        case _:
            return clean(value)


def is_mark(value: Cell) -> bool:
    """Whether a cell of a schedule is marked."""
    if isinstance(value, str):
        return bool(value) and fold(value).strip() not in _NO_MARK
    return bool(value) if isinstance(value, (int, float)) else True
