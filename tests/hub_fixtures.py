"""A whole hub for the journeys: real PostgreSQL, real nats-server, the API on a free port, called by real HTTP.

The hub is one for all journeys of a test process, so each journey makes what it changes: a plan of its own,
actions of its own. Everything in it is synthetic but the starting directory.
"""

import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from databases import Database as OwnDatabase
from hub_api import PLAN, Api, Journey
from msgspec.structs import replace
from nats_server import running_bus

from nanduti.directory import Department, Institution, Platform, Seat
from nanduti.procedure import Procedure
from nanduti_hub.access.tokens import create_token
from nanduti_hub.caller import WORKER, Caller, Role
from nanduti_hub.directory import seed
from nanduti_hub.directory.commands import Found
from nanduti_hub.directory.decide import id_of
from nanduti_hub.directory.project import DECIDERS
from nanduti_hub.embedded.postgres import Postgres
from nanduti_hub.handoffs.procedure import starting
from nanduti_hub.hub import running
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger, execute, run
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.relay.membership import members_of
from nanduti_hub.settings import Settings

#: The platforms of the journeys' directory, and the one institution that is on the hub.
PLATFORMS = ("conaeti", "mesa", "mesa_neembucu")
ON_HUB = "mtess"
STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*")


def directory() -> list[tuple[type[Any], Sequence[Any]]]:
    """The starting directory with a handful of members, so that the bus is quickly made."""
    start = seed.load()
    return [
        (Department, start.departments),
        (Institution, [replace(one, on_hub=one.code == ON_HUB) for one in start.institutions]),
        (Platform, [one for one in start.platforms if one.code in PLATFORMS]),
        (Seat, [one for one in start.seats if one.platform in PLATFORMS]),
        (Procedure, [starting()]),
    ]


@pytest.fixture(scope="session")
async def journeys_database(
    postgres_server: Postgres, template: str, administrator: asyncpg.Connection
) -> AsyncIterator[OwnDatabase]:
    """The database of the journeys, with their directory in it."""
    name = f"journeys_{uuid.uuid4().hex[:12]}"
    await administrator.execute(
        f'CREATE DATABASE "{name}" OWNER nanduti_owner TEMPLATE "{template}" STRATEGY = FILE_COPY'
    )
    database = OwnDatabase(postgres_server, name)
    pools = await open_database(database.dsn("app"), database.dsn("worker"))
    gate = Gate()
    async with pools.worker.acquire() as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    ledger = Ledger(pools, gate, "urn:nanduti:test", lambda: None)

    async def found(connection: asyncpg.Connection) -> None:
        for kind, entities in directory():
            for entity in entities:
                await execute(connection, ledger, DECIDERS[kind], id_of(entity), Found(entity))

    await run(ledger, WORKER, found)
    await close_database(pools)
    yield database
    await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
async def superuser(journeys_database: OwnDatabase) -> AsyncIterator[asyncpg.Connection]:
    """The superuser in the journeys' database: for what only time, or another process, would do."""
    connection = await asyncpg.connect(journeys_database.dsn("superuser"))
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def hub(journeys_database: OwnDatabase) -> AsyncIterator[Journey]:
    """The running hub."""
    pools = await open_database(journeys_database.dsn("app"), journeys_database.dsn("worker"))
    members = await members_of(pools)
    await close_database(pools)
    with tempfile.TemporaryDirectory(prefix="nanduti-") as path:
        async with running_bus(Path(path), members) as bus:
            settings = Settings(
                app_dsn=journeys_database.dsn("app"),
                worker_dsn=journeys_database.dsn("worker"),
                nats_url=bus.server.url,
                keys=bus.keyring.directory,
                state=Path(path),
                source="urn:nanduti:test",
                port=0,
                requests_per_second=100_000,  # tests ask as fast as it answers
            )
            async with running(settings) as hub_running:
                assert hub_running.ledger.gate.is_open
                yield Journey(hub_running, bus, f"http://127.0.0.1:{hub_running.port}")


async def _api(hub: Journey, name: str, role: Role, scope: str) -> AsyncIterator[Api]:
    async with transaction(hub.running.ledger.database, STEWARD) as connection:
        token = await create_token(connection, name, role, scope)
    async with httpx.AsyncClient(
        base_url=hub.url, headers={"Authorization": f"Bearer {token}"}, timeout=60
    ) as client:
        yield Api(client, token)


@pytest.fixture(scope="session")
async def conaeti(hub: Journey) -> AsyncIterator[Api]:
    """The coordinator of CONAETI, calling."""
    async for api in _api(hub, "test:conaeti", Role.COORDINATOR, "conaeti"):
        yield api


@pytest.fixture(scope="session")
async def mesa(hub: Journey) -> AsyncIterator[Api]:
    """The coordinator of the Mesa, calling."""
    async for api in _api(hub, "test:mesa", Role.COORDINATOR, "mesa"):
        yield api


@pytest.fixture(scope="session")
async def member(hub: Journey) -> AsyncIterator[Api]:
    """An institution's member, calling."""
    async for api in _api(hub, "test:mtess", Role.OBSERVER, "mtess"):
        yield api


@pytest.fixture(scope="session")
async def officer(hub: Journey) -> AsyncIterator[Api]:
    """An institution's case officer, calling."""
    async for api in _api(hub, "test:officer", Role.CASE_OFFICER, "mtess"):
        yield api


@pytest.fixture(scope="session")
async def house(hub: Journey) -> AsyncIterator[Api]:
    """The administrator of an institution, calling."""
    async for api in _api(hub, "test:house", Role.ADMINISTRATOR, "mtess"):
        yield api


@pytest.fixture(scope="session")
async def steward(hub: Journey) -> AsyncIterator[Api]:
    """The steward, calling."""
    async for api in _api(hub, "test:stewarding", Role.STEWARD, "*"):
        yield api


@pytest.fixture(scope="session")
async def anyone(hub: Journey) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token."""
    async with httpx.AsyncClient(base_url=hub.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
async def open_plan(conaeti: Api) -> str:
    """A plan of CONAETI for actions that journeys add to it; its id."""
    return (await conaeti.made("/v1/plans", PLAN))["id"]
