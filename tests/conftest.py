"""Real servers for every test: one PostgreSQL a test process, a fresh database a test, nats-server's program.

Rule that stays true: a test's database is a copy of one that the real migrations have made, with real roles.
Absent on purpose: doubles of any server.
"""

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from databases import PASSWORDS, Database

from nanduti_hub import migrations
from nanduti_hub.caller import WORKER
from nanduti_hub.embedded import nats, postgres
from nanduti_hub.embedded.home import free_port, open_home
from nanduti_hub.ledger.database import Database as HubDatabase
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.gate import Gate

TEMPLATE = "nanduti_template"
#: A whole running hub, for the tests that ask for one.
pytest_plugins = ["hub_fixtures", "case_fixtures"]


@pytest.fixture(scope="session")
def short_directory() -> Iterator[Path]:
    """A directory of this session with a path short enough for a Unix socket; removed at the end."""
    directory = Path(tempfile.mkdtemp(prefix="nanduti-"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
async def postgres_server(short_directory: Path) -> AsyncIterator[postgres.Postgres]:
    """The PostgreSQL of this test process, quick and forgetful; nothing of the hub is in it yet."""
    server = await postgres.start(open_home(short_directory / "postgres"), free_port(), durable=False)
    yield server
    await server.stop()


@pytest.fixture(scope="session")
async def template(postgres_server: postgres.Postgres) -> str:
    """The name of the database that the migrations have made, with the hub's roles beside it."""
    await migrations.bootstrap(postgres_server.dsn(), TEMPLATE, PASSWORDS)
    await migrations.migrate(Database(postgres_server, TEMPLATE).dsn("owner"))
    return TEMPLATE


@pytest.fixture(scope="session")
async def administrator(postgres_server: postgres.Postgres) -> AsyncIterator[asyncpg.Connection]:
    """The superuser's connection, outside every test's database."""
    connection = await asyncpg.connect(postgres_server.dsn())
    yield connection
    await connection.close()


@pytest.fixture
async def database(
    postgres_server: postgres.Postgres, template: str, administrator: asyncpg.Connection
) -> AsyncIterator[Database]:
    """A database of this test's own, copied from the template; dropped after it, whoever is still in it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    await administrator.execute(
        f'CREATE DATABASE "{name}" OWNER nanduti_owner TEMPLATE "{template}" STRATEGY = FILE_COPY'
    )
    yield Database(postgres_server, name)
    await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def pools(database: Database) -> AsyncIterator[HubDatabase]:
    """The hub's two pools on the test's database."""
    pools = await open_database(database.dsn("app"), database.dsn("worker"))
    yield pools
    await close_database(pools)


@pytest.fixture
async def ledger(pools: HubDatabase) -> Ledger:
    """A ledger that accepts commands, as after a comparison that came out well."""
    gate = Gate()
    async with transaction(pools, WORKER) as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    return Ledger(pools, gate, "urn:nanduti:test", lambda: None)


@pytest.fixture(scope="session")
def nats_binary() -> Path:
    """The nats-server program that the tests start."""
    return nats.nats_binary()
