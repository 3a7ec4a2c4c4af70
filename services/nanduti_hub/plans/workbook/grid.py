"""A sheet as a table of cells with its merged ranges, and what its XML says around them.

Rule: addresses are the spreadsheet's own (calamine is asked not to skip empty areas), and what calamine shows
as blank is blank only if the XML does not call it broken.
"""

import re
from collections.abc import Iterator

from msgspec import Struct, field
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from nanduti_hub.plans.rows import Finding
from nanduti_hub.plans.workbook.container import (
    MAX_COLUMNS,
    Package,
    Surroundings,
    refused,
    styles_of,
    surroundings,
    too_far,
)
from nanduti_hub.plans.workbook.text import Cell, address

_BROKEN_TEXT = re.compile(
    r"#(?:¡?REF!|¡?DIV/0!|N/A|N/D|¡?VALU[EO]!|¡?VALOR!|¿?NAME\?|¿?NOMBRE\?|¡?NUM!|¡?N[UÚ]M!|¡?NULL!|¡?NULO!|¡?DESBORDAMIENTO!|SPILL!)"
)

_MOST_COVERED = 1_000_000

#: Formats that change what a number says: percentages, other money than guaraníes, fixed decimals.
_TELLING = re.compile(r"%|\$|USD|€|^0?#?\.0+$|^0\.0+$", re.IGNORECASE)

Place = tuple[int, int]
Range = tuple[Place, Place]


class Grid(Struct):
    """A sheet. Indexes count from 0; every row ends with one blank cell more than the sheet has.

    `covered` gives the anchor of every cell of a merged range.
    """

    name: str
    rows: list[list[Cell]]
    merges: list[Range]
    covered: dict[Place, Place]
    around: Surroundings
    xml: bytes
    package: Package
    _styled: dict[str, dict[Place, int]] = field(default_factory=dict)

    def number_format(self, place: Place) -> str:
        """The number format of a cell, "" when it is a plain one."""
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
        if "paint" not in self._styled:
            self._styled["paint"] = styles_of(self.xml, self.package.painted)
        return place in self._styled["paint"]

    def is_struck(self, place: Place) -> bool:
        """Whether a cell's text is struck through."""
        if "struck" not in self._styled:
            self._styled["struck"] = styles_of(self.xml, self.package.struck)
        return place in self._styled["struck"]


class Hidden(Struct, frozen=True):
    """A sheet that is hidden, and so is not read."""

    name: str


def grids(book: CalamineWorkbook, package: Package) -> Iterator[Grid | Hidden | Finding]:
    """The workbook's sheets in order: each read, or hidden, or refused with its finding."""
    xmls = {part.name: part.xml for part in package.parts}
    for sheet in book.sheets_metadata:
        if sheet.typ is not SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible is not SheetVisibleEnum.Visible:
            yield Hidden(sheet.name)
            continue
        part = next((part for part in package.parts if part.name == sheet.name), None)
        far = too_far(part) if part is not None else None
        if far is not None:
            yield far
            continue
        yield _grid(book, sheet.name, xmls.get(sheet.name, b""), package)


def _grid(book: CalamineWorkbook, name: str, xml: bytes, package: Package) -> Grid | Finding:
    try:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_width > MAX_COLUMNS + 1:
            return refused(
                "sheet_too_large",
                f"La hoja «{name}» tiene más de {MAX_COLUMNS} columnas.",
                "Borre las columnas que no son del plan.",
                sheet=name,
            )
        rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
        merges: list[Range] = list(sheet.merged_cell_ranges or ())
    except (CalamineError, ValueError, OverflowError):
        return refused(
            "sheet_unreadable",
            f"La hoja «{name}» está dañada y no se puede leer.",
            "Copie su contenido a una hoja nueva, guarde y suba el archivo otra vez.",
            sheet=name,
        )
    for values in rows:
        values.append("")  # so that the index -1 is a blank cell
    around = surroundings(xml)
    _plain_values(rows, around)
    height = len(rows)
    merges = [((top, left), (bottom, right)) for (top, left), (bottom, right) in merges if top < height]
    covered: dict[Place, Place] = {}
    for (top, left), (bottom, right) in merges:
        if len(covered) > _MOST_COVERED:
            return refused(
                "sheet_unreadable",
                f"La hoja «{name}» tiene demasiadas celdas combinadas.",
                "Separe las celdas combinadas y guarde el archivo otra vez.",
                sheet=name,
            )
        for row in range(top, min(bottom, height - 1) + 1):
            for column in range(left, min(right, MAX_COLUMNS) + 1):
                covered[row, column] = (top, left)
    return Grid(name=name, rows=rows, merges=merges, covered=covered, around=around, xml=xml, package=package)


def _plain_values(rows: list[list[Cell]], around: Surroundings) -> None:
    """Errors that were pasted as text are broken cells too; truth values become the words that people see."""
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value.__class__ is not str:
                if value is True or value is False:
                    values[column] = "VERDADERO" if value else "FALSO"  # as spreadsheets show it
            elif value[:1] == "'" and value[1:2].isalnum() and "'" not in value[1:]:
                values[column] = value[1:]  # the sign for "this is text", pasted along
            elif value[:1] == "#" and _BROKEN_TEXT.fullmatch(value.strip()):
                around.broken[row, column] = value.strip()
                values[column] = ""


def range_name(merge: Range) -> str:
    """A range as spreadsheets write it: B4:B7."""
    return f"{address(*merge[0])}:{address(*merge[1])}"
