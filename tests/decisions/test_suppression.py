"""No small count of a published table can be worked out from what is shown: checked by another hand than the chooser's."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti_hub.statistics.suppression import Cell, Range, is_safe, ranges, shown, with_sums

TRACKS = ("criminal", "labor", "protection", "restitution")
PLACES = tuple(f"PY-{number}" for number in range(1, 8))


def every_table(
    rows: tuple[str, ...], columns: tuple[str, ...], seen: dict[Cell, int], most: int
) -> list[dict[Cell, int]]:
    """All tables whose inner counts are at most `most` that agree with what is shown: tried one by one."""
    inner = list(product(rows, columns))
    found = []
    for values in product(range(most + 1), repeat=len(inner)):
        table = with_sums(rows, columns, dict(zip(inner, values, strict=True)))
        if all(table[cell] == count for cell, count in seen.items()):
            found.append(table)
    return found


def tables(rows: int, columns: int, largest: int) -> st.SearchStrategy[dict[Cell, int]]:
    """Tables with many small counts."""
    count = st.one_of(st.integers(0, 6), st.integers(0, largest))
    size = rows * columns
    return st.lists(count, min_size=size, max_size=size).map(
        lambda counts: with_sums(
            TRACKS[:rows],
            PLACES[:columns],
            dict(zip(product(TRACKS[:rows], PLACES[:columns]), counts, strict=True)),
        )
    )


@settings(max_examples=25, deadline=None)
@given(table=tables(2, 2, 9), data=st.data())
def test_a_range_is_what_trying_all_tables_finds(table: dict[Cell, int], data: st.DataObject) -> None:
    """For any choice of shown cells, the network's range is that of all tables that agree with them."""
    chosen = data.draw(st.sets(st.sampled_from(sorted(table, key=str))))
    seen = {cell: table[cell] for cell in chosen | {(None, None)}}
    # The sum of all is shown, so that no count is more than it.
    if table[None, None] > 12:
        return
    agreeing = every_table(TRACKS[:2], PLACES[:2], seen, table[None, None])
    found = ranges(table, seen)
    for cell in set(table) - set(seen):
        values = [one[cell] for one in agreeing]
        assert found[cell] == Range(min(values), max(values))


@settings(max_examples=60, deadline=None)
@given(table=tables(4, 7, 40))
def test_what_is_shown_keeps_every_small_count(table: dict[Cell, int]) -> None:
    """Somebody who sees it can take no hidden small count for more than nothing, or for less than five."""
    seen = shown(table)
    assert all(table[cell] == count >= 5 for cell, count in seen.items())
    for cell, found in ranges(table, seen).items():
        if table[cell] < 5:
            assert found.least == 0
            assert found.most is None or found.most >= 5
        else:
            assert found.most is None or found.most - found.least >= 5
    assert is_safe(table, seen)


@settings(max_examples=30, deadline=None)
@given(table=tables(3, 4, 30), data=st.data())
def test_what_is_hidden_from_outside_is_kept_as_well(table: dict[Cell, int], data: st.DataObject) -> None:
    """Cells that are hidden for another table's sake are not shown, and the rest stays safe."""
    outside = data.draw(st.sets(st.sampled_from(sorted(table, key=str))))
    seen = shown(table, outside)
    assert not outside & set(seen)
    assert is_safe(table, seen)


def test_a_lone_small_count_takes_others_with_it() -> None:
    """One small count in a table of large ones: hiding it alone would be no use at all."""
    counts = dict.fromkeys(product(TRACKS[:3], PLACES[:3]), 20) | {("criminal", "PY-1"): 2}
    table = with_sums(TRACKS[:3], PLACES[:3], counts)
    alone = {cell: count for cell, count in table.items() if count >= 5}
    assert ranges(table, alone)["criminal", "PY-1"] == Range(2, 2)
    assert not is_safe(table, alone)
    seen = shown(table)
    assert seen[None, None] == table[None, None], "what costs less is hidden first"
    assert len(seen) == len(table) - 4


def test_a_table_of_large_counts_is_shown_whole() -> None:
    table = with_sums(TRACKS, PLACES, dict.fromkeys(product(TRACKS, PLACES), 5))
    assert shown(table) == table


def test_a_table_of_small_counts_shows_no_more_than_sums() -> None:
    """Nothings are hidden as well, so that nobody learns where there was somebody."""
    table = with_sums(TRACKS, PLACES, {("criminal", "PY-1"): 3, ("labor", "PY-2"): 4})
    assert shown(table) == {(None, None): 7}
    assert shown(with_sums(TRACKS, PLACES, {("criminal", "PY-1"): 4})) == {}
