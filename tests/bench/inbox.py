"""A page of the inbox of a desk with 10,000 open items, beside that of one with 100, over HTTP.

Rows made in bulk on a durable PostgreSQL, the API over it in this process, one connection that asks from another. The
query's plan is held by `tests/ledger/test_case_plans.py`.
"""

from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
from bench.figures import Figure, figure
from bench.reading import migrated, milliseconds, serving
from bulk_cases import BUSY, fill

from nanduti_hub.caller import Role
from nanduti_hub.embedded import postgres
from nanduti_hub.embedded.home import free_port, open_home
from nanduti_hub.hub import found_directory

#: Cases, of which half are open items of the busy desk's.
SMALL, LARGE = 200, 20_000


async def inbox_figure(directory: Path, *, quick: bool) -> Figure:
    """Milliseconds a page of 50."""
    seconds, rounds = (0.5, 3) if quick else (3, 5)
    server = await postgres.start(open_home(directory / "inbox"), free_port())
    taken: dict[int, list[float]] = {SMALL: [], LARGE: []}
    try:
        async with AsyncExitStack() as stack:
            doors = {}
            for size in taken:
                database = await migrated(server, f"cases_{size}")
                port, token, ledger = await stack.enter_async_context(
                    serving(database, directory, Role.CASE_OFFICER, BUSY)
                )
                await found_directory(ledger)
                owner = await asyncpg.connect(database.dsn("owner"))
                await fill(owner, size)
                await owner.close()
                doors[size] = (port, token)
            for _ in range(rounds):
                for size, (port, token) in doors.items():
                    taken[size].append(await milliseconds(port, "/v1/inbox", token, seconds))
    finally:
        await server.stop()
    return figure(
        f"a page of 50 of an inbox of {LARGE // 2:,}",
        taken[LARGE],
        {f"of one of {SMALL // 2}": taken[SMALL]},
        "ms",
        "by one indexed query",
    )
