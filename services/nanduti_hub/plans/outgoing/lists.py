"""The lists to choose from in a plan's workbook, on its hidden sheet, and what is said and asked at each cell."""

from typing import Any

from msgspec import Struct
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from nanduti.directory import Department, Institution, Platform
from nanduti.phrases import STATUS_WORDS
from nanduti.vocabulary import Status
from nanduti_hub import sheets
from nanduti_hub.actions.spreadsheet import AXIS_WORDS, CRIME_WORDS, KIND_WORDS
from nanduti_hub.plans.outgoing.columns import COLUMNS
from nanduti_hub.plans.workbook import notation
from nanduti_hub.sheets import put

#: Rows below the heading whose cells offer their lists, at the least.
HELPED = 3_000
#: A spreadsheet's own limit for what is shown beside a cell.
_MOST_MESSAGE = 255


class Around(Struct, frozen=True):
    """What is known around a plan: its platform, and the directory whose names its cells hold."""

    platform: Platform
    institutions: tuple[Institution, ...]
    departments: tuple[Department, ...]


class CellNames(Struct, frozen=True):
    """What the directory's codes are called in a cell."""

    institutions: dict[str, str]
    departments: dict[str, str]


def names_in(around: Around) -> CellNames:
    """What the directory's codes are called."""
    return CellNames(
        notation.institution_labels(around.institutions), notation.department_labels(around.departments)
    )


def write_lists(book: Workbook, around: Around, names: CellNames) -> dict[str, str]:
    """Write the hidden sheet of lists; the range of each, by its name."""
    sheet = book.add_worksheet(notation.LISTS)
    head = sheets.heading_format(book)
    statuses = [STATUS_WORDS[status] for status in Status if status is not Status.JOINED]
    lists: dict[str, tuple[str, list[str]]] = {
        "axes": ("Ejes", list(AXIS_WORDS.values())),
        "kinds": ("Tipos", list(KIND_WORDS.values())),
        "crimes": ("Delitos", list(CRIME_WORDS.values())),
        "statuses": ("Estados", statuses),
        "departments": ("Departamentos", [notation.NATIONAL, *names.departments.values()]),
        "institutions": ("Instituciones", sorted(names.institutions.values(), key=str.casefold)),
    }
    ranges = {}
    for at, (name, (heading, values)) in enumerate(lists.items()):
        sheet.set_column(at, at, 28)
        sheet.write_string(0, at, heading, head)
        for row, value in enumerate(values, 1):
            put(sheet, row, at, value)
        letter = chr(ord("A") + at)
        ranges[name] = f"={notation.LISTS}!${letter}$2:${letter}${max(2, len(values) + 1)}"
    official = {names.institutions[one.code]: one.name for one in around.institutions}
    sheet.write_string(0, len(lists), "Nombre de la institución", head)
    sheet.set_column(len(lists), len(lists), 60)
    for row, label in enumerate(lists["institutions"][1], 1):
        put(sheet, row, len(lists), official[label])
    sheet.hide()
    return ranges


def offer(sheet: Worksheet, lists: dict[str, str], columns: dict[str, int], top: int, last: int) -> None:
    """What is said and offered at each cell below the heading at `top`, by the columns of the fields. A value that is not offered is refused where only one of the list
    can be right, and asked about where the reader understands more than the list.
    """
    for column in COLUMNS:
        if column.field not in columns:
            continue
        at = columns[column.field]
        rule: dict[str, Any] = {
            "input_title": column.heading[:32],
            "input_message": column.meaning[:_MOST_MESSAGE],
            "ignore_blank": True,
            "error_title": column.heading[:32],
            "error_type": "stop",
        }
        if column.listed:
            rule |= {"validate": "list", "source": lists[column.listed]}
            rule["error_message"] = "Elija un valor de la lista."
            if column.several:
                rule["error_type"] = "warning"
                rule["error_message"] = (
                    "No es un único valor de la lista. Si son varios, sepárelos con punto y coma. ¿Lo deja así?"
                )
        elif column.field == "progress":
            rule |= {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 100}
            rule["error_message"] = "El avance es un número entero de 0 a 100."
        elif column.form == "money":
            rule |= {"validate": "integer", "criteria": ">=", "value": 0}
            rule["error_message"] = "Escriba el monto en guaraníes, solo con números."
        elif column.form == "day":
            rule |= {"validate": "date", "criteria": ">=", "value": sheets.FIRST_DAY, "error_type": "warning"}
            rule["error_message"] = "Se espera una fecha, día/mes/año. ¿La deja así?"
        elif column.form == "number":
            rule |= {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15}
            rule["error_message"] = "Escriba solo el número."
            rule["error_type"] = "warning"
        else:
            rule["validate"] = "any"
        sheet.data_validation(top + 1, at, last, at, rule)
