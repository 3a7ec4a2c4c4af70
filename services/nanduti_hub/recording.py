"""The last door before an answer leaves: what is to be recorded has its row, or the caller gets no answer.

A command writes its row in its own transaction, and says so; for what is read and what was refused the row is
written here, in a transaction of its own, when the answer is ready and none of it is sent. Who is refused on and
on is told to wait, without a row, so that nobody fills the record. It also tells a client that went away before
its request was whole from a failure of ours, and answers where the application could not even do that.
"""

from typing import Any

import asyncpg
import structlog
from litestar import Request
from litestar.types import ASGIApp, Message, Receive, Send

from nanduti_hub.access import audit
from nanduti_hub.ledger.database import DATABASE_AWAY, transaction
from nanduti_hub.limits import address_key
from nanduti_hub.problems import on_failure, on_refused
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import RequestOf, hub_of
from nanduti_hub.telemetry import where

log = structlog.get_logger(__name__)


def recording(app: ASGIApp) -> ASGIApp:
    """The application, with its answers recorded."""

    async def recorded(scope: Any, receive: Receive, send: Send) -> None:
        whole = started = False

        async def receive_whole() -> Any:
            nonlocal whole
            message = await receive()
            if message["type"] == "http.request":
                whole = not message.get("more_body", False)
            elif not whole and not started:
                raise Refused(Refusal("too_slow"))
            return message

        must_be_recorded = audit.is_recorded(scope["route_handler"], scope["method"])
        request: RequestOf = Request(scope)
        withheld = False

        async def send_recorded(message: Message) -> None:
            nonlocal withheld, started
            if message["type"] == "http.response.start":
                started = True
                instead = await _without_row(request, message["status"]) if must_be_recorded else None
                if instead is not None:
                    withheld = True
                    # As the application tells it: to a person as a page.
                    tell: Any = request.app.exception_handlers.get(Refused, on_refused)
                    answer = tell(request, Refused(instead))
                    await answer.to_asgi_response(app=None, request=request)(scope, receive, send)
                elif must_be_recorded and not any(name == b"cache-control" for name, _ in message["headers"]):
                    # What is not public to members is kept by nobody.
                    message["headers"] = [*message["headers"], (b"cache-control", b"no-store")]
            if not withheld:
                await send(message)

        try:
            await app(scope, receive_whole, send_recorded)
        except Exception as error:
            if started:
                raise
            answer = on_failure(request, error)
            await answer.to_asgi_response(app=None, request=request)(scope, receive, send_recorded)

    return recorded


async def _without_row(request: RequestOf, status: int) -> Refusal | None:
    """Write an answer's row, if it is to have one that it has not; what to answer instead where that is not done."""
    caller = audit.author_of(request)
    if audit.has_row(request) or caller is None or status == 429:
        return None
    hub = hub_of(request)
    try:
        if 400 <= status < 500:
            # An attempt on somebody's account is counted where it comes from, not as that person's.
            who = request.scope.get("user")
            hub.limits.refusals.spend(who.id if who else address_key(request.scope["client"]))
        async with transaction(hub.ledger.database, caller) as connection:
            code = request.scope["state"].get("problem")
            await audit.record(connection, request, caller, status, code=code)
    except Refused as many:
        return many.refusal
    except (asyncpg.PostgresError, *DATABASE_AWAY) as error:
        log.error("request_not_recorded", error=type(error).__name__, at=where(error)[-3:])  # noqa: TRY400
        return Refusal("record_away") if status != 503 else None
    audit.recorded(request)
    return None
