"""What somebody keeps: questions to the register by a name, and the calendar address of one; plain SQL.

Rule: row-level security shows and takes the caller's own alone; another's is not known to exist. A token's
queries are that token's: its successor after a rotation has none of them. Absent: what a query may say.
"""

import secrets
from datetime import date, datetime
from typing import Any

import asyncpg
from msgspec import Struct

from nanduti_hub.access.hidden import Hidden
from nanduti_hub.access.tokens import digest_of
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

_SLICE = "nanduti_hub.saved"
#: Queries that one caller keeps.
MOST_QUERIES = 100


class Address(Struct, frozen=True, kw_only=True):
    """That a query has a calendar address: since when, and the day on which it was read last."""

    since: datetime
    read_on: date | None


class Kept(Struct, frozen=True, kw_only=True):
    """A query as it is kept; `query` is canonical."""

    id: str
    name: str
    query: str
    version: int
    created_at: datetime
    changed_at: datetime
    calendar: Address | None


class CalendarSecret(Hidden, frozen=True):
    """The secret in a calendar address, which cannot be read again, and since when it is one."""

    secret: str
    since: datetime


class Shown(Struct, frozen=True, kw_only=True):
    """What a calendar address shows: whose query, as whom the register is read, the query's name and text."""

    id: str
    caller: Caller
    name: str
    query: str


async def keep_query(connection: asyncpg.Connection, caller: Caller, name: str, query: str) -> Kept:
    """Keep a query.

    Raises:
        Refused: `queries_many`.

    """
    made = await connection.fetchval(
        statement(_SLICE, "put_query"), new_id(), caller.id, name, query, MOST_QUERIES
    )
    if made is None:
        raise Refused(Refusal("queries_many", {"most": MOST_QUERIES}))
    return await query_with(connection, made)


async def change_query(
    connection: asyncpg.Connection, id_: str, expected: int, name: str, query: str
) -> Kept:
    """Give a query another name and another question; its calendar address stays.

    Raises:
        Refused: `query_unknown`, `version_conflict`.

    """
    if await connection.fetchval(statement(_SLICE, "change_query"), id_, expected, name, query) is None:
        current = (await query_with(connection, id_)).version
        raise Refused(Refusal("version_conflict", {"expected": expected, "current": current}))
    return await query_with(connection, id_)


async def query_with(connection: asyncpg.Connection, id_: str) -> Kept:
    """One of the caller's queries.

    Raises:
        Refused: `query_unknown`.

    """
    row = await connection.fetchrow(statement(_SLICE, "find_query"), id_)
    if row is None:
        raise Refused(Refusal("query_unknown"))
    return _kept(row)


async def list_queries(connection: asyncpg.Connection, caller: Caller, after: str, most: int) -> list[Kept]:
    """The caller's queries, in the order of their making."""
    rows = await connection.fetch(statement(_SLICE, "list_queries"), caller.id, after, most)
    return [_kept(row) for row in rows]


async def forget_query(connection: asyncpg.Connection, id_: str) -> None:
    """Forget a query, and its calendar address.

    Raises:
        Refused: `query_unknown`.

    """
    if await connection.fetchval(statement(_SLICE, "delete_query"), id_) is None:
        raise Refused(Refusal("query_unknown"))


async def give_calendar(connection: asyncpg.Connection, id_: str) -> CalendarSecret:
    """Give a query a calendar address; the one before ends.

    Raises:
        Refused: `query_unknown`; `role_missing`, the address of who has no role would be dead at once.

    """
    await query_with(connection, id_)
    if await scopes_of_caller(connection) is None:
        raise Refused(Refusal("role_missing"))
    secret = f"cal_{secrets.token_urlsafe(32)}"
    since = await connection.fetchval(statement(_SLICE, "put_calendar"), id_, digest_of(secret))
    return CalendarSecret(secret, since)


async def end_calendar(connection: asyncpg.Connection, id_: str) -> None:
    """End a query's calendar address, where it has one.

    Raises:
        Refused: `query_unknown`.

    """
    if await connection.fetchval(statement(_SLICE, "end_calendar"), id_) is None:
        raise Refused(Refusal("query_unknown"))


async def find_calendar(connection: asyncpg.Connection, secret: str) -> Shown | None:
    """What a calendar address shows, if it is one now. Whoever reads it is an observer, whatever its owner is."""
    row = await connection.fetchrow(statement(_SLICE, "find_calendar"), digest_of(secret))
    if row is None:
        return None
    scope = row["scope"] if row["owner"].startswith("token:") else "*"
    caller = Caller(name=row["called"], role=Role.OBSERVER, scope=scope, id=row["owner"])
    return Shown(id=row["id"], caller=caller, name=row["name"], query=row["query"])


async def scopes_of_caller(connection: asyncpg.Connection) -> frozenset[str] | None:
    """The platforms and institutions for which who calls may act, in any of its roles; None where it has none."""
    found = await connection.fetchval(statement(_SLICE, "my_scopes"))
    return None if found is None else frozenset(found) - {"*"}


def _kept(row: Any) -> Kept:
    values = dict(row)
    since, read_on = values.pop("calendar_since"), values.pop("calendar_read_on")
    return Kept(**values, calendar=None if since is None else Address(since=since, read_on=read_on))
