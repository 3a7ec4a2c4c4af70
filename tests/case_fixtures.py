"""A hub for the journeys of cases: the API over a database of its own, with five institutions on the hub and no bus.

Members' notices are read where the bus takes them from: the ledger. Keys are real ones, made here, whose secret halves
stay in the test. Everybody and everything is synthetic but the starting directory.
"""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from case_api import Officer
from databases import Database as OwnDatabase
from hub_fixtures import directory
from msgspec import Struct
from msgspec.structs import replace

from nanduti import seal
from nanduti.directory import Institution, Platform
from nanduti_hub.access.tokens import create_token
from nanduti_hub.caller import WORKER, Caller, Role
from nanduti_hub.directory import seed
from nanduti_hub.directory.commands import Found
from nanduti_hub.directory.decide import id_of
from nanduti_hub.directory.project import DECIDERS
from nanduti_hub.embedded.postgres import Postgres
from nanduti_hub.hub import listen, listening, web_application
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger, execute, run
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.ledger.sequencer import sequence
from nanduti_hub.limits import Rate, Rates
from nanduti_hub.settings import Settings

#: Who is on the hub in these journeys; courts, CODENIs and the rest answer on paper.
ON_HUB = ("mtess", "minna", "mp", "mdp", "minmujer")
STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*")
OFTEN = Rate(100_000, 100_000)


class CaseHub(Struct, frozen=True):
    """A running hub, its database, an officer of each institution on it, and the secret keys of each."""

    url: str
    ledger: Ledger
    database: OwnDatabase
    officers: dict[str, Officer]
    focal_points: dict[str, Officer]
    #: An officer's and the offline one.
    secrets: dict[str, tuple[str, str]]

    def officer(self, code: str) -> Officer:
        """An officer of an institution, calling."""
        return self.officers[code]


@pytest.fixture(scope="session")
async def case_hub(
    postgres_server: Postgres,
    template: str,
    administrator: asyncpg.Connection,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[CaseHub]:
    """The hub of the journeys of cases, with keys for all that are on it."""
    name = f"cases_{uuid.uuid4().hex[:12]}"
    await administrator.execute(
        f'CREATE DATABASE "{name}" OWNER nanduti_owner TEMPLATE "{template}" STRATEGY = FILE_COPY'
    )
    database = OwnDatabase(postgres_server, name)
    async with contextlib.AsyncExitStack() as stack:
        yield await opened(stack, database, tmp_path_factory.mktemp("state"))
    await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def opened(stack: contextlib.AsyncExitStack, database: OwnDatabase, state: Path) -> CaseHub:
    """A hub over a database, until the stack is closed."""
    pools = await open_database(database.dsn("app"), database.dsn("worker"))
    stack.push_async_callback(close_database, pools)
    gate, committed = Gate(), asyncio.Event()
    async with pools.worker.acquire() as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    ledger = Ledger(pools, gate, "urn:nanduti:test", committed.set)
    await run(ledger, WORKER, lambda connection: _found(connection, ledger))
    sequencing = asyncio.create_task(sequence(pools, gate, committed, lambda: None))
    stack.push_async_callback(_ended, sequencing)
    rates = Rates(requests=OFTEN, uploads=OFTEN, refusals=OFTEN, knocks=OFTEN, devices=OFTEN, calendars=OFTEN)
    settings = Settings(app_dsn="", worker_dsn="", nats_url="", keys=state, state=state, source="")
    listener = listen("127.0.0.1", 0)
    await stack.enter_async_context(listening(web_application(ledger, rates), listener, settings))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    async def calling(role: Role, scope: str) -> Officer:
        async with transaction(pools, STEWARD) as connection:
            token = await create_token(connection, f"test:{role}-{scope}", role, scope)
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx.AsyncClient(base_url=url, headers=headers, timeout=60)
        return Officer(await stack.enter_async_context(client), token, scope)

    secrets = {}
    for code in ON_HUB:
        secrets[code] = (seal.new_identity(), seal.new_identity())
        await _registered(await calling(Role.ADMINISTRATOR, code), secrets[code])
    return CaseHub(
        url=url,
        ledger=ledger,
        database=database,
        officers={code: await calling(Role.CASE_OFFICER, code) for code in ON_HUB},
        focal_points={code: await calling(Role.FOCAL_POINT, code) for code in ON_HUB},
        secrets=secrets,
    )


async def _found(connection: asyncpg.Connection, ledger: Ledger) -> None:
    platforms = seed.load().platforms
    for kind, entities in directory():
        for entity in platforms if kind is Platform else entities:
            if kind is Institution:
                entity = replace(entity, on_hub=entity.code in ON_HUB)  # noqa: PLW2901  # as it is here
            await execute(connection, ledger, DECIDERS[kind], id_of(entity), Found(entity))


async def _registered(administrator: Officer, secrets: tuple[str, str]) -> None:
    """Register the keys of an institution, as its administrator does."""
    path = f"/v1/institutions/{administrator.scope}/recipients"
    for version, (secret, kind) in enumerate(zip(secrets, ("officer", "recovery"), strict=True)):
        answer = await administrator.client.post(
            path,
            json={"public_key": seal.public_key_of(secret), "kind": kind},
            headers={"If-Match": f'"{version}"'},
        )
        assert answer.status_code == 200, answer.text


async def _ended(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)
