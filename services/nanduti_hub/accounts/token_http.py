"""API tokens over HTTP: list, make, rotate, revoke.

Making and rotating answer a secret, so no `Idempotency-Key` keeps their answer: sent again, they are done again.
They need no ledger: a token can be revoked while commands are held.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from litestar import Response, delete, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody
from msgspec import Meta, Struct

from nanduti_hub.access import audit
from nanduti_hub.access.door import forget
from nanduti_hub.access.people import RoleName, check_roles
from nanduti_hub.access.policy import Act, permit
from nanduti_hub.access.sessions import Held
from nanduti_hub.access.tokens import (
    NewToken,
    Token,
    fitting_name,
    list_tokens,
    make_token,
    revoke_token,
    rotate_token,
    token_with,
)
from nanduti_hub.accounts.answers import answered, nothing, page
from nanduti_hub.caller import Role
from nanduti_hub.documented import PageOf, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import InPath, InQuery, Limit, RequestOf, caller_from, hub_of, recorded_transaction

ONE_TOKEN = "/v1/tokens/{token_id}"  # noqa: S105  # a path


class TokenWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to make: for whom or what, and what it may do for which platform or institution."""

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
    role: RoleName
    scope: Annotated[str, Meta(max_length=16)] = "*"
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class Rotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many hours the old token goes on beside the new one."""

    overlap_hours: Annotated[int, Meta(ge=0, le=168)] = 24


#: What is meant where nothing is said.
A_DAY = Rotation()


class TokenMade(Token, frozen=True, kw_only=True):
    """A token that was just made, with its secret, which is shown this once."""

    token: str


@get(
    "/v1/tokens",
    summary="Tokens de la API",
    opt={"act": Act.MANAGE_TOKENS},
    responses=answers(200, PageOf[Token], headers=("Link",), leads=[(ONE_TOKEN, "/items/0/id")]),
)
async def get_tokens(request: RequestOf, cursor: InQuery = None, limit: Limit = 50) -> Response[bytes]:
    """The tokens of the caller's platform or institution (a steward: all), who made them and when they were
    last used; those that have ended too. Never a secret.
    """
    caller = caller_from(request)
    scope = None if caller.role is Role.STEWARD else caller.scope
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        found = await list_tokens(connection, cursor or "", scope, limit + 1)
    return page(request, found, limit)


@post(
    "/v1/tokens",
    summary="Crear un token",
    opt={"act": Act.MANAGE_TOKENS},
    responses=answers(201, TokenMade, headers=("Location",), leads=[(ONE_TOKEN, "/id")]),
)
async def post_token(request: RequestOf, data: JSONBody[TokenWanted]) -> Response[bytes]:
    """Make a token; `token` is shown this once. Not idempotent: sent again, it makes another.

    One that a token makes ends with that token at the latest, whatever `expires_at` asks for.
    """
    caller = caller_from(request)
    role = Role(data.role)
    permit(caller, Act.MANAGE_TOKENS, data.scope)
    name = fitting_name(data.name)
    if data.expires_at is not None and data.expires_at <= datetime.now(UTC):
        raise Refused(Refusal("expiry_past"))
    async with recorded_transaction(request, caller, 201) as connection:
        await check_roles(connection, [Held(role, data.scope)])
        made = await make_token(connection, name, role, data.scope, data.expires_at, caller)
        audit.touches(request, made.id)
        token = await token_with(connection, made.id)
    return _made(token, made)


@post(
    "/v1/tokens/{token_id:str}/rotate",
    summary="Renovar un token",
    opt={"act": Act.MANAGE_TOKENS, "asks": "is_token"},
    responses=answers(201, TokenMade, headers=("Location",), leads=[(ONE_TOKEN, "/id")]),
)
async def rotate(request: RequestOf, token_id: InPath, data: JSONBody[Rotation] = A_DAY) -> Response[bytes]:
    """Make a token's successor, with the same name, role, scope and lifetime; the old one ends with the overlap,
    after a day if no body says otherwise.
    Where a token calls, the successor ends with that token at the latest. Not idempotent, but a token is rotated
    once.
    """
    caller = caller_from(request)
    async with recorded_transaction(request, caller, 201) as connection:
        permitted = await token_with(connection, token_id)
        _check_own(request, permitted)
        made = await rotate_token(connection, token_id, timedelta(hours=data.overlap_hours), caller)
        audit.touches(request, made.id)
        token = await token_with(connection, made.id)
    forget(hub_of(request).door, f"token:{token_id}")
    return _made(token, made)


@delete(
    "/v1/tokens/{token_id:str}",
    status_code=204,
    summary="Anular un token",
    opt={"act": Act.MANAGE_TOKENS, "asks": "is_token"},
    responses=answers(204),
)
async def delete_token(request: RequestOf, token_id: InPath) -> Response[None]:
    """Revoke a token: at once here, within five seconds in other processes. Again changes nothing."""
    caller = caller_from(request)
    async with recorded_transaction(request, caller, 204) as connection:
        _check_own(request, await token_with(connection, token_id))
        await revoke_token(connection, token_id)
    forget(hub_of(request).door, f"token:{token_id}")
    return nothing()


def _check_own(request: RequestOf, token: Token) -> None:
    """Another's token is not known to exist."""
    caller = caller_from(request)
    if caller.role is not Role.STEWARD and token.scope != caller.scope:
        raise Refused(Refusal("token_unknown"))


def _made(token: Token, made: NewToken) -> Response[bytes]:
    shown = TokenMade(**msgspec.structs.asdict(token), token=made.secret)
    return answered(201, shown, {"Location": f"/v1/tokens/{token.id}"})


ROUTES: list[BaseRouteHandler] = [get_tokens, post_token, rotate, delete_token]
