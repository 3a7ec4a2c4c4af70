"""What the hub makes of its stream before it writes: when it goes on, and when it holds everything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from databases import Database as OwnDatabase
from nats.aio.client import Client
from nats_server import Bus, until
from samples import COORDINATOR, planned

from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.hub import watch
from nanduti_hub.ledger.execute import Ledger, execute, run
from nanduti_hub.ledger.gate import Gate, LedgerHeld
from nanduti_hub.ledger.sequencer import number_events
from nanduti_hub.relay.acknowledged import Acknowledged
from nanduti_hub.relay.comparison import Standing, compare
from nanduti_hub.relay.keeper import call, ensure_ledger
from nanduti_hub.relay.publishing import relay


async def add(ledger: Ledger, *numbers: int) -> None:
    """Enter actions and give their events numbers."""
    for number in numbers:
        command = planned(number)
        id_ = command.action.id
        await run(ledger, COORDINATOR, lambda c, i=id_, m=command: execute(c, ledger, ACTIONS, i, m))
    await number_events(ledger.database, ledger.gate)


async def published(broker: Client) -> int:
    """Where LEDGER ends; 0 where it is not there."""
    try:
        return int((await call(broker, "STREAM.INFO.LEDGER"))["state"]["last_seq"])
    except RuntimeError:
        return 0


@asynccontextmanager
async def relaying(ledger: Ledger, bus: Bus, acknowledged: Acknowledged) -> AsyncIterator[Client]:
    """A relay at work."""
    broker, keeper = await bus.connect_as("relay"), await bus.connect_as("keeper")

    async def make() -> None:
        await ensure_ledger(keeper)

    task = asyncio.ensure_future(
        relay(ledger.database, broker, ledger.gate, acknowledged, asyncio.Event(), make, asyncio.Event())
    )
    yield broker
    task.cancel()


async def test_a_stream_that_is_gone_is_filled_from_one(
    ledger: Ledger, bus: Bus, acknowledged: Acknowledged
) -> None:
    await add(ledger, 1, 2, 3)
    async with relaying(ledger, bus, acknowledged) as broker:
        await until(lambda: acknowledged.read() == 3)
        assert await published(broker) == 3
        found = await compare(ledger.database, broker, Gate(), acknowledged)
    assert found.standing is Standing.LEVEL


async def test_a_lost_stream_does_not_hide_a_database_that_is_too_old(
    ledger: Ledger, bus: Bus, acknowledged: Acknowledged
) -> None:
    """Numbers up to 100 were acknowledged; the database has three, and there is no stream to say more."""
    await add(ledger, 1, 2, 3)
    acknowledged.write(100)
    gate = Gate()
    found = await compare(ledger.database, await bus.connect_as("relay"), gate, acknowledged)
    assert found.standing is Standing.AHEAD
    assert not gate.is_open
    with pytest.raises(LedgerHeld):
        _ = gate.compared


@pytest.mark.parametrize(("kept", "opens"), [(3, True), (2, True), (4, False), (None, False)])
async def test_where_the_broker_is_away_the_acknowledged_number_stands_in(
    ledger: Ledger, acknowledged: Acknowledged, kept: int | None, opens: bool
) -> None:
    await add(ledger, 1, 2, 3)
    if kept is not None:
        acknowledged.write(kept)
    gate = Gate()
    await compare(ledger.database, Client(), gate, acknowledged)
    assert gate.is_open is opens


async def test_a_hub_that_went_on_without_the_broker_compares_when_it_is_back(
    ledger: Ledger, bus: Bus, acknowledged: Acknowledged
) -> None:
    await add(ledger, 1)
    acknowledged.write(1)
    gate, broker = Gate(), Client()
    task = asyncio.ensure_future(watch(ledger.database, broker, gate, acknowledged))
    await until(lambda: gate.is_open)
    await ensure_ledger(await bus.connect_as("keeper"))
    publisher = await bus.connect_as("relay")
    for number in range(3):
        await publisher.request("nanduti.v1.directory.hub.synthetic.x", b"%d" % number)
    await broker.connect(bus.server.url, nkeys_seed=bus.credentials("relay"))
    await until(lambda: not gate.is_open)
    assert "3 events were published" in gate.reason
    task.cancel()
    await broker.close()


async def test_a_different_event_at_one_number_stops_everything(
    ledger: Ledger, bus: Bus, acknowledged: Acknowledged, database: OwnDatabase
) -> None:
    await add(ledger, 1, 2)
    async with relaying(ledger, bus, acknowledged):
        await until(lambda: acknowledged.read() == 2)
    owner = await asyncpg.connect(database.dsn("owner"))
    await owner.execute("UPDATE event SET body = body || ' ' WHERE seq = 2")
    await owner.close()
    gate = Gate()
    found = await compare(ledger.database, await bus.connect_as("relay"), gate, acknowledged)
    assert (found.standing, gate.is_open) == (Standing.DIFFERENT, False)


async def test_nothing_is_published_past_a_number_that_is_missing(
    ledger: Ledger, bus: Bus, acknowledged: Acknowledged, database: OwnDatabase
) -> None:
    await add(ledger, 1, 2, 3, 4)
    owner = await asyncpg.connect(database.dsn("owner"))
    await owner.execute("DELETE FROM event WHERE seq = 3")
    await owner.close()
    async with relaying(ledger, bus, acknowledged) as broker:
        await until(lambda: "no event" in ledger.gate.reason)
        assert await published(broker) == 0


async def test_a_database_put_back_under_a_running_hub_is_noticed(
    ledger: Ledger, bus: Bus, acknowledged: Acknowledged, database: OwnDatabase
) -> None:
    """The server is the same, so only its numbers tell: they were higher before."""
    await add(ledger, 1, 2, 3, 4, 5)
    owner = await asyncpg.connect(database.dsn("owner"))
    await owner.execute("DELETE FROM event WHERE seq > 2")
    await owner.execute("UPDATE ledger_head SET seq = 2")
    await owner.close()
    with pytest.raises(LedgerHeld, match="went back from 5 to 2"):
        await number_events(ledger.database, ledger.gate)
    found = await compare(ledger.database, await bus.connect_as("relay"), ledger.gate, acknowledged)
    assert (found.standing, ledger.gate.is_open) == (Standing.AHEAD, False)


def test_the_acknowledged_number_only_grows(acknowledged: Acknowledged) -> None:
    for seq in (5, 3, 7, 6):
        acknowledged.write(seq)
    assert acknowledged.read() == 7
