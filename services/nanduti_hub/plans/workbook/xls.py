"""An old workbook of Excel (.xls, 97 to 2003, and 5 to 95) into grids.

Rule: only stored values are read, never a formula; rows and columns are counted before anything is laid out, so
that one cell in the far corner costs nothing. Comments, drawings and charts are no cells.
"""

import struct
from datetime import datetime, time, timedelta
from typing import Any

from nanduti_hub.plans.rows import Finding
from nanduti_hub.plans.workbook.bounds import (
    LAST_ROW,
    MAX_AREA,
    MAX_CELL_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_COVERED,
    MAX_MERGES,
    MAX_SHEETS,
    MAX_TEXT,
    Unreadable,
    corrupt,
    damaged_sheet,
    too_many_cells,
    too_many_sheets,
    too_much_text,
    too_spread,
    too_wide,
)
from nanduti_hub.plans.workbook.compound import open_compound, stream
from nanduti_hub.plans.workbook.container import Package
from nanduti_hub.plans.workbook.grid import Grid, Hidden, Range, Runs, made_grid
from nanduti_hub.plans.workbook.sheet_xml import Surroundings
from nanduti_hub.plans.workbook.text import Cell, Note, address, info
from nanduti_hub.plans.workbook.wrong_files import OLE, wrong_compound
from nanduti_hub.plans.workbook.xls_globals import (
    BOF,
    EOF,
    Globals,
    Listed,
    read_globals,
    records,
    unicode_text,
)

_ROW, _COLUMNS, _MERGED = 0x208, 0x7D, 0xE5
_BLANK, _BLANKS, _NUMBER, _RK, _RKS = 0x201, 0xBE, 0x203, 0x27E, 0xBD
_TEXT_SHARED, _TEXT, _RICH_TEXT, _TRUTH, _FORMULA, _RESULT = 0xFD, 0x204, 0xD6, 0x205, 0x06, 0x207
_WORKSHEET = 0x10
#: The shortest content of each record that is read: what a shorter one says belongs to the next.
_SHORTEST = {
    _ROW: 16, _COLUMNS: 10, _MERGED: 2, _BLANK: 6, _BLANKS: 6, _NUMBER: 14, _RK: 10, _RKS: 6,
    _TEXT_SHARED: 10, _TEXT: 8, _RICH_TEXT: 8, _TRUTH: 8, _FORMULA: 14, _RESULT: 2,
}  # fmt: skip
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_LAST_DAY = 2_958_466


def is_bare_xls(content: bytes) -> bool:
    """Whether the records of a workbook stand in the file by themselves, as some systems export them."""
    return content[:2] == b"\x09\x08" and content[4:6] in {b"\x00\x06", b"\x00\x05"}


def open_xls(content: bytes) -> tuple[Package, list[Grid | Hidden | Finding]]:
    """The sheets of an old workbook of Excel.

    Raises:
        Unreadable: it is none, it is encrypted, or too large.

    """
    names: tuple[str, ...] = ()
    if content.startswith(OLE):
        compound = open_compound(content)
        names = tuple(compound.streams)
        entry = compound.streams.get("Workbook") or compound.streams.get("Book")
        if entry is None:
            raise Unreadable(wrong_compound(content, names) or wrong_compound(content, ()) or corrupt())
        data = stream(compound, entry)
    else:
        data = content
    known = read_globals(data)
    if len(known.sheets) > MAX_SHEETS:
        raise Unreadable(too_many_sheets(len(known.sheets)))
    package = Package(
        formats=tuple("" if kind else code for code, kind in zip(known.formats, known.times, strict=True)),
        painted=frozenset(known.painted),
        struck=frozenset(known.struck),
        since_1904=known.since_1904,
        notes=_carried(names, known),
    )
    reader = _Reader(data, known)
    return package, [_read(reader, listed, package) for listed in known.sheets if listed.is_worksheet]


def _carried(names: tuple[str, ...], known: Globals) -> tuple[Note, ...]:
    notes = []
    if any(name in {"_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"} for name in names):
        notes.append(info("macros_ignored", "El libro trae macros: no se ejecutan ni se leen."))
    if known.linked:
        notes.append(
            info(
                "links_ignored",
                "El libro toma datos de otros archivos: no se consultan, se leen los últimos valores guardados.",
            )
        )
    if any(name.startswith("_SX_DB") for name in names):
        notes.append(
            info(
                "pivots_ignored",
                "El libro tiene tablas dinámicas: se leen sus valores guardados y no sus datos de origen.",
            )
        )
    if any(name.startswith("MBD") for name in names):
        notes.append(
            info("objects_ignored", "El libro trae objetos o controles incrustados: no se abren ni se leen.")
        )
    return tuple(notes)


def _read(reader: "_Reader", listed: Listed, package: Package) -> Grid | Hidden | Finding:
    if listed.hidden:
        return Hidden(listed.name)
    sheet = _Sheet(listed.name)
    try:
        whole = reader.read(sheet, listed.at)
    except (struct.error, IndexError):
        whole = False
    if sheet.far is not None:
        return sheet.far
    if not whole:
        return damaged_sheet(listed.name)
    height = 1 + max((row for row, _ in sheet.cells), default=-1)
    width = 1 + max((column for _, column in sheet.cells), default=-1)
    reader.area -= height * width
    if reader.area < 0:
        return too_spread(listed.name, address(height - 1, width - 1))
    rows: list[list[Cell]] = [[""] * width for _ in range(height)]
    hidden_behind = {
        place
        for (top, left), (bottom, right) in sheet.merges
        for place in _inside(top, left, min(bottom, height - 1), min(right, width - 1))
    }
    for (row, column), value in sheet.cells.items():
        if (row, column) not in hidden_behind:
            rows[row][column] = value
    for place in hidden_behind:
        sheet.around.broken.pop(place, None)
    runs: dict[int, Runs] = {row: run for row, run in sheet.runs.items() if row < height}
    return made_grid(listed.name, rows, sheet.merges, sheet.around, package, runs=runs)


def _inside(top: int, left: int, bottom: int, right: int) -> list[tuple[int, int]]:
    """The cells of a merged range but the first."""
    return [
        (row, column)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    ]


class _Sheet:
    """A sheet as it is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cells: dict[tuple[int, int], Cell] = {}
        self.merges: list[Range] = []
        self.merged = 0
        self.around = Surroundings()
        self.runs: dict[int, Runs] = {}
        self.far: Finding | None = None


class _Reader:
    """The stream, and how much of it may still be read."""

    def __init__(self, data: bytes, known: Globals) -> None:
        self.data = data
        self.known = known
        self.cells, self.letters = MAX_CELLS, MAX_TEXT
        self.area = MAX_AREA
        self.blanks = 4 * MAX_CELLS

    def read(self, sheet: _Sheet, at: int) -> bool:
        """Read the records of a sheet; whether they were all there."""
        data = self.data
        depth = 0
        waiting: tuple[int, int, int] | None = None
        for kind, place, length in records(data, at):
            if sheet.far is not None:
                return False
            if kind == BOF:
                if not depth and (length < 4 or struct.unpack_from("<H", data, place + 2)[0] != _WORKSHEET):
                    return False
                depth += 1
            elif not depth:
                return False
            elif kind == EOF:
                depth -= 1
                if not depth:
                    return True
            elif depth > 1:
                continue  # a chart inside the sheet
            elif length < _SHORTEST.get(kind, 0):
                return False
            elif kind == _RESULT and waiting is not None:
                self._put(sheet, *waiting, self._text(place, place + length))
                waiting = None
            elif kind == _FORMULA:
                waiting = self._formula(sheet, place)
            else:
                self._record(sheet, kind, place, length)
        return False

    def _record(self, sheet: _Sheet, kind: int, place: int, length: int) -> None:
        data = self.data
        if kind == _TEXT_SHARED:
            row, column, style, index = struct.unpack_from("<HHHI", data, place)
            texts = self.known.texts
            self._put(sheet, row, column, style, texts[index] if index < len(texts) else "#REF!")
        elif kind in {_NUMBER, _RK}:
            row, column, style = struct.unpack_from("<HHH", data, place)
            raw = struct.unpack_from("<d", data, place + 6)[0] if kind == _NUMBER else _rk(data, place + 6)
            self._put(sheet, row, column, style, self._number(style, raw))
        elif kind == _RKS:
            row, first = struct.unpack_from("<HH", data, place)
            for index in range((length - 6) // 6):
                style = struct.unpack_from("<H", data, place + 4 + 6 * index)[0]
                value = self._number(style, _rk(data, place + 6 + 6 * index))
                self._put(sheet, row, first + index, style, value)
        elif kind == _BLANK:
            row, column, style = struct.unpack_from("<HHH", data, place)
            self._look(sheet, row, column, style)
        elif kind == _BLANKS:
            row, first = struct.unpack_from("<HH", data, place)
            for index in range(min((length - 6) // 2, MAX_COLUMNS)):
                self._look(
                    sheet, row, first + index, struct.unpack_from("<H", data, place + 4 + 2 * index)[0]
                )
        elif kind in {_TEXT, _RICH_TEXT}:
            row, column, style = struct.unpack_from("<HHH", data, place)
            self._put(sheet, row, column, style, self._text(place + 6, place + length))
        elif kind == _TRUTH:
            row, column, style, value, is_error = struct.unpack_from("<HHHBB", data, place)
            if is_error:
                self._break(sheet, row, column, style, value)
            else:
                self._put(sheet, row, column, style, bool(value))
        elif kind == _ROW:
            if data[place + 12] & 0x20:
                row = struct.unpack_from("<H", data, place)[0]
                if row < LAST_ROW:
                    sheet.around.hidden_rows.add(row)
        elif kind == _COLUMNS:
            first, last = struct.unpack_from("<HH", data, place)
            if data[place + 8] & 1:
                sheet.around.hidden_columns.update(range(first, min(last + 1, MAX_COLUMNS)))
        elif kind == _MERGED:
            for index in range(min(struct.unpack_from("<H", data, place)[0], (length - 2) // 8)):
                top, bottom, left, right = struct.unpack_from("<HHHH", data, place + 2 + 8 * index)
                bottom, right = min(bottom, LAST_ROW), min(right, MAX_COLUMNS)
                sheet.merged += max(0, bottom - top + 1) * max(0, right - left + 1)
                if (
                    len(sheet.merges) < MAX_MERGES
                    and sheet.merged <= 4 * MAX_COVERED
                    and bottom >= top
                    and right >= left
                ):
                    sheet.merges.append(((top, left), (bottom, right)))

    def _formula(self, sheet: _Sheet, place: int) -> tuple[int, int, int] | None:
        """Put a formula's stored result; where it is a text, the place that waits for the record with it."""
        data = self.data
        row, column, style = struct.unpack_from("<HHH", data, place)
        if data[place + 12 : place + 14] != b"\xff\xff":
            self._put(
                sheet, row, column, style, self._number(style, struct.unpack_from("<d", data, place + 6)[0])
            )
        elif data[place + 6] == 0:
            return row, column, style
        elif data[place + 6] == 1:
            self._put(sheet, row, column, style, bool(data[place + 8]))
        elif data[place + 6] == 2:
            self._break(sheet, row, column, style, data[place + 8])
        return None

    def _put(self, sheet: _Sheet, row: int, column: int, style: int, value: Any) -> None:
        if value == "":
            self._look(sheet, row, column, style)
            return
        if row >= LAST_ROW or column >= MAX_COLUMNS:
            sheet.far = too_wide(sheet.name, address(row, column))
            return
        self.cells -= 1
        if self.cells < 0:
            raise Unreadable(too_many_cells())
        if isinstance(value, str):
            value = value[:MAX_CELL_TEXT]
            self.letters -= len(value)
            if self.letters < 0:
                raise Unreadable(too_much_text())
        sheet.cells[row, column] = value
        self._look(sheet, row, column, style)

    def _look(self, sheet: _Sheet, row: int, column: int, style: int) -> None:
        known = self.known
        if style >= len(known.formats) or row >= LAST_ROW or column >= MAX_COLUMNS:
            return
        if style not in known.painted and style not in known.struck and not known.formats[style]:
            return
        self.blanks -= 1
        run = sheet.runs.setdefault(row, [])
        if run and run[-1][1] == column - 1 and run[-1][2] == style:
            run[-1] = (run[-1][0], column, style)
        elif len(run) < MAX_COLUMNS and self.blanks > 0:
            run.append((column, column, style))

    def _break(self, sheet: _Sheet, row: int, column: int, style: int, code: int) -> None:
        self._put(sheet, row, column, style, _ERRORS.get(code, "#N/A"))

    def _text(self, at: int, end: int) -> str:
        if self.known.version == 0x600:
            return unicode_text(self.data, at, end, wide_count=True)
        count = struct.unpack_from("<H", self.data, at)[0]
        return self.data[at + 2 : min(end, at + 2 + count)].decode(self.known.codepage, "replace")

    def _number(self, style: int, raw: float) -> Cell:
        if raw - raw != 0:
            return ""  # infinite, or no number
        kind = self.known.times[style] if style < len(self.known.times) else ""
        if not kind:
            return raw
        return _moment(raw, elapsed=kind == "elapsed", since_1904=self.known.since_1904)


def _rk(data: bytes, at: int) -> float:
    """A number in four bytes: the upper half of a double or an integer, perhaps a hundredth."""
    number = struct.unpack_from("<i", data, at)[0]
    if number & 2:
        value = float(number >> 2)
    else:
        value = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<i", number & ~3))[0]
    return value / 100 if number & 1 else value


def _moment(raw: float, *, elapsed: bool, since_1904: bool) -> Cell:
    """A number that is shown as a day or a time."""
    if not 0 <= raw < _LAST_DAY:
        return raw
    seconds = round(raw * 86_400)
    if elapsed:
        return timedelta(seconds=seconds)
    if raw < 1:
        seconds = min(seconds, 86_399)
        return time(seconds // 3_600, seconds // 60 % 60, seconds % 60)
    days = seconds // 86_400
    if not since_1904 and days < 60:
        days += 1  # Excel believes that 1900 was a leap year
    epoch = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001  # a day, not an instant
    try:
        moment = epoch + timedelta(days=days, seconds=seconds % 86_400)
    except OverflowError:
        return raw
    return moment.date() if moment.time() == time() else moment
