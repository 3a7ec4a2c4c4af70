"""Which rows are a table's heading, and what each column means.

Rule: a heading needs a column of activities and at least two other fields; of several candidates the best
scored wins, the upper one on a tie. A heading may have two or three rows: groups ("Cronograma") over parts
("T1".."T4", "Inicio | Fin"). A column that means nothing to us is left alone and told.
"""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from nanduti_hub.plans.workbook.heading_names import NOT_READ, TITLE_ORDER
from nanduti_hub.plans.workbook.labels import LONGEST, Span, foreign_money, is_week, role_of, span_of
from nanduti_hub.plans.workbook.text import Cell, clean, shown, small_number, words

_SCANNED = 150
#: With a heading this good, only so many rows further down may hold a better one.
_GOOD, _FURTHER = 4.0, 10
_YEAR = re.compile(r"\b(20[0-4]\d)\b")
_MONTH_LETTERS = tuple("efmamjjasond")
#: Columns of which the displaced one still has a place.
_SECOND_PLACE = {"title": ("line", "description"), "axis": ("line",), "objective": ("line",)}
#: "Eje N°" beside "Eje" adds nothing to it.
_ONLY_A_NUMBER = re.compile(r"\b(?:n|nro|numero|cod|codigo)\b")
_LAST_RANK = 20
_AXIS_ORDER = ("eje", "pilar", "componente", "dimension", "area", "ambito", "lineamiento")
_PLACE_ORDER = ("dep", "territorio", "cobertura", "alcance", "ambito", "region", "zona", "lugar")


class Heading(Struct):
    """A table's heading: its first and last row, its columns by role, and what the cells there say."""

    top: int
    bottom: int
    columns: dict[str, int] = field(default_factory=dict)
    marks: dict[int, Span] = field(default_factory=dict)
    #: Columns that each stand for one department.
    places: dict[int, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    unread: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    texts: frozenset[str] = frozenset()
    score: float = 0.0


def find_heading(
    rows: Sequence[Sequence[Cell]],
    covered: Mapping[tuple[int, int], tuple[int, int]],
    first: int = 0,
    last: int | None = None,
) -> Heading | None:
    """The best heading among the rows from `first`; `covered` gives the anchor of each merged cell."""
    best: Heading | None = None
    stop = min(len(rows), first + _SCANNED) if last is None else min(len(rows), last)
    for top in range(first, stop):
        if best is not None and best.score >= _GOOD and top > best.bottom + _FURTHER:
            break
        filled = sum(1 for value in rows[top] if isinstance(value, str) and value and len(value) <= LONGEST)
        if filled < 2:
            continue
        heading: Heading | None = None
        for depth in (1, 2, 3):
            if top + depth > len(rows) or (depth > 1 and not _continues(rows, top, top + depth - 1, covered)):
                break
            # A row that only labels parts belongs to the heading, whether its labels are known or not.
            heading = _heading(rows, covered, top, top + depth - 1) or heading
        if heading is None or (best is not None and heading.score <= best.score + 0.01):
            continue
        if best is None or not _has_rows(rows, best, heading.top):
            best = heading
    return best


def _has_rows(rows: Sequence[Sequence[Cell]], heading: Heading, until: int) -> bool:
    """Whether activities stand between a heading and a row: what comes after them is another table."""
    title = heading.columns["title"]
    return any(
        row[title] != "" and sum(1 for value in row if value != "") >= 3
        for row in rows[heading.bottom + 1 : until]
        if title < len(row)
    )


def near_misses(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """The headings that were recognised in the row with most of them, when no heading was good enough."""
    best: list[str] = []
    for row in rows[:_SCANNED]:
        seen = [shown(value) for value in row if isinstance(value, str) and role_of(value)]
        if len(seen) > len(best):
            best = seen
    return best


def _text(rows: Sequence[Sequence[Cell]], row: int, column: int) -> Cell:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _continues(
    rows: Sequence[Sequence[Cell]], top: int, row: int, covered: Mapping[tuple[int, int], tuple[int, int]]
) -> bool:
    """Whether `row` is a further row of the heading that starts at `top`: its cells are labels, not data."""
    filled = [(column, value) for column, value in enumerate(rows[row]) if value != ""]
    filled = [(column, value) for column, value in filled if covered.get((row, column), (row, 0))[0] == row]
    if not filled:
        # Empty below vertically merged headings is still heading.
        return any(anchor[0] >= top for (at, _), anchor in covered.items() if at == row)
    titles = [role_of(clean(value)) for _, value in filled]
    above = [role_of(clean(value)) for value in rows[top]]
    main = {"title", "lead", "axis"}
    if len(main.intersection(titles)) >= 2 and len(main.intersection(above)) >= 2:
        return False  # a whole heading again
    runs = _numbered_runs(rows[row])
    parts = {
        column
        for column, value in filled
        if span_of(value) is not None or column in runs or _is_grouped(rows, covered, top, row, column)
    }
    if not parts and len(filled) < 2:
        return False  # one text alone is a section's title
    return all(
        span_of(value) is not None
        or column in runs
        or (
            isinstance(value, str) and _is_label(clean(value), role) and (role is not None or column in parts)
        )
        for (column, value), role in zip(filled, titles, strict=True)
    )


def _is_label(text: str, role: str | None) -> bool:
    """Whether a text could stand in a heading: short, no mark, and no axis or objective by its number."""
    folded = words(text)
    if role in {"axis", "objective", "line"} and any(sign.isdecimal() for sign in folded):
        return False
    return bool(folded) and folded != "x" and folded.count(" ") <= 5 and len(text) <= 60


def _numbered_runs(row: Sequence[Cell]) -> set[int]:
    """Columns of runs 1 2 3 4 or 1 .. 12, side by side (months, bimesters, quarters or weeks by their numbers)."""
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
        length = 0
        while first + length < len(numbers) and numbers[first + length] == length + 1:
            length += 1
        if length in {4, 5, 6, 12}:
            found.update(range(first, first + length))
        first += max(length, 1)
    return found


def _is_grouped(
    rows: Sequence[Sequence[Cell]],
    covered: Mapping[tuple[int, int], tuple[int, int]],
    top: int,
    row: int,
    column: int,
) -> bool:
    """Whether a cell stands under a group: a heading that is merged, or left open, over several columns."""
    for above in range(top, row):
        anchor = covered.get((above, column))
        if anchor is not None and anchor in {
            covered.get((above, column + 1)),
            covered.get((above, column - 1)),
        }:
            return True
        if anchor is not None:
            continue
        if _text(rows, above, column) == "":
            return _group_to_the_left(rows, above, row, column) != ""
        if (
            column + 1 < len(rows[above])
            and rows[above][column + 1] == ""
            and _text(rows, row, column + 1) != ""
        ):
            return True
    return False


def _heading(
    rows: Sequence[Sequence[Cell]], covered: Mapping[tuple[int, int], tuple[int, int]], top: int, bottom: int
) -> Heading | None:
    width = max(len(rows[row]) for row in range(top, bottom + 1))
    stacks = [_stack(rows, covered, top, bottom, column) for column in range(width)]
    heading = Heading(top=top, bottom=bottom)
    roles: list[tuple[int, str]] = []
    for column, stack in enumerate(stacks):
        if not stack:
            continue
        heading.labels[column] = " / ".join(clean(value) for value in stack)
        role = _role(stack)
        if role is not None:
            roles.append((column, role))
    _marks(heading, stacks)
    _columns(heading, [(column, role) for column, role in roles if column not in heading.marks])
    indicator = heading.columns.get("indicator", -1)
    if "target" not in heading.columns and "meta" in words(heading.labels.get(indicator, "")).split():
        heading.columns["target"] = indicator  # "Indicador / meta": the number is in the indicator's text
    named = set(heading.columns) - {NOT_READ}
    if "title" not in named and "description" in named:
        heading.columns["title"] = heading.columns.pop("description")
        named = set(heading.columns)
    if "title" not in named or len(named) + bool(heading.marks) < 3:
        return None
    heading.texts = frozenset(
        value for row in range(top, bottom + 1) for value in rows[row] if isinstance(value, str) and value
    )
    taken = set(heading.columns.values()) | set(heading.marks)
    heading.unread = [column for column in heading.labels if column not in taken]
    heading.score = (
        len(named) + min(len(heading.marks), 2) - 0.25 * len(heading.unread) + 1.0 * (bottom - top)
    )
    return heading


def _stack(
    rows: Sequence[Sequence[Cell]],
    covered: Mapping[tuple[int, int], tuple[int, int]],
    top: int,
    bottom: int,
    column: int,
) -> list[Cell]:
    """A column's labels from the top down, groups spread over what they are merged over, no repeats."""
    stack: list[Cell] = []
    own = False
    for row in range(top, bottom + 1):
        anchor = covered.get((row, column), (row, column))
        if anchor[0] < top:
            continue
        value = _text(rows, *anchor)
        if value == "" and row < bottom and _text(rows, bottom, column) != "":
            value = _group_to_the_left(rows, row, bottom, column)
        if value != "" and (not stack or stack[-1] != value):
            stack.append(value)
            own = own or anchor[1] == column
    return stack if own else []  # a group's name alone, spread over a column without a label of its own


def _group_to_the_left(rows: Sequence[Sequence[Cell]], row: int, bottom: int, column: int) -> Cell:
    """The group's name when its cells were not merged: the nearest to the left, over other labelled cells."""
    for at in range(column - 1, -1, -1):
        if _text(rows, bottom, at) == "":
            return ""
        value = _text(rows, row, at)
        if value != "":
            return value
    return ""


def _role(stack: Sequence[Cell]) -> str | None:
    """The role of a column: its own label's, else its label read together with its group's."""
    texts = [clean(value) for value in stack]
    own = role_of(texts[-1])
    if len(texts) > 1:
        group = role_of(texts[0])
        if group == "budget" and span_of(stack[-1]) is not None:
            return None  # a part of the year's amount
        money = "budget" in {group, own} and (foreign_money(texts[-1]) or own is None)
        if group == "budget" and own in {None, "target"} and not money:
            own = "budget"
        if own is None or money:
            own = role_of(" ".join(texts))
            own = None if own == "place" else own  # "Departamentos" over one column for each
        if group == "code" and own is None:
            own = None
    return own


def _marks(heading: Heading, stacks: Sequence[Sequence[Cell]]) -> None:
    """Fill in the columns that stand for months, quarters or semesters."""
    found: dict[int, Span] = {}
    for column, stack in enumerate(stacks):
        if not stack:
            continue
        span = span_of(stack[-1])
        over = span_of(stack[-2]) if len(stack) > 1 else None
        if over is not None and over.months == 1 and is_week(stack[-1]):
            span = over  # a week of that month: "S1" is no semester here
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
    heading.marks = found


def _dated(span: Span, group: str) -> Span:
    year = _YEAR.search(group)
    return Span(span.first, span.months, span.year or (int(year[1]) if year else None))


def _runs(stacks: Sequence[Sequence[Cell]]) -> dict[int, Span]:
    """Columns labelled only E F M A ..., 1 2 3 ... or I II III IV, side by side."""
    own = [words(clean(stack[-1])) if stack else "" for stack in stacks]
    for first in range(len(own)):
        if tuple(own[first : first + 12]) == _MONTH_LETTERS:
            return {first + index: Span(index + 1, 1) for index in range(12)}
        group = words(" ".join(clean(value) for value in stacks[first][:-1])) if stacks[first] else ""
        counts = ((12, 1), (6, 2), (4, 3)) if "bim" in group else ((12, 1), (4, 3), (3, 4), (2, 6))
        for count, months in counts:
            numbers = [small_number(word) if word else None for word in own[first : first + count]]
            if numbers != list(range(1, count + 1)):
                continue
            if count == 3 and "cuatrim" not in group:
                continue
            roman = all(not word.isdecimal() for word in own[first : first + count])
            if (group and (role_of(group) == "period" or _YEAR.search(group))) or (roman and count == 4):
                return {
                    first + index: _dated(Span(index * months + 1, months), group) for index in range(count)
                }
    years = {column: int(word) for column, word in enumerate(own) if _YEAR.fullmatch(word)}
    if len(years) >= 2:
        return {column: Span(1, 12, year) for column, year in years.items()}
    return {}


def _columns(heading: Heading, roles: Sequence[tuple[int, str]]) -> None:
    """Give each role its column; where two compete the better name wins and the other takes a second place."""
    competing: dict[str, list[int]] = {}
    for column, role in roles:
        competing.setdefault(role, []).append(column)
    for role, columns in competing.items():
        if role == NOT_READ:
            continue
        ranked = sorted(columns, key=lambda column: (_rank(role, heading.labels[column]), column))
        heading.columns[role] = ranked[0]
        heading.repeated.extend(
            column
            for column in ranked[1:]
            if words(heading.labels[column]) == words(heading.labels[ranked[0]])
        )
    for role, places in _SECOND_PLACE.items():
        for column in competing.get(role, [])[:]:
            if column == heading.columns[role] or column in heading.repeated:
                continue
            free = next((place for place in places if place not in heading.columns), None)
            if _rank(role, heading.labels[column]) == _LAST_RANK:
                continue
            if free is not None and (role != "title" or _fits(free, heading, column)):
                heading.columns[free] = column


def _fits(place: str, heading: Heading, column: int) -> bool:
    """An action to the left of the activities groups them; a task to their right describes them."""
    return (column < heading.columns["title"]) == (place == "line")


def _rank(role: str, label: str) -> int:
    folded = words(label)
    if role == "budget":
        return 9 if foreign_money(label) else 0 if "total" in folded else 1
    if role == "axis" and _ONLY_A_NUMBER.search(folded):
        return _LAST_RANK
    order = {"title": TITLE_ORDER, "axis": _AXIS_ORDER, "place": _PLACE_ORDER}.get(role, ())
    for rank, word in enumerate(order):
        if word in folded:
            return rank
    if role == "objective":
        return 0 if "estrateg" in folded or "general" in folded else 1
    if role == "lead":
        return 0 if "responsab" in folded else 1
    return len(order)
