"""The way to PostgreSQL: one pool for each role, one function that opens a transaction for a caller.

Rule: nothing reaches the database but through `transaction`. It tells the database who is calling, so that
what must hold by row can be enforced there. Pools are opened by the composition root and passed by hand.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

import asyncpg
from msgspec import Struct

from nanduti.vocabulary import CODE
from nanduti_hub.caller import Caller, Role

#: `hub`, or a kind and an id: `token:019...`.
_CALLER = re.compile(r"[a-z]{1,16}(:[A-Za-z0-9-]{1,40})?")
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
        reset=_nothing_to_reset,
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
        worker_dsn,
        reset=_nothing_to_reset,
        min_size=1,
        max_size=6,
        server_settings={**settings, "application_name": "nanduti-worker"},
    )
    return Database(app, worker)


async def close_database(database: Database) -> None:
    """Close both pools, waiting for what is under way."""
    await database.app.close()
    await database.worker.close()


@asynccontextmanager
async def transaction(
    database: Database, caller: Caller, *, snapshot: bool = False, one_plan: bool = False
) -> AsyncIterator[asyncpg.Connection]:
    """One transaction on behalf of a caller; commits when the block ends, rolls back when it raises.

    `snapshot` makes it REPEATABLE READ: all its statements see one state. `one_plan` is for statements that are best
    carried out in the same way whatever their values: they are planned once on each connection and not each time.
    """
    pool = database.worker if caller.role is Role.WORKER else database.app
    async with pool.acquire() as connection:
        await connection.execute(
            _begin(
                caller.id,
                caller.scope,
                caller.role,
                "REPEATABLE READ" if snapshot else "READ COMMITTED",
                "force_generic_plan" if one_plan else "",
            )
        )
        try:
            yield connection
        except BaseException:
            await _rolled_back(connection)
            raise
        if await connection.execute("COMMIT") != "COMMIT":
            raise RuntimeError("a statement failed and was passed over: the transaction has been rolled back")


@lru_cache(maxsize=2_000)
def _begin(id_: str, scope: str, role: Role, isolation: str, planning: str) -> str:
    """The opening of a transaction, in one message to the server. Who calls cannot be bound in it, so it is held to
    the form of a code.
    """
    if (scope != "*" and CODE.fullmatch(scope) is None) or _CALLER.fullmatch(id_) is None:
        raise ValueError("a caller's scope and id are codes")
    return (
        f"BEGIN ISOLATION LEVEL {isolation};"
        f" SET LOCAL nanduti.scope = '{scope}'; SET LOCAL nanduti.role = '{role.value}';"
        f" SET LOCAL nanduti.caller = '{id_}'"
        + (f"; SET LOCAL plan_cache_mode = {planning}" if planning else "")
    )


async def _rolled_back(connection: asyncpg.Connection) -> None:
    """End a transaction that failed. A connection that cannot even do that is closed, not used again."""
    try:
        await asyncio.shield(connection.execute("ROLLBACK"))
    except asyncio.CancelledError:
        # A stream whose reader went away is cancelled at every turn: it does not wait for the database.
        connection.terminate()
        raise
    except (asyncpg.PostgresError, *DATABASE_AWAY):
        connection.terminate()


async def _nothing_to_reset(_connection: asyncpg.Connection) -> None:
    """All settings of a connection are local to its transactions."""
