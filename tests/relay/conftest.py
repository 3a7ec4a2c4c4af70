"""A ledger over the test's own database, beside a bus of its own with nothing made in it yet."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from databases import Database as OwnDatabase
from nats_server import Bus, running_bus

from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.database import Database, close_database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.relay.acknowledged import Acknowledged
from nanduti_hub.relay.streams import Member


@pytest.fixture
async def pools(database: OwnDatabase) -> AsyncIterator[Database]:
    """The hub's two pools on the test's database."""
    pools = await open_database(database.dsn("app"), database.dsn("worker"))
    yield pools
    await close_database(pools)


@pytest.fixture
async def ledger(pools: Database) -> Ledger:
    """A ledger that accepts commands."""
    gate = Gate()
    async with transaction(pools, WORKER) as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    return Ledger(pools, gate, "urn:nanduti:test", lambda: None)


@pytest.fixture
async def bus(short_directory: Path, tmp_path: Path) -> AsyncIterator[Bus]:
    """A bus with one member, without any stream."""
    directory = short_directory / tmp_path.name
    async with running_bus(directory, [Member("mesa", is_platform=True)]) as bus:
        yield bus


@pytest.fixture
def acknowledged(tmp_path: Path) -> Acknowledged:
    """The file of the last acknowledged number, empty."""
    return Acknowledged(tmp_path / "acked")
