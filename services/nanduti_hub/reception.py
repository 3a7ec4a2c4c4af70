"""What happens to every request before its route: who calls, and whether what was sent can be understood.

Deny by default: a route that does not say `open` names its act, and is reached by a caller whose role may do it
or not at all, before anything that was sent is looked at. A body is read by its route's own type, strictly: no
text for a number, no field that the type does not have, however deep, and no control characters, which
PostgreSQL and other systems' readers cannot take. Absent: whose the things are, which each route asks
`access.policy` when it knows.
"""

from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from nanduti_hub.access.policy import permit
from nanduti_hub.access.tokens import caller_of
from nanduti_hub.caller import Caller
from nanduti_hub.reasons import CONTROL
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import Hub

Connection = ASGIConnection[Any, Any, Any, Any]


async def receive(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let a request through to its route, with its caller as `user`.

    Raises:
        Refused: `token_missing`, `token_invalid`, `not_allowed`, `invalid`.

    """
    if not handler.opt.get("open"):
        caller = await _caller(connection)
        connection.scope["user"] = caller
        # Every route names its act, or the application does not start; only OPTIONS, which Litestar answers, has none.
        if act := handler.opt.get("act"):
            permit(caller, act)
    _check_address(connection)
    data = handler.parsed_fn_signature.parameters.get("data")
    if data is not None:
        _check_body(await connection.body(), data.annotation)  # type: ignore[attr-defined]  # it is a Request


async def _caller(connection: Connection) -> Caller:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refused(Refusal("token_missing"))
    hub: Hub = connection.app.state.hub
    return await caller_of(hub.ledger.database, hub.door, token.strip())


def _check_address(connection: Connection) -> None:
    if CONTROL.search(connection.scope["path"]):
        raise _invalid("Control character")
    if connection.scope["query_string"]:
        seen = set()
        for name, value in connection.query_params.multi_items():
            if CONTROL.search(value):
                raise _invalid(f"Control character - at `{name}`")
            if name in seen:
                raise _invalid(f"Given twice - at `{name}`")
            seen.add(name)


def _check_body(body: bytes, kind: Any) -> None:
    try:
        understood = msgspec.json.decode(body, type=kind)
        sent = msgspec.json.decode(body)
    except UnicodeDecodeError as error:
        raise _invalid("Not UTF-8") from error
    except RecursionError as error:
        raise _invalid("Too deep") from error
    except msgspec.DecodeError as error:
        raise _invalid(str(error)) from error
    _compare(sent, msgspec.to_builtins(understood), "$")


def _compare(sent: Any, understood: Any, path: str) -> None:
    """Refuse what the type has passed over, and control characters."""
    match sent:
        case str() if CONTROL.search(sent):
            raise _invalid(f"Control character - at `{path}`")
        case dict():
            for name, value in sent.items():
                if name not in understood:
                    raise _invalid(f"Object contains unknown field `{name[:100]}` - at `{path}`")
                _compare(value, understood[name], f"{path}.{name}")
        case list():
            for place, value in enumerate(sent):
                _compare(value, understood[place], f"{path}[{place}]")


def _invalid(reason: str) -> Refused:
    return Refused(Refusal("invalid", {"reason": reason}))
