"""People: who has been invited, which roles they have, and their removal.

Rules that stay true: only a steward gives the steward's role or roles of several scopes; an administrator
manages those people of its own home who have no role elsewhere. What an administrator may not see does not
exist; what it sees and may not touch is said to be shared. Row-level security stands behind each of these.
A steward's home is the hub, and the last steward stays.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import asyncpg
from msgspec import Struct

from nanduti_hub.access.policy import Act, permit
from nanduti_hub.access.sessions import Held, account_of, roles_from
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

_SLICE = "nanduti_hub.access"
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
#: Characters of a person's name.
MOST_NAME = 200
#: The roles that can be given.
RoleName = Literal["steward", "administrator", "coordinator", "focal_point", "case_officer", "observer"]


class Person(Struct, frozen=True, kw_only=True):
    """A person as managed. `account` is what it signs in with; null where a provider (`issuer`) vouches for it."""

    id: str
    account: str | None
    login: str | None
    home: str
    name: str
    issuer: str | None
    roles: list[Held]
    state: Literal["invited", "active", "removed"]
    version: int
    created_by: str
    created_by_name: str
    created_at: datetime
    activated_at: datetime | None
    removed_at: datetime | None


class Scopes(Struct, frozen=True):
    """The codes for which somebody can have a role: what the directory knows."""

    platforms: frozenset[str]
    institutions: frozenset[str]


async def known_scopes(connection: asyncpg.Connection) -> Scopes:
    """For what somebody can have a role now."""
    row = await connection.fetchrow(statement(_SLICE, "directory_codes"))
    return Scopes(frozenset(row["platforms"]), frozenset(row["institutions"]))


async def check_roles(connection: asyncpg.Connection, roles: Sequence[Held], home: str | None = None) -> None:
    """Refuse a role that cannot be had for its scope, and a home that is neither the hub nor in the directory.

    Raises:
        Refused: `home_unknown`; `scope_unfit`, with what the role needs.

    """
    scopes = await known_scopes(connection)
    if home is not None and home != "*" and home not in scopes.platforms | scopes.institutions:
        raise Refused(Refusal("home_unknown", {"home": home}))
    for held in roles:
        if not is_fit(held, scopes):
            raise Refused(Refusal("scope_unfit", {"role": held.role.value, "scope": held.scope}))


def is_fit(held: Held, scopes: Scopes) -> bool:
    """Whether a role can be had for its scope."""
    match held.role:
        case Role.STEWARD:
            return held.scope == "*"
        case Role.COORDINATOR:
            return held.scope in scopes.platforms
        case Role.FOCAL_POINT | Role.CASE_OFFICER:
            return held.scope in scopes.institutions
        case Role.ADMINISTRATOR | Role.OBSERVER:
            return held.scope in scopes.platforms or held.scope in scopes.institutions
        case _:
            return False


def home_of(roles: Sequence[Held]) -> str:
    """Where a person belongs if nothing else is said: the one scope of all roles, else the hub."""
    scopes = {held.scope for held in roles}
    return scopes.pop() if len(scopes) == 1 else "*"


def permit_roles(caller: Caller, roles: Sequence[Held]) -> None:
    """Whether the caller may give these roles.

    Raises:
        Refused: `not_yours`.

    """
    for held in roles:
        permit(caller, Act.MANAGE_PEOPLE, held.scope)


def check_home(home: str, roles: Sequence[Held]) -> None:
    """Refuse the steward's role for who belongs elsewhere than to the hub.

    Raises:
        Refused: `steward_elsewhere`.

    """
    if home != "*" and _is_steward(roles):
        raise Refused(Refusal("steward_elsewhere", {"home": home}))


async def enter(
    connection: asyncpg.Connection, caller: Caller, home: str, login: str, name: str, roles: Sequence[Held]
) -> Person:
    """Enter a person, who can do nothing until a link is used.

    Raises:
        Refused: `invalid` for what is no login or no name, `not_yours`, `home_unknown`, `scope_unfit`,
            `steward_elsewhere`, `login_taken`.

    """
    if LOGIN.fullmatch(login) is None:
        raise Refused(Refusal("invalid", {"reason": "login"}))
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= MOST_NAME:
        raise Refused(Refusal("invalid", {"reason": "name"}))
    permit(caller, Act.MANAGE_PEOPLE, home)
    permit_roles(caller, roles)
    await check_roles(connection, roles, home)
    check_home(home, roles)
    id_ = await connection.fetchval(
        statement(_SLICE, "put_person"), new_id(), home, login, shown, caller.id, caller.name
    )
    if id_ is None:
        raise Refused(Refusal("login_taken", {"account": account_of(login, home)}))
    await connection.execute(statement(_SLICE, "put_roles"), id_, *_columns(roles))
    return await _found(connection, id_)


async def person_with(connection: asyncpg.Connection, caller: Caller, id_: str) -> Person:
    """A person whom the caller may see, removed or not.

    Raises:
        Refused: `person_unknown`, for a hidden one too.

    """
    person = await _found(connection, id_)
    if caller.role is not Role.STEWARD and person.home != caller.scope:
        raise Refused(Refusal("person_unknown"))
    return person


async def managed(connection: asyncpg.Connection, caller: Caller, id_: str) -> Person:
    """A person whom the caller may change, held until the transaction ends.

    Raises:
        Refused: `person_unknown`, `person_shared`.

    """
    person = await _held(connection, caller, id_)
    if person.removed_at is not None:
        raise Refused(Refusal("person_unknown"))
    return person


async def _held(connection: asyncpg.Connection, caller: Caller, id_: str) -> Person:
    """A person, removed or not, whom the caller may change, held until the transaction ends."""
    await person_with(connection, caller, id_)
    locked = await connection.fetchval(statement(_SLICE, "lock_person"), id_)
    # Somebody may have changed it while we waited: only what is read from here on counts.
    person = await person_with(connection, caller, id_)
    is_shared = caller.role is not Role.STEWARD and any(held.scope != caller.scope for held in person.roles)
    if is_shared or locked is None:
        raise Refused(Refusal("person_shared"))
    return person


async def give_roles(
    connection: asyncpg.Connection, caller: Caller, id_: str, roles: Sequence[Held], expected: int
) -> Person:
    """Give a person exactly these roles. Where that is a change, open links of the person end, and the sessions
    that act in a role that is taken.

    Raises:
        Refused: `person_unknown`, `person_shared`, `person_from_provider`, `version_conflict`, `not_yours`,
            `scope_unfit`, `steward_elsewhere`, `last_steward`.

    """
    person = await managed(connection, caller, id_)
    permit_roles(caller, roles)
    await check_roles(connection, roles)
    if person.issuer is not None:
        raise Refused(Refusal("person_from_provider"))
    if person.version != expected:
        raise Refused(Refusal("version_conflict", {"expected": expected, "current": person.version}))
    check_home(person.home, roles)
    if not _is_steward(roles):
        await _check_last(connection, person)
    await connection.execute(statement(_SLICE, "take_roles"), id_, *_columns(roles))
    await connection.execute(statement(_SLICE, "put_roles"), id_, *_columns(roles))
    await connection.execute(statement(_SLICE, "move_person"), id_)
    return await _found(connection, id_)


async def remove(connection: asyncpg.Connection, caller: Caller, id_: str) -> None:
    """Remove a person: sessions and links are good for nothing from now on; who has been removed stays so.

    Raises:
        Refused: `person_unknown`, `person_shared`, `last_steward`.

    """
    person = await _held(connection, caller, id_)
    if person.removed_at is not None:
        return
    await _check_last(connection, person)
    if await connection.fetchval(statement(_SLICE, "remove_person"), id_) is None:
        raise Refused(Refusal("person_shared"))


async def _check_last(connection: asyncpg.Connection, person: Person) -> None:
    """Refuse to lose the last steward; of two who go at the same time the second waits and is looked at again."""
    if _is_steward(person.roles):
        await connection.execute(statement(_SLICE, "lock_stewards"))
        if not await connection.fetchval(statement(_SLICE, "has_steward_beside"), person.id):
            raise Refused(Refusal("last_steward"))


async def list_people(
    connection: asyncpg.Connection, after: str, home: str | None, login: str | None, most: int
) -> list[Person]:
    """People in the order in which they came, without those who have been removed."""
    rows = await connection.fetch(statement(_SLICE, "list_people"), after, home, login, most)
    return [_person(row) for row in rows]


async def has_people(connection: asyncpg.Connection) -> bool:
    """Whether anybody has been invited."""
    return bool(await connection.fetchval(statement(_SLICE, "has_people")))


def _is_steward(roles: Sequence[Held]) -> bool:
    return any(held.role is Role.STEWARD for held in roles)


def _columns(roles: Sequence[Held]) -> tuple[list[str], list[str]]:
    return [held.role.value for held in roles], [held.scope for held in roles]


async def _found(connection: asyncpg.Connection, id_: str) -> Person:
    row = await connection.fetchrow(statement(_SLICE, "find_person"), id_)
    if row is None:
        raise Refused(Refusal("person_unknown"))
    return _person(row)


def _person(row: Any) -> Person:
    values = dict(row)
    login, home = values["login"], values["home"]
    state: Literal["invited", "active", "removed"] = "active" if values["activated_at"] else "invited"
    return Person(
        **{**values, "roles": roles_from(values["roles"])},
        account=account_of(login, home) if login is not None else None,
        state="removed" if values["removed_at"] else state,
    )
