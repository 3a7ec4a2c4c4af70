"""The sheet that lists what there is to say of a workbook, in front of the workbook itself."""

from collections.abc import Sequence
from typing import Any

from xlsxwriter.workbook import Workbook

from nanduti_hub import sheets
from nanduti_hub.plans.rows import Finding, Severity
from nanduti_hub.plans.workbook.notation import REMARKS
from nanduti_hub.sheets import Column, height_of, put

#: What one is called, and several.
SEVERITIES = {
    Severity.ERROR: ("error", "errores"),
    Severity.WARNING: ("aviso", "avisos"),
    Severity.INFO: ("información", "informaciones"),
}
WORDS = {severity: one.capitalize() for severity, (one, _) in SEVERITIES.items()}
COLOURS = {Severity.ERROR: "#F9DEDC", Severity.WARNING: "#FCF1DF", Severity.INFO: "#E6EFF7"}
_ORDER = list(WORDS)
_COLUMNS = (
    Column(name="Gravedad", width=13),
    Column(name="Hoja", width=18),
    Column(name="Celda", width=9),
    Column(name="Columna", width=22),
    Column(name="Dice", width=30),
    Column(name="Observación", width=60),
    Column(name="Qué hacer", width=52),
)


def by_severity(findings: Sequence[Finding]) -> list[Finding]:
    """The gravest first, else in their order."""
    return sorted(findings, key=lambda finding: _ORDER.index(finding.severity))


def write_list(
    book: Workbook,
    name: str,
    file_name: str,
    findings: Sequence[Finding],
    total: int,
    left: Sequence[str] | None,
) -> None:
    """Add the sheet: how many there are and how to go on, then each with its place. `left`: sheets not
    copied, None where not one could be."""
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    title = book.add_format(sheets.FONT | {"bold": True, "font_size": 16, "font_color": sheets.ACCENT})
    plain = book.add_format(sheets.FONT)
    put(sheet, 0, 0, REMARKS, title)
    sheet.set_row(0, 26)
    row = 0
    for row, line in enumerate(_above(file_name, findings, total, left), 1):
        put(sheet, row, 0, line, plain)
    top = row + 2
    ruled: dict[str, Any] = {"bottom": 4, "bottom_color": sheets.LINE, "text_wrap": True}
    body = book.add_format(sheets.FONT | ruled)
    shades = {
        severity: book.add_format(
            sheets.FONT | ruled | {"bg_color": colour, "bold": severity is Severity.ERROR}
        )
        for severity, colour in COLOURS.items()
    }
    widths = [column.width for column in _COLUMNS]
    for at, column in enumerate(_COLUMNS):
        sheet.set_column(at, at, column.width)
    if not findings:
        put(sheet, top, 0, "Sin observaciones.", plain)
        return
    for at, finding in enumerate(by_severity(findings), top + 1):
        values = (WORDS[finding.severity], finding.sheet, finding.cell, finding.column, finding.value,
                  finding.message, finding.suggestion)  # fmt: skip
        sheet.set_row(at, height_of(values, widths))
        for place, value in enumerate(values):
            put(sheet, at, place, value, body if place else shades[finding.severity])
            if not value:
                sheet.write_blank(at, place, None, body)
    head = sheets.heading_format(book)
    headings = [column.name for column in _COLUMNS]
    sheet.set_row(top, 22)
    look = sheets.table("Observaciones", headings, head)
    sheet.add_table(top, 0, top + len(findings), len(_COLUMNS) - 1, look)
    sheet.freeze_panes(top + 1, 0)
    sheets.for_print(sheet)


def _above(file_name: str, findings: Sequence[Finding], total: int, left: Sequence[str] | None) -> list[str]:
    counts = {severity: sum(1 for one in findings if one.severity is severity) for severity in WORDS}
    many = ", ".join(f"{count} {SEVERITIES[severity][count != 1]}" for severity, count in counts.items())
    lines = [f"Archivo: {file_name}", many + "."]
    if total > len(findings):
        lines.append(
            f"Son {total} en total: aquí están las primeras {len(findings)}, los errores antes que lo demás."
        )
    if left is None:
        lines.append("El archivo no se pudo volver a escribir: corrija el suyo y súbalo otra vez.")
        return lines
    if left:
        lines.append(
            f"Hojas que no se copiaron, por estar ocultas o no poder leerse: {', '.join(left)[:900]}."
        )
    lines.append(
        "Corrija las celdas señaladas en las hojas que siguen y suba este mismo archivo otra vez. "
        "Esta hoja y la columna «Observaciones del centro» no se leen."
    )
    return lines
