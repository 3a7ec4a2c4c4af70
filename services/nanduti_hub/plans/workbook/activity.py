"""One activity: the cells of its row into the fields of `Row`.

Rule: `given` names only fields whose column the table has, so that a column that is missing says nothing about
what was stored before; a cell that is wrong leaves its field empty and has its finding.
"""

import re
from collections.abc import Callable
from functools import partial

from msgspec import Raw, Struct

from nanduti.vocabulary import Axis, Kind, Status
from nanduti_hub.plans.rows import Row
from nanduti_hub.plans.workbook import fields
from nanduti_hub.plans.workbook.amounts import in_other_money
from nanduti_hub.plans.workbook.columns import Columns
from nanduti_hub.plans.workbook.fields import Page, is_mark, tell, tell_all
from nanduti_hub.plans.workbook.kinds import kind_of, read_crimes
from nanduti_hub.plans.workbook.partners import read_partners
from nanduti_hub.plans.workbook.schedule import read_schedule
from nanduti_hub.plans.workbook.text import Cell, clean, fold, warning

#: What a title that carries its own number can begin with ("1.2", "Actividad 1.2", "N° 1.2").
_NOTHING: frozenset[str] = frozenset()
_OPENS_NUMBER = frozenset("0123456789AaNnTt")
_OWN_NUMBER = re.compile(
    r"^(?:(?i:actividad|act\.?|acci[oó]n|tarea|n[°º]\.?) ?([A-Z]{0,2}\.?\d{1,3}(?:\.\d{1,3})*)(?=[ .)\-–:])"
    r"|((?:[A-Z]{1,2}\.?)?\d{1,3}(?:\.[A-Z]?\d{1,3})+|[IVX]{1,4}(?:\.\d{1,3})+|[A-Z]\.?\d{1,3}(?=[.):\-])"
    r"|[a-z](?=\) )|\d{1,3}(?=[.)\-] ?[^\d\s])))[.)\-–:]*(?: +|(?<=[.)\-:]))(?:[-–:] *)?(?=\S)"
)


#: A line of a list: "1. ...", "2) ...", "b) ...", "• ...".
_ITEM = re.compile(r"\s*(?:\d{1,2}(?:\.\d{1,2})*[.)\-]|[a-zA-Z][.)]|[•▪●◦·*–—-])\s*\w")


class Section(Struct):
    """What holds for the rows that follow: the axis, objective and line of action that were last stated."""

    axis: str = ""
    common: Axis | None = None
    #: Whether an axis was stated at all, understood or not.
    stated: bool = False
    objective: str = ""
    line: str = ""

    @property
    def given(self) -> frozenset[str]:
        """The fields that the section states."""
        stated = (("axis", self.stated), ("objective", self.objective), ("line_of_action", self.line))
        return frozenset(name for name, is_stated in stated if is_stated)


def read_activity(
    page: Page,
    columns: Columns,
    index: int,
    row: list[Cell],
    section: Section,
    silent: frozenset[int] | set[int],
) -> Row:
    """The activity in a row. `silent`: columns whose blank has a finding of its own."""
    labels = columns.labels
    lines = page.facts.lines

    def text(column: int, longest: int = fields.LINE) -> str:
        value = row[column]
        if value == "":
            return ""
        known = lines.get(value)
        if known is None:
            known = lines[value] = fields.tidied(value)
        if len(known) > longest:
            return fields.line(page, (index, column), labels[column], value, longest)
        return known

    title = text(columns.title)
    if isinstance(written := row[columns.title], str) and "\n" in written:
        _tell_several(page, columns, index, written)
    code = ""
    if row[columns.code] != "":
        code = fields.code(page, (index, columns.code), labels[columns.code], row[columns.code])
    # A word's second letter is a small one: most titles are not searched.
    opens = title[:1] in _OPENS_NUMBER or not title[1:2].islower()
    own = _OWN_NUMBER.match(title) if opens else None
    if own and (not code or (own[1] or own[2]) == code):
        code = code or own[1] or own[2]
        title = title[own.end() :]
    lead, collaborators, others = read_partners(page, columns, index, row, silent)
    start, end = read_schedule(page, columns, index, row, silent)
    indicator, unit, baseline, target, remarks = _measures(page, columns, index, row, text)
    status, progress = _standings(page, columns, index, row)
    crimes = page.facts.platform.crimes
    if row[columns.crimes] != "":
        crimes, notes = fields.remembered(
            page.facts, "crimes", row[columns.crimes], partial(read_crimes, default=crimes)
        )
        if notes:
            tell_all(page, (index, columns.crimes), labels[columns.crimes], row[columns.crimes], notes)
    budget = _budget(page, columns, index, row)
    observations = text(columns.observations, fields.TEXT)
    if remarks:
        observations = " ".join((observations, *remarks)).strip()[:4_000]
    given = columns.given
    extra = section.given - given if columns.sections else _NOTHING
    if remarks or columns.derives:
        extra = extra.union(
            name
            for name, stated in (
                ("unit", unit),
                ("indicator", indicator),
                ("observations", remarks),
                ("progress", progress is not None),
                ("status", status),
                ("code", code),
            )
            if stated and name not in given
        )
    if extra:
        given = given | extra
    return Row(
        sheet=page.grid.name,
        row=index + 1,
        id_accion=clean(row[columns.id_accion]).upper() if columns.id_accion >= 0 else "",
        code=code,
        title=title,
        description=text(columns.description, fields.TEXT),
        objective=section.objective,
        line_of_action=section.line,
        axis=section.axis,
        axis_common=section.common,
        kind=fields.remembered(page.facts, "kind", title, _kind),
        crimes=crimes,
        departments=_departments(page, columns, index, row),
        lead=lead,
        collaborators=collaborators,
        other_institutions=others,
        start=start,
        end=end,
        indicator=indicator,
        unit=unit,
        baseline=baseline,
        target=target,
        means_of_verification=text(columns.means),
        budget_pyg=budget,
        budget_source=text(columns.budget_source),
        status=status,
        progress=progress,
        observations=observations,
        given=given,
        cells=Raw(columns.cells.replace(b"#", b"%d" % (index + 1))),
    )


def _kind(title: Cell) -> Kind:
    return kind_of(str(title))


def _budget(page: Page, columns: Columns, index: int, row: list[Cell]) -> int | None:
    value = row[columns.budget]
    other = in_other_money(row[columns.currency], value) if columns.currency >= 0 else None
    if other is None:
        if value == "":
            return None
        if (
            isinstance(value, float)
            and columns.whole_amounts
            and 1_000 <= value < 1e15
            and value.is_integer()
        ):
            return int(value)
        other = fields.amount(page, (index, columns.budget), value, columns.scale, foreign=columns.foreign)
    if other.notes:
        tell_all(page, (index, columns.budget), columns.labels[columns.budget], value, other.notes)
    return other.guaranies


def _tell_several(page: Page, columns: Columns, index: int, value: str) -> None:
    """Tell a cell that lists several activities: each of its lines has a number or a bullet, the first one too."""
    lines = [line for line in value.split("\n") if line.strip()]
    if len(lines) < 2 or not all(_ITEM.match(line) for line in lines):
        return
    note = warning(
        "title_lists_several",
        f"La celda enumera {len(lines)} cosas: se guarda como una sola actividad.",
        "Si son actividades distintas, ponga cada una en su fila.",
    )
    tell(page, (index, columns.title), columns.labels[columns.title], value, note)


def _measures(
    page: Page, columns: Columns, index: int, row: list[Cell], text: Callable[[int], str]
) -> tuple[str, str, float | None, float | None, list[str]]:
    labels = columns.labels
    indicator = text(columns.indicator)
    unit = text(columns.unit).strip("-–— ")
    remarks: list[str] = []
    target: float | None = None
    column = columns.target
    if row[column] != "":
        read = fields.measure(page, (index, column), row[column], "meta")
        if read.notes:
            tell_all(page, (index, column), labels[column], row[column], read.notes)
        target = _percentage(read.value, row[column], unit)
        if read.words and not indicator:
            indicator = read.words[:1_000]
        elif read.words and columns.target == columns.indicator:
            pass
        elif read.words and not unit:
            unit = read.words[:1_000]
        elif read.words:
            remarks.append(f"Meta: {read.words}.")
        if read.whole:
            remarks.append(f"Meta: {read.whole}.")
        unit = unit or read.unit[:1_000]
    elif columns.summed:
        target = sum(value for at in columns.summed if isinstance(value := row[at], float)) or None
    baseline: float | None = None
    column = columns.baseline
    if row[column] != "":
        read = fields.measure(page, (index, column), row[column], "línea de base")
        if read.notes:
            tell_all(page, (index, column), labels[column], row[column], read.notes)
        baseline = _percentage(read.value, row[column], unit)
        if read.words:
            remarks.append(f"Línea de base: {read.words}.")
        if columns.target < 0:
            unit = unit or read.unit[:1_000]
    return indicator, unit, baseline, target, remarks


def _percentage(number: float | None, value: Cell, unit: str) -> float | None:
    """0.8 under a unit of "%" is 80 of them."""
    fraction = number is not None and 0 < number < 1 and not isinstance(value, str)
    if fraction and number is not None and fold(unit) in {"%", "porcentaje", "por ciento"}:
        return round(number * 100, 6)
    return number


def _standings(page: Page, columns: Columns, index: int, row: list[Cell]) -> tuple[Status | None, int | None]:
    status: Status | None = None
    progress: int | None = None
    for column in (columns.status, columns.progress):
        if row[column] == "":
            continue
        ratios = columns.ratios and column == columns.progress
        read = fields.standing(page, (index, column), row[column], ratios=ratios)
        if read.notes:
            tell_all(page, (index, column), columns.labels[column], row[column], read.notes)
        status = status or read.status
        progress = read.progress if read.progress is not None else progress
    return status, progress


def _departments(page: Page, columns: Columns, index: int, row: list[Cell]) -> tuple[str, ...]:
    if columns.place_marks:
        marked = [code for column, code in columns.place_marks if row[column] != "" and is_mark(row[column])]
        if marked:
            order = page.facts.atlas.order
            return tuple(sorted(set(marked), key=lambda code: order[code]))
    value: Cell = row[columns.place]
    place = (index, columns.place)
    if columns.place < 0 and "place" in columns.defaults:
        value, place = columns.defaults["place"]
    if value == "":
        return page.facts.atlas.default
    read = fields.places(page.facts, value)
    if read.notes and (columns.place >= 0 or place not in columns.told):
        columns.told.add(place)
        tell_all(page, place, columns.labels.get(columns.place, ""), value, read.notes)
    return read.departments
