"""Which columns of a heading stand for stretches of the year, whose cells are marked.

Rule: amounts, progress and what was carried out by quarter are no marks; what is programmed by quarter is.
"""

import re
from collections.abc import Sequence

from nanduti_hub.plans.workbook.heading_names import NOT_READ
from nanduti_hub.plans.workbook.labels import Span, foreign_money, is_week, role_of, span_of
from nanduti_hub.plans.workbook.text import Cell, clean, small_number, words

_YEAR = re.compile(r"\b(20[0-4]\d)\b")
_MONTH_LETTERS = tuple("efmamjjasond")
#: What stands under a quarter for what is planned in it, beside what was done.
_PLANNED = frozenset(("p", "prog", "programado", "programada", "plan", "planificado", "previsto", "meta"))
#: Groups over what was done, and what under them would otherwise be read as planned.
_DONE = re.compile(r"^(?:ejecutad|devengad|realizad|alcanzad|real$|seguimiento|monitoreo|evaluacion)")
_PLANS = frozenset(("target", "budget", "start", "end", "period", "indicator", "unit"))
_LEAST_YEAR, _LAST_YEAR = 2000, 2049
#: Nothing else is numbered from 1 to 12 side by side.
_MONTHS_OF_YEAR, _QUARTERS = 12, 4


def marks_of(stacks: Sequence[Sequence[Cell]]) -> dict[int, Span]:
    """The columns that stand for months, bimesters, quarters or halves, from their labels from the top down."""
    found: dict[int, Span] = {}
    for column, stack in enumerate(stacks):
        if not stack:
            continue
        span = span_of(stack[-1])
        over = span_of(stack[-2]) if len(stack) > 1 else None
        if over is not None and over.months == 1 and is_week(stack[-1]):
            span = over  # a week of that month: "S1" is no semester here
        elif over is not None and span is None and words(clean(stack[-1])) in _PLANNED:
            span = over
        group = " ".join(clean(value) for value in stack[:-1])
        if span is not None:
            if len(stack) > 1 and role_of(group) in {"budget", "progress", NOT_READ}:
                continue  # amounts by quarter are not marks
            found[column] = _dated(span, group)
    if not found:
        found = _runs(stacks)
    lengths = {span.months for span in found.values()}
    if len(lengths) > 1:
        # Quarter totals between the months say nothing that the months do not say.
        least = min(lengths)
        if sum(1 for span in found.values() if span.months == least) > 1:
            found = {column: span for column, span in found.items() if span.months == least}
    if len(found) == 1 and next(iter(found.values())).months < 12:
        found = {column: span for column, span in found.items() if len(stacks[column]) > 1}
    return found


def _dated(span: Span, group: str) -> Span:
    year = _YEAR.search(group)
    return Span(span.first, span.months, span.year or (int(year[1]) if year else None))


def _runs(stacks: Sequence[Sequence[Cell]]) -> dict[int, Span]:
    """Columns labelled only E F M A ..., 1 2 3 ... or I II III IV, side by side."""
    own = [words(clean(stack[-1])) if stack else "" for stack in stacks]
    found: dict[int, Span] = {}
    first = 0
    while first < len(own):
        run = _run_at(stacks, own, first)
        found.update(run)
        first += len(run) or 1
    if found:
        return found
    years = {
        column: int(word)
        for column, word in enumerate(own)
        if _YEAR.fullmatch(word)
        and role_of_stack(stacks[column]) not in {"target", "baseline", "budget", "progress"}
    }
    if len(years) >= 2:
        return {column: Span(1, 12, year) for column, year in years.items()}
    return {}


def _run_at(stacks: Sequence[Sequence[Cell]], own: list[str], first: int) -> dict[int, Span]:
    """The run that begins at a column: twelve months, or as many parts as its group, a year or roman signs tell."""
    group = words(" ".join(clean(value) for value in stacks[first][:-1])) if stacks[first] else ""
    if tuple(own[first : first + _MONTHS_OF_YEAR]) == _MONTH_LETTERS:
        return {first + index: _dated(Span(index + 1, 1), group) for index in range(_MONTHS_OF_YEAR)}
    if "bim" in group:
        counts: tuple[tuple[int, int], ...] = ((6, 2),)
    elif "cuatrim" in group:
        counts = ((3, 4),)
    else:
        counts = ((12, 1), (4, 3), (2, 6))
    for count, months in counts:
        numbers = [small_number(word) if word else None for word in own[first : first + count]]
        if numbers != list(range(1, count + 1)):
            continue
        roman = all(not word.isdecimal() for word in own[first : first + count])
        if (
            (group and (role_of(group) == "period" or _YEAR.search(group)))
            or (roman and count == _QUARTERS)
            or count == _MONTHS_OF_YEAR
        ):
            return {first + index: _dated(Span(index * months + 1, months), group) for index in range(count)}
    return {}


def numbered_runs(row: Sequence[Cell]) -> set[int]:
    """Columns of runs side by side: 1 2 3 4 or 1 .. 12 (months, bimesters, quarters, weeks), or 2026 2027."""
    numbers = [
        small_number(words(value))
        if isinstance(value, str)
        else int(value)
        if isinstance(value, float)
        else None
        for value in row
    ]
    found: set[int] = set()
    first = 0
    while first < len(numbers):
        start = numbers[first]
        length = 1
        while (
            start is not None and first + length < len(numbers) and numbers[first + length] == start + length
        ):
            length += 1
        counted = start == 1 and length in {4, 5, 6, 12}
        if counted or (start is not None and length >= 2 and _LEAST_YEAR <= start <= _LAST_YEAR):
            found.update(range(first, first + length))
        first += length
    return found


def role_of_stack(stack: Sequence[Cell]) -> str | None:
    """The role of a column: its own label's, else its label read together with its group's."""
    texts = [clean(value) for value in stack]
    own = role_of(texts[-1])
    if len(texts) > 1:
        group = role_of(texts[0])
        if own in {"period", "progress", "target"} and any(span_of(value) for value in stack[:-1]):
            return NOT_READ  # what was done or is programmed in a part of the year
        if own in _PLANS and _DONE.search(words(texts[0])):
            return NOT_READ  # "Ejecutado" over "Meta" and "Presupuesto"
        if group == "budget" and span_of(stack[-1]) is not None:
            return None  # a part of the year's amount
        if group == "progress" and span_of(stack[-1]) is not None:
            return NOT_READ  # how far it was at the end of a quarter
        money = "budget" in {group, own} and (foreign_money(texts[-1]) or own is None)
        if group == "budget" and own in {None, "target"} and not money:
            own = "budget"
        if own is None or money:
            own = role_of(" ".join(texts))
            own = None if own == "place" else own  # "Departamentos" over one column for each
        if group == "code" and own is None:
            own = None
    return own
