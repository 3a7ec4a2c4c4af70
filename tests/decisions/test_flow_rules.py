"""What is published of a week: who counts what, and that platforms together tell no more than each of them."""

from collections import Counter
from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.directory import Platform
from nanduti.envelope import MAX_BYTES
from nanduti.flow import FlowCell, FlowCounted
from nanduti.vocabulary import Crime, Level
from nanduti_hub.directory import seed
from nanduti_hub.handoffs.procedure import starting
from nanduti_hub.statistics.flow import (
    MEASURES,
    Count,
    CountWeek,
    Remit,
    cells_of,
    decide,
    evolve,
    last_ended,
    remits,
    to_show,
)
from nanduti_hub.statistics.suppression import ranges, with_sums

PROCEDURE, START = starting(), seed.load()
TRACKS = sorted(rule.code for rule in PROCEDURE.tracks)
PLACES = [department.code for department in START.departments]
REMITS = remits(START.platforms, PROCEDURE)
MONDAY = date(2026, 11, 16)

counts = st.builds(
    Count,
    measure=st.sampled_from(MEASURES),
    crime=st.sampled_from(Crime),
    track=st.sampled_from(TRACKS),
    department=st.sampled_from(["PY-ASU", "PY-11", "PY-5", "PY-4", "PY-12"]),
    count=st.one_of(st.integers(1, 6), st.integers(1, 30)),
)
weeks = st.lists(
    counts, max_size=40, unique_by=lambda one: (one.measure, one.crime, one.track, one.department)
)


def test_each_platform_counts_its_remit() -> None:
    """A national one the crimes that the procedure gives it, a departmental one its own crimes at home."""
    found = {remit.platform: remit for remit in REMITS}
    assert found["mesa"] == Remit(platform="mesa", crimes=(Crime.TRAFFICKING,))
    assert found["codeti_caaguazu"] == Remit(
        platform="codeti_caaguazu", crimes=(Crime.CHILD_LABOR,), department="PY-5"
    )
    assert set(found) == {platform.code for platform in START.platforms}


def test_a_municipal_platform_counts_nothing() -> None:
    """A case says no municipality."""
    municipal = Platform(code="areguá"[:4], acronym="A", name="Sintética", level=Level.MUNICIPAL)
    assert remits([municipal], PROCEDURE) == ()


@settings(max_examples=40, deadline=None)
@given(week=weeks)
def test_all_that_platforms_publish_tells_no_small_count(week: list[Count]) -> None:
    """Put together, crime by crime and measure by measure, it leaves every hidden small count between 0 and 5 at least."""
    may_be_shown = to_show(week, TRACKS, PLACES)
    told = {remit.platform: cells_of(remit, may_be_shown) for remit in REMITS}
    for platform, crime in (("conaeti", Crime.CHILD_LABOR), ("mesa", Crime.TRAFFICKING)):
        for measure in MEASURES:
            true = with_sums(
                TRACKS,
                PLACES,
                {(c.track, c.department): c.count for c in week if (c.measure, c.crime) == (measure, crime)},
            )
            seen = {
                (cell.track, cell.department): cell.count
                for cell in told[platform]
                if cell.measure == measure and cell.count is not None
            }
            assert all(true[cell] == count >= 5 for cell, count in seen.items())
            for cell, found in ranges(true, seen).items():
                assert true[cell] >= 5 or (found.least == 0 and (found.most is None or found.most >= 5))
    # A commission of one crime shows what the national table shows of its department, and nothing else.
    home = {(c.measure, c.track): c.count for c in told["mesa_neembucu"]}
    national = {(c.measure, c.track): c.count for c in told["mesa"] if c.department == "PY-12"}
    assert {key: count for key, count in home.items() if count is not None} == national
    assert any(cell.count is not None for cell in told["mesa_neembucu"]) == bool(national)


def test_what_follows_on_a_hidden_count_is_hidden_as_well() -> None:
    """From how many were accepted nobody learns that so many at least were offered."""
    week = [
        Count(measure=measure, crime=Crime.TRAFFICKING, track="criminal", department="PY-ASU", count=count)
        for measure, count in (("offered", 4), ("accepted", 9), ("opened", 7))
    ]
    shown = to_show(week, TRACKS, PLACES)
    assert shown["offered", Crime.TRAFFICKING] == shown["accepted", Crime.TRAFFICKING] == {}
    assert shown["opened", Crime.TRAFFICKING][None, None] == 7


def test_an_empty_week_looks_like_a_week_of_few() -> None:
    """Nobody can tell from an event whether there was nobody or somebody."""
    few = [
        Count(measure="opened", crime=Crime.TRAFFICKING, track="criminal", department="PY-19", count=3),
        Count(measure="offered", crime=Crime.TRAFFICKING, track="labor", department="PY-16", count=4),
    ]
    mesa = next(remit for remit in REMITS if remit.platform == "mesa")
    nothing = tuple(FlowCell(measure=measure, count=None) for measure in MEASURES)
    assert (
        cells_of(mesa, to_show(few, TRACKS, PLACES)) == cells_of(mesa, to_show([], TRACKS, PLACES)) == nothing
    )


def test_a_commission_of_two_crimes_shows_sums_of_what_is_shown() -> None:
    """Where one of the two may not be shown, neither may the sum: the other would give it away."""
    whole = [
        Count(measure="opened", crime=crime, track=track, department="PY-4", count=count)
        for track in TRACKS
        for crime, count in ((Crime.FORCED_LABOR, 8), (Crime.CHILD_LABOR, 6))
    ]
    guaira = next(remit for remit in REMITS if remit.platform == "contrafor_guaira")
    # No cell of another department is of five or more: those of this one stand in for them all, and sums are shown.
    shown = to_show(whole, TRACKS, PLACES)
    total = next(cell for cell in cells_of(guaira, shown) if cell.measure == "opened")
    parts = [shown["opened", crime].get((None, "PY-4")) for crime in guaira.crimes]
    assert total.count == (None if None in parts else 14 * len(TRACKS))
    one = {**shown, ("opened", Crime.CHILD_LABOR): {}}
    assert next(cell for cell in cells_of(guaira, one) if cell.measure == "opened").count is None


def test_the_fullest_week_fits_into_an_event() -> None:
    week = [
        Count(measure=measure, crime=Crime.TRAFFICKING, track=track, department=place, count=99_999)
        for measure in MEASURES
        for track in TRACKS
        for place in PLACES
    ]
    mesa = next(remit for remit in REMITS if remit.platform == "mesa")
    cells = cells_of(mesa, to_show(week, TRACKS, PLACES))
    assert Counter(cell.measure for cell in cells)["opened"] == (len(TRACKS) + 1) * (len(PLACES) + 1)
    event = FlowCounted(version=1, platform="mesa", week=MONDAY, cells=cells)
    assert len(msgspec.json.encode(event)) < MAX_BYTES - 2_000


def test_a_week_is_counted_once_and_never_out_of_order() -> None:
    first = CountWeek(platform="mesa", week=MONDAY, cells=())
    (event,) = decide(None, first)
    state = evolve(None, event)
    assert (
        decide(state, first)
        == decide(state, CountWeek(platform="mesa", week=date(2026, 11, 9), cells=()))
        == ()
    )
    (event,) = decide(state, CountWeek(platform="mesa", week=date(2026, 11, 23), cells=()))
    assert (event.version, [week.week for week in evolve(state, event).weeks]) == (
        2,
        [MONDAY, date(2026, 11, 23)],
    )


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        (datetime(2026, 11, 23, tzinfo=UTC), MONDAY),
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), date(2026, 11, 9)),
        (datetime(2026, 11, 29, 23, 59, tzinfo=UTC), MONDAY),
    ],
)
def test_a_week_ends_with_its_sunday(moment: datetime, monday: date) -> None:
    assert last_ended(moment) == monday
