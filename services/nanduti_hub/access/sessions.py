"""Sessions of people in browsers: a random cookie, kept only as SHA-256, that acts in one role at a time.

How long one stands is said in the database, whose functions are the only way to them. Absent: the cache of
what was looked up, and cookies and headers, which are the door's.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import asyncpg
import msgspec
from msgspec import Struct

from nanduti_hub.access.hidden import Hidden
from nanduti_hub.access.tokens import digest_of
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

_SLICE = "nanduti_hub.access"
#: Writes the row of the record of a session that is opened, in its transaction and as its person.
Noted = Callable[[asyncpg.Connection, Caller], Awaitable[None]]
#: In which role a person acts after signing in: the one that can do the least harm to others comes first.
_ORDER = (
    Role.COORDINATOR,
    Role.FOCAL_POINT,
    Role.CASE_OFFICER,
    Role.OBSERVER,
    Role.ADMINISTRATOR,
    Role.STEWARD,
)


class Held(Struct, frozen=True):
    """A role that a person has, and the platform or institution for which (`*`: the hub)."""

    role: Role
    scope: str


class Session(Hidden, frozen=True, kw_only=True):
    """A session that stands: whose, until when at most, and the token that changes must show beside the cookie.

    `account` is what the person signs in with, or null for one who comes from a provider.
    """

    digest: bytes
    person: str
    account: str | None
    home: str
    name: str
    acts: Held
    roles: list[Held]
    csrf: str
    expires_at: datetime

    @property
    def caller(self) -> Caller:
        """Who calls, in the role that was chosen."""
        return Caller(
            name=self.account or self.name,
            role=self.acts.role,
            scope=self.acts.scope,
            id=f"person:{self.person}",
        )


def account_of(login: str, home: str) -> str:
    """How a person signs in: `login@home`; the hub's own home is `hub`."""
    return f"{login}@{'hub' if home == '*' else home}"


def account_parts(account: str) -> tuple[str, str]:
    """Home and login of an account as somebody has typed it: what is none is nobody's."""
    login, _, home = account.strip().casefold().rpartition("@")
    return "*" if home == "hub" else home, login


def roles_from(json: str) -> list[Held]:
    """Roles as the database tells them, the first to act in first."""
    return preferred(msgspec.json.decode(json, type=list[Held]))


def preferred(roles: Sequence[Held]) -> list[Held]:
    """Roles, the first to act in first."""
    return sorted(roles, key=lambda held: (_ORDER.index(held.role), held.scope))


async def open_session(connection: asyncpg.Connection, person: str, acts: Held) -> str:
    """Open a session and answer its secret.

    Raises:
        Refused: `sign_in_refused`, the person has that role no more.

    """
    secret, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    stands_until = await connection.fetchval(
        statement(_SLICE, "open_session"),
        new_id(),
        digest_of(secret),
        person,
        acts.role.value,
        acts.scope,
        csrf,
    )
    if stands_until is None:
        raise Refused(Refusal("sign_in_refused"))
    return secret


async def find_session(connection: asyncpg.Connection, secret: str) -> Session | None:
    """The session of a secret, if it stands now."""
    digest = digest_of(secret)
    row = await connection.fetchrow(statement(_SLICE, "find_session"), digest)
    if row is None:
        return None
    return Session(
        digest=digest,
        person=row["person"],
        account=account_of(row["login"], row["home"]) if row["login"] is not None else None,
        home=row["home"],
        name=row["name"],
        acts=Held(Role(row["role"]), row["scope"]),
        roles=roles_from(row["roles"]),
        csrf=row["csrf"],
        expires_at=row["expires_at"],
    )


async def act_in_session(connection: asyncpg.Connection, digest: bytes, acts: Held) -> None:
    """Act in another of the person's roles from now on.

    Raises:
        Refused: `role_not_held`.

    """
    if not await connection.fetchval(
        statement(_SLICE, "act_in_session"), digest, acts.role.value, acts.scope
    ):
        raise Refused(Refusal("role_not_held"))


async def end_session(connection: asyncpg.Connection, digest: bytes) -> None:
    """End a session."""
    await connection.execute(statement(_SLICE, "end_session"), digest)
