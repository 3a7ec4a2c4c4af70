"""Paraguay's calendar: which days are worked, and when a limit that begins now ends.

Rules that stay true: time is an argument, always with its zone; what is answered is in UTC; the same arguments give
the same answer. Working days are Monday to Friday without the national holidays, as the library `holidays` has them;
running hours run day and night. The day of the act does not count, and the last day counts until its midnight.

Absent: a holiday moved or given by a decree that this version of the library does not know, the half days and asuetos
of the public administration, and the judicial recess. The fixed dates and Holy Week are always there.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import assert_never
from zoneinfo import ZoneInfo

import holidays

from nanduti.procedure import Limit, LimitKind

ZONE = ZoneInfo("America/Asuncion")
_DAY = timedelta(days=1)
_SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Whether work is done on a day: Monday to Friday, and no national holiday."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def due(start: datetime, limit: Limit) -> datetime:
    """When a limit ends that begins at `start`.

    Midnight belongs to the day that it ends, so that a limit counted from another's end loses no day.

    Raises:
        ValueError: `start` says no zone.

    """
    if start.tzinfo is None:
        raise ValueError("a time without its zone")
    match limit.kind:
        case LimitKind.RUNNING_HOURS:
            return start.astimezone(UTC) + timedelta(hours=limit.amount)
        case LimitKind.WORKING_DAYS:
            day, left = (start.astimezone(ZONE) - timedelta.resolution).date(), limit.amount
            while left:
                day += _DAY
                left -= is_working_day(day)
            return _midnight_after(day)
        case _:
            assert_never(limit.kind)


def part_of(start: datetime, due: datetime, percent: int) -> datetime:
    """The moment at which so many percent of the time between two moments have passed, to the second."""
    begun = start.astimezone(UTC)
    return begun + timedelta(seconds=(due - begun).total_seconds() * percent // 100)


def _midnight_after(day: date) -> datetime:
    following = day + _DAY
    return datetime(following.year, following.month, following.day, tzinfo=ZONE).astimezone(UTC)


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("PY", years=year))
