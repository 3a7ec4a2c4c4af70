"""The register of 10,000 and of 100,000 actions, read: lists, searches, facets, and the past beside now.

A durable PostgreSQL with rows made in bulk, the API over it in this process, one connection that asks from another:
milliseconds an answer. Rounds of what is compared alternate. Nothing is published, and nothing else runs.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from bench.figures import Figure, figure
from bulk_register import COMMON_WORD, PLAN, RARE_WORD, fill
from databases import PASSWORDS
from databases import Database as OwnDatabase

from nanduti_hub import migrations
from nanduti_hub.access.tokens import create_token
from nanduti_hub.caller import Caller, Role
from nanduti_hub.embedded import postgres
from nanduti_hub.embedded.home import free_port, open_home
from nanduti_hub.hub import listen, listening, web_application
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.limits import rates_for
from nanduti_hub.settings import Settings

SIZES = (10_000, 100_000)
STEWARD = Caller(name="bench", role=Role.STEWARD, scope="*")
#: What is read at each size, and what was asked of it.
READS = {
    "a page of 50, unfiltered": "/v1/actions",
    "a page of 50 by axis": "/v1/actions?axis=PRE",
    "a page of 50 that are stale": "/v1/actions?stale=true",
    "a page of 50 of a rare word": f"/v1/actions?q={RARE_WORD}",
    "a page of 50 of a word of every fifth action": f"/v1/actions?q={COMMON_WORD}",
    "facets, unfiltered": "/v1/actions/facets",
    "facets of one platform": "/v1/actions/facets?platform=mesa",
    "facets of one plan": f"/v1/actions/facets?plan={PLAN.format(3)}",
}
#: The past beside now; `{then}` is the number at which three quarters of the events had come.
PAST = {
    "a page of 50 as it was": ("/v1/actions?as_of={then}", "/v1/actions"),
    "a page of 50 of a platform as it was": (
        "/v1/actions?platform=mesa&as_of={then}",
        "/v1/actions?platform=mesa",
    ),
    "one action as it was": ("/v1/actions/ACC-2026-0042?as_of={then}", "/v1/actions/ACC-2026-0042"),
    "the digest as it was": ("/v1/register?as_of={then}", "/v1/register"),
}


async def measure(directory: Path, *, quick: bool) -> list[Figure]:
    """Milliseconds an answer."""
    seconds, rounds = (0.5, 3) if quick else (3, 5)
    server = await postgres.start(open_home(directory / "postgres"), free_port())
    taken: dict[int, dict[str, list[float]]] = {}
    compared: list[Figure] = []
    try:
        for size in SIZES:
            async with _serving(server, directory, size) as (port, token, then):
                taken[size] = {
                    name: [await milliseconds(port, path, token, seconds) for _ in range(rounds)]
                    for name, path in READS.items()
                }
                for name, (past, now) in PAST.items():
                    ours, others = [], []
                    for _ in range(rounds):
                        ours.append(await milliseconds(port, past.format(then=then), token, seconds))
                        others.append(await milliseconds(port, now, token, seconds))
                    compared.append(
                        figure(
                            f"{name}, {size:,} actions",
                            ours,
                            {"now": others},
                            "ms",
                            "at most twice now",
                            lambda mine, beside: mine <= 2 * beside["now"],
                        )
                    )
    finally:
        await server.stop()
    small, large = SIZES
    grown = [
        figure(f"{name}, {large:,} actions", taken[large][name], {f"{small:,}": taken[small][name]}, "ms")
        for name in READS
    ]
    return grown + compared


@asynccontextmanager
async def _serving(
    server: postgres.Postgres, directory: Path, size: int
) -> AsyncIterator[tuple[int, str, int]]:
    """The API over a register of so many actions: its port, a token, and a number of the past."""
    database = await migrated(server, f"register_{size}")
    owner = await asyncpg.connect(database.dsn("owner"))
    await fill(owner, size)
    then = await owner.fetchval("SELECT seq * 3 / 4 FROM ledger_head")
    await owner.close()
    async with serving(database, directory, Role.OBSERVER, "mtess") as (port, token, _):
        yield port, token, then


async def migrated(server: postgres.Postgres, name: str) -> OwnDatabase:
    """A database of the hub's that is empty."""
    database = OwnDatabase(server, name)
    await migrations.bootstrap(server.dsn(), name, PASSWORDS)
    await migrations.migrate(database.dsn("owner"))
    return database


@asynccontextmanager
async def serving(
    database: OwnDatabase, directory: Path, role: Role, scope: str
) -> AsyncIterator[tuple[int, str, Ledger]]:
    """The API over a database: its port, a token of that role and scope, and the ledger."""
    pools = await open_database(database.dsn("app"), database.dsn("worker"))
    gate = Gate()
    async with pools.worker.acquire() as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    async with transaction(pools, STEWARD) as connection:
        token = await create_token(connection, "bench", role, scope)
    settings = Settings(
        app_dsn=database.dsn("app"), worker_dsn=database.dsn("worker"), nats_url="nats://127.0.0.1:1",
        keys=directory / "keys", state=directory, source="urn:nanduti:bench", port=0,
    )  # fmt: skip
    ledger = Ledger(pools, gate, settings.source, lambda: None)
    listener = listen("127.0.0.1", 0)
    async with listening(web_application(ledger, rates_for(100_000)), listener, settings):
        yield listener.getsockname()[1], token, ledger
    await close_database(pools)


async def milliseconds(port: int, path: str, token: str, seconds: float) -> float:
    """How long an answer takes, over one connection from another process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load", "127.0.0.1", str(port), path, token, "1", str(seconds),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    requests, taken = output.split()
    return 1_000 * float(taken) / int(requests)
