"""Which sheets of a workbook are the plan, and what the lines above their heading say for all of a sheet.

Rule: a sheet that is not read is told by its name. Sheets of other years stand beside the plan's as last year's
copies; sheets without anybody responsible, beside sheets that have them, as summaries.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from nanduti_hub.plans.personal import veiled
from nanduti_hub.plans.rows import Finding, Severity
from nanduti_hub.plans.workbook.axes import starts_like_axis
from nanduti_hub.plans.workbook.fields import Placed
from nanduti_hub.plans.workbook.grid import Grid, Place
from nanduti_hub.plans.workbook.headings import Heading, near_misses
from nanduti_hub.plans.workbook.labels import role_of
from nanduti_hub.plans.workbook.sideways import lies_sideways
from nanduti_hub.plans.workbook.text import Note, address, clean, error, fold, info, shown, warning

_LABELLED = re.compile(r"^([^:]{3,45}):\s*(.*)$")
#: "Objetivo 2.1. Que vuelvan a la escuela": a number in place of the colon.
_NUMBERED = re.compile(
    r"^(objetivos?(?: \w+)?|l[ií]neas? de acci[oó]n) ?(?:n[°º.]* ?)?\d+(?:\.\d+)*\.? ?[.):–-]* ?(?=\D)(\S.+)$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(20[1-4]\d)(?!\d)")
_TITLE = re.compile(r"\bplan\b|\bpoa\b|matriz|periodo|ano\b")


class Sheet(Struct):
    """A sheet with a heading."""

    index: int
    grid: Grid
    heading: Heading


def about(sheet: str, note: Note) -> Finding:
    return Finding(
        sheet=sheet,
        severity=note.severity,
        code=note.code,
        message=veiled(note.message),
        suggestion=note.suggestion,
    )


def has_error(found: list[Placed]) -> bool:
    return any(placed.finding.severity is Severity.ERROR for placed in found)


def chosen(sheets: list[Sheet]) -> tuple[list[Sheet], list[Sheet]]:
    """The sheets to read: when some say who answers or helps, those without are summaries or lists."""
    full = [
        sheet
        for sheet in sheets
        if not {"lead", "collaborators"}.isdisjoint(sheet.heading.columns) or "lead" in said_above(sheet)
    ]
    return (full, [sheet for sheet in sheets if sheet not in full]) if full else (sheets, [])


def told_years(sheets: list[Sheet], year: int, found: list[Placed]) -> list[Sheet]:
    """The sheets without those that only speak of other years, which are told; all of them when all do."""
    other = [sheet for sheet in sheets if _is_of_another_year(sheet, year)]
    if not other or len(other) == len(sheets):
        return sheets
    for sheet in other:
        note = warning(
            "sheet_other_year",
            f"La hoja «{sheet.grid.name}» es de otro año que el plan ({year}): no se leyó.",
            "Si sus actividades son de este plan, corrija el año en el nombre de la hoja o en su título.",
        )
        found.append(Placed(sheet.index, -1, -1, about(sheet.grid.name, note)))
    return [sheet for sheet in sheets if sheet not in other]


def _is_of_another_year(sheet: Sheet, year: int) -> bool:
    years = years_in(sheet.grid.name) or next(
        (years for _, _, years in title_years(sheet.grid, sheet.heading)), []
    )
    return bool(years) and not min(years) <= year <= max(years)


def title_years(grid: Grid, heading: Heading) -> Iterator[tuple[Place, str, list[int]]]:
    """The titles above a heading that name years: where, the text, and its years."""
    for index in range(min(heading.top, 20)):
        for column, value in enumerate(grid.rows[index]):
            if isinstance(value, str) and _TITLE.search(fold(value)):
                years = years_in(value)
                if years:
                    yield (index, column), clean(value), years


def years_in(text: str) -> list[int]:
    """The years that a text names, in order."""
    return sorted({int(year) for year in _YEAR.findall(text)})


def listed(heading: Heading) -> str:
    """The headings that were seen, for a message."""
    labels = [f"«{label[:40]}»" for _, label in sorted(heading.labels.items())]
    return ", ".join(labels[:12]) + (" …" if len(labels) > 12 else "")


def tell_misses(
    misses: list[tuple[int, Grid]], doubtful: list[Sheet], *, any_read: bool, refused_any: bool
) -> list[Placed]:
    """What was not read: a sheet without a heading is only told, unless no sheet has one."""
    told = []
    for sheet in doubtful:
        note = warning(
            "sheet_ignored",
            f"La hoja «{sheet.grid.name}» tiene actividades sin columna de responsable: se toma como resumen y no se lee.",
            "Si es parte del plan, agréguele la columna «Responsable».",
        )
        told.append(Placed(sheet.index, -1, -1, about(sheet.grid.name, note)))
    for index, grid in misses:
        if not any(any(row) for row in grid.rows):
            continue
        sideways = lies_sideways(grid.rows)
        if sideways is not None:
            told.append(Placed(index, *sideways, _told_sideways(grid, sideways, any_read=any_read)))
            continue
        note = info(
            "sheet_ignored", f"La hoja «{grid.name}» no tiene el encabezado de una matriz: no se lee."
        )
        told.append(Placed(index, -1, -1, about(grid.name, note)))
    if not any_read:
        row, seen = max(
            (near_misses(grid.rows) for _, grid in misses), key=lambda miss: len(miss[1]), default=([], [])
        )
        roles = {role_of(label) for label in seen}
        lacking = [
            f"«{name}»"
            for role, name in (("title", "Actividad"), ("lead", "Responsable"))
            if role not in roles
        ]
        near = (
            f" La fila más parecida dice: {', '.join(row[:12])}; falta {' y '.join(lacking)}."
            if seen and lacking
            else ""
        )
        note = error(
            "header_missing",
            f"No se encontró el encabezado de la matriz en ninguna hoja.{near}",
            "La matriz necesita una fila con los nombres de sus columnas, por lo menos «Actividad», «Responsable» y «Plazo».",
        )
        if not has_error(told) and not refused_any:
            told.append(Placed(-1, -1, -1, about("", note)))
    return told


def _told_sideways(grid: Grid, place: Place, *, any_read: bool) -> Finding:
    return Finding(
        sheet=grid.name,
        cell=address(*place),
        value=shown(grid.rows[place[0]][place[1]]),
        severity=Severity.WARNING if any_read else Severity.ERROR,
        code="sheet_transposed",
        message=f"La hoja «{grid.name}» está de costado: los nombres de los datos van hacia abajo y cada actividad"
        " es una columna. No se lee.",
        suggestion="Ponga los nombres de los datos en una fila y cada actividad en una fila debajo (copiar,"
        " pegado especial, «Transponer»).",
    )


def said_above(sheet: Sheet) -> dict[str, tuple[str, Place]]:
    """What the lines above the heading say for the whole sheet, by role, and where."""
    said: dict[str, tuple[str, Place]] = {}
    for index in range(min(sheet.heading.top, 60)):
        texts = [(column, clean(value)) for column, value in enumerate(sheet.grid.rows[index]) if value != ""]
        for order, (column, text) in enumerate(texts):
            label, value = text.rstrip(" :"), ""
            match = _LABELLED.match(text) or _NUMBERED.match(text)
            if match and match[2]:
                label, value = match[1], match[2]
            elif order + 1 < len(texts) and len(text) < 45:
                value = texts[order + 1][1]
            role = role_of(label) if value and len(label) < 45 else None
            if role in {"axis", "objective", "line", "lead", "place"} and role not in said:
                whole = (
                    text
                    if role == "axis" and match and match[2] and any(sign.isdigit() for sign in label)
                    else value
                )
                said[role] = (whole, (index, column))
            if "axis" not in said and starts_like_axis(text) and len(text) > 5:
                said["axis"] = (text, (index, column))
    return said
