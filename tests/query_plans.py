"""How PostgreSQL answers a question of the hub's: the plan of the statement that the code sends, as it is really made.

What the code asks is caught as it goes out, prepared in a session with the hub's own settings, carried out more often
than PostgreSQL waits before it may keep one plan for all, and then explained with the same values, as the same caller.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from nanduti_hub.caller import Caller
from nanduti_hub.ledger.database import Database, transaction

Ask = Callable[[asyncpg.Connection], Awaitable[Any]]


@asynccontextmanager
async def asked(connection: asyncpg.Connection) -> AsyncIterator[list[tuple[str, tuple[Any, ...]]]]:
    """What goes to the server meanwhile: statements with their values."""
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def note(query: Any) -> None:
        seen.append((query.query, tuple(query.args or ())))

    connection.add_query_logger(note)
    try:
        yield seen
        await asyncio.sleep(0)  # what was asked last is told at the loop's next turn
    finally:
        connection.remove_query_logger(note)


async def plan_of(
    pools: Database,
    caller: Caller,
    ask: Ask,
    *,
    one_plan: bool = False,
    wanted: str | None = None,
    counted: bool = False,
) -> str:
    """The plan of the last statement that a question asks, or of the one that is `wanted`; its one node a line, with the
    rows that it gave where they are `counted`.
    """
    async with transaction(pools, caller, one_plan=one_plan) as connection:
        async with asked(connection) as seen:
            await ask(connection)
        query, values = [it for it in seen if (it[0] == wanted if wanted else it[0].startswith("--"))][-1]
        literals = ", ".join(
            [await connection.fetchval("SELECT quote_nullable($1::text)", _text(it)) for it in values]
        )
        await connection.execute(f"PREPARE it AS {query}")
        for _ in range(7):
            await connection.execute(f"EXECUTE it({literals})" if literals else "EXECUTE it")
        explain = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)" if counted else "EXPLAIN"
        rows = await connection.fetch(f"{explain} EXECUTE it{f'({literals})' if literals else ''}")
        await connection.execute("DEALLOCATE it")
    return "\n".join(row[0] for row in rows)


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        return "{" + ",".join(f'"{it}"' for it in value) + "}"
    return None if value is None else str(value)


def scans(plan: str, table: str) -> list[str]:
    """How a table is read, node by node; a bitmap by the indexes that make it."""
    found = re.findall(
        rf"(Seq Scan|Index Only Scan|Index Scan|Bitmap Heap Scan)(?: Backward)?(?: using (\w+))? on {table}\b",
        plan,
    )
    return [index or kind for kind, index in found]


def indexes(plan: str) -> set[str]:
    """The indexes that a plan reads."""
    return set(re.findall(r"(?:using|Bitmap Index Scan on) (\w+)", plan))
