"""A plan as the workbook that its coordinator takes away, changes and uploads again. Pure: JSON in, .xlsx out.

Rule: every value is written as `notation` says, so that the workbook, uploaded unchanged, changes nothing; the
document properties say of which plan, after which revision and at which number of the register it was made.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import msgspec
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from nanduti.actions import Action
from nanduti.phrases import STATUS_WORDS
from nanduti.plans import Plan
from nanduti_hub import sheets
from nanduti_hub.actions.cells import cells
from nanduti_hub.actions.spreadsheet import AXIS_WORDS, CRIME_WORDS, KIND_WORDS
from nanduti_hub.plans.outgoing.columns import COLUMNS, PlanColumn
from nanduti_hub.plans.outgoing.instructions import write_instructions
from nanduti_hub.plans.outgoing.lists import HELPED, Around, CellNames, names_in, offer, write_lists
from nanduti_hub.plans.rows import CELL_OF
from nanduti_hub.plans.workbook import base, notation
from nanduti_hub.sheets import Value, put

#: Rows of the table that wait for new activities.
SPARE = 40


def template_bytes(plan: bytes, register: int, actions: Sequence[bytes], around: Around) -> bytes:
    """The workbook (.xlsx) of a plan, with its `actions` as they stand at the `register`'s number; JSON all."""
    told = msgspec.json.decode(plan, type=Plan)
    decode = msgspec.json.Decoder(Action).decode
    target = BytesIO()
    book = xlsxwriter.Workbook(target, sheets.OPTIONS)
    _properties(book, told, register)
    names = names_in(around)
    # "plan" alone is the name of no axis and no year: the reader takes nothing from it.
    sheet = book.add_worksheet("Plan (sintético)" if told.synthetic else "Plan")
    last = _write_plan(book, sheet, [decode(action) for action in actions], names)
    write_instructions(book, told, around.platform, register)
    lists = write_lists(book, around, names)
    places = {column.field: at for at, column in enumerate(COLUMNS)}
    offer(sheet, lists, places, 0, max(last, HELPED))
    sheet.activate()
    book.close()
    return target.getvalue()


def _properties(book: Workbook, plan: Plan, register: int) -> None:
    number = plan.revision.number if plan.revision else 0
    book.set_properties(
        {
            "title": sheets.text_of(plan.title),
            "subject": "Plan operativo",
            "author": "Ñandutí",
            "comments": "Datos sintéticos, de demostración." if plan.synthetic else "",
        }
    )
    for name, value in ((base.PLAN, plan.id), (base.REVISION, number), (base.REGISTER, register)):
        book.set_custom_property(name, str(value), "text")


def _write_plan(book: Workbook, sheet: Worksheet, actions: Sequence[Action], names: CellNames) -> int:
    head = sheets.heading_format(book)
    formats = [_format(book, column, {"bottom": 4, "bottom_color": sheets.LINE}) for column in COLUMNS]
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, column.width, _format(book, column, {}))
    sheet.set_row(0, 32)
    widths = [column.width for column in COLUMNS]
    for row, action in enumerate(actions, 1):
        values = cells_of(action, names)
        sheet.set_row(row, sheets.height_of(values, widths))
        for at, value in enumerate(values):
            put(sheet, row, at, value, formats[at])
    last = len(actions) + SPARE
    for row in range(len(actions) + 1, last + 1):
        for at, form in enumerate(formats):
            put(sheet, row, at, None, form)
    headings = [column.heading for column in COLUMNS]
    sheet.add_table(0, 0, last, len(COLUMNS) - 1, sheets.table("Acciones", headings, head))
    sheet.freeze_panes(1, 3)
    sheets.calm(sheet)
    sheet.repeat_rows(0)
    sheets.for_print(sheet)
    sheet.set_paper(8)  # A3, two pages wide
    sheet.fit_to_pages(2, 0)
    sheet.repeat_columns(0, 2)
    return last


def _format(book: Workbook, column: PlanColumn, line: dict[str, Any]) -> Format:
    style = sheets.FONT | sheets.look_of(column.form) | line
    if column.field == "id_accion":
        style |= {"font_color": "#6B7A7F", "bg_color": "#F1F4F4"}
    return book.add_format(style)


def cells_of(action: Action, names: CellNames) -> list[Value]:
    """An action's cells, in the order of the columns."""
    now = cells(action)
    said: dict[str, Value] = {"id_accion": action.code}
    said["code"] = notation.written(action.citations[0].number) if action.citations else ""
    for column in COLUMNS[2:]:
        said[column.field] = _cell(column.field, now[CELL_OF.get(column.field, column.field)], names)
    return list(said.values())


def _cell(field: str, value: Any, names: CellNames) -> Value:
    match field:
        case "axis_common":
            return AXIS_WORDS[value]
        case "kind":
            return KIND_WORDS[value]
        case "status":
            return STATUS_WORDS[value]
        case "crimes":
            return notation.joined(CRIME_WORDS[crime] for crime in value) or notation.NO_CRIME
        case "departments":
            return notation.joined(names.departments.get(code, code) for code in value) or notation.NATIONAL
        case "lead":
            return names.institutions.get(value, str(value))
        case "collaborators":
            return notation.joined(names.institutions.get(code, code) for code in value)
        case "other_institutions":
            return notation.written(notation.joined(value))
        case _:
            found: Value = notation.written(value) if isinstance(value, str) else value
            return found
