"""Keys that were confirmed once are remembered, and any change of them is told."""

from hypothesis import given
from hypothesis import strategies as st
from public_keys_written import written as key

from nanduti.pins import Pins, compare, pinned, read, written

KEYS = [key(5_000 + number) for number in range(6)]
sets = st.sets(st.sampled_from(KEYS), min_size=1).map(sorted)


def test_the_first_time_all_is_new_and_nothing_has_changed() -> None:
    """There is nothing yet that could have."""
    found = compare(Pins(), "mtess", KEYS[:2])
    assert (found.is_first, found.is_changed, set(found.added), found.removed) == (
        True,
        False,
        {*KEYS[:2]},
        (),
    )


@given(sets, sets)
def test_what_is_pinned_is_compared_with_what_is_there(before: list[str], now: list[str]) -> None:
    """In any order; another institution's pins are untouched; and the file says the same."""
    pins = read(written(pinned(pinned(Pins(), "minna", KEYS[:1]), "mtess", before[::-1])))
    found = compare(pins, "mtess", now)
    assert not found.is_first
    assert found.is_changed is (before != now)
    assert (set(found.added), set(found.removed)) == ({*now} - {*before}, {*before} - {*now})
    after = pinned(pins, "mtess", now)
    assert not compare(after, "mtess", now).is_changed
    assert after.institutions["minna"] == (KEYS[0],)
