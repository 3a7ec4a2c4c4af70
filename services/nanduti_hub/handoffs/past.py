"""A case as it stood when a handoff came to a step: what a sheet proves stays the same whatever happens next.

Rule that stays true: it is folded from the events that everybody's state is folded from. Absent: what is printed of it
(`printing`).
"""

from datetime import datetime
from typing import Any

import asyncpg

from nanduti import wire
from nanduti.vocabulary import HandoffState
from nanduti_hub.handoffs.evolve import evolve_case, evolve_track
from nanduti_hub.handoffs.state import Case, File, Track, stream_of_track
from nanduti_hub.ledger.statements import statement


async def file_then(
    connection: asyncpg.Connection, case: str, track: str, handoff: str, state: HandoffState
) -> File | None:
    """The case with this one track, as of the event by which the handoff first stood so; None where it never has."""
    stood: Track | None = None
    for event in await _events(connection, stream_of_track(case, track)):
        stood = evolve_track(stood, event)
        found = stood.handoff(handoff)
        if found is not None and found.state is state:
            return File(await _case_at(connection, case, event.at), {track: stood})
    return None


async def _case_at(connection: asyncpg.Connection, case: str, at: datetime) -> Case:
    known: Case | None = None
    for event in await _events(connection, f"case:{case}"):
        if event.at <= at:
            known = evolve_case(known, event)
    if known is None:
        raise ValueError("a case that does not exist has no past")
    return known


async def _events(connection: asyncpg.Connection, stream: str) -> list[Any]:
    rows = await connection.fetch(statement("nanduti_hub.ledger", "events_of_stream"), stream)
    return [wire.decode(row["body"])[1] for row in rows]
