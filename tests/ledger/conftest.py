"""A ledger over the test's own database, its gate open as after a comparison that came out well."""

from collections.abc import AsyncIterator

import pytest
from databases import Database as OwnDatabase

from nanduti_hub.ledger.database import Database, close_database, open_database
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.gate import Gate


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
    async with pools.worker.acquire() as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    return Ledger(pools, gate, "urn:nanduti:test", lambda: None)
