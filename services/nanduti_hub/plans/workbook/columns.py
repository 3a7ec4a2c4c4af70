"""A heading made ready for reading rows: where each field stands, and how its column is to be read."""

import calendar
import re
from datetime import date

from msgspec import Struct, field

from nanduti_hub.plans.workbook.fields import Page
from nanduti_hub.plans.workbook.grid import Place
from nanduti_hub.plans.workbook.heading_names import FIELDS
from nanduti_hub.plans.workbook.headings import Heading
from nanduti_hub.plans.workbook.labels import Span, foreign_money
from nanduti_hub.plans.workbook.text import fold, letters, words

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
    given: frozenset[str]
    letters: list[tuple[str, str]]
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
    if heading.places:
        given.add("departments")
        cells.append(("departments", letters(min(heading.places))))
    progress = at.get("progress", -1)
    columns = Columns(
        at=at,
        labels=labels,
        marks=[(column, *_days(span, year)) for column, span in sorted(heading.marks.items())],
        given=frozenset(given),
        letters=cells,
        hint=_hint(period_label),
        hint_start=_hint(words(labels[at["start"]])) if "start" in at else None,
        hint_end=_hint(words(labels[at["end"]])) if "end" in at else None,
        place_marks=sorted(heading.places.items()),
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
    for word, months in (("trimestre", 3), ("cuatrimestre", 4), ("semestre", 6), ("bimestre", 2)):
        if re.search(rf"\b{word}s?\b", label):
            return months
    return 1 if re.search(r"\bmes(?:es)?\b", label) else None


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
