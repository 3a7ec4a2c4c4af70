"""People over HTTP: invite, list, give roles, help after a loss, remove. For administrators and stewards.

Inviting and helping answer a link, which is a secret, so no `Idempotency-Key` keeps their answer. None of it
needs the ledger: somebody can be removed while commands are held.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody
from msgspec import Meta, Struct

from nanduti_hub.access import audit, people
from nanduti_hub.access.door import forget
from nanduti_hub.access.invitations import NewLink, invite, recover
from nanduti_hub.access.people import Person, RoleName, home_of
from nanduti_hub.access.policy import Act
from nanduti_hub.access.sessions import Held
from nanduti_hub.accounts.answers import address_of, answered, nothing, page
from nanduti_hub.caller import Role
from nanduti_hub.documented import PageOf, Takes, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.serving import (
    InPath,
    InQuery,
    Limit,
    RequestOf,
    caller_from,
    expected_version,
    hub_of,
    recorded_transaction,
    tag_of,
)

ONE_PERSON = "/v1/people/{person_id}"
Code = Annotated[str, Meta(min_length=1, max_length=16)]


class RoleWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role, and for which platform or institution; a steward's is `*`."""

    role: RoleName
    scope: Code


Roles = Annotated[list[RoleWanted], Meta(min_length=1, max_length=20)]


class PersonWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to invite. `home` is where the person belongs: if nothing is said, the one scope of all roles,
    else the hub (`*`).
    """

    login: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{1,39}\Z", max_length=40)]
    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
    roles: Roles
    home: Code | None = None


class RolesWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All roles that a person is to have from now on."""

    roles: Roles


class PersonInvited(Person, frozen=True, kw_only=True):
    """A person, and the link by which the passphrase is set, which is shown this once."""

    invitation: str
    invitation_expires_at: datetime


@get(
    "/v1/people",
    summary="Personas con cuenta",
    opt={"act": Act.MANAGE_PEOPLE},
    responses=answers(200, PageOf[Person], headers=("Link",), leads=[(ONE_PERSON, "/items/0/id")]),
)
async def get_people(
    request: RequestOf, home: InQuery = None, cursor: InQuery = None, limit: Limit = 50
) -> Response[bytes]:
    """The people of the caller's platform or institution (a steward: all, or those of one home), without those
    who were removed.
    """
    caller = caller_from(request)
    if caller.role is not Role.STEWARD and home is not None and home != caller.scope:
        return page(request, [], limit)
    shown = home if caller.role is Role.STEWARD else caller.scope
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        found = await people.list_people(connection, cursor or "", shown, None, limit + 1)
    return page(request, found, limit)


@get(
    "/v1/people/{person_id:str}",
    summary="Una persona",
    opt={"act": Act.MANAGE_PEOPLE, "asks": "is_person"},
    responses=answers(200, Person, headers=("ETag",), leads=[(ONE_PERSON, "/id")]),
)
async def get_person(request: RequestOf, person_id: InPath) -> Response[bytes]:
    """One person with its version; one who was removed, too."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        person = await people.person_with(connection, caller, person_id)
    return _shown(request, 200, person)


@post(
    "/v1/people",
    summary="Invitar a una persona",
    opt={"act": Act.MANAGE_PEOPLE},
    responses=answers(201, PersonInvited, headers=("ETag", "Location"), leads=[(ONE_PERSON, "/id")]),
)
async def post_person(request: RequestOf, data: JSONBody[PersonWanted]) -> Response[bytes]:
    """Invite somebody: `invitation` is the link to hand over, shown this once, good for seven days.

    An administrator invites to its own platform or institution, a steward to any. Not idempotent: sent again,
    the login is taken.
    """
    caller = caller_from(request)
    roles = _roles(data.roles)
    home = data.home or (home_of(roles) if caller.role is Role.STEWARD else caller.scope)
    async with recorded_transaction(request, caller, 201) as connection:
        person, link = await invite(connection, caller, home, data.login, data.name, roles)
        audit.touches(request, person.id)
    return _invited(request, person, link)


@put(
    "/v1/people/{person_id:str}/roles",
    summary="Fijar los roles de una persona",
    opt={"act": Act.MANAGE_PEOPLE, "asks": "is_person"},
    responses=answers(200, Person, headers=("ETag",), takes=Takes(version=True), leads=[(ONE_PERSON, "/id")]),
)
async def put_roles(request: RequestOf, person_id: InPath, data: JSONBody[RolesWanted]) -> Response[bytes]:
    """Give a person exactly these roles. Needs If-Match. Sessions that act in a role that is taken end.

    Where the roles change, the person's open link ends: who has only been invited needs a new one (recovery).
    """
    caller = caller_from(request)
    roles = _roles(data.roles)
    async with recorded_transaction(request, caller, 200) as connection:
        # First of all: a hidden person is unknown, whether a version was sent or not.
        await people.managed(connection, caller, person_id)
        person = await people.give_roles(connection, caller, person_id, roles, expected_version(request))
    forget(hub_of(request).door, f"person:{person_id}")
    return _shown(request, 200, person)


@post(
    "/v1/people/{person_id:str}/recovery",
    status_code=201,
    summary="Nuevo enlace para quien perdió su acceso",
    opt={"act": Act.MANAGE_PEOPLE, "asks": "is_person"},
    responses=answers(201, PersonInvited, headers=("ETag", "Location"), leads=[(ONE_PERSON, "/id")]),
)
async def post_recovery(request: RequestOf, person_id: InPath) -> Response[bytes]:
    """A link by which a person sets a new passphrase and second factor; earlier links are good no more.

    What the person signs in with now stays good until the link is used: so nobody is locked out by it. A day
    for who has an account, seven for who never opened it. Not idempotent: sent again, it makes another link.
    """
    caller = caller_from(request)
    async with recorded_transaction(request, caller, 201) as connection:
        person, link = await recover(connection, caller, person_id)
    return _invited(request, person, link)


@delete(
    "/v1/people/{person_id:str}",
    status_code=204,
    summary="Dar de baja a una persona",
    opt={"act": Act.MANAGE_PEOPLE, "asks": "is_person"},
    responses=answers(204),
)
async def delete_person(request: RequestOf, person_id: InPath) -> Response[None]:
    """Remove a person: at once here, within five seconds in other processes. Again changes nothing."""
    caller = caller_from(request)
    async with recorded_transaction(request, caller, 204) as connection:
        await people.remove(connection, caller, person_id)
    forget(hub_of(request).door, f"person:{person_id}")
    return nothing()


def _roles(wanted: Sequence[RoleWanted]) -> list[Held]:
    return [Held(Role(one.role), one.scope) for one in wanted]


def _shown(request: RequestOf, status: int, person: Any, **headers: str) -> Response[bytes]:
    tag = {"ETag": tag_of(request, person.version), "Vary": "Accept-Language"}
    return answered(status, person, {**tag, **headers})


def _invited(request: RequestOf, person: Person, link: NewLink) -> Response[bytes]:
    shown = PersonInvited(
        **msgspec.structs.asdict(person),
        invitation=address_of(request, link),
        invitation_expires_at=link.expires_at,
    )
    return _shown(request, 201, shown, Location=f"/v1/people/{person.id}")


ROUTES: list[BaseRouteHandler] = [
    get_people,
    get_person,
    post_person,
    put_roles,
    post_recovery,
    delete_person,
]
