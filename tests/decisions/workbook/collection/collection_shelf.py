"""How a workbook of the collection is written down: its cells as they look on paper, and what a person reads.

A sheet is a block of text: a line is a row, `|` parts its cells, row 1 is the first line. In a cell

    ` `          nothing                        `#12.5`         a number
    `@2026-03-01` a day (a real date)           `=2+2>4`        a formula and the value last calculated
    `=A1>`       a formula never calculated     `!#REF!`        a broken cell
    `~text~`     struck through                 `[x]`           nothing but a painted background
    `\\n` a line break, `\\s` a space that does not break

What a person reads stands beside it: each activity by its row, and each cell that has to be pointed out.
Nothing here looks at the reader's code. All people, amounts and acts are synthetic.
"""

import io
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter
from msgspec import Struct


class Activity(Struct, frozen=True, kw_only=True):
    """What a person reads in one row; the fields named in `more` are looked at beside the others."""

    row: int
    title: str
    axis: str | None
    lead: str | None
    dates: str
    partners: str = ""
    departments: str = ""
    budget: int | None = None
    more: dict[str, Any] = {}


class Sheet(Struct, frozen=True, kw_only=True):
    """One sheet. `told` is every error (`!`) and every warning at its cell, `also` information that is needed."""

    name: str
    text: str
    merges: Sequence[str] = ()
    formats: dict[str, str] = {}
    comments: dict[str, str] = {}
    hidden: str = ""  # "", "hidden", "very_hidden"
    hidden_rows: Sequence[int] = ()
    hidden_columns: str = ""
    activities: Sequence[Activity] = ()
    told: str = ""
    also: str = ""


class Collected(Struct, frozen=True, kw_only=True):
    """One workbook of the collection, in a sentence."""

    says: str
    platform: str
    sheets: Sequence[Sheet]
    year: int = 2026
    #: Errors (`!`) and warnings about the file as a whole.
    told: str = ""


def act(
    row: int,
    title: str,
    axis: str | None,
    lead: str | None,
    dates: str = "",
    partners: str = "",
    departments: str = "",
    budget: int | None = None,
    **more: Any,
) -> Activity:
    """An activity; `dates` is "start/end", either of them empty where none is stated."""
    return Activity(
        row=row,
        title=title,
        axis=axis,
        lead=lead,
        dates=dates or "/",
        partners=partners,
        departments=departments,
        budget=budget,
        more=more,
    )


def workbook(collected: Collected) -> bytes:
    """The workbook's bytes."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_urls": False})
    for sheet in collected.sheets:
        _write(book, sheet)
    book.close()
    return content.getvalue()


def _write(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    for merge in sheet.merges:
        page.merge_range(merge, "")
    for row, line in enumerate(sheet.text.removeprefix("\n").removesuffix("\n").split("\n")):
        for column, cell in enumerate(line.split("|")):
            address = xlsxwriter.utility.xl_rowcol_to_cell(row, column)
            _cell(book, page, row, column, cell.strip(), sheet.formats.get(address))
    for address, comment in sheet.comments.items():
        page.write_comment(address, comment)
    for number in sheet.hidden_rows:
        page.set_row(number - 1, None, None, {"hidden": True})
    if sheet.hidden_columns:
        page.set_column(sheet.hidden_columns, None, None, {"hidden": True})
    if sheet.hidden == "hidden":
        page.hide()
    elif sheet.hidden == "very_hidden":
        page.very_hidden()


def _cell(book: Any, page: Any, row: int, column: int, text: str, number_format: str | None) -> None:
    style: dict[str, Any] = {"num_format": number_format} if number_format else {}
    text = text.replace("\\n", "\n").replace("\\s", "\u00a0")
    if not text:
        return
    match text[0]:
        case "#" if re.fullmatch(r"-?\d+(\.\d+)?", text[1:]):
            page.write_number(row, column, float(text[1:]), book.add_format(style) if style else None)
        case "@":
            style = {"num_format": "dd/mm/yyyy"} | style
            page.write_datetime(row, column, date.fromisoformat(text[1:]), book.add_format(style))
        case "=":
            formula, _, value = text.partition(">")
            number = float(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else value
            page.write_formula(row, column, formula, book.add_format(style), number)
        case "!":
            page.write_formula(row, column, "=A1", book.add_format(style), text[1:])
        case "~":
            page.write_string(row, column, text.strip("~"), book.add_format({"font_strikeout": True}))
        case "[":
            page.write_blank(row, column, None, book.add_format({"bg_color": "#92D050"}))
        case _:
            page.write_string(row, column, text, book.add_format(style) if style else None)
