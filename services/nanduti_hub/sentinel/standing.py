"""How the sentinel stands, for whoever asks: times, and yes or no. Absent: how many cases or clocks there are."""

from datetime import datetime, timedelta

import asyncpg
from msgspec import Struct

from nanduti_hub.ledger.statements import statement

#: How long something may be due before it is late.
LATE_AFTER = timedelta(minutes=2)


class Standing(Struct, frozen=True, kw_only=True):
    """When the hub was last there, when a sentinel last looked, and what is amiss."""

    last_alive: datetime | None
    looked_at: datetime | None
    late: bool
    failing: bool
    outage: datetime | None


async def standing_of(connection: asyncpg.Connection, at: datetime) -> Standing:
    """How the sentinel stands at a moment."""
    row = await connection.fetchrow(statement("nanduti_hub.sentinel", "standing"), at - LATE_AFTER)
    return Standing(**dict(row))
