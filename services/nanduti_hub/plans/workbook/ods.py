"""A spreadsheet of LibreOffice (.ods) into grids: read in one pass, without ever holding its XML.

Rule: what the file repeats (a blank row a million times) is only expanded where it has content and within bounds; a
DTD is refused. Comments, drawings, deleted content and the sheets that LibreOffice keeps of other files are no
cells. Absent: formulas (only their stored results are read) and everything about looks but ods_styles.py.
"""

from collections.abc import Iterable
from typing import Any
from xml.parsers import expat

from nanduti_hub.plans.rows import Finding
from nanduti_hub.plans.workbook.bounds import (
    AGAIN,
    LAST_ROW,
    MAX_CELL_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_MERGES,
    MAX_SHEETS,
    MAX_TEXT,
    MAX_UNFOLDED_ODS,
    SAVE,
    Unreadable,
    corrupt,
    encrypted,
    refused,
    too_many_cells,
    too_many_sheets,
    too_much_text,
    too_spread,
    too_wide,
)
from nanduti_hub.plans.workbook.container import Package, Unfolding, pieces_of
from nanduti_hub.plans.workbook.grid import Grid, Hidden, Range, Runs, made_grid
from nanduti_hub.plans.workbook.ods_styles import TABLE, Styles
from nanduti_hub.plans.workbook.ods_values import OFFICE, value_of
from nanduti_hub.plans.workbook.sheet_xml import Room, Surroundings
from nanduti_hub.plans.workbook.text import Cell, Note, address, info

_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
#: Bytes of one tag, and elements inside each other: no spreadsheet has more, and expat slows down by them.
_LONGEST_TAG = 1_000_000
_DEEPEST = 60
#: What rows and columns stand in, inside a sheet.
_GROUPS = frozenset(
    f"{TABLE}{name}"
    for name in (
        "table-rows", "table-row-group", "table-header-rows",
        "table-columns", "table-column-group", "table-header-columns",
    )
)  # fmt: skip


def is_ods(inside: Unfolding) -> bool:
    """Whether an archive is an OpenDocument file of any kind."""
    if "encrypted-package" in inside.names:
        return True
    if "mimetype" in inside.names and inside.part("mimetype").startswith(
        b"application/vnd.oasis.opendocument"
    ):
        return True
    return "content.xml" in inside.names and "meta-inf/manifest.xml" in inside.names


def open_ods(inside: Unfolding) -> tuple[Package, list[Grid | Hidden | Finding]]:
    """The sheets of a spreadsheet of LibreOffice.

    Raises:
        Unreadable: it is none, or too large.

    """
    if "encrypted-package" in inside.names or b"encryption-data" in inside.part("meta-inf/manifest.xml"):
        raise Unreadable(encrypted())
    if "content.xml" not in inside.names:
        raise Unreadable(corrupt())
    styles = Styles()
    book = _Book(styles)
    for name in ("styles.xml", "content.xml"):
        if name in inside.names:
            book.parse(pieces_of(inside.archive, inside.names[name], MAX_UNFOLDED_ODS))
    if not book.is_spreadsheet:
        raise Unreadable(
            refused("file_is_document", "Es un documento de LibreOffice, pero no una planilla.", SAVE)
        )
    numbered = list(styles.numbered)
    package = Package(
        formats=tuple(code for code, _, _ in numbered),
        painted=frozenset(index for index, (_, painted, _) in enumerate(numbered) if painted),
        struck=frozenset(index for index, (_, _, struck) in enumerate(numbered) if struck),
        notes=_carried(inside, book),
    )
    room = Room()
    return package, [_made(sheet, package, room) for sheet in book.sheets]


def _carried(inside: Unfolding, book: "_Book") -> tuple[Note, ...]:
    notes = []
    if any(
        name.startswith(("basic/", "scripts/")) and name.endswith((".xml", ".py", ".js", ".bsh"))
        for name in inside.names
    ):
        notes.append(info("macros_ignored", "El libro trae macros: no se ejecutan ni se leen."))
    if book.linked:
        notes.append(
            info(
                "links_ignored",
                "El libro toma datos de otros archivos: no se consultan, se leen los últimos valores guardados.",
            )
        )
    if any(name.startswith(("object ", "objectreplacements/")) for name in inside.names):
        notes.append(
            info("objects_ignored", "El libro trae objetos o gráficos incrustados: no se abren ni se leen.")
        )
    return tuple(notes)


class _Sheet:
    """A sheet as it is read."""

    def __init__(self, name: str, *, hidden: bool) -> None:
        self.name = name
        self.hidden = hidden
        self.rows: list[list[Cell]] = []
        self.merges: list[Range] = []
        self.around = Surroundings()
        self.runs: dict[int, Runs] = {}
        self.defaults: list[tuple[int, int, str]] = []
        self.far: Finding | None = None


def _made(sheet: _Sheet, package: Package, room: Room) -> Grid | Hidden | Finding:
    if sheet.hidden:
        return Hidden(sheet.name)
    if sheet.far is not None:
        return sheet.far
    width = max(map(len, sheet.rows), default=0)
    room.area -= width * len(sheet.rows)
    if room.area < 0:
        return too_spread(sheet.name, address(len(sheet.rows) - 1, width - 1))
    for row in sheet.rows:
        row.extend([""] * (width - len(row)))
    return made_grid(sheet.name, sheet.rows, sheet.merges, sheet.around, package, runs=sheet.runs)


class _Book:
    """What is known while the XML goes by."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self.sheets: list[_Sheet] = []
        self.is_spreadsheet = self.linked = False
        self.cells, self.letters = MAX_CELLS, MAX_TEXT
        self.depth = self.skipping = 0
        self.sheet: _Sheet | None = None
        self.row = self.column = 0
        self.times = 1
        self.row_style = ""
        self.values: list[Cell] = []
        self.row_runs: Runs = []
        self.row_broken: dict[int, str] = {}
        self.row_merges: list[tuple[int, int, int]] = []
        self.cell: dict[str, str] | None = None
        self.covered = False
        self.pieces: list[str] = []
        self.length = self.paragraphs = 0
        self.in_paragraph = False

    def parse(self, pieces: Iterable[bytes]) -> None:
        """Take in a part, piece by piece."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        self.depth = self.skipping = fed = 0
        try:
            for piece in pieces:
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise Unreadable(corrupt())
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Unreadable(corrupt()) from error

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.skipping:
            self.skipping += 1
            if self.depth > _DEEPEST * 20:
                raise Unreadable(corrupt())
            return
        if self.depth > _DEEPEST:
            raise Unreadable(corrupt())
        if self.cell is not None:
            self._inside_cell(name, attributes)
        elif self.sheet is not None:
            self._inside_sheet(name, attributes)
        elif name == f"{TABLE}table" and self.is_spreadsheet:
            self._begin_sheet(attributes)
        elif name == f"{OFFICE}spreadsheet":
            self.is_spreadsheet = True
        elif self.is_spreadsheet:
            self.skipping = 1  # deleted content, names, filters
        else:
            self.styles.start(name, attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.skipping:
            self.skipping -= 1
            return
        if self.cell is not None:
            if name in {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}:
                self._end_cell(self.cell)
                self.cell = None
            elif name == f"{_TEXT}p":
                self.in_paragraph = False
        elif self.sheet is not None:
            if name == f"{TABLE}table-row":
                self._end_row(self.sheet)
            elif name == f"{TABLE}table":
                self.sheet = None
        else:
            self.styles.end(name)

    def text(self, data: str) -> None:
        if self.skipping:
            return
        if self.in_paragraph:
            if self.length < MAX_CELL_TEXT:
                self.pieces.append(data[: MAX_CELL_TEXT - self.length])
            self.length += len(data)
        elif self.sheet is None:
            self.styles.text(data)

    def _begin_sheet(self, attributes: dict[str, str]) -> None:
        name = attributes.get(f"{TABLE}name", "")
        if name.startswith("'file:"):
            self.linked = True
            self.skipping = 1  # what LibreOffice keeps of another file
            return
        if len(self.sheets) >= MAX_SHEETS:
            raise Unreadable(too_many_sheets(len(self.sheets) + 1))
        if any(sheet.name == name for sheet in self.sheets):
            raise Unreadable(
                refused(
                    "file_ambiguous",
                    f"El archivo trae dos veces una hoja con el mismo nombre («{name[:80]}»): no se sabe cuál vale.",
                    AGAIN,
                )
            )
        hidden = attributes.get(f"{TABLE}style-name", "") in self.styles.hidden_tables
        self.sheet = _Sheet(name, hidden=hidden)
        self.sheets.append(self.sheet)
        self.row = self.column = 0
        if hidden:
            self.sheet = None
            self.skipping = 1

    def _inside_sheet(self, name: str, attributes: dict[str, str]) -> None:
        sheet = self.sheet
        if name in {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}:
            self.cell, self.covered = attributes, name.endswith("covered-table-cell")
            self.pieces, self.length, self.paragraphs = [], 0, 0
        elif sheet is None or name in _GROUPS:
            return
        elif name == f"{TABLE}table-row":
            self.times = _repeated(attributes, f"{TABLE}number-rows-repeated")
            self.row_style = attributes.get(f"{TABLE}default-cell-style-name", "")
            self.values, self.row_runs, self.row_broken, self.row_merges = [], [], {}, []
            self.column = 0
            if attributes.get(f"{TABLE}visibility", "visible") != "visible":
                sheet.around.hidden_rows.update(range(self.row, min(self.row + self.times, LAST_ROW)))
        elif name == f"{TABLE}table-column":
            times = _repeated(attributes, f"{TABLE}number-columns-repeated")
            last = min(self.column + times, MAX_COLUMNS)
            if attributes.get(f"{TABLE}visibility", "visible") != "visible":
                sheet.around.hidden_columns.update(range(self.column, last))
            style = attributes.get(f"{TABLE}default-cell-style-name", "")
            if last > self.column and style:
                sheet.defaults.append((self.column, last - 1, style))
            self.column += times
        else:
            if name == f"{TABLE}table-source":
                self.linked = True
            self.skipping = 1

    def _inside_cell(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TEXT}p" and not self.in_paragraph:
            if self.paragraphs:
                self.pieces.append("\n")
            self.paragraphs += 1
            self.in_paragraph = True
        elif not self.in_paragraph or not name.startswith(_TEXT):
            self.skipping = 1  # a comment, a drawing, a table inside the cell
        elif name == f"{_TEXT}s":
            self.pieces.append(" " * min(_repeated(attributes, f"{_TEXT}c"), 100))
        elif name == f"{_TEXT}tab":
            self.pieces.append("\t")
        elif name == f"{_TEXT}line-break":
            self.pieces.append("\n")
        elif name in {f"{_TEXT}note", f"{_TEXT}ruby-text"}:
            self.skipping = 1

    def _end_cell(self, cell: dict[str, str]) -> None:
        sheet = self.sheet
        self.in_paragraph = False
        times = _repeated(cell, f"{TABLE}number-columns-repeated")
        column = self.column
        self.column += times
        if sheet is None or sheet.far is not None:
            return
        value, broken = ("", "") if self.covered else value_of(cell, "".join(self.pieces))
        last = min(column + times, MAX_COLUMNS) - 1
        self._note_style(sheet, cell, column, last)
        if value == "" and not broken:
            return
        if column + times > MAX_COLUMNS or self.row + self.times > LAST_ROW:
            sheet.far = too_wide(
                sheet.name, address(self.row + self.times - 1, min(column + times - 1, 20_000))
            )
            return
        self.cells -= times * self.times
        if self.cells < 0:
            raise Unreadable(too_many_cells())
        if isinstance(value, str):
            self.letters -= len(value) * times * self.times
            if self.letters < 0:
                raise Unreadable(too_much_text())
        self.values.extend([""] * (column - len(self.values)))
        self.values.extend([value] * times)
        if broken:
            self.row_broken.update(dict.fromkeys(range(column, column + times), broken))
        wide = _repeated(cell, f"{TABLE}number-columns-spanned")
        high = _repeated(cell, f"{TABLE}number-rows-spanned")
        if (wide > 1 or high > 1) and times == 1:
            self.row_merges.append((column, wide, high))

    def _note_style(self, sheet: _Sheet, cell: dict[str, str], column: int, last: int) -> None:
        if column > last:
            return
        name = cell.get(f"{TABLE}style-name") or self.row_style
        kind, currency = cell.get(f"{OFFICE}value-type", ""), cell.get(f"{OFFICE}currency", "")
        if name or kind in {"percentage", "currency"}:
            style = self.styles.number_of(name, kind, currency)
            if style:
                self.row_runs.append((column, last, style))
            return
        for first, end, default in sheet.defaults:
            if first <= last and column <= end:
                style = self.styles.number_of(default, kind, currency)
                if style:
                    self.row_runs.append((max(first, column), min(end, last), style))

    def _end_row(self, sheet: _Sheet) -> None:
        first = self.row
        self.row += self.times
        if sheet.far is not None:
            return
        if self.values:
            sheet.rows.extend([] for _ in range(first - len(sheet.rows)))
            for at in range(first, self.row):
                sheet.rows.append(self.values if at == first else list(self.values))
                for column, what in self.row_broken.items():
                    sheet.around.broken[at, column] = what
                for column, wide, high in self.row_merges:
                    if len(sheet.merges) < MAX_MERGES:
                        sheet.merges.append(((at, column), (at + high - 1, column + wide - 1)))
        if self.row_runs and first < LAST_ROW:
            for at in range(first, min(self.row, first + 2_000, LAST_ROW)):
                sheet.runs[at] = self.row_runs


def _no_doctype(*_: Any) -> None:
    raise Unreadable(
        refused(
            "file_unsafe",
            "El archivo trae declaraciones (DTD) que un libro de planilla no lleva; no se abre.",
            AGAIN,
        )
    )


def _repeated(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name)
    if text is None:
        return 1
    return max(1, min(int(text), 2_000_000)) if text.isdecimal() and len(text) < 10 else 1
