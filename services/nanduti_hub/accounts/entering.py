"""Coming in, acting in a role and going out, as the API and the pages both do it.

Rule: what is asked of the database here is asked by nobody yet, or by the session that calls. Absent: forms, bodies
and answers, which are the routes' own.
"""

import functools

import asyncpg
from litestar.datastructures import Cookie

from nanduti_hub.access import audit
from nanduti_hub.access.door import (
    COOKIE,
    STRANGER,
    check_same_site,
    forget,
    forget_credential,
    session_of,
    session_with,
)
from nanduti_hub.access.invitations import OpenInvitation, accept, open_invitation
from nanduti_hub.access.sessions import Held, Session, act_in_session, end_session
from nanduti_hub.access.signing_in import DEVICE_LASTS, SignedIn, entered_with, sign_in
from nanduti_hub.access.throttle import forget_codes
from nanduti_hub.access.tokens import digest_of
from nanduti_hub.caller import Caller
from nanduti_hub.ledger.database import transaction
from nanduti_hub.serving import RequestOf, hub_of, recorded_transaction


def session_cookie(secret: str) -> Cookie:
    """The cookie of a session; the browser forgets it when it is closed."""
    return Cookie(COOKIE, value=secret, secure=True, httponly=True, samesite="lax")


def gone_cookie() -> Cookie:
    """What takes the session's cookie away."""
    return Cookie(COOKIE, value="", secure=True, httponly=True, samesite="lax", max_age=0)


async def enter(
    request: RequestOf, account: str, passphrase: str, code: str, status: int
) -> tuple[Session, list[Cookie]]:
    """Sign in: the session, and the cookies to set; `status` is that of the answer.

    Raises:
        Refused: `cross_site`, and as `sign_in` says.

    """
    hub = hub_of(request)
    check_same_site(request, hub.door)
    client = request.client
    done = await sign_in(
        hub.ledger.database,
        hub.door,
        account,
        passphrase,
        code,
        client.host if client else "",
        request.cookies,
        lambda person, known: audit.about_account(request, person, known),
        functools.partial(noted, request, status),
    )
    audit.recorded(request)
    return await entered(request, done)


async def noted(request: RequestOf, status: int, connection: asyncpg.Connection, caller: Caller) -> None:
    """Write the row of a session that is opened, in its own transaction, which is its person's."""
    audit.about(request, caller)
    await audit.record(connection, request, caller, status)


async def entered(request: RequestOf, done: SignedIn) -> tuple[Session, list[Cookie]]:
    """A session that was just opened, in place of the one that the browser has, and the cookies to set."""
    hub = hub_of(request)
    if former := request.cookies.get(COOKIE):
        async with transaction(hub.ledger.database, STRANGER) as connection:
            await end_session(connection, digest_of(former))
        forget_credential(hub.door, digest_of(former))
    session = await session_with(hub.ledger.database, hub.door, done.secret)
    cookies = [session_cookie(done.secret)]
    if done.device_name:
        device = Cookie(
            done.device_name,
            value=done.device_value,
            secure=True,
            httponly=True,
            samesite="strict",
            max_age=DEVICE_LASTS,
        )
        cookies.append(device)
    return session, cookies


async def act_as(request: RequestOf, acts: Held, status: int) -> None:
    """Act in another role from now on, in the session that calls; `status` is that of the answer.

    Raises:
        Refused: `session_missing`, `role_not_held`.

    """
    session = session_of(request)
    async with recorded_transaction(request, session.caller, status) as connection:
        await act_in_session(connection, session.digest, acts)
    forget(hub_of(request).door, session.caller.id)


async def leave(request: RequestOf, status: int) -> None:
    """End the session that calls; `status` is that of the answer.

    Raises:
        Refused: `session_missing`.

    """
    session = session_of(request)
    async with recorded_transaction(request, session.caller, status) as connection:
        await end_session(connection, session.digest)
    forget(hub_of(request).door, session.caller.id)


async def invitation_with(request: RequestOf, secret: str) -> OpenInvitation:
    """Whose a link is; the record names the person, never the link.

    Raises:
        Refused: `invitation_invalid`.

    """
    async with transaction(hub_of(request).ledger.database, STRANGER) as connection:
        found = await open_invitation(connection, secret)
    audit.touches(request, found.person)
    return found


async def accepted(
    request: RequestOf, found: OpenInvitation, enrolment: str, passphrase: str, code: str, status: int
) -> tuple[Session, list[Cookie]]:
    """Use the link of an invitation: the session that it opens, and the cookies to set; `status` is that of the answer.

    Raises:
        Refused: `cross_site`, and as `accept` says.

    """
    hub = hub_of(request)
    door, database = hub.door, hub.ledger.database
    check_same_site(request, door)
    write = functools.partial(noted, request, status)
    secret = await accept(database, door, found, enrolment, passphrase, code, write)
    audit.recorded(request)
    forget(door, f"person:{found.person}")
    # Who has guessed codes knew the passphrase that was.
    forget_codes(door.throttle, found.account)
    return await entered(request, entered_with(door, found.account, secret))
