"""What somebody in a story intends to do and when, and what chance makes of ids and office hours. Pure."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from msgspec import Struct

from nanduti_hub.handoffs.calendar import ZONE, is_working_day
from nanduti_hub.handoffs.commands import CaseCommand

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Make = Callable[[], CaseCommand | None]


class StepRefused(RuntimeError):
    """A story has a step that the rules refuse: the text is the refusal's code. A demo must not."""


class Intention(Struct, frozen=True):
    """What somebody will do, and when; None: never."""

    at: datetime | None
    make: Make


NEVER = Intention(None, lambda: None)


def random_id(random: Random) -> str:
    """A random id of a case, a handoff or a group, by an argued chance."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def in_office(at: datetime, random: Random) -> datetime:
    """The same or the next working day, when offices are open."""
    local = at.astimezone(ZONE)
    if is_working_day(local.date()) and 7 <= local.hour < 16:
        return at
    day = local.date() + (DAY if local.hour >= 16 else timedelta())
    while not is_working_day(day):
        day += DAY
    opens = datetime(day.year, day.month, day.day, 7, tzinfo=ZONE)
    return (opens + random.uniform(0.1, 5) * HOUR).astimezone(UTC)
