"""Synthetic cases in a real database, opened and offered by the hub's own way, and what the clocks did to them."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import asyncpg

from nanduti import wire
from nanduti.cases import ClockEscalated, ClockExtended, ClockReminded, Dossier, Facts, HandoffExpired
from nanduti.vocabulary import AgeBand, Channel, Consent, Crime, HandoffKind, Sex, Share, Urgency
from nanduti_hub.caller import WORKER
from nanduti_hub.handoffs.commands import Accept, CaseCommand, Known, Offer, OpenCase
from nanduti_hub.handoffs.handling import Handled, handle
from nanduti_hub.handoffs.state import File
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.execute import Ledger, run

FACTS = Facts(
    crimes=(Crime.CHILD_LABOR,),
    age_band=AgeBand.UNDER_14,
    sex=Sex.FEMALE,
    department="PY-7",
    channel=Channel.LINE_147,
)
Build = Callable[[File | None, Known], CaseCommand]


async def command(ledger: Ledger, case: str, build: Build) -> Handled:
    """Carry a command out on a case."""
    return await run(ledger, WORKER, lambda connection: handle(connection, ledger, case, build))


async def open_case(
    ledger: Ledger, at: datetime, by: str = "minna", tracks: tuple[str, ...] = ("protection",)
) -> str:
    """A synthetic case; its internal id."""
    case = str(uuid.uuid4())
    await command(
        ledger,
        case,
        lambda _file, known: OpenCase(
            by=by, at=at, known=known, case=case, facts=FACTS, tracks=tracks, consent=Consent.GRANTED,
            synthetic=True,
        ),
    )  # fmt: skip
    return case


async def offer(
    ledger: Ledger,
    case: str,
    at: datetime,
    receiver: str = "mdp",
    track: str = "protection",
    urgency: Urgency = Urgency.URGENT,
    *,
    by: str = "minna",
    dossier: Dossier | None = None,
) -> str:
    """Offer a track for custody; the handoff's id."""
    handoff = str(uuid.uuid4())
    await command(
        ledger,
        case,
        lambda _file, known: Offer(
            by=by, at=at, known=known, track=track, handoff=handoff, kind=HandoffKind.TRANSFER,
            receiver=receiver, urgency=urgency, share=Share.FULL if dossier else Share.NONE, dossier=dossier,
        ),
    )  # fmt: skip
    return handoff


async def accept(ledger: Ledger, case: str, handoff: str, at: datetime, by: str = "mdp") -> None:
    """Take what was offered."""
    await command(ledger, case, lambda _file, known: Accept(by=by, at=at, known=known, handoff=handoff))


async def here(database: Database, at: datetime) -> None:
    """The hub was there all along until `at`."""
    async with transaction(database, WORKER) as connection:
        await connection.execute("UPDATE heartbeat SET last_alive = $1", at)


async def private_events(database: Database, case: str | None = None) -> list[Any]:
    """The private events of all cases, or of one, each stream's in its order."""
    async with transaction(database, WORKER) as connection:
        rows = await connection.fetch(
            "SELECT body FROM (SELECT stream, version, subject, body FROM event"
            " UNION ALL SELECT stream, version, subject, body FROM pending) AS written"
            " WHERE subject LIKE 'nanduti.v1.case.%' ORDER BY stream, version"
        )
    events = [wire.decode(row["body"])[1] for row in rows]
    return [event for event in events if case is None or getattr(event, "case", None) == case]


def firing_of(event: Any) -> tuple[Any, ...] | None:
    """What a clock's event did, so that the same one twice has the same value."""
    match event:
        case ClockReminded():
            return ("reminded", event.case, event.track, event.handoff, event.question, event.number)
        case ClockEscalated():
            return ("escalated", event.case, event.track, event.handoff, event.question, event.level)
        case ClockExtended():
            return ("extended", event.case, event.track, event.handoff, event.question, event.outage)
        case HandoffExpired():
            return ("expired", event.case, event.track, event.handoff)
    return None


async def firings(database: Database, case: str | None = None) -> Counter[tuple[Any, ...]]:
    """How often each clock did each thing."""
    found = (firing_of(event) for event in await private_events(database, case))
    return Counter(firing for firing in found if firing is not None)


def tally(fired: Counter[tuple[Any, ...]]) -> dict[str, int]:
    """How many things of each kind the clocks did, none of them twice."""
    twice = [firing for firing, times in fired.items() if times > 1]
    assert not twice, f"fired more than once: {twice[:3]}"
    return dict(Counter(firing[0] for firing in fired))


async def overdue(database: Database, at: datetime) -> int:
    """How many tracks have a clock that is due and has not fired."""
    async with transaction(database, WORKER) as connection:
        count: int = await connection.fetchval("SELECT count(*) FROM track WHERE next_at <= $1", at)
    return count


async def tracks(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """The read model's rows, in order."""
    return list(await connection.fetch("SELECT * FROM track ORDER BY case_id, track"))
