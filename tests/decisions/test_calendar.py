"""Paraguay's working days, and when a limit ends, over years and over what its clocks have done."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.procedure import Limit, LimitKind, Source
from nanduti_hub.handoffs.calendar import ZONE, due, is_working_day, part_of

YEARS = range(2015, 2041)
#: Holidays of a fixed date which no decree has moved in the years that are known; the others can be moved.
FIXED = [(1, 1), (5, 1), (5, 14), (5, 15), (12, 8), (12, 25)]
#: Good Fridays, from an almanac.
GOOD_FRIDAYS = [
    date(2023, 4, 7), date(2024, 3, 29), date(2025, 4, 18), date(2026, 4, 3), date(2027, 3, 26), date(2028, 4, 14),
]  # fmt: skip
#: Moved by decree: the day that is free, and the one that was worked instead.
MOVED = [
    (date(2022, 2, 28), date(2022, 3, 1)),
    (date(2024, 6, 10), date(2024, 6, 12)),
    (date(2024, 9, 30), date(2024, 10, 1)),
    (date(2025, 3, 3), date(2025, 3, 4)),
]


def hours(amount: int) -> Limit:
    return Limit(amount=amount, kind=LimitKind.RUNNING_HOURS, source=Source.AGREEMENT)


def days(amount: int) -> Limit:
    return Limit(amount=amount, kind=LimitKind.WORKING_DAYS, source=Source.AGREEMENT)


def local(*parts: int) -> datetime:
    """A moment on Asunción's clock."""
    year, month, day, *time = parts
    return datetime(year, month, day, *time, tzinfo=ZONE)


@pytest.mark.parametrize(("month", "day"), FIXED)
def test_a_fixed_holiday_is_free_in_every_year(month: int, day: int) -> None:
    """Whatever weekday it falls on."""
    assert not any(is_working_day(date(year, month, day)) for year in YEARS)


@pytest.mark.parametrize("friday", GOOD_FRIDAYS)
def test_holy_thursday_and_good_friday_are_free_and_the_wednesday_is_not(friday: date) -> None:
    """They move with Easter."""
    free = [is_working_day(friday - timedelta(days=before)) for before in (2, 1, 0)]
    assert free == [True, False, False]


@pytest.mark.parametrize(("free", "worked"), MOVED)
def test_a_holiday_that_a_decree_has_moved_is_free_on_its_new_day(free: date, worked: date) -> None:
    """As the library knows it; a decree that it does not know yet is not in the calendar."""
    assert (is_working_day(free), is_working_day(worked)) == (False, True)


def test_saturday_and_sunday_are_not_worked() -> None:
    """In every week of every year."""
    first = date(YEARS[0], 1, 1)
    every = (first + timedelta(days=number) for number in range(366 * len(YEARS)))
    assert not any(is_working_day(day) for day in every if day.weekday() >= 5)


def test_the_free_weekdays_of_2026_are_these() -> None:
    """With the one that a decree moved; 1 March and 15 August fall on a week-end."""
    first = date(2026, 1, 1)
    every = (first + timedelta(days=number) for number in range(365))
    free = [(day.month, day.day) for day in every if day.weekday() < 5 and not is_working_day(day)]
    assert free == [
        (1, 1), (4, 2), (4, 3), (5, 1), (5, 14), (5, 15), (6, 12), (6, 22), (9, 29), (12, 8), (12, 25),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "amount", "ends"),
    [
        # A Tuesday morning: Wednesday, until its midnight.
        (local(2026, 11, 24, 9), 1, local(2026, 11, 26)),
        # Friday: the week-end does not count.
        (local(2026, 11, 20, 17, 59), 1, local(2026, 11, 24)),
        # Saturday, like Friday.
        (local(2026, 11, 21, 12), 1, local(2026, 11, 24)),
        # Over the Virgin of Caacupé, a Tuesday.
        (local(2026, 12, 7, 8), 2, local(2026, 12, 11)),
        # Over Holy Week.
        (local(2026, 4, 1, 10), 1, local(2026, 4, 7)),
        # Over Christmas and New Year.
        (local(2026, 12, 24, 10), 4, local(2027, 1, 1)),
        (local(2026, 12, 24, 10), 5, local(2027, 1, 5)),
        # Late in the evening in Asunción it is the next day in UTC.
        (datetime(2026, 11, 25, 2, 30, tzinfo=UTC), 1, local(2026, 11, 26)),
    ],
)
def test_the_day_of_the_act_does_not_count_and_the_last_one_counts_until_its_midnight(
    start: datetime, amount: int, ends: datetime
) -> None:
    """On Asunción's clock."""
    assert due(start, days(amount)) == ends


def test_midnight_belongs_to_the_day_that_it_ends() -> None:
    """A limit counted from the end of another loses no day."""
    first = due(local(2026, 11, 24, 9), days(1))
    assert due(first, days(1)) == due(local(2026, 11, 24, 9), days(2)) == local(2026, 11, 27)


@pytest.mark.parametrize(
    "start",
    [local(2024, 10, 4, 12), local(2024, 10, 5, 23, 30), local(2023, 3, 25, 23, 30), local(2026, 10, 3, 12)],
)
def test_running_hours_run_through_a_change_of_the_clock(start: datetime) -> None:
    """Twenty-four of them are twenty-four hours, whatever the clock on the wall says after that."""
    assert due(start, hours(24)) - start.astimezone(UTC) == timedelta(hours=24)


@pytest.mark.parametrize(
    ("moment", "offset"),
    [
        (local(2023, 7, 1, 12), -4),
        (local(2023, 12, 1, 12), -3),
        (local(2024, 10, 1, 12), -4),
        (local(2024, 10, 7, 12), -3),
        (local(2025, 7, 1, 12), -3),
        (local(2030, 7, 1, 12), -3),
    ],
)
def test_since_october_2024_paraguay_stays_three_hours_behind(moment: datetime, offset: int) -> None:
    """Where this fails, the machine's time zone data are older than that: `pip install -U tzdata`."""
    assert moment.utcoffset() == timedelta(hours=offset)


def test_a_limit_that_was_counted_before_the_last_change_of_the_clock_ends_at_midnight_after_it() -> None:
    """Friday 4 October 2024 was at -04, Monday the 7th at -03."""
    assert due(local(2024, 10, 4, 12), days(1)) == datetime(2024, 10, 8, 3, tzinfo=UTC)


def test_a_time_without_its_zone_is_refused() -> None:
    """It would be some hours off."""
    with pytest.raises(ValueError, match="zone"):
        due(datetime(2026, 11, 24, 9), hours(1))  # noqa: DTZ001  # that is the point


ZONES = st.sampled_from([UTC, ZONE, ZoneInfo("Europe/Madrid")])
#: Whole seconds from 2000 to 2060, told in any zone.
MOMENTS = st.builds(datetime.fromtimestamp, st.integers(946_684_800, 2_840_140_800), ZONES)


@given(MOMENTS, st.integers(1, 60), st.integers(1, 60))
def test_a_longer_limit_never_ends_earlier_and_the_last_day_is_a_working_day(
    start: datetime, amount: int, more: int
) -> None:
    """For any start, whichever zone it is told in."""
    ends = due(start, days(amount))
    assert start < ends <= due(start, days(amount + more))
    assert ends.tzinfo is UTC
    assert due(start.astimezone(UTC), days(amount)) == ends
    last = ends.astimezone(ZONE) - timedelta(seconds=1)
    assert is_working_day(last.date())


@given(MOMENTS, st.integers(1, 9000), st.integers(1, 99))
def test_a_part_of_a_limit_lies_within_it(start: datetime, amount: int, percent: int) -> None:
    """And half of four hours is two."""
    ends = due(start, hours(amount))
    assert start < part_of(start, ends, percent) < ends
    assert part_of(start, due(start, hours(4)), 50) == due(start, hours(2))
