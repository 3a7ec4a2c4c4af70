"""Whether the hub is alive and ready, and who is calling."""

from datetime import datetime

import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from nanduti_hub.access.policy import Act, allowed
from nanduti_hub.caller import Role
from nanduti_hub.documented import answers
from nanduti_hub.exercising import is_exercise
from nanduti_hub.ledger.database import transaction
from nanduti_hub.sentinel.heartbeat import clock
from nanduti_hub.sentinel.standing import standing_of
from nanduti_hub.serving import RequestOf, caller_from, hub_of


class State(Struct, frozen=True):
    """`ok`; `ready`, or `held`."""

    status: str


class Status(Struct, frozen=True, kw_only=True):
    """Whether changes are accepted, and how the clocks of cases stand.

    `last_alive` is when the hub was last known to be there, `looked_at` when a sentinel last looked. `late` says that
    something was due more than two minutes ago and has not been done, `failing` that a sentinel has met a case that it
    cannot tick, `outage` since when the outage was that not every clock has been extended for. In an `exercise` all is made up, and
    every answer has the header `Nanduti-Exercise`.
    """

    status: str
    last_alive: datetime | None
    looked_at: datetime | None
    late: bool
    failing: bool
    outage: datetime | None
    exercise: bool


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


@get(
    "/v1/status",
    summary="¿Cómo está el centro?",
    opt={"act": Act.READ_SELF},
    responses=answers(200, Status),
)
async def get_status(request: RequestOf) -> Response[bytes]:
    """Whether changes are accepted, and whether the sentinel is there and keeps up. It counts no cases."""
    hub = hub_of(request)
    async with transaction(hub.ledger.database, caller_from(request)) as connection:
        found = await standing_of(connection, clock())
    body = Status(
        status="ready" if hub.ledger.gate.is_open else "held",
        last_alive=found.last_alive,
        looked_at=found.looked_at,
        late=found.late,
        failing=found.failing,
        outage=found.outage,
        exercise=is_exercise(hub.ledger.source),
    )
    return Response(msgspec.json.encode(body), media_type="application/json")


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


ROUTES: list[BaseRouteHandler] = [get_health, get_readiness, get_status, get_me]
