"""Proving that every state and read-model row is what the events say, and the ledger what its bytes say.

The check works in one snapshot: it folds all events, numbered or not, compares the states, and projects them
into empty tables of its own, which are then compared with the real ones, both ways.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec

from nanduti import wire
from nanduti_hub.ledger.adoption import audience_of, owner_of, stream_of
from nanduti_hub.ledger.execute import Folding
from nanduti_hub.ledger.statements import statement

#: States projected at once.
CHUNK = 500


async def check(connection: asyncpg.Connection, foldings: Mapping[str, Folding[Any, Any]]) -> list[str]:
    """What differs, a line each; nothing where all is as the events say.

    Runs inside the caller's REPEATABLE READ transaction and changes nothing but tables of its own, which the
    transaction's end drops.
    """
    differences: list[str] = []
    stored = {
        row["id"]: row for row in await connection.fetch(statement("nanduti_hub.ledger", "all_streams"))
    }
    states: dict[str, tuple[Any, int]] = {}
    owners: dict[str, str] = {}
    count = 0
    async for row in connection.cursor(statement("nanduti_hub.ledger", "all_events"), prefetch=500):
        stream, kind = row["stream"], row["stream"].partition(":")[0]
        count += row["numbered"]
        envelope, event = wire.decode(row["body"])
        if isinstance(event, wire.Unknown) or kind not in foldings:
            differences.append(f"{stream}: version {row['version']} is of a type that this hub does not know")
            continue
        told = (envelope.type, envelope.subject, event.version, wire.subject_of(event))
        if told != (row["type"], row["subject"], row["version"], row["subject"]):
            differences.append(f"{stream}: version {row['version']} is stored as what its bytes do not say")
        if (row["audience"], stream) != (
            audience_of(row["subject"]),
            stream_of(row["subject"], event, foldings),
        ):
            differences.append(
                f"{stream}: version {row['version']} is stored for other readers than it is for"
            )
        owners.setdefault(stream, owner_of(row["subject"], event))
        state, version = states.get(stream, (None, 0))
        if row["version"] != version + 1:
            differences.append(f"{stream}: version {row['version']} follows {version}")
        states[stream] = (foldings[kind].evolve(state, event), row["version"])
    head = await connection.fetchrow(statement("nanduti_hub.ledger", "ends"))
    if not count == head["given"] == head["last"]:
        differences.append(f"ledger_head: {head['given']} given, {head['last']} the last, {count} there")
    folded: dict[str, list[tuple[Any, int]]] = {kind: [] for kind in foldings}
    for stream, (state, version) in states.items():
        folded[stream.partition(":")[0]].append((state, version))
        there = stored.pop(stream, None)
        if there is None or there["version"] != version or there["state"] != msgspec.json.encode(state):
            differences.append(f"{stream}: the stored state is not what its events say")
        elif there["owner"] != owners[stream]:
            differences.append(f"{stream}: it is not its owner's")
    differences += [f"{stream}: a state without events" for stream in stored]
    if await connection.fetchval(statement("nanduti_hub.ledger", "register_differences")):
        differences.append("register_head: not the latest event of every action")
    for kind, folding in foldings.items():
        for table in folding.tables:
            # The name comes from our own code; PostgreSQL cannot bind it. Unqualified names now mean the copy.
            await connection.execute(
                f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING ALL) ON COMMIT DROP"
            )
        for first in range(0, len(folded[kind]), CHUNK):
            await folding.project(connection, folded[kind][first : first + CHUNK])
        for table in folding.tables:
            unlike = await connection.fetchval(
                f"SELECT count(*) FROM ((TABLE public.{table} EXCEPT ALL TABLE pg_temp.{table}) UNION ALL"  # noqa: S608
                f" (TABLE pg_temp.{table} EXCEPT ALL TABLE public.{table})) AS unlike"
            )
            if unlike:
                differences.append(f"{table}: {unlike} rows are not what the events say")
    return differences
