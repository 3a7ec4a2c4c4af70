"""What every route shares: who calls, which version is meant, how an answer is tagged and kept.

`Hub` is what the composition root hands to the routes. A command's answer is made inside its transaction,
so that an `Idempotency-Key` keeps exactly what was answered.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.params import PathParameter, QueryParameter
from msgspec import Struct, field
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from nanduti_hub.access import audit
from nanduti_hub.access.door import Door
from nanduti_hub.access.policy import ABOUT_PEOPLE
from nanduti_hub.caller import Caller
from nanduti_hub.ledger.answers import Answer, once, request_hash
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger, run
from nanduti_hub.limits import Limits
from nanduti_hub.problems import language_of
from nanduti_hub.refusal import Refusal, Refused

ZONE = ZoneInfo("America/Asuncion")
RequestOf = Request[Any, Any, Any]
InPath = Annotated[str, PathParameter(max_length=200)]
InQuery = Annotated[str | None, QueryParameter(max_length=200)]
#: How many a page of a list has at most.
Limit = Annotated[int, QueryParameter(ge=1, le=500)]
#: Characters of an Idempotency-Key.
MOST_KEY = 200


class Hub(Struct, frozen=True):
    """The running hub, as its routes see it."""

    ledger: Ledger
    door: Door
    limits: Limits
    #: What is being read after its upload was answered; the composition root ends it.
    reading: set[asyncio.Task[None]] = field(default_factory=set)
    #: Two of them at a time, so that who waits for an answer finds places.
    reading_turns: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, 2))


def hub_of(request: RequestOf) -> Hub:
    """The hub that serves this request."""
    hub: Hub = request.app.state.hub
    return hub


def caller_from(request: RequestOf) -> Caller:
    """Who calls, as `reception` has found out."""
    caller: Caller = request.user
    return caller


def today() -> date:
    """The day in Paraguay."""
    return datetime.now(ZONE).date()


def expected_version(request: RequestOf) -> int:
    """The version that the caller saw: the part of If-Match before the first dot, or the whole of it.

    Raises:
        Refused: `version_missing` where there is none that can be read; `*` is none.

    """
    match = re.fullmatch(r'"(\d{1,9})(?:\.[^"]*)?"', request.headers.get("if-match", "").strip())
    if match is None:
        raise Refused(Refusal("version_missing"))
    return int(match[1])


def tag_of(request: RequestOf, version: int, day: date | None = None) -> str:
    """The strong tag of a resource: derived fields change at midnight, and the language is part of it.

    `day` is that of the moment of which it was asked for, where that is not today.
    """
    return f'"{version}.{(day or today()).isoformat()}.{language_of(request)}"'


def json_answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    """An answer with a JSON body."""
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Answer(status, {"Content-Type": "application/json", **(headers or {})}, raw)


def respond(answer: Answer) -> Response[bytes]:
    """An answer as Litestar sends it."""
    headers = dict(answer.headers)
    media_type = headers.pop("Content-Type", "application/json")
    return Response(answer.body, status_code=answer.status, headers=headers, media_type=media_type)


async def command(
    request: RequestOf,
    caller: Caller,
    work: Callable[[asyncpg.Connection], Awaitable[Answer]],
    *,
    one_plan: bool = False,
) -> Response[bytes]:
    """Carry out a command in one transaction, once for each Idempotency-Key. `one_plan` is `transaction`'s."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= MOST_KEY:
        raise Refused(Refusal("invalid", {"reason": "Idempotency-Key"}))
    same = request_hash(
        *(caller.role, caller.scope, request.method, request.scope["path"]),
        *(request.headers.get("if-match", ""), await request.body()),
        # Kept keys were hashed without it; a command that has none is the same request as before.
        *(query for query in [request.scope["query_string"]] if query),
    )
    hub = hub_of(request)
    is_about_people = request.route_handler.opt.get("act") in ABOUT_PEOPLE
    if key is not None and is_about_people:
        # A key is the caller's own text, and kept for a day: somebody may have put a name into it.
        key = hashlib.sha256(key.encode()).hexdigest()

    async def once_only(connection: asyncpg.Connection) -> Answer:
        answer = await once(connection, caller, key, same, lambda: work(connection))
        if not is_about_people and (made := _made(answer)) is not None:
            audit.touches(request, made)
        await audit.record(connection, request, caller, answer.status)
        return answer

    # The caller's trace goes on in the events of the command, but not in those about people: it is the caller's text.
    carrier = {} if is_about_people else request.headers
    trace_so_far = TraceContextTextMapPropagator().extract(carrier)
    with trace.get_tracer(__name__).start_as_current_span(request.method, context=trace_so_far):
        answer = await run(hub.ledger, caller, once_only, one_plan=one_plan)
    audit.recorded(request)
    return respond(answer)


def _made(answer: Answer) -> str | None:
    """The id of what a command made."""
    if answer.status != 201 or "Location" not in answer.headers:
        return None
    return answer.headers["Location"].rpartition("/")[2]


@asynccontextmanager
async def recorded_transaction(
    request: RequestOf, caller: Caller, status: int
) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of a write that appends no event, with its row of the record in it; `status` is its answer's."""
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        yield connection
        await audit.record(connection, request, caller, status)
    audit.recorded(request)


def next_link(
    request: RequestOf, cursor: str | None, pinned: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The header that leads to the following page, where there is one; `pinned` parameters are said anew in it."""
    if cursor is None:
        return {}
    query = {name: value for name, value in request.query_params.items() if name != "cursor"}
    query |= {**(pinned or {}), "cursor": cursor}
    return {"Link": f'<{request.scope["path"]}?{urlencode(query)}>; rel="next"'}


def saved_as(name: str) -> dict[str, str]:
    """The header that names the file which a browser saves; `name` is of ASCII, without quotes."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def not_modified(request: RequestOf, tag: str) -> bool:
    """Whether the caller has this tag already (If-None-Match, which compares weakly)."""
    known = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    return tag in known or known == ["*"]
