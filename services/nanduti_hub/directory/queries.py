"""Questions to the directory; plain reads, inside the caller's transaction."""

from collections.abc import Sequence
from typing import TypeVar

import asyncpg
import msgspec

from nanduti.directory import Department, Institution, Platform, Recipients, Seat
from nanduti.procedure import Procedure
from nanduti_hub.directory.commands import Codes
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

T = TypeVar("T", Department, Institution, Platform, Seat, Procedure)

_FILES: dict[type, str] = {
    Department: "list_departments",
    Institution: "list_institutions",
    Platform: "list_platforms",
    Seat: "list_seats",
    Procedure: "list_procedures",
}


async def entries(connection: asyncpg.Connection, kind: type[T], key: str | None = None) -> Sequence[T]:
    """All entries of a kind, or those of one code (of a seat: its platform's)."""
    rows = await connection.fetch(statement("nanduti_hub.directory", _FILES[kind]), key)
    return [msgspec.json.decode(row["body"], type=kind) for row in rows]


async def codes_of(connection: asyncpg.Connection) -> Codes:
    """The codes that the directory has."""
    return Codes(
        platforms=frozenset(entry.code for entry in await entries(connection, Platform)),
        institutions=frozenset(entry.code for entry in await entries(connection, Institution)),
        departments=frozenset(entry.code for entry in await entries(connection, Department)),
    )


async def recipients_of(connection: asyncpg.Connection, institution: str) -> Recipients:
    """The keys that an institution has registered; none where it has not, or is not there."""
    row = await connection.fetchrow(statement("nanduti_hub.directory", "find_recipients"), institution)
    if row is None:
        return Recipients(institution=institution)
    return msgspec.json.decode(row["body"], type=Recipients)


async def platform_named(connection: asyncpg.Connection, code: str) -> Platform:
    """A platform by its code.

    Raises:
        Refused: `platform_unknown`.

    """
    found = await entries(connection, Platform, code)
    if not found:
        raise Refused(Refusal("platform_unknown", {"platform": code}))
    return found[0]
