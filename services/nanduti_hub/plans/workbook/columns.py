"""A heading made ready for reading rows: where each field stands, and how its column is to be read."""

import calendar
import re
from datetime import date

from msgspec import Struct, field

from nanduti_hub.plans.rows import cells_at
from nanduti_hub.plans.workbook.fields import Page, tell
from nanduti_hub.plans.workbook.grid import Place
from nanduti_hub.plans.workbook.heading_names import FIELDS
from nanduti_hub.plans.workbook.heading_words import written_out
from nanduti_hub.plans.workbook.headings import Heading
from nanduti_hub.plans.workbook.labels import Span, foreign_money, role_of
from nanduti_hub.plans.workbook.text import fold, info, letters, shown, words

_SAMPLE = 200
_ABOVE = 40
_MONEY = re.compile(
    r"(?:en|x) (?:miles|millones|mill\b)(?: de millones)?(?: de)?(?: gs| guaranies| g\b)?"
    r"|(?:montos?|valores|presupuestos?|cifras|importes|expresad[oa]s?)\b[^.;]{0,30}\b(?:usd|us\$|dolares|u\$s)"
)
_DEADLINE = re.compile(r"plazo|limite|vencimiento|entrega|hasta|tope")


class Columns(Struct):
    """Indexes by role, labels, and how to read the cells.

    A role that the heading lacks has the index -1: every row of a grid ends with one blank cell more.
    """

    at: dict[str, int]
    labels: dict[int, str]
    marks: list[tuple[int, date, date]]
    #: Columns that each stand for a department, to be marked.
    place_marks: list[tuple[int, str]]
    #: Columns that each stand for an institution, to be marked; whether one of them leads.
    partner_marks: list[tuple[int, str]]
    leads: bool
    #: Columns of amounts by quarter whose sum is the goal that no column states.
    summed: tuple[int, ...]
    given: frozenset[str]
    #: The cells of a row, as its `cells`, "#" for the row's number.
    cells: bytes
    hint: int | None
    hint_start: int | None
    hint_end: int | None
    deadline: bool
    scale: int
    ratios: bool
    #: Whether the budget's heading says that it is not in guaraníes.
    foreign: bool
    #: Whether plain numbers of the budget column are whole guaraníes.
    whole_amounts: bool
    #: Whether fields without a column may come from a section's title, or from another field's cell.
    sections: bool
    derives: bool
    #: What the lines above the heading say for the whole sheet ("Institución responsable: MTESS").
    defaults: dict[str, tuple[str, Place]] = field(default_factory=dict)
    #: Cells above the heading of which everything was told.
    told: set[Place] = field(default_factory=set)
    id_accion: int = -1
    code: int = -1
    title: int = -1
    description: int = -1
    axis: int = -1
    objective: int = -1
    line: int = -1
    indicator: int = -1
    unit: int = -1
    baseline: int = -1
    target: int = -1
    means: int = -1
    lead: int = -1
    collaborators: int = -1
    place: int = -1
    period: int = -1
    start: int = -1
    end: int = -1
    budget: int = -1
    currency: int = -1
    budget_source: int = -1
    status: int = -1
    progress: int = -1
    observations: int = -1
    crimes: int = -1


def columns_of(page: Page, heading: Heading) -> Columns:
    """A heading's columns, made ready."""
    at = heading.columns
    labels = heading.labels
    year = page.facts.year
    period_label = written_out(words(labels[at["period"]])) if "period" in at else ""
    budget_label = fold(labels[at["budget"]]) if "budget" in at else ""
    if "budget" in at and _scale(budget_label) == 1 and not foreign_money(budget_label):
        budget_label += _money_above(page, heading)
    given = {name for role in at for name in FIELDS.get(role, ())}
    if heading.marks:
        given |= {"start", "end"}
    cells = [(name, letters(column)) for role, column in at.items() for name in FIELDS.get(role, ())]
    if heading.marks:
        first = letters(min(heading.marks))
        stated = {name for name, _ in cells}
        cells.extend((name, first) for name in ("start", "end") if name not in stated)
    if heading.places:
        given.add("departments")
        cells.append(("departments", letters(min(heading.places))))
    if heading.partners:
        given |= {"lead", "collaborators", "other_institutions"} if heading.leads else {"collaborators"}
        first = letters(min(heading.partners))
        stated = {name for name, _ in cells}
        cells.extend((name, first) for name in ("lead", "collaborators") if name not in stated)
    summed = _summed(page, heading)
    if summed:
        given.add("target")
        cells.append(("target", letters(summed[0])))
    progress = at.get("progress", -1)
    columns = Columns(
        at=at,
        labels=labels,
        marks=[(column, *_days(span, year)) for column, span in sorted(heading.marks.items())],
        given=frozenset(given),
        cells=bytes(cells_at({name: f"{letter}#" for name, letter in cells})),
        hint=_hint(period_label),
        hint_start=_hint(written_out(words(labels[at["start"]]))) if "start" in at else None,
        hint_end=_hint(written_out(words(labels[at["end"]]))) if "end" in at else None,
        place_marks=sorted(heading.places.items()),
        partner_marks=sorted(heading.partners.items()),
        leads=heading.leads,
        summed=summed,
        deadline=bool(_DEADLINE.search(period_label)),
        scale=_scale(budget_label),
        foreign=foreign_money(budget_label),
        whole_amounts=_scale(budget_label) == 1
        and not page.facts.foreign_styles
        and not foreign_money(budget_label),
        sections=not {"axis", "objective", "line_of_action"} <= given,
        derives=not {"unit", "indicator", "progress", "status", "code"} <= given,
        ratios=progress >= 0
        and any(
            isinstance(row[progress], float) and 0 < row[progress] < 1  # type: ignore[operator]  # a float, just asked
            for row in page.grid.rows[heading.bottom + 1 :]
        ),
    )
    for role, column in at.items():
        if role in FIELDS:
            setattr(columns, role, column)
    return columns


def _hint(label: str) -> int | None:
    if re.search(r"plazo.*\bmeses\b|\ben meses\b", label):
        return None  # 6 may be June, or half a year
    for word, months in (("trimestre", 3), ("cuatrimestre", 4), ("semestre", 6), ("bimestre", 2)):
        if re.search(rf"\b{word}s?\b", label):
            return months
    return 1 if re.search(r"\bmes(?:es)?\b", label) else None


def _money_above(page: Page, heading: Heading) -> str:
    """What a line above the heading says of all amounts ("En millones de guaraníes", "Montos en USD"), told."""
    for index in range(min(heading.top, _ABOVE)):
        for column, value in enumerate(page.grid.rows[index]):
            match = _MONEY.search(fold(value)) if isinstance(value, str) else None
            if match is None:
                continue
            note = info(
                "amounts_scaled",
                f"«{shown(value)[:80]}» vale para todos los montos de la hoja.",
                "Si no es así, escríbalo en el encabezado del presupuesto.",
            )
            tell(page, (index, column), "", value, note)
            return f" {match[0]}"
    return ""


def _summed(page: Page, heading: Heading) -> tuple[int, ...]:
    """The columns of what is programmed by quarter, when they hold whole amounts and no column states the goal."""
    if "target" in heading.columns or len(heading.marks) < 2:
        return ()
    groups = {role_of(heading.labels[column].rpartition(" / ")[0]) for column in heading.marks}
    rows = page.grid.rows[heading.bottom + 1 : heading.bottom + _SAMPLE]
    values = [row[column] for row in rows for column in heading.marks if row[column] != ""]
    whole = all(isinstance(value, float) and value.is_integer() for value in values)
    amounts = groups == {"target"} or (
        "unit" in heading.columns and any(value not in {0.0, 1.0} for value in values)
    )
    return tuple(sorted(heading.marks)) if values and whole and amounts else ()


def _scale(label: str) -> int:
    if re.search(r"miles de millones", label):
        return 1_000_000_000
    if "millon" in label or re.search(r"\b(?:mm|mill)\b", label):
        return 1_000_000
    return 1_000 if re.search(r"\bmiles\b|\bx ?1\.?000\b|(?<![\d.,])000\b", label) else 1


def _days(span: Span, year: int) -> tuple[date, date]:
    stated = span.year or year
    last = span.first + span.months - 1
    return date(stated, span.first, 1), date(stated, last, calendar.monthrange(stated, last)[1])
