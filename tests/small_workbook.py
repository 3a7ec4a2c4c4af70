"""A small synthetic workbook, as a coordinator would make one."""

import io
from typing import Any

import openpyxl

HEADER = (
    "N°", "Eje", "Actividad", "Institución responsable", "Fecha de inicio", "Fecha de fin", "Indicador", "Meta",
    "Presupuesto (Gs.)",
)  # fmt: skip
ROWS: list[list[Any]] = [
    ["1.1", "Detección", "Capacitar a inspectores de trabajo en detección (sintética)", "MTESS", "01/03/2026",
     "30/06/2026", "Inspectores capacitados", 40, 12_500_000],
    ["1.2", "Detección", "Elaborar un protocolo de derivación de casos (sintética)", "MINNA", "01/04/2026",
     "31/08/2026", "Protocolos elaborados", 1, 30_000_000],
    ["1.3", "Prevención", "Difundir la línea de denuncia en radios comunitarias (sintética)", "MTESS", "01/05/2026",
     "30/11/2026", "Radios alcanzadas", 25, 8_000_000],
]  # fmt: skip
BUDGET = 8


def workbook(rows: list[list[Any]], title: str = "Plan operativo sintético") -> bytes:
    """A coordinator's file, made by another hand than our reader."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "POA"
    sheet.append([title])
    sheet.append([])
    sheet.append(list(HEADER))
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
