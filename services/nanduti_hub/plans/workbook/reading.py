"""A workbook into a `Reading`: every sheet with a recognisable heading, its activities and what to know about them.

Rule: a file, however bad, never raises: what cannot be read is a finding. Nothing but the bytes is read. Absent:
pairing with what was stored before, and anything that depends on today.
"""

from nanduti_hub.plans.personal import veiled
from nanduti_hub.plans.rows import Finding, Known, Reading, Row
from nanduti_hub.plans.workbook.activity import Section
from nanduti_hub.plans.workbook.axes import starts_like_axis
from nanduti_hub.plans.workbook.base import Marks, marks_of
from nanduti_hub.plans.workbook.bounds import MAX_ROWS, Unreadable
from nanduti_hub.plans.workbook.exact import read_own
from nanduti_hub.plans.workbook.fields import Facts, Page, Placed, axis, facts_of, tell, tell_all
from nanduti_hub.plans.workbook.grid import Grid, Hidden, Place
from nanduti_hub.plans.workbook.headings import Heading, find_heading
from nanduti_hub.plans.workbook.opening import Opened, open_workbook, readable
from nanduti_hub.plans.workbook.own_table import OwnTable, is_beside, labels_of, own_table, without_remarks
from nanduti_hub.plans.workbook.places import read_places
from nanduti_hub.plans.workbook.progress import Progress
from nanduti_hub.plans.workbook.remarks import tell_sheet
from nanduti_hub.plans.workbook.settling import settle
from nanduti_hub.plans.workbook.sheet_names import department_said, kept_by_name, without_summaries
from nanduti_hub.plans.workbook.sheets import (
    Sheet,
    about,
    chosen,
    has_error,
    listed,
    said_above,
    tell_misses,
    told_years,
)
from nanduti_hub.plans.workbook.text import error, info, warning
from nanduti_hub.plans.workbook.walk import read_table


def read_workbook(content: bytes, file_name: str, known: Known, progress: Progress | None = None) -> Reading:
    """Read a coordinator's plan. `file_name` only helps to say what a wrong file is."""
    try:
        with readable():
            return _read(open_workbook(content, file_name), known, marks_of(content), progress or Progress())
    except Unreadable as failure:
        return Reading(findings=(failure.finding,))


def _read(opened: Opened, known: Known, marks: Marks, progress: Progress) -> Reading:
    facts = facts_of(known, opened.package)
    facts.progress = progress
    found: list[Placed] = []
    sheets: list[Sheet] = []
    misses: list[tuple[int, Grid]] = []
    hidden: list[tuple[int, str]] = []
    own: list[tuple[int, Grid, OwnTable]] = []
    found.extend(Placed(-1, -1, -1, about("", note)) for note in opened.package.notes)
    for index, grid in enumerate(opened.sheets):
        match grid:
            case Finding():
                found.append(Placed(index, -1, -1, grid))
            case Hidden():
                hidden.append((index, grid.name))
            case Grid():
                without_remarks(grid, marks)
                table = own_table(grid, based=marks.base is not None)
                if table is not None:
                    own.append((index, grid, table))
                    continue
                if is_beside(grid.name, marks, own=bool(own)):
                    continue
                heading = find_heading(grid.rows, grid.covered, year=known.year)
                if heading is None:
                    misses.append((index, grid))
                else:
                    sheets.append(Sheet(index, grid, heading))
    for index, name in hidden:
        if is_beside(name, marks, own=bool(own)):
            continue
        note = warning(
            "sheet_hidden",
            f"La hoja «{name}» está oculta y no se leyó.",
            "Si es parte del plan, muéstrela y vuelva a subir el archivo; si no, bórrela.",
        )
        found.append(Placed(index, -1, -1, about(name, note)))
    if own:
        return _read_own(
            own, [*misses, *((sheet.index, sheet.grid) for sheet in sheets)], facts, found, known, marks
        )
    sheets = kept_by_name(told_years(sheets, known.year, found), found)
    sheets, doubtful = chosen(sheets)
    misses_told = tell_misses(misses, doubtful, any_read=bool(sheets), refused_any=has_error(found))
    found.extend(misses_told)
    progress.of = sum(len(sheet.grid.rows) for sheet in sheets)
    rows: list[Row] = []
    for sheet in sheets:
        page = Page(index=sheet.index, grid=sheet.grid, facts=facts, found=found)
        rows.extend(_sheet(page, sheet))
        progress.leave(len(sheet.grid.rows))
    rows = without_summaries(rows, sheets, found)
    _repeated(rows, sheets, found)
    if sheets and not rows and not has_error(found):
        note = error(
            "activities_missing",
            "Se reconoció el encabezado, pero no hay actividades debajo.",
            "Compruebe que las actividades están en la columna de actividades, debajo del encabezado.",
        )
        found.append(Placed(sheets[0].index, -1, -1, about(sheets[0].grid.name, note)))
    return _reading(rows, found, marks)


def _read_own(
    own: list[tuple[int, Grid, OwnTable]],
    others: list[tuple[int, Grid]],
    facts: Facts,
    found: list[Placed],
    known: Known,
    marks: Marks,
) -> Reading:
    """The hub's own tables, and nothing beside them."""
    rows: list[Row] = []
    labels = labels_of(known)
    facts.progress.of = sum(len(grid.rows) for _, grid, _ in own)
    for index, grid, table in own:
        rows.extend(read_own(Page(index=index, grid=grid, facts=facts, found=found), table, labels))
        facts.progress.leave(len(grid.rows))
    for index, grid in others:
        if any(any(row) for row in grid.rows):
            note = info("sheet_ignored", f"La hoja «{grid.name}» no es de la planilla del centro: no se lee.")
            found.append(Placed(index, -1, -1, about(grid.name, note)))
    return _reading(rows, found, marks)


def _reading(rows: list[Row], found: list[Placed], marks: Marks) -> Reading:
    if len(rows) > MAX_ROWS:
        rows = []
        note = error(
            "sheet_too_large", f"El plan tiene más de {MAX_ROWS} actividades.", "Divídalo en varios archivos."
        )
        found.append(Placed(-1, -1, -1, about("", note)))
    found.sort(key=lambda placed: (placed.sheet, placed.row, placed.column))
    return Reading(rows=tuple(rows), findings=tuple(placed.finding for placed in found), base=marks.base)


def _sheet(page: Page, sheet: Sheet) -> list[Row]:
    heading = sheet.heading
    settle(page, heading)
    said = said_above(sheet)
    section = _first_section(page, heading, said)
    defaults: dict[str, tuple[str, Place]] = {
        role: said[role] for role in ("lead", "place") if role in said and role not in heading.columns
    }
    if "place" in defaults and read_places(defaults["place"][0], page.facts.atlas).notes:
        del defaults["place"]  # a venue or an address in the title lines is no department
    department = department_said(page, heading) if "place" not in defaults else None
    if department is not None:
        defaults["place"] = department
    table = read_table(page, heading, section, defaults)
    for one in table.headings:
        if "lead" in one.columns or "lead" in defaults or one.leads:
            continue
        note = error(
            "column_missing",
            "La hoja no tiene columna de institución responsable. Se leyeron estos encabezados: "
            f"{listed(one)}.",
            _without_lead(one),
        )
        tell(page, (one.top, one.columns["title"]), "", "", note)
    tell_sheet(page, heading, table)
    return table.rows


def _without_lead(heading: Heading) -> str:
    helpers = heading.columns.get("collaborators", -1)
    if helpers < 0:
        return "Agregue una columna «Responsable» con la institución que responde por cada actividad."
    return (
        f"La columna «{heading.labels[helpers][:80]}» es de quienes acompañan y no dice quién responde:"
        " agregue una columna «Responsable»."
    )


def _first_section(page: Page, heading: Heading, said: dict[str, tuple[str, Place]]) -> Section:
    section = Section()
    if "objective" in said and "objective" not in heading.columns:
        section.objective = said["objective"][0][:1_000]
    if "line" in said and "line" not in heading.columns:
        section.line = said["line"][0][:1_000]
    if "axis" in heading.columns:
        return section
    name = page.grid.name
    if "axis" in said:
        read, place, text = axis(page.facts, said["axis"][0]), said["axis"][1], said["axis"][0]
        if read.common is None and not starts_like_axis(text):
            return section
    elif starts_like_axis(name) or axis(page.facts, name).plain:
        read, place, text = axis(page.facts, name), (heading.top, heading.columns["title"]), name
    else:
        return section
    tell_all(page, place, "", text, read.notes)
    section.axis, section.common, section.stated = read.text[:1_000], read.common, bool(read.text)
    return section


def _repeated(rows: list[Row], sheets: list[Sheet], found: list[Placed]) -> None:
    """Tell an activity that stands in two sheets, word for word."""
    order = {sheet.grid.name: sheet.index for sheet in sheets}
    if len(order) < 2:
        return
    seen: dict[tuple[str, str, str | None], Row] = {}
    for row in rows:
        before = seen.setdefault((row.title, row.code, row.lead), row)
        if before.sheet == row.sheet:
            continue
        note = warning(
            "activity_repeated",
            f"La actividad también está en la hoja «{before.sheet}», fila {before.row}.",
            "Deje la actividad en una sola hoja.",
        )
        cell = row.cell("title")
        finding = Finding(
            sheet=row.sheet,
            cell=cell,
            value=veiled(row.title[:200]),
            severity=note.severity,
            code=note.code,
            message=note.message,
            suggestion=note.suggestion,
        )
        found.append(Placed(order[row.sheet], row.row - 1, 0, finding))
