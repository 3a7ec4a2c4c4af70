"""An uploaded workbook again, with what there is to say of it at each cell: to be corrected and uploaded. Pure.

Rule: read again unchanged it gives the same rows and the same findings. So values stand at their addresses, what
was broken is told again, and nothing that is added can be taken for the plan: the colours are conditional, since
the reader takes a painted cell for a mark, and the reader knows the added sheet and column by their names. Absent:
sheets that are hidden or could not be read; the added sheet names them. No link and no formula is made of a value.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import msgspec
import xlsxwriter
from msgspec import Struct, field
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from nanduti_hub import sheets
from nanduti_hub.plans.outgoing.columns import WIDTHS
from nanduti_hub.plans.outgoing.lists import HELPED, Around, names_in, offer, write_lists
from nanduti_hub.plans.outgoing.remarks import COLOURS, WORDS, by_severity, write_list
from nanduti_hub.plans.rows import Finding, Severity
from nanduti_hub.plans.workbook import base
from nanduti_hub.plans.workbook.base import Marks, marks_of
from nanduti_hub.plans.workbook.bounds import MAX_COLUMNS, Unreadable
from nanduti_hub.plans.workbook.grid import Grid, Place
from nanduti_hub.plans.workbook.headings import find_heading
from nanduti_hub.plans.workbook.notation import LISTS, REMARKS
from nanduti_hub.plans.workbook.opening import Opened, open_workbook, readable
from nanduti_hub.plans.workbook.own_table import OwnTable, own_table, without_remarks
from nanduti_hub.plans.workbook.text import Cell, place_of, shown
from nanduti_hub.sheets import put

#: The longest format of numbers that is taken over, and from which number on the thousands are told apart.
_LONGEST_FORMAT, _THOUSANDS = 100, 10_000
_SAMPLE = 200
#: A heading further down would leave no room to scroll.
_MOST_FROZEN = 15
#: How wide the column of remarks is.
_REMARK = 60


class _Copied(Struct):
    """What can be written again: the sheets, and the names of those that cannot; nothing where all is lost."""

    grids: list[Grid] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    is_lost: bool = False
    since_1904: bool = False


class Remarks(Struct, frozen=True):
    """What is said of a workbook: of `total` findings those that a borrador shows."""

    findings: tuple[Finding, ...]
    total: int


def annotated_bytes(content: bytes, file_name: str, told: bytes, around: Around | None = None) -> bytes:
    """The annotated workbook (.xlsx). `told` is a `Remarks` as JSON; with `around` the hub's own tables get the lists of
    that directory to choose from.
    """
    said = msgspec.json.decode(told, type=Remarks)
    marks = marks_of(content)
    copied = _Copied()
    try:
        with readable():
            copied = _copied(open_workbook(content, file_name), marks)
    except Unreadable:
        copied.is_lost = True
    return _write(copied, file_name, said, marks, around)


def remarks_bytes(file_name: str, told: bytes) -> bytes:
    """Only the sheet of remarks, where the workbook itself is beyond what can be written again."""
    return _write(_Copied(is_lost=True), file_name, msgspec.json.decode(told, type=Remarks), Marks(), None)


def _copied(opened: Opened, marks: Marks) -> _Copied:
    copied = _Copied(since_1904=opened.package.since_1904)
    for sheet in opened.sheets:
        match sheet:
            case Grid():
                if not marks.annotated or sheet.name != marks.annotated:
                    without_remarks(sheet, marks)
                    copied.grids.append(sheet)
            case Finding():
                copied.left.append(sheet.sheet)
            case _ if sheet.name != LISTS:
                copied.left.append(sheet.name)
    return copied


def _write(copied: _Copied, file_name: str, said: Remarks, marks: Marks, around: Around | None) -> bytes:
    target = BytesIO()
    options = {"date_1904": True} if copied.since_1904 else {}
    book = xlsxwriter.Workbook(target, sheets.OPTIONS | options)
    names = _names(copied.grids)
    _properties(book, names[0], marks)
    write_list(book, names[0], file_name, said.findings, said.total, None if copied.is_lost else copied.left)
    by_sheet: dict[str, list[Finding]] = {}
    for finding in said.findings:
        by_sheet.setdefault(finding.sheet, []).append(finding)
    copy = _Copy(book, {})
    own: list[tuple[Worksheet, OwnTable]] = []
    for grid, name in zip(copied.grids, names[1:], strict=True):
        sheet = book.add_worksheet(name)
        table = own_table(grid, based=marks.base is not None)
        copy.sheet(sheet, grid, by_sheet.get(grid.name, []), table)
        if table is not None:
            own.append((sheet, table))
    if own and around is not None and LISTS not in names:
        lists = write_lists(book, around, names_in(around))
        for sheet, table in own:
            offer(sheet, lists, table.columns, table.top, table.top + HELPED)
    book.close()
    return target.getvalue()


def _names(grids: Sequence[Grid]) -> list[str]:
    """The names of the sheets, that of the remarks first: as they were, where Excel can have them so."""
    taken: set[str] = set()
    wanted = [sheets.sheet_name(grid.name) for grid in grids]
    found = []
    for name in [*wanted, REMARKS]:
        free, number = name, 1
        while free.lower() in taken:
            number += 1
            free = f"{name[:27]} ({number})"
        taken.add(free.lower())
        found.append(free)
    return [found[-1], *found[:-1]]


def _properties(book: Workbook, remarks: str, marks: Marks) -> None:
    book.set_properties({"author": "Ñandutí", "title": "Planilla con observaciones"})
    said = {base.ANNOTATED: remarks}
    if marks.base is not None:
        said |= {
            base.PLAN: marks.base.plan,
            base.REVISION: str(marks.base.revision),
            base.REGISTER: str(marks.base.register),
        }
    for name, value in said.items():
        book.set_custom_property(name, value, "text")


class _Copy(Struct):
    """The writing of sheets into one workbook, which has each format once."""

    book: Workbook
    formats: dict[tuple[str, bool, bool, bool], Format]
    #: Rows above it are titles, which run over the columns beside them.
    top: int = 0

    def form(
        self, number: str, *, painted: bool = False, struck: bool = False, title: bool = False
    ) -> Format:
        key = (number, painted, struck, title)
        if key not in self.formats:
            style: dict[str, Any] = sheets.FONT | {
                "num_format": number,
                "bold": title,
                "text_wrap": not title,
            }
            style |= {"bg_color": sheets.PAPER} if painted else {}
            style |= {"font_strikeout": True} if struck else {}
            self.formats[key] = self.book.add_format(style)
        return self.formats[key]

    def sheet(
        self, sheet: Worksheet, grid: Grid, findings: Sequence[Finding], table: OwnTable | None
    ) -> None:
        width = max((_last(row) for row in grid.rows), default=-1) + 1
        top, bottom = _heading(grid, table)
        widths = _widths(grid, top, width)
        for name, column in table.columns.items() if table else ():
            widths[column] = WIDTHS[name]
        self.top = top
        remarks = _by_row(findings, top) if width < MAX_COLUMNS else {}
        for column, wide in enumerate(widths):
            hidden = {"hidden": True} if column in grid.around.hidden_columns else {}
            sheet.set_column(column, column, wide, None, hidden)
        self.merges(sheet, grid, width)
        for index, row in enumerate(grid.rows):
            hidden = {"hidden": True} if index in grid.around.hidden_rows else {}
            texts = [value if isinstance(value, str) else None for value in row[:width]]
            texts += [None] * (width - len(texts)) + [remarks.get(index)]
            high = sheets.height_of(texts if index >= top else (), [*widths, _REMARK], most=8)
            sheet.set_row(index, high, None, hidden)
            for column in range(min(width, len(row))):
                self.cell(sheet, grid, (index, column), row[column])
        for place, what in grid.around.broken.items():
            sheet.write_string(*place, sheets.text_of(what), self.form("@"))
        self.annotate(sheet, findings)
        if remarks:
            sheet.set_column(width, width, _REMARK)
            sheet.write_string(top, width, REMARKS, sheets.heading_format(self.book))
            for index, text in remarks.items():
                put(sheet, index, width, text, self.form("@"))
            if bottom < _MOST_FROZEN:
                sheet.freeze_panes(bottom + 1, 0)
        sheets.calm(sheet)
        sheets.for_print(sheet)

    def merges(self, sheet: Worksheet, grid: Grid, width: int) -> None:
        for (top, left), (bottom, right) in grid.merges:
            last, far = min(bottom, len(grid.rows) - 1), min(right, max(width, left + 1) - 1)
            if (last, far) == (top, left):
                continue
            try:
                sheet.merge_range(
                    top, left, last, far, "", self.form("General", painted=grid.is_painted((top, left)))
                )
            except XlsxWriterException:
                continue  # ranges that overlap: no program of ours would know which to believe

    def cell(self, sheet: Worksheet, grid: Grid, place: Place, value: Cell) -> None:
        painted, struck = grid.is_painted(place), grid.is_struck(place)
        if value == "":
            if painted:
                sheet.write_blank(*place, None, self.form("General", painted=True))
            return
        number = grid.number_format(place)
        match value:
            case str():
                title = place[0] < self.top
                look = self.form("@", painted=painted, struck=struck, title=title)
                sheet.write_string(*place, sheets.text_of(value), look)
            case int() | float():
                thousands = float(value).is_integer() and abs(value) >= _THOUSANDS
                plain = "#,##0" if thousands else "General"
                # An .xls can have signs in it that no XML holds.
                fits = 0 < len(number) <= _LONGEST_FORMAT and sheets.text_of(number) == number
                form = number if fits else plain
                sheet.write_number(*place, value, self.form(form, painted=painted, struck=struck))
            case datetime() if value.date() >= sheets.FIRST_DAY:
                code = "dd/mm/yyyy" if value.time() == time() else "dd/mm/yyyy hh:mm"
                sheet.write_datetime(*place, value, self.form(code, painted=painted, struck=struck))
            case datetime():
                put(sheet, *place, value.date(), self.form("@", painted=painted, struck=struck))
            case date():
                put(sheet, *place, value, self.form("dd/mm/yyyy", painted=painted, struck=struck))
            case time() | timedelta():
                code = "[h]:mm:ss" if isinstance(value, timedelta) else "hh:mm"
                sheet.write_datetime(*place, value, self.form(code, painted=painted, struck=struck))

    def annotate(self, sheet: Worksheet, findings: Sequence[Finding]) -> None:
        """A comment at each cell that something is said of, and its colour by the gravest."""
        at: dict[str, list[Finding]] = {}
        for finding in findings:
            if finding.cell:
                at.setdefault(finding.cell.partition(":")[0], []).append(finding)
        coloured: dict[Severity, list[str]] = {}
        for cell, told in at.items():
            gravest = by_severity(told)[0].severity
            coloured.setdefault(gravest, []).append(cell)
            text = "\n\n".join(_sentence(one) for one in by_severity(told))
            room = {"x_scale": 2.4, "y_scale": min(4.0, 0.8 + len(text) / 160)}
            look = {"author": "Ñandutí", "color": COLOURS[gravest], "font_size": 9}
            sheet.write_comment(*place_of(cell), sheets.text_of(text), room | look)
        for severity, cells in coloured.items():
            shade = self.book.add_format({"bg_color": COLOURS[severity]})
            rule = {"type": "formula", "criteria": "=TRUE", "format": shade, "multi_range": " ".join(cells)}
            sheet.conditional_format(*place_of(cells[0]), *place_of(cells[0]), rule)


def _by_row(findings: Sequence[Finding], top: int) -> dict[int, str]:
    """What is said of each row below the heading."""
    by_row: dict[int, list[Finding]] = {}
    for finding in findings:
        row = place_of(finding.cell.partition(":")[0])[0] if finding.cell else -1
        if row > top:
            by_row.setdefault(row, []).append(finding)
    return {
        row: "\n".join(f"{one.cell} · {_sentence(one)}" for one in by_severity(told))
        for row, told in by_row.items()
    }


def _sentence(finding: Finding) -> str:
    return f"{WORDS[finding.severity]}: {finding.message} {finding.suggestion}".strip()


def _last(row: Sequence[Cell]) -> int:
    """The last column of a row that is not blank, or -1."""
    return next((column for column in range(len(row) - 1, -1, -1) if row[column] != ""), -1)


def _widths(grid: Grid, top: int, width: int) -> list[int]:
    """Widths that show most texts on a few lines; titles above the heading run over."""
    sample = grid.rows[top : top + _SAMPLE]
    return [_wide(row[column] for row in sample if column < len(row)) for column in range(width)]


def _wide(values: Iterable[Cell]) -> int:
    longest = max((len(shown(value)) for value in values if value != ""), default=8)
    return 10 + min(34, longest // 2) if longest > 16 else max(8, longest + 3)


def _heading(grid: Grid, table: OwnTable | None) -> Place:
    """The first and last row of the heading, beside which the column of remarks has its own."""
    if table is not None:
        return table.top, table.top
    heading = find_heading(grid.rows, grid.covered, year=None)
    return (heading.top, heading.bottom) if heading is not None else (0, 0)
