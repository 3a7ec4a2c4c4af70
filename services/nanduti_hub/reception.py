"""What happens to every request before its route: who calls, and whether what was sent can be understood.

Deny by default: a route that does not say `open` names its act, and is reached by a caller whose role may do it
or not at all, before anything that was sent is looked at. A body is read by its route's own type, strictly: no
text for a number, no field that the type does not have, however deep, and no control characters, which
PostgreSQL and other systems' readers cannot take. Absent: whose the things are, which each route asks
`access.policy` when it knows.
"""

import functools
import hashlib
import re
from collections.abc import Iterable
from types import NoneType
from typing import Any, get_args

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.typing import FieldDefinition

from nanduti_hub.access.door import COOKIE, caller_of, session_with
from nanduti_hub.access.policy import ABOUT_PEOPLE, permit
from nanduti_hub.access.signing_in import DEVICE_COOKIE
from nanduti_hub.caller import Caller
from nanduti_hub.limits import address_key
from nanduti_hub.offload import on_behalf_of
from nanduti_hub.reasons import CONTROL
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import Hub

Connection = ASGIConnection[Any, Any, Any, Any]
#: A host's name, an IPv4 address, or an IPv6 address in brackets; and a port.
_HOST = re.compile(r"(?:[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?")
#: What is answered to who does not say who calls, or not truly; and where another site may be using a session.
FAILED = frozenset({"token_missing", "token_invalid", "session_ended"})
FORGED = frozenset({"csrf_refused", "cross_site"})
#: Where a device's cookie counts.
SIGN_INS = frozenset({"/v1/session", "/entrar"})


async def receive(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let a request through to its route, with its caller as `user`.

    Raises:
        Refused: as `door.caller_of` says; `too_many`, `not_allowed`, `encoding_refused`, `invalid`.

    """
    hub: Hub = connection.app.state.hub
    if handler.opt.get("open"):
        if not handler.opt.get("free"):
            _count_knock(connection, hub)
    else:
        await _identify(connection, hub)
        caller: Caller = connection.scope["user"]
        # Every route names its act, or the application does not start; only OPTIONS, which Litestar answers, has none.
        if act := handler.opt.get("act"):
            permit(caller, act)
    _check_address(connection, handler)
    kind = connection.headers.get("content-type", "").strip().lower()
    if kind.startswith("multipart/") and not handler.opt.get("uploads"):
        # A part can name a charset, a file, and parts of its own: a page's form needs none of it.
        raise _invalid("Not as the documentation says")
    if connection.headers.get("content-encoding", "identity").strip().lower() != "identity":
        # What a compressed body becomes has no bound that its bytes tell of.
        raise Refused(Refusal("encoding_refused"))
    if handler.opt.get("uploads"):
        hub.limits.uploads.spend(connection.scope["user"].id)
    data = handler.parsed_fn_signature.parameters.get("data")
    if data is not None:
        body = await connection.body()  # type: ignore[attr-defined]  # it is a Request
        # Who sends nothing at all takes the default, where the route has one.
        if body or data.is_required:
            try:
                _check_body(body, data.annotation)
            except Refused as refused:
                raise _discreet(refused, handler) from None


async def _identify(connection: Connection, hub: Hub) -> None:
    """Make who calls the `user`, also of a request that somebody has forged, so that it is counted and recorded.

    Failures are counted by address; a good credential passes whatever others there have failed.
    """
    forged: Refused | None = None
    try:
        caller = await caller_of(connection, hub.ledger.database, hub.door)
    except Refused as error:
        if error.refusal.code in FAILED:
            hub.limits.knocks.spend(address_key(connection.scope["client"]))
        if error.refusal.code not in FORGED:
            raise
        forged = error
        caller = (await session_with(hub.ledger.database, hub.door, connection.cookies[COOKIE])).caller
    connection.scope["user"] = caller
    on_behalf_of(caller.id)
    hub.limits.requests.spend(caller.id)
    if forged is not None:
        raise forged


def _count_knock(connection: Connection, hub: Hub) -> None:
    """Count what is open: by route and address, a sign-in also by the device that its cookies say it is.

    So a device that has signed in before is not kept out by others at its address. Whether the cookie is true only
    its account tells, and `throttle` asks: one that is none passes here, but is counted there by its address like
    anybody, before a passphrase is looked at, and in the record what it is refused is counted by address, too.
    """
    route = connection.scope["path_template"]
    shown = connection.cookies.items() if route in SIGN_INS else ()
    devices = sorted(f"{name}={value}" for name, value in shown if name.startswith(DEVICE_COOKIE))
    if devices:
        hub.limits.devices.spend(hashlib.sha256("\n".join(devices).encode()).hexdigest())
    else:
        hub.limits.knocks.spend(f"{address_key(connection.scope['client'])} {route}")


def _check_address(connection: Connection, handler: BaseRouteHandler) -> None:
    host = _HOST.fullmatch(connection.headers.get("host", ""))
    if host is None or int(host[1] or 0) > 65_535:
        raise _invalid("Not as the documentation says - at `Host`")
    if CONTROL.search(connection.scope["path"]):
        raise _invalid("Control character")
    if connection.scope["query_string"]:
        try:
            check_query(connection.query_params.multi_items(), handler)
        except Refused as refused:
            raise _discreet(refused, handler) from None


def check_query(pairs: Iterable[tuple[str, str]], handler: BaseRouteHandler) -> None:
    """Whether names and values of a query can be a route's, before their types are looked at.

    Raises:
        Refused: `invalid`.

    """
    seen = set()
    for name, value in pairs:
        if CONTROL.search(value):
            raise _invalid(f"Control character - at `{name}`")
        if name in seen:
            raise _invalid(f"Given twice - at `{name}`")
        kinds = _kinds(handler).get(name, ())
        if not kinds and _is_strict(handler):
            # Of a filter that is misspelt nobody would see that it narrows nothing.
            raise _invalid(f"Unknown parameter `{name[:100]}`")
        # Litestar reads more than is documented: null as nothing, so that a list would not be narrowed, as if
        # nobody had asked.
        if NoneType in kinds and str not in kinds and value.lower() == "null":
            raise _invalid(f"Invalid enum value - at `{name}`")
        seen.add(name)


@functools.lru_cache(maxsize=1_000)
def _kinds(handler: BaseRouteHandler) -> dict[str, tuple[Any, ...]]:
    """What the parameters of a route's query may be, those of its dependencies among them."""
    signatures = [handler.parsed_fn_signature]
    signatures += [needed.parsed_fn_signature for needed in handler.resolve_dependencies().values()]
    fields = [field for each in signatures for field in each.parameters.items()]
    return {
        name_in_address(name, field): get_args(field.annotation) or (field.annotation,)
        for name, field in fields
        if isinstance(field.kwarg_definition, QueryParameter)
    }


def _is_strict(handler: BaseRouteHandler) -> bool:
    """Whether a route takes no parameters but its own: a page's address, and the one to which an identity provider
    sends its own words back (`any_query`), are written by others.
    """
    is_documented = isinstance(handler, HTTPRouteHandler) and handler.resolve_include_in_schema()
    return is_documented and not handler.opt.get("any_query")


def name_in_address(name: str, field: FieldDefinition) -> str:
    """A parameter's name in an address, which can be another than the one in Python."""
    return getattr(field.kwarg_definition, "name", None) or name


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


#: What is told by the name that was sent, and what instead where it can be a person's.
_NAMED = ("Object contains unknown field", "Unknown parameter", "Given twice", "Control character")


def _discreet(refused: Refused, handler: BaseRouteHandler) -> Refused:
    """The refusal without any name that was sent, on a route about people."""
    reason = str(refused.refusal.values.get("reason", ""))
    if handler.opt.get("act") in ABOUT_PEOPLE:
        named = next((begin for begin in _NAMED if reason.startswith(begin)), None)
        if named is not None:
            return _invalid(named)
    return refused


def _invalid(reason: str) -> Refused:
    return Refused(Refusal("invalid", {"reason": reason}))
