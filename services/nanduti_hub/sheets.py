"""Workbooks that the hub writes: cells that Excel and LibreOffice show as they are meant. Pure.

Rule: nothing is ever made from a value but the value: a text that begins with "=" or looks like an address on
the web stays a text, a number is a number, a day a day. Absent: what the columns are and mean; that is said by
the slice whose list it is.
"""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, Literal

import xlsxwriter
from msgspec import Struct
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

Value = str | int | float | date | None
Form = Literal["text", "number", "day", "money", "percent"]

#: What XlsxWriter must never do by itself.
OPTIONS: dict[str, Any] = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
#: As many characters (UTF-16) as a cell holds.
MOST_TEXT = 32_767
#: An Excel table is kept in memory whole; a longer list is written as it comes, with a filter and no table.
MOST_IN_TABLE = 20_000
NUMBER_FORMATS = {
    "text": "@",
    "number": "General",
    "day": "dd/mm/yyyy",
    "money": "#,##0",
    "percent": '0"%"',
}
INK, ACCENT, PAPER, LINE = "#1F2A30", "#17505C", "#E9F1F1", "#C9D6D6"
FONT: dict[str, Any] = {"font_name": "Calibri", "font_size": 10.5, "font_color": INK, "valign": "top"}
#: Serial numbers before it are other days in Excel than in LibreOffice.
FIRST_DAY = date(1900, 3, 1)
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


class Column(Struct, frozen=True, kw_only=True):
    """A column of a list: its heading, its width in characters, and what its cells are.

    A "percent" is a number from 0 to 100, "money" is in whole guaraníes.
    """

    name: str
    width: int = 16
    form: Form = "text"


def workbook_of(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], about: Sequence[str] = ()
) -> bytes:
    """A list as a workbook (.xlsx): one sheet named after `title`, and `about` on a second one, line by line.

    The list is an Excel table with its heading frozen; one longer than `MOST_IN_TABLE` has a filter only and
    is written in constant memory.
    """
    target = io.BytesIO()
    coming = iter(rows)
    first = list(islice(coming, MOST_IN_TABLE + 1))
    long = len(first) > MOST_IN_TABLE
    book = xlsxwriter.Workbook(
        target, OPTIONS | ({"constant_memory": True, "in_memory": False} if long else {})
    )
    book.set_properties(
        {"title": text_of(title), "author": "Ñandutí", "comments": "Escrito por el hub Ñandutí."}
    )
    sheet = book.add_worksheet(sheet_name(title))
    formats = [book.add_format(FONT | look_of(column.form)) for column in columns]
    head = heading_format(book)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, formats[at])
        sheet.write_string(0, at, text_of(column.name), head)
    sheet.set_row(0, 30)
    sheet.freeze_panes(1, 0)
    calm(sheet)
    last = 0
    widths = [column.width for column in columns]
    for last, row in enumerate(chain(first, coming), 1):
        sheet.set_row(last, height_of(row, widths))
        for at, value in enumerate(row):
            put(sheet, last, at, value, formats[at])
    last = max(last, 1)
    if long:
        sheet.autofilter(0, 0, last, len(columns) - 1)
    else:
        headings = [column.name for column in columns]
        sheet.add_table(0, 0, last, len(columns) - 1, table("Datos", headings, head))
    for_print(sheet)
    sheet.repeat_rows(0)
    if about:
        _about(book, about)
    book.close()
    return target.getvalue()


def look_of(form: Form) -> dict[str, Any]:
    """How the cells of a column look: texts wrapped, days in the middle, numbers at the right with some room."""
    look: dict[str, Any] = {"num_format": NUMBER_FORMATS[form], "text_wrap": True}
    if form == "day":
        return look | {"align": "center"}
    return look if form == "text" else look | {"align": "right", "indent": 1}


def _about(book: Workbook, lines: Sequence[str]) -> None:
    sheet = book.add_worksheet("Acerca de")
    sheet.hide_gridlines(2)
    body = book.add_format(FONT | {"text_wrap": True})
    sheet.set_column(0, 0, 100, body)
    for at, line in enumerate(lines):
        put(sheet, at, 0, line, body)


def table(name: str, headings: Iterable[str], head: Format) -> dict[str, Any]:
    """The options of an Excel table in the house's colours; `name` is unique in its workbook."""
    columns = [{"header": text_of(heading), "header_format": head} for heading in headings]
    return {"name": name, "columns": columns, "style": "Table Style Light 1", "banded_rows": True}


def heading_format(book: Workbook) -> Format:
    """How the heading of a list looks."""
    return book.add_format(
        FONT
        | {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT, "valign": "vcenter", "text_wrap": True}
        | {"border": 1, "border_color": ACCENT, "num_format": "@"}
    )


def calm(sheet: Worksheet) -> None:
    """No mark at a number that is a text on purpose, as "1.10" is."""
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576", "two_digit_text_year": "A1:XFD1048576"})


def for_print(sheet: Worksheet) -> None:
    """Landscape A4, as wide as a page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    sheet.set_footer("&L&A&RPágina &P de &N")


def put(sheet: Worksheet, row: int, column: int, value: Value, form: Format | None = None) -> None:
    """Write one cell as what it is. A number that a spreadsheet would round, and a day that programs take for
    different ones, are written as text.
    """
    match value:
        case None | "":
            if form is not None:
                sheet.write_blank(row, column, None, form)
        case str():
            sheet.write_string(row, column, text_of(value), form)
        case date() if not isinstance(value, datetime):
            if value < FIRST_DAY:
                sheet.write_string(row, column, f"{value:%d/%m/}{value.year:04}", form)
            else:
                sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), form)  # noqa: DTZ001  # a day
        case bool():
            sheet.write_string(row, column, "sí" if value else "no", form)
        case int() | float():
            if number_fits(value):
                sheet.write_number(row, column, value, form)
            else:
                sheet.write_string(row, column, number_text(value), form)
        case _:
            raise TypeError(f"no cell holds a {type(value).__name__}")


def height_of(values: Sequence[Value], widths: Sequence[int], most: int = 10) -> float:
    """A row's height in points, so that its texts can be read: programs do not all find it by themselves."""
    lines = 1
    for value, width in zip(values, widths, strict=False):
        if isinstance(value, str) and (len(value) > width or "\n" in value):
            # Capital letters and long words need more room than the width in characters says.
            lines = max(lines, sum(1 + int(len(line) * 1.1 / width) for line in value.split("\n")))
    return 15.0 * min(lines, most) + 3


def number_fits(value: float) -> bool:
    """Whether a spreadsheet keeps the number as it is: fifteen digits."""
    return float(f"{value:.15g}") == value and abs(value) < 1e300


def number_text(value: float) -> str:
    """A number's shortest exact text, with the decimal comma."""
    return str(value).replace(".", ",")


def text_of(text: str) -> str:
    """The text as a cell can hold it: without control characters, cut where it is too long."""
    clean = _UNFIT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(clean) * 2 <= MOST_TEXT:
        return clean
    units = clean.encode("utf-16-le")
    if len(units) <= MOST_TEXT * 2:
        return clean
    return units[: (MOST_TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"


def sheet_name(title: str) -> str:
    """A sheet's name made from a title: at most 31 characters, without those that Excel refuses."""
    name = (
        _NO_SHEET_NAME.sub("-", text_of(title).replace("\n", " ")).strip().strip("'")[:31].strip().strip("'")
    )
    return "Hoja" if not name or name.lower() == "history" else name
