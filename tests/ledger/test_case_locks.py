"""Who waits for whom: commands on one case for each other, and nobody else for any of them.

A transaction that has done its work and is not committed holds all that it will ever hold; another gets no time at
all to wait in, so that it fails where it would have to.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from desks import MONDAY, Desk, founded, officer
from samples import COORDINATOR, action

from nanduti.actions import ActionPlanned
from nanduti_hub.actions.commands import ReportProgress
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.caller import Caller
from nanduti_hub.handoffs.commands import Accept, CaseCommand, Decline, Known
from nanduti_hub.handoffs.handling import handle
from nanduti_hub.handoffs.state import File
from nanduti_hub.ledger.append import append
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger, execute, fold, run
from nanduti_hub.ledger.sequencer import number_events


@asynccontextmanager
async def impatient(ledger: Ledger, caller: Caller) -> AsyncIterator[asyncpg.Connection]:
    """A transaction that waits for no lock that another transaction has."""
    async with transaction(ledger.database, caller) as connection:
        await connection.execute("SET LOCAL lock_timeout = '50ms'")
        yield connection


async def accept(connection: asyncpg.Connection, ledger: Ledger, case: str, handoff: str) -> None:
    """Take a case, in a transaction of `mdp`'s."""

    def build(_file: File | None, known: Known) -> CaseCommand:
        return Accept(by="mdp", at=MONDAY, known=known, handoff=handoff)

    await handle(connection, ledger, case, build)


async def test_two_desks_on_two_cases_do_not_wait_for_each_other(ledger: Ledger) -> None:
    """Though the same two institutions are concerned, and both are told: in either order, and while cases are opened."""
    hub = await founded(ledger)
    minna, mdp = Desk(hub, "minna"), Desk(hub, "mdp")
    one, other = [await minna.open() for _ in range(2)]
    handoffs = {case: await minna.offer(case, "mdp") for case in (one, other)}
    async with transaction(hub.database, officer("mdp")) as first:
        await accept(first, hub, one, handoffs[one])
        async with impatient(hub, officer("mdp")) as second:
            await accept(second, hub, other, handoffs[other])
        third = await minna.open()
        await minna.offer(third, "mdp")
    assert await mdp.through(lambda c: c.fetchval("SELECT count(*) FROM track WHERE holder = 'mdp'")) == 2


async def test_a_second_desk_on_the_same_case_waits(ledger: Ledger) -> None:
    """So that it decides on what the first has made of it."""
    hub = await founded(ledger)
    minna = Desk(hub, "minna")
    case = await minna.open()
    handoff = await minna.offer(case, "mdp")

    def decline(_file: File | None, known: Known) -> CaseCommand:
        return Decline(by="mdp", at=MONDAY, known=known, handoff=handoff, code="no_capacity")

    async with transaction(hub.database, officer("mdp")) as first:
        await accept(first, hub, case, handoff)
        with pytest.raises(asyncpg.LockNotAvailableError):
            async with impatient(hub, officer("mdp")) as second:
                await handle(second, hub, case, decline)


async def test_the_register_does_not_wait_for_cases(ledger: Ledger) -> None:
    """Nor does whoever gives the numbers: what is committed gets its own while a case is being worked on."""
    hub = await founded(ledger)
    minna = Desk(hub, "minna")
    planned = action(1)
    write, state = fold(
        hub, ACTIONS, f"action:{planned.id}", 0, None, [ActionPlanned(version=1, action=planned)]
    )

    async def plan(connection: asyncpg.Connection) -> None:
        await append(connection, hub.gate, [write])
        await ACTIONS.project(connection, [(state, 1)])

    await run(hub, COORDINATOR, plan)
    case = await minna.open()
    handoff = await minna.offer(case, "mdp")
    async with transaction(hub.database, officer("mdp")) as first:
        await accept(first, hub, case, handoff)
        async with impatient(hub, COORDINATOR) as second:
            done = await execute(second, hub, ACTIONS, planned.id, ReportProgress(progress=40))
            assert done.version == 2
        async with asyncio.timeout(30):
            assert await number_events(hub.database, hub.gate) > 0
