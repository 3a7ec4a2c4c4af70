"""Signing in at an identity provider's own pages: there, and back.

Rules that stay true: what the way back is compared with lies in the browser that went, sealed, for ten minutes
and for one use; a person has from then on exactly the roles that the provider's claims give now, as far as the
directory knows their codes. Absent: what is asked of the provider and believed of it, which is `access.oidc`.
"""

import hmac
import time
from typing import Annotated

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from nanduti_hub.access import audit
from nanduti_hub.access.door import Door, admit, granted
from nanduti_hub.access.oidc import Begun, Provider, begin, finish
from nanduti_hub.access.sealing import NotSealed, opened, sealed_until
from nanduti_hub.access.sessions import open_session, preferred
from nanduti_hub.access.signing_in import SignedIn
from nanduti_hub.accounts.entering import entered, noted
from nanduti_hub.caller import Caller
from nanduti_hub.documented import answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import RequestOf, hub_of

COOKIE = "__Host-nanduti-oidc"
LASTS = 600
#: Where a browser is sent that has signed in.
INSIDE = "/"
Words = Annotated[str | None, QueryParameter(max_length=4_096)]


@get(
    "/v1/session/oidc",
    status_code=302,
    summary="Ingresar con el servicio de identidad",
    security=[{}],
    opt={"open": True},
    responses=answers(302, media_type="", headers=("Location", "Set-Cookie")),
)
async def get_provider(request: RequestOf) -> Response[bytes]:
    """Go to the identity provider's own page; 404 where none is configured."""
    door = hub_of(request).door
    begun = await begin(_provider(door))
    sealed = sealed_until(door.sealing, "oidc", begun, time.time() + LASTS)
    return _sent(begun.url, _cookie(sealed, LASTS))


@get(
    "/v1/session/oidc/callback",
    status_code=302,
    summary="Volver del servicio de identidad",
    security=[{}],
    opt={"open": True, "recorded": True, "any_query": True},
    responses=answers(302, media_type="", headers=("Location", "Set-Cookie")),
)
async def get_callback(
    request: RequestOf,
    code: Words = None,
    answered: Annotated[str | None, QueryParameter(name="state", max_length=4_096)] = None,
    iss: Words = None,
) -> Response[bytes]:
    """Come back from the provider, and be in. Whatever is wrong with it, the answer is the same."""
    hub = hub_of(request)
    provider = _provider(hub.door)
    begun = _begun(request, hub.door)
    if code is None or not hmac.compare_digest(begun.state.encode(), (answered or "").encode()):
        raise Refused(Refusal("sign_in_refused"))
    claims = await finish(provider, begun, code, iss)
    grants = await granted(hub.ledger.database, provider, claims)
    person = await admit(hub.ledger.database, claims, grants, is_latest=True)
    if not grants:
        raise Refused(Refusal("role_missing"))
    acts = preferred(grants)[0]
    caller = Caller(name=claims.shown_name, role=acts.role, scope=acts.scope, id=f"person:{person}")
    async with transaction(hub.ledger.database, caller) as connection:
        secret = await open_session(connection, person, acts)
        await noted(request, 302, connection, caller)
    audit.recorded(request)
    _, cookies = await entered(request, SignedIn(secret))
    return _sent(INSIDE, *cookies, _cookie("", 0))


def _provider(door: Door) -> Provider:
    if door.provider is None:
        raise Refused(Refusal("not_found"))
    return door.provider


def _begun(request: RequestOf, door: Door) -> Begun:
    """What this browser has begun.

    Raises:
        Refused: `sign_in_refused`, it has not, or long ago.

    """
    try:
        return opened(door.sealing, "oidc", request.cookies.get(COOKIE, ""), Begun, time.time())
    except NotSealed as error:
        raise Refused(Refusal("sign_in_refused")) from error


def _cookie(value: str, lasts: int) -> Cookie:
    return Cookie(COOKIE, value=value, secure=True, httponly=True, samesite="lax", max_age=lasts)


def _sent(url: str, *cookies: Cookie) -> Response[bytes]:
    headers = {"Location": url, "Cache-Control": "no-store"}
    return Response(b"", status_code=302, headers=headers, cookies=list(cookies), media_type="text/plain")


ROUTES: list[BaseRouteHandler] = [get_provider, get_callback]
