"""Whether the hub is alive and ready, and who is calling."""

import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from nanduti_hub.access.policy import Act, allowed
from nanduti_hub.caller import Role
from nanduti_hub.documented import answers
from nanduti_hub.serving import RequestOf, caller_from, hub_of


class State(Struct, frozen=True):
    """`ok`; `ready`, or `held`."""

    status: str


class Me(Struct, frozen=True, kw_only=True):
    """A caller, and what it may do: act to whose things. `id` is what the record calls it (`actor`)."""

    id: str
    name: str
    role: Role
    scope: str
    allowed: dict[str, list[str]]


@get(
    "/healthz",
    summary="¿Está vivo?",
    security=[{}],
    opt={"open": True, "free": True},
    responses=answers(200, State),
    sync_to_thread=False,
)
def get_health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get(
    "/readyz",
    summary="¿Acepta cambios?",
    security=[{}],
    opt={"open": True, "free": True},
    responses=answers(200, State, also={503: State}),
    sync_to_thread=False,
)
def get_readiness(request: RequestOf) -> Response[bytes]:
    """Whether commands are accepted: 503 while the ledger has not been compared with the bus."""
    ready = hub_of(request).ledger.gate.is_open
    body = msgspec.json.encode({"status": "ready" if ready else "held"})
    return Response(body, status_code=200 if ready else 503, media_type="application/json")


@get("/v1/me", summary="Quién soy y qué puedo hacer", opt={"act": Act.READ_SELF}, responses=answers(200, Me))
async def get_me(request: RequestOf) -> Response[bytes]:
    """The caller's id, name, role and scope, and what it may do."""
    caller = caller_from(request)
    body = {
        "id": caller.id,
        "name": caller.name,
        "role": caller.role,
        "scope": caller.scope,
        "allowed": allowed(caller),
    }
    return Response(msgspec.json.encode(body), media_type="application/json")


ROUTES: list[BaseRouteHandler] = [get_health, get_readiness, get_me]
