"""One activity: the cells of its row into the fields of `Row`.

Rule: `given` names only fields whose column the table has, so that a column that is missing says nothing about
what was stored before; a cell that is wrong leaves its field empty and has its finding.
"""

import calendar
import re
from datetime import date, timedelta

from msgspec import Struct, field

from nanduti.vocabulary import Axis, Kind, Status
from nanduti_hub.plans.rows import Row
from nanduti_hub.plans.workbook import fields
from nanduti_hub.plans.workbook.fields import Page, is_mark, tell, tell_all
from nanduti_hub.plans.workbook.grid import Place
from nanduti_hub.plans.workbook.heading_names import FIELDS
from nanduti_hub.plans.workbook.headings import Heading, Span
from nanduti_hub.plans.workbook.kinds import kind_of, read_crimes
from nanduti_hub.plans.workbook.text import Cell, error, fold, info, letters, shown, warning, words

_OWN_NUMBER = re.compile(r"^(?:actividad |act\. ?|accion |n° ?)?(\d{1,3}(?:\.\d{1,3})+|\d{1,3}(?=[.)\-] ?[^\d\s]))[.)\-:]* +(?=\S)", re.IGNORECASE)
_DEADLINE = re.compile(r"plazo|limite|vencimiento|entrega|hasta|tope")


class Section(Struct):
    """What holds for the rows that follow: the axis, objective and line of action that were last stated."""

    axis: str = ""
    common: Axis | None = None
    #: Whether an axis was stated at all, understood or not.
    stated: bool = False
    objective: str = ""
    line: str = ""


class Columns(Struct):
    """A heading made ready for reading rows: indexes by role (-1 for none), labels, and how to read them."""

    at: dict[str, int]
    labels: dict[int, str]
    marks: list[tuple[int, date, date]]
    given: frozenset[str]
    letters: list[tuple[str, str]]
    hint: int | None
    deadline: bool
    scale: int
    ratios: bool
    #: What the lines above the heading say for the whole sheet ("Institución responsable: MTESS").
    defaults: dict[str, tuple[str, Place]] = field(default_factory=dict)


def columns_of(page: Page, heading: Heading) -> Columns:
    """A heading's columns, made ready."""
    at = heading.columns
    labels = heading.labels
    year = page.facts.year
    period_label = words(labels[at["period"]]) if "period" in at else ""
    budget_label = fold(labels[at["budget"]]) if "budget" in at else ""
    given = {name for role in at for name in FIELDS.get(role, ())}
    if heading.marks:
        given |= {"start", "end"}
    cells = [(name, letters(column)) for role, column in at.items() for name in FIELDS.get(role, ())]
    if heading.marks:
        first = letters(min(heading.marks))
        stated = {name for name, _ in cells}
        cells.extend((name, first) for name in ("start", "end") if name not in stated)
    progress = at.get("progress", -1)
    return Columns(
        at=at,
        labels=labels,
        marks=[(column, *_days(span, year)) for column, span in sorted(heading.marks.items())],
        given=frozenset(given),
        letters=cells,
        hint=_hint(period_label),
        deadline=bool(_DEADLINE.search(period_label)),
        scale=_scale(budget_label),
        ratios=progress >= 0
        and any(
            isinstance(row[progress], float) and 0 < row[progress] < 1  # type: ignore[operator]  # a float, just asked
            for row in page.grid.rows[heading.bottom + 1 :]
            if progress < len(row)
        ),
    )


def _hint(label: str) -> int | None:
    for word, months in (("trimestre", 3), ("cuatrimestre", 4), ("semestre", 6), ("bimestre", 2)):
        if re.search(rf"\b{word}s?\b", label):
            return months
    return 1 if re.search(r"\bmes(?:es)?\b", label) else None


def _scale(label: str) -> int:
    if re.search(r"miles de millones", label):
        return 1_000_000_000
    if "millon" in label or re.search(r"\bmm\b", label):
        return 1_000_000
    return 1_000 if re.search(r"\b(?:en )?miles\b", label) else 1


def _days(span: Span, year: int) -> tuple[date, date]:
    stated = span.year or year
    last = span.first + span.months - 1
    return date(stated, span.first, 1), date(stated, last, calendar.monthrange(stated, last)[1])


def read_activity(page: Page, columns: Columns, place: Place, row: list[Cell], section: Section, silent: set[int]) -> Row:
    """The activity in `row`, whose title stands at `place`. `silent`: columns whose blank has its own finding."""
    at = columns.at
    labels = columns.labels
    index, title_column = place

    def text(role: str) -> str:
        column = at.get(role, -1)
        if column < 0 or (value := row[column]) == "":
            return ""
        return fields.line(page, (index, column), labels[column], value)

    title = text("title")
    code_column = at.get("code", -1)
    code = ""
    if code_column >= 0 and row[code_column] != "":
        code = fields.code(page, (index, code_column), labels[code_column], row[code_column])
    own = _OWN_NUMBER.match(title) if title[:1].isdecimal() or title[:1] in "AaNn" else None
    if own and (not code or own[1] == code):
        code = code or own[1]
        title = title[own.end() :]
    lead, collaborators, others = _institutions(page, columns, index, row, silent)
    start, end = _dates(page, columns, index, row, silent)
    indicator, unit, baseline, target, remarks = _measures(page, columns, index, row)
    status, progress = _standings(page, columns, index, row)
    departments = _departments(page, columns, index, row)
    crimes = page.facts.platform.crimes
    column = at.get("crimes", -1)
    if column >= 0 and row[column] != "":
        crimes, notes = read_crimes(row[column], crimes)
        tell_all(page, (index, column), labels[column], row[column], notes)
    budget = None
    column = at.get("budget", -1)
    if column >= 0 and row[column] != "":
        amount = fields.amount(page, (index, column), row[column], columns.scale)
        budget = amount.guaranies
        if amount.notes:
            tell_all(page, (index, column), labels[column], row[column], amount.notes)
    observations = ""
    column = at.get("observations", -1)
    if column >= 0 and row[column] != "":
        observations = fields.long_text(page, (index, column), labels[column], row[column])
    description = ""
    column = at.get("description", -1)
    if column >= 0 and row[column] != "":
        description = fields.long_text(page, (index, column), labels[column], row[column])
    given = columns.given
    extra = set()
    if section.stated and "axis" not in given:
        extra.add("axis")
    if section.objective and "objective" not in given:
        extra.add("objective")
    if section.line and "line_of_action" not in given:
        extra.add("line_of_action")
    if unit and "unit" not in given:
        extra.add("unit")
    if indicator and "indicator" not in given:
        extra.add("indicator")
    if remarks:
        observations = " ".join((observations, *remarks)).strip()
        extra.add("observations")
    if progress is not None and "progress" not in given:
        extra.add("progress")
    if status is not None and "status" not in given:
        extra.add("status")
    if code and "code" not in given:
        extra.add("code")
    if extra:
        given = given | extra
    number = str(index + 1)
    return Row(
        sheet=page.grid.name,
        row=index + 1,
        code=code,
        title=title,
        description=description,
        objective=section.objective,
        line_of_action=section.line,
        axis=section.axis,
        axis_common=section.common,
        kind=_kind(page, title),
        crimes=crimes,
        departments=departments,
        lead=lead,
        collaborators=collaborators,
        other_institutions=others,
        start=start,
        end=end,
        indicator=indicator,
        unit=unit,
        baseline=baseline,
        target=target,
        means_of_verification=text("means"),
        budget_pyg=budget,
        budget_source=text("budget_source"),
        status=status,
        progress=progress,
        observations=observations,
        given=given,
        cells={name: letter + number for name, letter in columns.letters},
    )


def _kind(page: Page, title: str) -> Kind:
    return fields.remembered(page.facts, "kind", title, lambda cell: kind_of(str(cell)))


def _institutions(
    page: Page, columns: Columns, index: int, row: list[Cell], silent: set[int]
) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    column = columns.at.get("lead", -1)
    label = columns.labels.get(column, "")
    value: Cell = row[column] if column >= 0 else ""
    place = (index, column)
    if column < 0 and "lead" in columns.defaults:
        value, place = columns.defaults["lead"]
    lead: str | None = None
    collaborators: list[str] = []
    others: list[str] = []
    if value == "" or not (read := fields.named(page.facts, value)).codes and not read.unknown:
        if column >= 0 and column not in silent:
            note = error(
                "lead_missing",
                "Falta la institución responsable de la actividad.",
                "Escriba la institución que responde por ella.",
            )
            tell(page, place, label, value, note)
    else:
        if read.notes:
            tell_all(page, place, label, value, read.notes)
        if read.unknown_first:
            closest = read.closest[0]
            hint = f"¿Quiso decir «{closest}»? " if closest else ""
            note = error(
                "institution_unknown",
                f"La institución responsable «{shown(read.unknown[0])}» no está en el directorio.",
                f"{hint}Escriba su sigla o su nombre oficial, o pida que se agregue al directorio.",
            )
            tell(page, place, label, value, note)
            collaborators.extend(read.codes)
            others.extend(read.unknown[1:])
        else:
            lead = read.codes[0]
            collaborators.extend(read.codes[1:])
            others.extend(read.unknown)
            if len(read.codes) > 1:
                names = page.facts.register.names
                rest = ", ".join(names.get(code, code) for code in read.codes[1:])
                note = info(
                    "lead_several",
                    f"Hay varias instituciones: {names.get(lead, lead)} queda como responsable y {rest} como corresponsable.",
                    "Si responde otra, póngala primero.",
                )
                tell(page, place, label, value, note)
        for name, closest in zip(read.unknown, read.closest, strict=True):
            if name in others:
                _not_in_directory(page, place, label, value, name, closest)
    column = columns.at.get("collaborators", -1)
    if column >= 0 and row[column] != "":
        value = row[column]
        read = fields.named(page.facts, value)
        label = columns.labels[column]
        if read.notes:
            tell_all(page, (index, column), label, value, read.notes)
        collaborators.extend(read.codes)
        others.extend(read.unknown)
        for name, closest in zip(read.unknown, read.closest, strict=True):
            _not_in_directory(page, (index, column), label, value, name, closest)
    if not collaborators and not others:
        return lead, (), ()
    unique = dict.fromkeys(code for code in collaborators if code != lead)
    return lead, tuple(unique), tuple(dict.fromkeys(name[:1_000] for name in others))


def _not_in_directory(page: Page, place: Place, label: str, value: Cell, name: str, closest: str) -> None:
    hint = f"Si es «{closest}», escríbala así; si no" if closest else "Si corresponde"
    note = warning(
        "institution_not_in_directory",
        f"«{shown(name)}» no está en el directorio: se guarda tal como está escrita.",
        f"{hint}, pida que se agregue al directorio.",
    )
    tell(page, place, label, value, note)


def _dates(
    page: Page, columns: Columns, index: int, row: list[Cell], silent: set[int]
) -> tuple[date | None, date | None]:
    at = columns.at
    start: date | None = None
    end: date | None = None
    told = False
    where = -1
    for role in ("start", "end"):
        column = at.get(role, -1)
        if column < 0 or row[column] == "":
            told = told or column in silent
            continue
        read = fields.period(page.facts, row[column], None)
        told = tell_all(page, (index, column), columns.labels[column], row[column], read.notes) or told or bool(read.notes)
        where = column
        if role == "start":
            start = read.start or read.end
            if "end" not in at and read.end is not None and not read.day:
                end = read.end
        else:
            end = read.end or read.start
            if "start" not in at and not read.day and read.start is not None:
                start = read.start
    column = at.get("period", -1)
    if column >= 0 and row[column] != "" and (start is None or end is None):
        read = fields.period(page.facts, row[column], columns.hint)
        tell_all(page, (index, column), columns.labels[column], row[column], read.notes)
        told = told or bool(read.notes)
        where = column
        if start is None and end is None:
            start, end = (None, read.end) if read.day and columns.deadline else (read.start, read.end)
        elif read.start is not None and read.end is not None:
            start, end = start or read.start, end or read.end
    told = told or column in silent
    if columns.marks:
        first, last = _marked(page, columns, index, row)
        if first is not None and last is not None:
            broad = start is not None and end is not None and (end - start).days > 360 and "start" not in at
            if (start is None and end is None) or broad:
                start, end, where = first, last, columns.marks[0][0]
            elif (start is not None and last < start) or (end is not None and first > end):
                note = warning(
                    "dates_disagree",
                    f"Las fechas y las marcas del cronograma no coinciden (marcas del {first:%d/%m/%Y} al {last:%d/%m/%Y});"
                    " se toman las fechas.",
                    "Corrija las fechas o las marcas.",
                )
                tell(page, (index, columns.marks[0][0]), columns.labels[columns.marks[0][0]], "", note)
        told = told or any(column in silent for column, _, _ in columns.marks)
    _tell_dates(page, columns, index, row, start, end, where, told=told)
    return start, end


def _tell_dates(
    page: Page,
    columns: Columns,
    index: int,
    row: list[Cell],
    start: date | None,
    end: date | None,
    where: int,
    *,
    told: bool,
) -> None:
    if start is not None and end is not None:
        if end < start:
            note = error(
                "dates_reversed",
                f"El fin ({end:%d/%m/%Y}) es anterior al inicio ({start:%d/%m/%Y}).",
                "Corrija las fechas de inicio y fin.",
            )
            tell(page, (index, where), columns.labels[where], row[where], note)
        return
    if told:
        return
    if where < 0:
        at = columns.at
        where = next((at[role] for role in ("start", "period", "end") if role in at), -1)
        if where < 0 and columns.marks:
            where = columns.marks[0][0]
    if start is None and end is None:
        painted = [column for column, _, _ in columns.marks if page.grid.is_painted((index, column))]
        if painted and len(painted) < len(columns.marks):
            note = warning(
                "schedule_painted",
                "El cronograma de esta fila está pintado, sin marcas: los colores no se leen.",
                "Escriba una X en cada celda pintada.",
            )
            where = painted[0]
        else:
            note = warning(
                "dates_missing",
                "La actividad no tiene fechas.",
                "Escriba el inicio y el fin, el trimestre o los meses.",
            )
        if where < 0:
            where = columns.at["title"]
        tell(page, (index, where), columns.labels.get(where, ""), row[where], note)
    elif end is None:
        note = warning("date_end_missing", "Falta la fecha de fin.", "Escriba cuándo termina.")
        tell(page, (index, where), columns.labels.get(where, ""), row[where], note)
    elif "start" in columns.at or not columns.deadline:
        note = info("date_start_missing", "No dice cuándo comienza; se guarda solo la fecha de fin.", "Escriba el inicio.")
        tell(page, (index, where), columns.labels.get(where, ""), row[where], note)


def _marked(page: Page, columns: Columns, index: int, row: list[Cell]) -> tuple[date | None, date | None]:
    covered = page.grid.covered
    spans = []
    for column, first, last in columns.marks:
        value = row[column]
        if value == "" and covered:
            anchor = covered.get((index, column), (index, column))
            if anchor[0] == index and anchor[1] != column:
                value = row[anchor[1]]
        if value != "" and is_mark(value):
            spans.append((first, last))
    if not spans:
        return None, None
    spans.sort()
    for (_, before), (after, _) in zip(spans, spans[1:], strict=False):
        if after > before + timedelta(days=1):
            note = info(
                "dates_not_contiguous",
                f"Las marcas del cronograma no son seguidas: se toma del {spans[0][0]:%d/%m/%Y} al {spans[-1][1]:%d/%m/%Y}.",
                "Si son actividades separadas, póngalas en filas distintas.",
            )
            tell(page, (index, columns.marks[0][0]), columns.labels[columns.marks[0][0]], "", note)
            break
    return spans[0][0], spans[-1][1]


def _measures(
    page: Page, columns: Columns, index: int, row: list[Cell]
) -> tuple[str, str, float | None, float | None, list[str]]:
    at = columns.at
    labels = columns.labels
    column = at.get("indicator", -1)
    indicator = ""
    if column >= 0 and row[column] != "":
        indicator = fields.line(page, (index, column), labels[column], row[column])
    column = at.get("unit", -1)
    unit = ""
    if column >= 0 and row[column] != "":
        unit = fields.line(page, (index, column), labels[column], row[column]).strip("-–— ")
    remarks: list[str] = []
    numbers: dict[str, float | None] = {"target": None, "baseline": None}
    for role, what in (("target", "meta"), ("baseline", "línea de base")):
        column = at.get(role, -1)
        if column < 0 or (value := row[column]) == "":
            continue
        read = fields.measure(page, (index, column), value, what)
        if read.notes:
            tell_all(page, (index, column), labels[column], value, read.notes)
        number = read.value
        if number is not None and 0 < number < 1 and not isinstance(value, str):
            if fold(unit) in {"%", "porcentaje", "por ciento"}:
                number = round(number * 100, 6)
        numbers[role] = number
        if read.words and role == "target" and not indicator:
            indicator = read.words[:1_000]
        elif read.words and role == "target" and not unit:
            unit = read.words[:1_000]
        elif read.words:
            remarks.append(f"{what.capitalize()}: {read.words}.")
        if read.unit and not unit and (role == "target" or "target" not in at):
            unit = read.unit[:1_000]
    return indicator, unit, numbers["baseline"], numbers["target"], remarks


def _standings(page: Page, columns: Columns, index: int, row: list[Cell]) -> tuple[Status | None, int | None]:
    status: Status | None = None
    progress: int | None = None
    for role in ("status", "progress"):
        column = columns.at.get(role, -1)
        if column < 0 or row[column] == "":
            continue
        read = fields.standing(page, (index, column), row[column], ratios=columns.ratios and role == "progress")
        if read.notes:
            tell_all(page, (index, column), columns.labels[column], row[column], read.notes)
        status = status or read.status
        progress = read.progress if read.progress is not None else progress
    return status, progress


def _departments(page: Page, columns: Columns, index: int, row: list[Cell]) -> tuple[str, ...]:
    column = columns.at.get("place", -1)
    value: Cell = row[column] if column >= 0 else ""
    place = (index, column)
    if column < 0 and "place" in columns.defaults:
        value, place = columns.defaults["place"]
    if value == "":
        return page.facts.atlas.default
    read = fields.places(page.facts, value)
    if read.notes:
        tell_all(page, place, columns.labels.get(column, ""), value, read.notes)
    return read.departments
