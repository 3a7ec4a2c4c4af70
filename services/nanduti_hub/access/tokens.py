"""API tokens: for machines and for the command line; made once, shown once, kept only as SHA-256.

A token is `nan_` and 32 random bytes, so its hash needs no salt and is found by equality; nothing here
compares secrets character by character. Tokens belong to a platform or institution, not to the person who has
made them: they stay when that person goes, and the list says who it was. Absent: who may make one for whom,
which is the policy's and, behind it, the database's.
"""

import hashlib
import secrets
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from msgspec import Struct

from nanduti_hub.access.hidden import Hidden
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

_SLICE = "nanduti_hub.access"
#: Characters of a token's name.
MOST_NAME = 100
#: Who makes tokens where no caller is: the hub's own commands.
HUB = Caller(name="hub", role=Role.STEWARD, scope="*")


class Token(Struct, frozen=True, kw_only=True):
    """A token as it is listed: never the secret. `replaced_by` is the id of the token that it was rotated to."""

    id: str
    name: str
    role: Role
    scope: str
    created_by: str
    created_by_name: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    replaced_by: str | None


class NewToken(Hidden, frozen=True):
    """A token that was just made: its id, and the secret, which cannot be read again."""

    id: str
    secret: str


async def create_token(
    connection: asyncpg.Connection,
    name: str,
    role: Role,
    scope: str,
    expires_at: datetime | None = None,
    by: Caller = HUB,
) -> str:
    """Make a token and answer its secret."""
    return (await make_token(connection, name, role, scope, expires_at, by)).secret


def fitting_name(name: str) -> str:
    """A token's name as it is kept, with single spaces; what could be taken for a person's account is none.

    Raises:
        Refused: `token_name_unfit`.

    """
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= MOST_NAME or "@" in unicodedata.normalize("NFKC", shown):
        raise Refused(Refusal("token_name_unfit", {"most": MOST_NAME}))
    return shown


async def make_token(
    connection: asyncpg.Connection, name: str, role: Role, scope: str, expires_at: datetime | None, by: Caller
) -> NewToken:
    """Make a token. Where a token makes it, it ends with that one at the latest."""
    made = NewToken(new_id(), f"nan_{secrets.token_urlsafe(32)}")
    await connection.execute(
        statement(_SLICE, "put_token"),
        made.id,
        digest_of(made.secret),
        name,
        role.value,
        scope,
        expires_at,
        by.id,
        by.name,
    )
    return made


async def rotate_token(connection: asyncpg.Connection, id_: str, overlap: timedelta, by: Caller) -> NewToken:
    """Make a token's successor, which lives as long as the token was to, but where a token makes it not longer
    than that one; the token ends with the overlap.

    Raises:
        Refused: `token_unknown`, `token_ended`, `token_rotated`.

    """
    token = await token_with(connection, id_)
    now = datetime.now(UTC)
    if token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= now):
        raise Refused(Refusal("token_ended"))
    if token.replaced_by is not None:
        raise Refused(Refusal("token_rotated"))
    expires_at = now + (token.expires_at - token.created_at) if token.expires_at is not None else None
    made = await make_token(connection, token.name, token.role, token.scope, expires_at, by)
    await connection.execute(statement(_SLICE, "replace_token"), id_, made.id, now + overlap)
    return made


async def revoke_token(connection: asyncpg.Connection, id_: str) -> None:
    """Revoke a token; one that has been revoked stays so.

    Raises:
        Refused: `token_unknown`.

    """
    if await connection.fetchval(statement(_SLICE, "revoke_token"), id_) is None:
        raise Refused(Refusal("token_unknown"))


async def revoke_tokens(connection: asyncpg.Connection, name: str) -> list[str]:
    """Revoke all tokens of a name; answers the ids of those that were valid."""
    return [row["id"] for row in await connection.fetch(statement(_SLICE, "revoke_tokens"), name)]


async def token_with(connection: asyncpg.Connection, id_: str) -> Token:
    """The token with an id, held until the transaction ends.

    Raises:
        Refused: `token_unknown`, for a hidden one too.

    """
    row = await connection.fetchrow(statement(_SLICE, "lock_token"), id_)
    if row is None:
        raise Refused(Refusal("token_unknown"))
    return _token(row)


async def list_tokens(
    connection: asyncpg.Connection, after: str, scope: str | None, most: int
) -> list[Token]:
    """Tokens in the order of their making, those that have ended too."""
    return [
        _token(row) for row in await connection.fetch(statement(_SLICE, "list_tokens"), after, scope, most)
    ]


async def find_token(connection: asyncpg.Connection, secret: str) -> tuple[Caller, datetime | None] | None:
    """Whose a token is and when it ends, if it is valid now."""
    row = await connection.fetchrow(statement(_SLICE, "find_token"), digest_of(secret))
    if row is None:
        return None
    caller = Caller(name=row["name"], role=Role(row["role"]), scope=row["scope"], id=f"token:{row['id']}")
    return caller, row["expires_at"]


def digest_of(secret: str) -> bytes:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode()).digest()


def _token(row: Any) -> Token:
    return Token(**{**dict(row), "role": Role(row["role"])})
