"""API tokens: made once, shown once, kept only as SHA-256.

A token is `nan_` and 32 random bytes, so its hash needs no salt and is found by equality; nothing here
compares secrets character by character. A token that was looked up stands for `FRESH` seconds, so that a
page of requests is one look-up: revoking takes effect within that time.
"""

import hashlib
import secrets
import time
from datetime import datetime

import asyncpg
from msgspec import Struct

from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

FRESH = 5.0
#: Looked-up tokens that are remembered; beyond it all are looked up anew.
MOST = 2_000
#: Who looks up a token: nobody yet.
_DOOR = Caller(name="door", role=Role.OBSERVER, scope="*")


class Door(Struct):
    """The tokens looked up of late, by their hash, with the time until which they stand."""

    known: dict[bytes, tuple[Caller, float]]


async def create_token(
    connection: asyncpg.Connection, name: str, role: Role, scope: str, expires_at: datetime | None = None
) -> str:
    """Make a token and answer it; it cannot be read again."""
    token = f"nan_{secrets.token_urlsafe(32)}"
    await connection.execute(
        statement("nanduti_hub.access", "put_token"),
        new_id(),
        _hash(token),
        name,
        role.value,
        scope,
        expires_at,
    )
    return token


async def revoke_tokens(connection: asyncpg.Connection, name: str) -> int:
    """Revoke all tokens of a name; answers how many were valid."""
    revoked = await connection.fetch(statement("nanduti_hub.access", "revoke_tokens"), name)
    return len(revoked)


async def caller_of(database: Database, door: Door, token: str) -> Caller:
    """Who a token belongs to.

    Raises:
        Refused: `token_invalid`; nothing tells a wrong one from an expired or revoked one.

    """
    digest = _hash(token)
    known = door.known.get(digest)
    if known is not None and known[1] > time.monotonic():
        return known[0]
    async with transaction(database, _DOOR) as connection:
        row = await connection.fetchrow(statement("nanduti_hub.access", "find_token"), digest)
    if row is None:
        door.known.pop(digest, None)
        raise Refused(Refusal("token_invalid"))
    caller = Caller(name=row["name"], role=Role(row["role"]), scope=row["scope"], id=f"token:{row['id']}")
    if len(door.known) >= MOST:
        door.known.clear()
    door.known[digest] = (caller, time.monotonic() + FRESH)
    return caller


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
