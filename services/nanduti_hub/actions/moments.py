"""A moment of the register: a number of the ledger, or the last number that was given by an instant.

What is derived from the day is derived from the day of the moment, in Paraguay. The rule: a moment that has not come,
or that was before there was anything, is refused and never taken for another one.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

import asyncpg
import msgspec
from litestar.params import QueryParameter
from msgspec import Struct

from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import ZONE

_NUMBER = re.compile(r"[0-9]{1,15}")
_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
#: A number or an instant, which JSON Schema can say together and a type of msgspec cannot.
FORMS: dict[str, Any] = {
    "anyOf": [{"type": "string", "pattern": r"^[0-9]{1,15}\Z"}, {"type": "string", "format": "date-time"}]
}
AsOf = Annotated[
    str | None,
    QueryParameter(
        max_length=40,
        description="As it was at this number of the register, or at this instant (RFC 3339, with its zone).",
        schema_extra=FORMS,
    ),
]


class Moment(Struct, frozen=True):
    """A number of the ledger, when it was given or which instant was asked for, and that day in Paraguay.

    Before the first number there is 0, at no time and on no day.
    """

    number: int
    at: datetime | None
    day: date | None


async def moment_of(
    connection: asyncpg.Connection, text: str | None, name: str, *, or_nothing: bool = False
) -> Moment:
    """The moment that a parameter names, or the last number where it names none.

    `or_nothing` lets it be before the first number.

    Raises:
        Refused: `invalid`, `moment_ahead`, `moment_future`, `moment_before`.

    """
    number, instant = _read(text, name)
    row = await connection.fetchrow(statement("nanduti_hub.actions", "moment"), number, instant)
    if number is not None and number > row["head"]:
        raise Refused(Refusal("moment_ahead", {"head": row["head"]}))
    if instant is not None and instant > row["now"]:
        raise Refused(Refusal("moment_future"))
    if row["number"] == 0:
        if not or_nothing:
            raise Refused(Refusal("moment_before"))
        return Moment(0, None, None)
    at: datetime = row["at"]
    return Moment(row["number"], at, at.astimezone(ZONE).date())


def day_of(moment: Moment) -> date:
    """The day of a moment that is not before everything."""
    if moment.day is None:
        raise ValueError("before the first number there is no day")
    return moment.day


def _read(text: str | None, name: str) -> tuple[int | None, datetime | None]:
    if text is None:
        return None, None
    if _NUMBER.fullmatch(text):
        return int(text), None
    try:
        instant = msgspec.convert(text, datetime)
        if instant.tzinfo is not None:
            return None, instant.astimezone(UTC)
    except OverflowError:
        # Before the first year that there is in UTC, or after the last one.
        return None, _FIRST if text.startswith("0001") else _LAST
    except ValueError:
        pass
    raise Refused(Refusal("invalid", {"reason": f"Neither a number nor an RFC3339 instant - at `{name}`"}))
