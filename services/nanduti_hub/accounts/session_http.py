"""Sessions over HTTP: sign in, see and choose how one acts, sign out; and using the link of an invitation.

Bodies and answers here hold secrets: nothing of them is kept for an `Idempotency-Key`, and signing in twice opens
two sessions. None of it needs the ledger.
"""

import time
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, delete, get, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody
from msgspec import Meta, Struct

from nanduti_hub.access import totp
from nanduti_hub.access.door import check_same_site, session_of
from nanduti_hub.access.invitations import new_enrolment
from nanduti_hub.access.people import RoleName
from nanduti_hub.access.policy import Act
from nanduti_hub.access.sessions import Held, Session
from nanduti_hub.accounts.answers import answered, nothing
from nanduti_hub.accounts.entering import accepted, act_as, enter, gone_cookie, invitation_with, leave
from nanduti_hub.caller import Role
from nanduti_hub.documented import answers
from nanduti_hub.serving import RequestOf, hub_of

Code = Annotated[str, Meta(pattern=r"^[0-9]{6}\Z", max_length=6)]
Passphrase = Annotated[str, Meta(min_length=1, max_length=1024)]


class SignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs in: `login` is `ana@mtess`, of a steward `ana@hub`; `code` is what the authenticator shows."""

    login: Annotated[str, Meta(min_length=1, max_length=80)]
    passphrase: Passphrase
    code: Code


class RoleChosen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The role in which to act from now on, one of those that the session shows."""

    role: RoleName
    scope: Annotated[str, Meta(min_length=1, max_length=16)]


class SessionView(Struct, frozen=True, kw_only=True):
    """A session: whose, in which role it acts, all roles to choose from, and the token that every change by
    cookie must send as `X-CSRF-Token`. It ends at `expires_at`, and after an hour without use. `id` is what the
    record calls its person (`actor`).
    """

    id: str
    account: str | None
    name: str
    home: str
    role: Role
    scope: str
    roles: list[Held]
    csrf: str
    expires_at: datetime


class InvitationShown(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The secret of a link: its last part, from `inv_` on."""

    invitation: Annotated[str, Meta(min_length=1, max_length=100)]


class InvitationView(Struct, frozen=True, kw_only=True):
    """What a link shows: whose it is, and a second factor to enrol, as text and for a QR code: another at each
    look. `enrolment` is the same, sealed: acceptance takes it back within an hour.
    """

    account: str
    login: str
    home: str
    name: str
    totp_secret: str
    totp_uri: str
    enrolment: str


class Acceptance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The passphrase that a person chooses, the `enrolment` that the link has shown, and a code by which the
    authenticator shows that it has its secret.
    """

    invitation: Annotated[str, Meta(min_length=1, max_length=100)]
    enrolment: Annotated[str, Meta(min_length=1, max_length=400)]
    passphrase: Passphrase
    code: Code


def view_of(session: Session) -> SessionView:
    """A session as its person sees it."""
    return SessionView(
        id=session.caller.id,
        account=session.account,
        name=session.name,
        home=session.home,
        role=session.acts.role,
        scope=session.acts.scope,
        roles=session.roles,
        csrf=session.csrf,
        expires_at=session.expires_at,
    )


@post(
    "/v1/session",
    summary="Iniciar sesión",
    security=[{}],
    opt={"open": True},
    responses=answers(201, SessionView, headers=("Set-Cookie",)),
)
async def post_session(request: RequestOf, data: JSONBody[SignIn]) -> Response[bytes]:
    """Sign in with account, passphrase and code. Whatever is wrong, the answer is the same.

    The session is a cookie. A few failures make the place from which they come wait (429), never the account.
    """
    session, cookies = await enter(request, data.login, data.passphrase, data.code, 201)
    return answered(201, view_of(session), cookies=cookies)


@get(
    "/v1/session",
    summary="Mi sesión",
    opt={"act": Act.READ_SELF},
    responses=answers(200, SessionView),
)
async def get_session(request: RequestOf) -> Response[bytes]:
    """The session that calls: in which role it acts, and which it could."""
    return answered(200, view_of(session_of(request)))


@put(
    "/v1/session/role",
    summary="Elegir en qué rol actúo",
    opt={"act": Act.READ_SELF},
    responses=answers(200, SessionView),
)
async def put_session_role(request: RequestOf, data: JSONBody[RoleChosen]) -> Response[bytes]:
    """Act in another of one's roles from now on, in this session."""
    acts = Held(Role(data.role), data.scope)
    await act_as(request, acts, 200)
    return answered(200, view_of(msgspec.structs.replace(session_of(request), acts=acts)))


@delete(
    "/v1/session",
    status_code=204,
    summary="Cerrar sesión",
    opt={"act": Act.READ_SELF},
    responses=answers(204),
)
async def delete_session(request: RequestOf) -> Response[None]:
    """Sign out: the cookie is good for nothing any more."""
    await leave(request, 204)
    return nothing(cookies=[gone_cookie()])


@post(
    "/v1/invitations/open",
    status_code=200,
    summary="Abrir el enlace de una invitación",
    security=[{}],
    opt={"open": True},
    responses=answers(200, InvitationView),
)
async def post_invitation_open(request: RequestOf, data: JSONBody[InvitationShown]) -> Response[bytes]:
    """What a link shows; looking does not use it. Each look draws another second factor."""
    door = hub_of(request).door
    check_same_site(request, door)
    found = await invitation_with(request, data.invitation)
    enrolment = new_enrolment(door.sealing, found.person, time.time())
    shown = InvitationView(
        account=found.account,
        login=found.login,
        home=found.home,
        name=found.name,
        totp_secret=enrolment.secret,
        totp_uri=totp.uri_of(enrolment.secret, found.account),
        enrolment=enrolment.sealed,
    )
    return answered(200, shown)


@post(
    "/v1/invitations/accept",
    status_code=200,
    summary="Aceptar una invitación",
    security=[{}],
    opt={"open": True},
    responses=answers(200, SessionView, headers=("Set-Cookie",)),
)
async def post_invitation_accept(request: RequestOf, data: JSONBody[Acceptance]) -> Response[bytes]:
    """Set the passphrase and the second factor. The link works once; the person's sessions end, and a new one
    begins: the code is used up, and who has just typed it need not wait for the next.
    """
    found = await invitation_with(request, data.invitation)
    session, cookies = await accepted(request, found, data.enrolment, data.passphrase, data.code, 200)
    return answered(200, view_of(session), cookies=cookies)


ROUTES: list[BaseRouteHandler] = [
    post_session,
    get_session,
    put_session_role,
    delete_session,
    post_invitation_open,
    post_invitation_accept,
]
