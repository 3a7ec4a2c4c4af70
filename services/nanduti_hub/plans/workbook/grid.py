"""A sheet as a table of cells with its merged ranges, and what the file says around them.

Rule: the same sheet gives the same grid from every format; addresses are the spreadsheet's own; what a reader shows
as blank is blank only if the file does not call it broken.
"""

import io
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from math import isfinite
from operator import methodcaller

from msgspec import Struct, field
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from nanduti_hub.plans.rows import Finding
from nanduti_hub.plans.workbook.bounds import (
    LAST_ROW,
    MAX_CELL_TEXT,
    MAX_COLUMNS,
    MAX_COVERED,
    MAX_MERGES,
    damaged_sheet,
    refused,
    too_spread,
    too_wide,
)
from nanduti_hub.plans.workbook.container import Excel, Package
from nanduti_hub.plans.workbook.sheet_xml import (
    Room,
    Surroundings,
    measure,
    styles_of,
    surroundings,
)
from nanduti_hub.plans.workbook.text import Cell, address

#: How a text begins that may be read as another: an error that was pasted, the sign for "this is text".
_SPECIAL = ("#", "'")
_opens_special = methodcaller("startswith", _SPECIAL)
#: Sheets that are laid out in vain before no other is.
_MOST_REFUSED = 3

_BROKEN_TEXT = re.compile(
    r"#(?:¡?REF!|¡?DIV/0!|N/A|N/D|¡?VALU[EO]!|¡?VALOR!|¿?NAME\?|¿?NOMBRE\?|¡?NUM!|¡?N[UÚ]M!|¡?NULL!|¡?NULO!|¡?DESBORDAMIENTO!|SPILL!)"
)

#: Formats that change what a number says: percentages, other money than guaraníes, fixed decimals.
_TELLING = re.compile(r"%|\$|USD|€|^0?#?\.0+$|^0\.0+$", re.IGNORECASE)

Place = tuple[int, int]
Range = tuple[Place, Place]
#: The styles of a row's cells: first column, last column, style number.
Runs = list[tuple[int, int, int]]


class Grid(Struct):
    """A sheet. Indexes count from 0; every row ends with one blank cell more than the sheet has.

    `covered` gives the anchor of every cell of a merged range. The styles of cells are in `xml`, and looked up
    there when asked for, or in `runs` by row.
    """

    name: str
    rows: list[list[Cell]]
    merges: list[Range]
    covered: dict[Place, Place]
    around: Surroundings
    xml: bytes
    package: Package
    runs: dict[int, Runs] | None = None
    _styled: dict[str, dict[Place, int]] = field(default_factory=dict)

    def number_format(self, place: Place) -> str:
        """The number format of a cell, "" when it is a plain one."""
        if self.runs is not None:
            code = self.package.formats[style] if (style := self._run_at(place)) is not None else ""
            return code if _TELLING.search(code) else ""
        styled = self._styled.get("format")
        if styled is None:
            telling = frozenset(
                index for index, code in enumerate(self.package.formats) if _TELLING.search(code)
            )
            styled = self._styled["format"] = styles_of(self.xml, telling)
        style = styled.get(place)
        return "" if style is None else self.package.formats[style]

    def is_painted(self, place: Place) -> bool:
        """Whether a cell's ground is painted."""
        if self.runs is not None:
            return self._run_at(place) in self.package.painted
        if "paint" not in self._styled:
            self._styled["paint"] = styles_of(self.xml, self.package.painted)
        return place in self._styled["paint"]

    def is_struck(self, place: Place) -> bool:
        """Whether a cell's text is struck through."""
        if self.runs is not None:
            return self._run_at(place) in self.package.struck
        if "struck" not in self._styled:
            self._styled["struck"] = styles_of(self.xml, self.package.struck)
        return place in self._styled["struck"]

    def _run_at(self, place: Place) -> int | None:
        row, column = place
        for first, last, style in (self.runs or {}).get(row, ()):
            if first <= column <= last:
                return style
        return None


class Hidden(Struct, frozen=True):
    """A sheet that is hidden, and so is not read."""

    name: str


def grids(excel: Excel) -> Iterator[Grid | Hidden | Finding]:
    """The sheets of a workbook of Excel in order: each read, or hidden, or refused with its finding.

    Raises:
        Unreadable: the workbook as a whole is too large.

    """
    room = Room()
    with ThreadPoolExecutor(max_workers=1) as beside:
        # calamine holds no lock of the interpreter: on a second core this takes no time.
        opened = beside.submit(CalamineWorkbook.from_filelike, io.BytesIO(excel.content))
        reach = [
            measure(part.name, part.xml, excel.shared, room) if part.xml else None for part in excel.parts
        ]
        book = opened.result()
    # The same list of the same part: by its order, since a name can be written in more than one way.
    for part, sheet, far in zip(excel.parts, book.sheets_metadata, reach, strict=True):
        if sheet.typ is not SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible is not SheetVisibleEnum.Visible:
            yield Hidden(sheet.name)
            continue
        if not part.xml:
            yield damaged_sheet(sheet.name)
            continue
        yield far if far is not None else _read(book, sheet.name, part.xml, excel.package, room)


def _read(book: CalamineWorkbook, name: str, xml: bytes, package: Package, room: Room) -> Grid | Finding:
    if xml.count(b"mergeCell ", max(0, xml.rfind(b"sheetData>"))) > MAX_MERGES:
        return _too_merged(name)
    if room.refused >= _MOST_REFUSED:
        return too_spread(name, "")  # calamine would take its time to lay out each
    with ThreadPoolExecutor(max_workers=1) as beside:
        # calamine holds no lock of the interpreter: on a second core this takes no time.
        around = beside.submit(surroundings, xml)
        try:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_width > MAX_COLUMNS + 1 or sheet.total_height > LAST_ROW + 1:
                return too_wide(name)
            area = sheet.total_width * sheet.total_height
            if area > room.area:
                room.refused += 1
                return too_spread(name, address(sheet.total_height - 1, sheet.total_width - 1))
            room.area -= area
            rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
            merges: list[Range] = list(sheet.merged_cell_ranges or ())
        except (CalamineError, ValueError, OverflowError):
            return damaged_sheet(name)
        return made_grid(name, rows, merges, around.result(), package, xml=xml)


def made_grid(
    name: str,
    rows: list[list[Cell]],
    merges: Iterable[Range],
    around: Surroundings,
    package: Package,
    *,
    xml: bytes = b"",
    runs: dict[int, Runs] | None = None,
) -> Grid | Finding:
    """A grid of values that were read, which it takes over; the finding when too much of it is merged."""
    for values in rows:
        values.append("")  # so that the index -1 is a blank cell
    _plain_values(rows, around)
    height = len(rows)
    kept: list[Range] = []
    covered: dict[Place, Place] = {}
    for (top, left), (bottom, right) in merges:
        if top >= height:
            continue
        last_row, last_column = min(bottom, height - 1), min(right, MAX_COLUMNS)
        kept.append(((top, left), (last_row, last_column)))
        if len(covered) + (last_row - top + 1) * (last_column - left + 1) > MAX_COVERED:
            return _too_merged(name)
        for row in range(top, last_row + 1):
            for column in range(left, last_column + 1):
                covered[row, column] = (top, left)
    return Grid(
        name=name,
        rows=rows,
        merges=kept,
        covered=covered,
        around=around,
        xml=xml,
        package=package,
        runs=runs,
    )


def _too_merged(name: str) -> Finding:
    return refused(
        "sheet_unreadable",
        f"La hoja «{name[:200]}» tiene demasiadas celdas combinadas.",
        "Separe las celdas combinadas y guarde el archivo otra vez.",
        sheet=name,
    )


def _plain_values(rows: list[list[Cell]], around: Surroundings) -> None:
    """Errors that were pasted as text are broken cells too; truth values become the words that people see.

    No cell of a plan is longer than the longest: what is left of one is still too long for any field, and told so.
    """
    if _are_plain(rows):
        return
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if not _is_special(value):
                continue
            if not isinstance(value, str):
                if isinstance(value, bool):
                    values[column] = "VERDADERO" if value else "FALSO"  # as spreadsheets show it
                else:
                    around.broken[row, column] = "#NUM!"  # infinite, or no number
                    values[column] = ""
                continue
            text = value[:MAX_CELL_TEXT]
            if text[:1] == "'" and text[1:2].isalnum() and "'" not in text[1:]:
                text = text[1:]  # the sign for "this is text", pasted along
            elif text[:1] == "#" and _BROKEN_TEXT.fullmatch(text.strip()):
                around.broken[row, column] = text.strip()
                text = ""
            values[column] = text


def _are_plain(rows: list[list[Cell]]) -> bool:
    """Whether no value is special: nearly always, and quick to tell where all are looked at together."""
    if bool in set(map(type, chain.from_iterable(rows))):
        return False
    distinct = set(chain.from_iterable(rows))
    texts = [value for value in distinct if isinstance(value, str)]
    return (
        not any(map(_opens_special, texts))
        and max(map(len, texts), default=0) <= MAX_CELL_TEXT
        and all(map(isfinite, (value for value in distinct if isinstance(value, float))))
    )


def _is_special(value: Cell) -> bool:
    """Whether a value may have to be read as another one."""
    if isinstance(value, str):
        return value.startswith(_SPECIAL) or len(value) > MAX_CELL_TEXT
    return isinstance(value, bool) or (isinstance(value, float) and value - value != 0)


def range_name(merge: Range) -> str:
    """A range as spreadsheets write it: B4:B7."""
    return f"{address(*merge[0])}:{address(*merge[1])}"
