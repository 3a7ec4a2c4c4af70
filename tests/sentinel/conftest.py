"""A database in which the starting directory and procedure are, for every test of the sentinel anew."""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest
from databases import Database as OwnDatabase

from nanduti_hub.caller import WORKER
from nanduti_hub.embedded.postgres import Postgres
from nanduti_hub.hub import found_directory
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.gate import Gate


@pytest.fixture(scope="session")
async def founded(
    postgres_server: Postgres, template: str, administrator: asyncpg.Connection
) -> AsyncIterator[str]:
    """The name of a database with the starting directory, to copy."""
    name = f"founded_{uuid.uuid4().hex[:12]}"
    await administrator.execute(
        f'CREATE DATABASE "{name}" OWNER nanduti_owner TEMPLATE "{template}" STRATEGY = FILE_COPY'
    )
    database = OwnDatabase(postgres_server, name)
    pools = await open_database(database.dsn("app"), database.dsn("worker"))
    gate = Gate()
    async with transaction(pools, WORKER) as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    await found_directory(Ledger(pools, gate, "urn:nanduti:test", lambda: None))
    await close_database(pools)
    yield name
    await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def database(
    postgres_server: Postgres, founded: str, administrator: asyncpg.Connection
) -> AsyncIterator[OwnDatabase]:
    """A database of this test's own, with the starting directory in it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    await administrator.execute(
        f'CREATE DATABASE "{name}" OWNER nanduti_owner TEMPLATE "{founded}" STRATEGY = FILE_COPY'
    )
    yield OwnDatabase(postgres_server, name)
    await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
