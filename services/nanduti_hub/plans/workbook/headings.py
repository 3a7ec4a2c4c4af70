"""Which rows are a table's heading, and what each column means.

Rule: a heading needs a column of activities and at least two other fields; of several candidates the best
scored wins, the upper one on a tie. A heading may have two or three rows: groups ("Cronograma") over parts
("T1".."T4", "Inicio | Fin"). A column that means nothing to us is left alone and told.
"""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from nanduti_hub.plans.workbook.heading_names import NOT_READ, TITLE_ORDER
from nanduti_hub.plans.workbook.labels import LONGEST, Span, foreign_money, role_of, span_of
from nanduti_hub.plans.workbook.marks import marks_of, numbered_runs, role_of_stack
from nanduti_hub.plans.workbook.text import Cell, clean, shown, words

_SCANNED = 150
#: With a heading this good, only so many rows further down may hold a better one.
_GOOD, _FURTHER = 4.0, 10
#: So many known labels make a heading, whatever else its cells say.
_SURELY = 4
_YEAR = re.compile(r"\b(20[0-4]\d)\b")
#: Columns of which the displaced one still has a place.
_SECOND_PLACE = {"title": ("line", "description"), "axis": ("line",), "objective": ("line",)}
#: "Eje N°" beside "Eje" adds nothing to it.
_ONLY_A_NUMBER = re.compile(r"\b(?:n|nro|numero|cod|codigo)\b")
_LAST_RANK = 20
_AMOUNT = re.compile(
    r"^(?:presupuestos?|presup\.?|ppto\.?|costos?|montos?)(?: ?\(?gs\.?\)?)?(?: (?:del?|en)\b)?",
    re.IGNORECASE,
)
_YEAR_MONTHS = 12
#: A goal or what was reached in a part of the year: "Meta T1", "Avance 2° trimestre".
_PART_OF_YEAR = re.compile(
    r"^(metas?(?: f[ií]sicas?)?|avances?|programad[oa]s?|ejecutad[oa]s?)[\s.:-]+(?:del? )?(.+)$",
    re.IGNORECASE,
)
#: Goals and amounts for longer than a year, beside those of the year.
_MANY_YEARS = re.compile(r"quinquen|plurianual|multianual|trienal|bienal|del plan\b|todo el periodo")
_AXIS_ORDER = ("eje", "pilar", "componente", "dimension", "area", "ambito", "lineamiento")
_OF_ACTIVITY = frozenset(("indicator", "target", "baseline", "means", "unit", "lead"))
_OF_OTHERS = re.compile(r"\b(?:objetivo|resultado|impacto|efecto|componente|eje|linea|proyecto|programa)s?\b")
_PLACE_ORDER = ("dep", "territorio", "cobertura", "alcance", "ambito", "region", "zona", "lugar")


class Heading(Struct):
    """A table's heading: its first and last row, its columns by role, and what the cells there say."""

    top: int
    bottom: int
    columns: dict[str, int] = field(default_factory=dict)
    marks: dict[int, Span] = field(default_factory=dict)
    #: Columns that each stand for one department.
    places: dict[int, str] = field(default_factory=dict)
    #: Columns that each stand for one institution, and whether one of those marked answers for the activity.
    partners: dict[int, str] = field(default_factory=dict)
    leads: bool = False
    labels: dict[int, str] = field(default_factory=dict)
    unread: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    #: What each label means by itself, whether its column is read or another has its place.
    known: dict[int, str] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    score: float = 0.0


def find_heading(
    rows: Sequence[Sequence[Cell]],
    covered: Mapping[tuple[int, int], tuple[int, int]],
    first: int = 0,
    last: int | None = None,
    *,
    year: int | None = None,
) -> Heading | None:
    """The best heading among the rows from `first`; `covered` gives the anchor of each merged cell.

    Of columns that speak of several years ("Meta 2025", "Meta 2026") the one of `year` is meant.
    """
    best: Heading | None = None
    stop = min(len(rows), first + _SCANNED) if last is None else min(len(rows), last)
    for top in range(first, stop):
        if best is not None and best.score >= _GOOD and top > best.bottom + _FURTHER:
            break
        filled = sum(1 for value in rows[top] if isinstance(value, str) and value and len(value) <= LONGEST)
        if filled < 2 or _states(rows[top]):
            continue
        heading: Heading | None = None
        for depth in (1, 2, 3):
            if top + depth > len(rows) or (depth > 1 and not _continues(rows, top, top + depth - 1, covered)):
                break
            # A row that only labels parts belongs to the heading, whether its labels are known or not.
            heading = _heading(rows, covered, top, top + depth - 1, year) or heading
        if heading is None or (best is not None and heading.score <= best.score + 0.01):
            continue
        if best is None or not _has_rows(rows, best, heading.top):
            best = heading
    return best


def _states(row: Sequence[Cell]) -> bool:
    """Whether a row says what holds for the sheet ("Responsable: MTESS"), and so names no columns."""
    texts = [value for value in row if isinstance(value, str) and value and len(value) <= LONGEST]
    pairs = [text.partition(":") for text in texts if ":" in text]
    stated = any(
        value.strip() and role_of(label) in {"lead", "axis", "objective", "place"}
        for label, _, value in pairs
    )
    return stated and sum(1 for text in texts if role_of(text)) < _SURELY


def _has_rows(rows: Sequence[Sequence[Cell]], heading: Heading, until: int) -> bool:
    """Whether activities stand between a heading and a row: what comes after them is another table."""
    title = heading.columns["title"]
    return any(
        row[title] != "" and sum(1 for value in row if value != "") >= 3
        for row in rows[heading.bottom + 1 : until]
        if title < len(row)
    )


def near_misses(rows: Sequence[Sequence[Cell]]) -> tuple[list[str], list[str]]:
    """The row with most known headings when no heading was good enough: all its texts, and those that are known."""
    best: tuple[list[str], list[str]] = ([], [])
    for row in rows[:_SCANNED]:
        texts = [shown(value) for value in row if isinstance(value, str) and value and len(value) <= LONGEST]
        seen = [text for text in texts if role_of(text)]
        if len(seen) > len(best[1]):
            best = (texts, seen)
    return best


def is_part_of_budget(label: str) -> bool:
    """Whether a label is a month's or a quarter's part of the money: "Metas financieras (Gs.) / T1"."""
    group, _, part = label.rpartition(" / ")
    return (bool(group) and role_of(group) == "budget" and _is_of_a_part(part)) or (
        role_of(label) == "budget" and _is_of_a_part(label)
    )


def _is_of_a_part(label: str) -> bool:
    """Whether an amount's heading names a month or a quarter of the year."""
    span = span_of(_AMOUNT.sub("", label).strip(" .:()-"))
    return span is not None and span.months < _YEAR_MONTHS


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
    runs = numbered_runs(rows[row])
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
    rows: Sequence[Sequence[Cell]],
    covered: Mapping[tuple[int, int], tuple[int, int]],
    top: int,
    bottom: int,
    year: int | None,
) -> Heading | None:
    width = max(len(rows[row]) for row in range(top, bottom + 1))
    stacks = [_stack(rows, covered, top, bottom, column) for column in range(width)]
    heading = Heading(top=top, bottom=bottom)
    roles: list[tuple[int, str]] = []
    for column, stack in enumerate(stacks):
        if not stack:
            continue
        heading.labels[column] = " / ".join(clean(value) for value in stack)
        stack = stacks[column] = _with_group(stack)  # noqa: PLW2901 - read from here on as if it stood under its group
        role = role_of_stack(stack)
        if role == "budget" and _is_of_a_part(clean(stack[-1])):
            role = None  # "Presupuesto T1" is no budget of the year
        if role is not None:
            roles.append((column, role))
            heading.known[column] = role
    heading.marks = marks_of(stacks)
    _columns(heading, [(column, role) for column, role in roles if column not in heading.marks], year)
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


def _with_group(stack: list[Cell]) -> list[Cell]:
    """ "Meta T1" in one cell read as "T1" under a group "Meta"."""
    match = _PART_OF_YEAR.match(stack[0]) if len(stack) == 1 and isinstance(stack[0], str) else None
    if match is None:
        return stack
    span = span_of(match[2])
    return stack if span is None or span.months >= _YEAR_MONTHS else [match[1], match[2]]


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


def _columns(heading: Heading, roles: Sequence[tuple[int, str]], year: int | None) -> None:
    """Give each role its column; where two compete the better name wins and the other takes a second place."""
    competing: dict[str, list[int]] = {}
    for column, role in roles:
        competing.setdefault(role, []).append(column)
    for role, columns in competing.items():
        if role == NOT_READ:
            continue
        ranked = sorted(columns, key=lambda column: (_rank(role, heading.labels[column], year), column))
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
            if _rank(role, heading.labels[column], year) == _LAST_RANK:
                continue
            if free is not None and (role != "title" or _fits(free, heading, column)):
                heading.columns[free] = column


def _fits(place: str, heading: Heading, column: int) -> bool:
    """An action to the left of the activities groups them; a task to their right describes them."""
    return (column < heading.columns["title"]) == (place == "line")


def _rank(role: str, label: str, year: int | None) -> int:
    folded = words(label)
    years = [int(stated) for stated in _YEAR.findall(folded)]
    if years and year is not None and not min(years) <= year <= max(years):
        return _LAST_RANK + 1
    if len(years) > 1 or _MANY_YEARS.search(folded):
        return _LAST_RANK - 1
    if role in _OF_ACTIVITY:
        # "Indicador del objetivo" beside "Indicador de la actividad".
        other = _OF_OTHERS.search(folded) is not None and "activid" not in folded
        return (0 if role != "lead" or "responsab" in folded else 1) + 5 * other
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
    if role == "budget_source":
        return 0 if "f" in folded.split() or "fuente" in folded or "financ" in folded else 1
    return len(order)
