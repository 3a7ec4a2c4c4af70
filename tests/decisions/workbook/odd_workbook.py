"""A plan with one of each oddity that a format may store in its own way. All of it synthetic.

`tests/fixtures/workbooks/odd.xlsx`, `odd.ods` and `odd.xls` are this workbook, computed and saved by LibreOffice 7.4:
    python tests/decisions/workbook/odd_workbook.py made.xlsx
    soffice --headless --convert-to ods made.xlsx        (and xlsx, and "xls:MS Excel 97")
"""

import sys
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from workbook_shelf import saved

HEADER = [
    "N°", "Eje", "Actividad", "Responsable", "Inicio", "Fin", "Meta", "Avance", "Presupuesto (Gs.)", "Observaciones",
]  # fmt: skip
ROWS: list[list[Any]] = [
    ["1.1", "Prevención", "Capacitar a docentes (sintética)", "MEC", date(2026, 3, 1), date(2026, 6, 30), 40, 0.5,
     12_500_000, "Línea uno\nlínea dos"],
    ["1.2", None, "Elaborar un protocolo (sintética)", "MINNA", date(2026, 4, 1), datetime.fromisoformat("2026-08-31T10:30:00"), 1, 0,
     1_500, "en dólares"],
    ["1.3", None, "Difundir la línea 147 (sintética)", "MTESS", "marzo", "T4", 25.5, 1, 8_000_000, True],
    ["1.10", "Detección", "Visitar obras (sintética)", "MTESS", date(2026, 5, 1), date(2026, 5, 31), None, None, None,
     time(10, 30)],
    [1.2, "Detección", "Oculta y con número (sintética)", "MP", date(2026, 5, 1), date(2026, 5, 31), 3, None, None,
     "  espacios   dobles  "],
    ["1.12", "Detección", "Rota (sintética)", "MP", date(2026, 5, 1), date(2026, 5, 31), "=1/0", None, None,
     '=A1&""'],
    ["1.13", "Detección", "Pegada rota (sintética)", "MP", date(2026, 5, 1), date(2026, 5, 31), "#REF!", None,
     "=2*1000000", "ñandutí, jopará: mbo'ehára «ỹ» 😀"],
]  # fmt: skip


def odd_workbook() -> bytes:
    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = "Plan 'A' y ¡B!"
    sheet["A1"] = "Plan operativo 2026 (sintético)"
    sheet.merge_cells("A1:J1")
    for column, heading in enumerate(HEADER, start=1):
        sheet.cell(3, column, heading).fill = PatternFill("solid", fgColor="DDEEFF")
    for index, values in enumerate(ROWS, start=4):
        for column, value in enumerate(values, start=1):
            if value is not None:
                sheet.cell(index, column, value)
    sheet.merge_cells("B4:B6")
    sheet["H4"].number_format = sheet["H6"].number_format = "0%"
    sheet["I5"].number_format = "[$USD] #,##0.00"
    sheet["A8"].number_format = "0.00"
    sheet["C7"].font = Font(strike=True)
    sheet["C4"].comment = Comment("No es parte de la celda", "Sintética")
    sheet.row_dimensions[8].hidden = True
    sheet.column_dimensions["G"].hidden = True
    sheet["E7"].fill = PatternFill("solid", fgColor="00FF00")
    hidden: Any = workbook.create_sheet("Oculta")
    hidden.sheet_state = "hidden"
    hidden["A1"] = "nada"
    notes: Any = workbook.create_sheet("Notas")
    notes["C5"] = "una nota suelta"
    return saved(workbook)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(odd_workbook())
