"""The page of instructions of a plan's workbook, in plain Spanish."""

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from nanduti.directory import Platform
from nanduti.plans import Plan
from nanduti_hub import sheets
from nanduti_hub.plans.outgoing.columns import COLUMNS
from nanduti_hub.plans.workbook.notation import INSTRUCTIONS
from nanduti_hub.sheets import put

_HOW = (
    "Trabaje en la primera hoja, como en cualquier planilla: cambie celdas, agregue filas, ordénelas o fíltrelas.",
    "Actividad nueva: escríbala en una fila vacía y deje «id_accion» vacío. El centro le pone su código.",
    (
        "Actividad que cambia: cambie sus celdas y no toque su «id_accion». Así el centro sabe cuál es, aunque usted "
        "cambie el texto, el número o el orden."
    ),
    (
        "Actividad que ya no va: borre la fila. Nada se borra en el registro: el centro la muestra como ausente, y solo "
        "se cancela si usted lo marca al confirmar."
    ),
    (
        "Si copia una fila para hacer otra parecida, borre el «id_accion» de la copia: dos filas con el mismo código son "
        "un error."
    ),
    "Si vacía una celda, ese dato queda vacío; eje, tipo, delitos, estado y avance, si los vacía, siguen como estaban. Una columna que usted borra no cambia nada.",
    "No escriba nombres, teléfonos ni cédulas de personas: el registro lo leen todas las instituciones.",
    "Guárdela como .xlsx o .ods. Sirven Excel y LibreOffice.",
)
_THEN = (
    (
        "Súbala al centro. Primero ve un borrador: qué filas son nuevas, cuáles cambian y en qué celdas, cuáles quedan "
        "igual, qué falta y qué hay que corregir. Todavía no cambió nada."
    ),
    "Si hay errores, puede bajar la misma planilla con cada celda señalada, corregirla y subirla otra vez.",
    (
        "Si otra persona cambió en el registro una celda que usted también cambió, el centro muestra los dos valores y "
        "usted elige: nada se pisa."
    ),
    "Al confirmar, con el acto que aprueba el plan y su fecha, la planilla pasa a ser la nueva revisión del plan.",
)


_WIDTH = 96


def write_instructions(book: Workbook, plan: Plan, platform: Platform, register: int) -> None:
    """Add the page of instructions."""
    sheet = book.add_worksheet(INSTRUCTIONS)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, _WIDTH)
    title = book.add_format(sheets.FONT | {"bold": True, "font_size": 16, "font_color": sheets.ACCENT})
    head = book.add_format(
        sheets.FONT
        | {
            "bold": True,
            "font_size": 12,
            "font_color": sheets.ACCENT,
            "bottom": 1,
            "bottom_color": sheets.LINE,
        }
    )
    name = book.add_format(sheets.FONT | {"bold": True, "text_wrap": True})
    count = book.add_format(sheets.FONT | {"align": "right"})
    body = book.add_format(sheets.FONT | {"text_wrap": True})
    made_up = book.add_format(sheets.FONT | {"bold": True, "font_color": "#8A4B08", "bg_color": "#FCF1DF"})
    put(sheet, 0, 0, "Planilla del plan", title)
    sheet.set_row(0, 26)
    row = 1
    if plan.synthetic:
        put(sheet, row, 0, "PLAN SINTÉTICO", made_up)
        put(
            sheet, row, 1, "Datos inventados, de demostración: no es el plan de ninguna institución.", made_up
        )
        row += 1
    until = plan.extended_to or plan.term_to
    facts = (
        ("Plataforma", f"{platform.acronym}: {platform.name}"),
        ("Plan", plan.title),
        ("Vigencia", f"del {plan.term_from:%d/%m/%Y} al {until:%d/%m/%Y}"),
        ("Última revisión", f"{plan.revision.number} ({plan.revision.act})" if plan.revision else "ninguna"),
        ("Número del registro", str(register)),
    )
    for label, value in facts:
        put(sheet, row, 0, label, name)
        _line(sheet, row, value, body)
        row += 1
    for heading, lines in (("Cómo se llena", _HOW), ("Qué pasa al subirla", _THEN)):
        row += 1
        put(sheet, row, 0, heading, head)
        sheet.write_blank(row, 1, None, head)
        for number, line in enumerate(lines, 1):
            put(sheet, row + number, 0, f"{number}.", count)
            _line(sheet, row + number, line, body)
        row += len(lines) + 1
    row += 1
    put(sheet, row, 0, "Las columnas", head)
    sheet.write_blank(row, 1, None, head)
    for column in COLUMNS:
        row += 1
        put(sheet, row, 0, column.heading, name)
        _line(sheet, row, column.meaning, body)
    sheets.for_print(sheet)
    sheet.set_portrait()


def _line(sheet: Worksheet, row: int, text: str, form: Format) -> None:
    sheet.set_row(row, sheets.height_of([text], [_WIDTH]))
    put(sheet, row, 1, text, form)
