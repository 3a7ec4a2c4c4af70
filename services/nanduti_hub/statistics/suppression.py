"""Which counts of a table may be shown, so that none that is small can be worked out from the others. Pure.

A table has rows, columns, and the margins: each row's sum, each column's, and the sum of all. The rules:

- A count under five is never shown, and neither is a nothing: a nothing that is shown would tell which of the hidden
  ones are not.
- Whoever knows all that is shown, and that counts are whole and not below nothing, can take no hidden count under
  five for more than nothing or for less than five, and no other hidden one for one of fewer than six numbers. To that
  end other counts are hidden too: those that cost least, the small before the large and the
  sums after those that they are of.

The sums make the table a network: a row's and a column's each a knot, each count an arc that brings so much from one
to the other, and at each knot as much goes out as comes in. What a hidden count can be, is how much more, or less,
can go through its arc and around through other hidden ones: exactly, and in whole numbers. `ranges` answers that for
any choice of what is shown, so that the rules can be checked without trusting how the choice was made.

Absent: what somebody knows besides the table, such as an institution its own cases; and what follows from knowing
how this module chooses, which is the same for all methods that hide as little as they can.
"""

import heapq
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

#: A row and a column; None is the sum over all of them.
Cell = tuple[str | None, str | None]

#: The least count that may be shown, and how far apart at least the ends of a hidden one's range are.
LEAST = 5
#: How much a count is worth to those who read the table, by over how many of the two it is a sum.
_WORTH = (1, 2, 20)


class Range(Struct, frozen=True):
    """What a hidden count can be, for all that is shown; `most` is None where nothing that is shown bounds it."""

    least: int
    most: int | None


def with_sums(
    rows: Sequence[str], columns: Sequence[str], counts: Mapping[tuple[str, str], int]
) -> dict[Cell, int]:
    """All cells of a table, the margins among them; a count that is not given is nothing."""
    table: dict[Cell, int] = {}
    for row in (*rows, None):
        for column in (*columns, None):
            table[row, column] = 0
    for (row, column), count in counts.items():
        for cell in ((row, column), (row, None), (None, column), (None, None)):
            table[cell] += count
    return table


def shown(table: Mapping[Cell, int], hidden: Collection[Cell] = ()) -> dict[Cell, int]:
    """The cells of a table with its margins that may be shown; those of `hidden` are not among them in any case."""
    closed = {cell for cell, count in table.items() if count < LEAST} | set(hidden)
    if len(closed) == len(table):
        return {}
    network = _network(table, closed)
    waiting = [arc for arc in range(len(network.cells)) if network.hidden[arc]]
    for arc in waiting:
        waiting += _hide_for(network, arc)
    return {
        cell: count
        for cell, count, gone in zip(network.cells, network.counts, network.hidden, strict=True)
        if not gone
    }


def ranges(table: Mapping[Cell, int], shown_cells: Collection[Cell]) -> dict[Cell, Range]:
    """What each hidden count can be, for somebody who sees the shown ones."""
    network = _network(table, set(table) - set(shown_cells))
    beyond = sum(table.values()) + 1
    found = {}
    for arc, cell in enumerate(network.cells):
        if network.hidden[arc]:
            more = _sent(network, arc, beyond, rising=True)
            less = _sent(network, arc, table[cell], rising=False)
            found[cell] = Range(table[cell] - less, None if more >= beyond else table[cell] + more)
    return found


def is_safe(table: Mapping[Cell, int], shown_cells: Collection[Cell]) -> bool:
    """Whether the rules of this module hold for what is shown."""
    if any(table[cell] < LEAST for cell in shown_cells):
        return False
    if not shown_cells:
        return True
    for cell, found in ranges(table, shown_cells).items():
        if table[cell] < LEAST:
            if found.least > 0 or (found.most is not None and found.most < LEAST):
                return False
        elif found.most is not None and found.most - found.least < LEAST:
            return False
    return True


class _Network(Struct):
    """A table as arcs between knots: the cells in a fixed order, what goes through each, and which are hidden; and of
    each knot its arcs, with the knot at the other end and whether the arc leads there.
    """

    cells: list[Cell]
    counts: list[int]
    hidden: list[bool]
    ends: list[tuple[int, int]]
    at: list[list[tuple[int, int, bool]]]


def _network(table: Mapping[Cell, int], closed: Collection[Cell]) -> _Network:
    """The network of a table.

    A count goes from its row to its column; a column's sum from the column to the row of sums, the sum of all from
    there to the column of sums, and a row's sum from there to the row: so at each knot what comes in goes out.
    """
    cells = sorted(table, key=_order)
    knots: dict[tuple[bool, str | None], int] = {}
    ends = []
    for row, column in cells:
        of_row = knots.setdefault((False, row), len(knots))
        of_column = knots.setdefault((True, column), len(knots))
        ends.append((of_row, of_column) if (row is None) == (column is None) else (of_column, of_row))
    at: list[list[tuple[int, int, bool]]] = [[] for _ in knots]
    for arc, (tail, head) in enumerate(ends):
        at[tail].append((arc, head, True))
        at[head].append((arc, tail, False))
    return _Network(cells, [table[cell] for cell in cells], [cell in closed for cell in cells], ends, at)


def _hide_for(network: _Network, arc: int) -> list[int]:
    """Hide what has to be hidden too, so that the range of a hidden count is wide enough; answers which."""
    count, gone = network.counts[arc], list(network.hidden)
    if count < LEAST:
        _sent(network, arc, count, rising=False, hiding=True)
        _sent(network, arc, LEAST - count, rising=True, hiding=True)
    else:
        less = _sent(network, arc, LEAST, rising=False)
        _sent(network, arc, LEAST - less, rising=True, hiding=True)
    return [other for other, hidden in enumerate(network.hidden) if hidden and not gone[other]]


def _sent(network: _Network, arc: int, most: int, *, rising: bool, hiding: bool = False) -> int:
    """By how much a count can rise or fall while all that is shown stays, `most` at the most.

    With `hiding` the way may lead through shown ones too, the cheapest, which are hidden for it.
    """
    now, sent = list(network.counts), 0
    tail, head = network.ends[arc]
    start, goal = (head, tail) if rising else (tail, head)
    while sent < most:
        way = _through_hidden(network, now, arc, start, goal)
        if way is None and hiding:
            way = _cheapest(network, now, arc, start, goal)
        if way is None:
            return sent
        room = min([most - sent, *(now[other] for other, forwards in way if not forwards)])
        for other, forwards in way:
            now[other] += room if forwards else -room
            network.hidden[other] = True
        sent += room
    return sent


def _through_hidden(
    network: _Network, now: Sequence[int], without: int, start: int, goal: int
) -> list[tuple[int, bool]] | None:
    """The shortest way through hidden arcs: each forwards, or backwards where something goes through it."""
    by: dict[int, tuple[int, int, bool]] = {start: (start, without, True)}
    coming = [start]
    for knot in coming:
        for arc, other, forwards in network.at[knot]:
            if other in by or arc == without or not network.hidden[arc] or not (forwards or now[arc]):
                continue
            by[other] = (knot, arc, forwards)
            if other == goal:
                return _way(by, start, goal)
            coming.append(other)
    return None


def _cheapest(
    network: _Network, now: Sequence[int], without: int, start: int, goal: int
) -> list[tuple[int, bool]] | None:
    """The way for which what has to be hidden is worth least."""
    by: dict[int, tuple[int, int, bool]] = {}
    done: set[int] = set()
    queue = [(0, 0, start, (start, without, True))]
    while queue:
        cost, steps, knot, step = heapq.heappop(queue)
        if knot in done:
            continue
        done.add(knot)
        by[knot] = step
        if knot == goal:
            return _way(by, start, goal)
        for arc, other, forwards in network.at[knot]:
            if other in done or arc == without or not (forwards or now[arc]):
                continue
            worth = _WORTH[network.cells[arc].count(None)]
            price = 0 if network.hidden[arc] else (network.counts[arc] + 1) * worth
            heapq.heappush(queue, (cost + price, steps + 1, other, (knot, arc, forwards)))
    return None


def _way(by: Mapping[int, tuple[int, int, bool]], start: int, goal: int) -> list[tuple[int, bool]]:
    way, knot = [], goal
    while knot != start:
        knot, arc, forwards = by[knot]
        way.append((arc, forwards))
    return way


def _order(cell: Cell) -> tuple[bool, bool, str, str]:
    row, column = cell
    return row is None, column is None, row or "", column or ""
