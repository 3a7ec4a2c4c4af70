"""What a sheet's name says: a part of the book that is no plan, a summary of other sheets, a department.

Rule: a sheet is left out by its name only beside others that are the plan, and it is told; a summary only when
every one of its activities stands in another sheet, so that nothing is lost with it; so is a sheet that states no axis, beside those that do.
"""

import re

from nanduti_hub.plans.rows import Row, Severity
from nanduti_hub.plans.workbook.fields import Page, Placed, tell
from nanduti_hub.plans.workbook.grid import Place
from nanduti_hub.plans.workbook.headings import Heading
from nanduti_hub.plans.workbook.places import read_places
from nanduti_hub.plans.workbook.sheets import Sheet, about
from nanduti_hub.plans.workbook.text import Note, fold, info, warning

_APART = re.compile(
    r"^\W*\d*\W*(?:portada|caratula|indice|instruc\w*|guia|ayuda|leeme|glosario|siglas|abreviaturas|catalogos?|listas?|listados?"
    r"|parametros|graficos?|ejemplos?|contactos?|directorio|control de cambios|historial|bitacora|no usar|papelera|eliminad\w+)\b"
)
_SUMMARY = re.compile(
    r"\b(?:resumen|consolidad[oa]|sintesis|tablero|dashboard|reporte|vista|copia|imprimir|impresion|cronograma|calendario)\b"
)
_DEPARTMENT = re.compile(r"^(?:\d+\W+)?(?:dpto\.?|depto\.?|dep\.?|departamento)? ?(?:del? |de )?")


def kept_by_name(sheets: list[Sheet], found: list[Placed]) -> list[Sheet]:
    """The sheets without those whose name says that they only help to fill in the others, which are told."""
    apart = [sheet for sheet in sheets if _APART.match(fold(sheet.grid.name))]
    if not apart or len(apart) == len(sheets):
        return sheets
    for sheet in apart:
        note = warning(
            "sheet_ignored",
            f"La hoja «{sheet.grid.name}» tiene forma de matriz, pero por su nombre es de ayuda: no se lee.",
            "Si sus actividades son del plan, cámbiele el nombre.",
        )
        found.append(Placed(sheet.index, -1, -1, about(sheet.grid.name, note)))
    return [sheet for sheet in sheets if sheet not in apart]


def without_summaries(rows: list[Row], sheets: list[Sheet], found: list[Placed]) -> list[Row]:
    """The rows without those of sheets that only repeat activities of the others: called a summary, or without axes."""
    for sheet in sheets:
        name = sheet.grid.name
        if len(sheets) == 1:
            continue
        summary = _SUMMARY.search(fold(name)) is not None
        if not summary and any(row.axis for row in rows if row.sheet == name):
            continue
        own = {_key(row) for row in rows if row.sheet == name}
        others = {_key(row) for row in rows if row.sheet != name and (summary or row.axis)}
        if not own or not own <= others:
            continue
        rows = [row for row in rows if row.sheet != name]
        found[:] = [placed for placed in found if placed.sheet != sheet.index]
        note = Note(
            Severity.INFO if summary else Severity.WARNING,
            "sheet_ignored",
            f"La hoja «{name}» repite actividades que están en otras hojas"
            f"{'' if summary else ' y no dice su eje'}: se toma como resumen y no se lee.",
            ""
            if summary
            else "Si tiene datos del plan (avance, estado, montos), páselos a la hoja del plan.",
        )
        found.append(Placed(sheet.index, -1, -1, about(name, note)))
    return rows


def _key(row: Row) -> str:
    return fold(row.title)


def department_said(page: Page, heading: Heading) -> tuple[str, Place] | None:
    """The department that the sheet's name is, for a national plan without a column of places; told."""
    name = page.grid.name
    if "place" in heading.columns or heading.places or page.facts.platform.department:
        return None
    bare = _DEPARTMENT.sub("", fold(name)).strip()
    read = read_places(bare, page.facts.atlas)
    if len(read.departments) != 1 or read.notes or not read.stated:
        return None
    place = (heading.top, heading.columns["title"])
    where = page.facts.atlas.names[read.departments[0]]
    note = info(
        "department_from_sheet",
        f"Por el nombre de la hoja, todas sus actividades se toman como de {where}.",
        "Si no es así, agregue una columna «Departamento».",
    )
    tell(page, place, "", name, note)
    return bare, place
