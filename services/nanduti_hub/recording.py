"""The last door before an answer leaves: what is to be recorded has its row, or the caller gets no answer.

A command writes its row in its own transaction, and says so; for what is read and what was refused the row is
written here, in a transaction of its own, when the answer is ready and none of it is sent. It also tells a client
that went away before its request was whole from a failure of ours.
"""

from typing import Any

import asyncpg
import structlog
from litestar import Request
from litestar.types import ASGIApp, Message, Receive, Send

from nanduti_hub.access import audit
from nanduti_hub.ledger.database import DATABASE_AWAY, transaction
from nanduti_hub.problems import problem
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import hub_of
from nanduti_hub.telemetry import where

log = structlog.get_logger(__name__)
RequestOf = Request[Any, Any, Any]


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
                if must_be_recorded and not await _has_row(request, message["status"]):
                    withheld = message["status"] != 503
                if withheld:
                    instead = problem(request, Refusal("record_away"))
                    await instead.to_asgi_response(app=None, request=request)(scope, receive, send)
            if not withheld:
                await send(message)

        await app(scope, receive_whole, send_recorded)

    return recorded


async def _has_row(request: RequestOf, status: int) -> bool:
    """Whether an answer has its row, or is of those that have none."""
    caller = audit.author_of(request)
    if audit.has_row(request) or caller is None or status == 429:
        return True
    code = request.scope["state"].get("problem")
    try:
        async with transaction(hub_of(request).ledger.database, caller) as connection:
            await audit.record(connection, request, caller, status, code=code)
    except (asyncpg.PostgresError, *DATABASE_AWAY) as error:
        log.error("request_not_recorded", error=type(error).__name__, at=where(error)[-3:])  # noqa: TRY400
        return False
    audit.recorded(request)
    return True
