"""The way to PostgreSQL: one pool for each role, one function that opens a transaction for a caller.

Rule: nothing reaches the database but through `transaction`. It tells the database who is calling, so that
what must hold by row can be enforced there. Pools are opened by the composition root and passed by hand.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from msgspec import Struct

from nanduti_hub.caller import Caller, Role

#: What asyncpg raises when the server went away; InternalClientError is a connection that died while idle.
DATABASE_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    OSError,
)


class Database(Struct, frozen=True):
    """The pools of the two roles that a running hub uses; the owner's is for `migrate` alone."""

    app: asyncpg.Pool
    worker: asyncpg.Pool


async def open_database(app_dsn: str, worker_dsn: str, *, app_connections: int = 12) -> Database:
    """Open both pools. The caller closes them with `close_database`."""
    settings = {"idle_in_transaction_session_timeout": "60s", "statement_timeout": "120s", "timezone": "UTC"}
    app = await asyncpg.create_pool(
        app_dsn,
        min_size=1,
        max_size=app_connections,
        # The filters of a list are optional: a plan for all of them at once would use no index.
        server_settings={
            **settings,
            "application_name": "nanduti-app",
            "plan_cache_mode": "force_custom_plan",
        },
    )
    worker = await asyncpg.create_pool(
        worker_dsn, min_size=1, max_size=6, server_settings={**settings, "application_name": "nanduti-worker"}
    )
    return Database(app, worker)


async def close_database(database: Database) -> None:
    """Close both pools, waiting for what is under way."""
    await database.app.close()
    await database.worker.close()


@asynccontextmanager
async def transaction(
    database: Database, caller: Caller, *, snapshot: bool = False
) -> AsyncIterator[asyncpg.Connection]:
    """One transaction on behalf of a caller; commits when the block ends, rolls back when it raises.

    `snapshot` makes it REPEATABLE READ: all its statements see one state.
    """
    pool = database.worker if caller.role is Role.WORKER else database.app
    isolation = "repeatable_read" if snapshot else "read_committed"
    async with pool.acquire() as connection, connection.transaction(isolation=isolation):
        await connection.fetchval(
            "SELECT set_config('nanduti.scope', $1, true) || set_config('nanduti.role', $2, true)",
            caller.scope,
            caller.role.value,
        )
        yield connection
