"""The record: which requests leave a row in it, and what that row says.

Rules: a write that happened has its row in its own transaction, so that neither is without the other; a read of
what is not public to members, and whatever was refused, has its row before a byte of the answer leaves. A row
holds ids, codes and the route's template: no query, no body, no header, and of the path only the id of a thing
that exists (for whoever calls or not: the record is the steward's), because a path can contain anything, a
person's name too. Absent: 401 for want of a
credential, of which nobody known is the author, and 429, which would let a flood write: they are counted.
"""

import re
from typing import Any

import asyncpg
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from nanduti_hub.access.policy import ABOUT_PEOPLE, PUBLIC_TO_MEMBERS
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.statements import statement

Connection = ASGIConnection[Any, Any, Any, Any]

#: Methods that change nothing.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: Who tries to sign in as an account that does not exist.
NOBODY = Caller(name="", role=Role.OBSERVER, scope="*", id="nobody")
#: What a target looks like: an id, a code, or the name of a seat.
_TARGET = re.compile(r"[A-Za-z0-9._:-]{1,80}")
#: Where a request's scope keeps whom it is about, what it touched, and whether its row is committed.
_ABOUT, _ROLELESS, _TARGETED, _RECORDED = "audit_about", "audit_roleless", "audit_target", "audit_recorded"


def is_recorded(handler: BaseRouteHandler, method: str) -> bool:
    """Whether requests to a route leave a row: every write, and every read of what is not public to members.

    A route's `recorded` says otherwise, for an open one that signs somebody in with a GET.
    """
    if method not in SAFE:
        return True
    act = handler.opt.get("act")
    return bool(handler.opt.get("recorded", act is not None and act not in PUBLIC_TO_MEMBERS))


def author_of(connection: Connection) -> Caller | None:
    """Who a request's row is about: its caller, or whom a sign-in is for; None where nobody known is."""
    state = connection.scope["state"]
    known: Caller | None = state.get(_ABOUT) or connection.scope.get("user")
    if known is None and connection.scope["route_handler"].opt.get("open"):
        return NOBODY
    return known


def about(connection: Connection, caller: Caller, *, roleless: bool = False) -> None:
    """Say whom a request without a caller is about, once it is known to exist: a sign-in's account, or whose link
    was shown; `roleless` where that one acts in no role.
    """
    connection.scope["state"] |= {_ABOUT: caller, _ROLELESS: roleless}


def about_account(connection: Connection, person: str, account: str) -> None:
    """Say which account a sign-in tries, once it is known to exist; whoever tries acts in no role yet."""
    tried = Caller(name=account, role=Role.OBSERVER, scope="*", id=f"person:{person}")
    about(connection, tried, roleless=True)


def touches(connection: Connection, target: str) -> None:
    """Say what a request touches or makes, once it is known to exist: so that a refusal names it, too."""
    connection.scope["state"][_TARGETED] = target


async def record(
    transaction: asyncpg.Connection,
    connection: Connection,
    caller: Caller,
    status: int,
    *,
    code: str | None = None,
) -> None:
    """Write the row of a request, in a transaction of `caller`.

    In a write's own transaction, the writer calls `recorded` once that is committed.
    """
    handler = connection.scope["route_handler"]
    act = handler.opt.get("act")
    roleless = caller.id == NOBODY.id or bool(connection.scope["state"].get(_ROLELESS))
    client = connection.scope.get("client")
    await transaction.execute(
        statement("nanduti_hub.access", "put_audit"),
        caller.id,
        caller.name[:200],
        None if roleless else caller.role.value,
        None if roleless else caller.scope,
        connection.scope["method"],  # type: ignore[typeddict-item]  # nothing here is a WebSocket
        _template(connection.scope["path_template"]),
        None if act is None else act.value,
        _target(connection, status) or await _existing(transaction, connection),
        status,
        code,
        None if client is None else client[0][:64],
    )


def recorded(connection: Connection) -> None:
    """Take note that a request's row is committed."""
    connection.scope["state"][_RECORDED] = True


def has_row(connection: Connection) -> bool:
    """Whether a request's row is committed."""
    return bool(connection.scope["state"].get(_RECORDED))


def _target(connection: Connection, status: int) -> str | None:
    """What was touched: as the route said, or as the path names it where the route has found it.

    The path of an open route is never looked at: it can be a link's secret. Nor is that of a case: what two
    institutions call it would tell a reader of the record that they share it. There the route says the caller's own
    reference.
    """
    named = connection.scope["state"].get(_TARGETED)
    handler = connection.scope["route_handler"]
    is_closed = not handler.opt.get("open") and handler.opt.get("act") not in ABOUT_PEOPLE
    if named is None and status < 400 and is_closed:
        named = next((str(value) for value in connection.scope["path_params"].values()), None)
    return named if named is not None and _TARGET.fullmatch(named) else None


async def _existing(transaction: asyncpg.Connection, connection: Connection) -> str | None:
    """What the path names, where there is such a thing, though the caller was refused or may not know of it.

    A route names the question to the database (`asks`) where its path has the id of what not everybody sees.
    """
    question = connection.scope["route_handler"].opt.get("asks")
    if question is None:
        return None
    named = next(str(value) for value in connection.scope["path_params"].values())
    if _TARGET.fullmatch(named) and await transaction.fetchval(
        statement("nanduti_hub.access", question), named
    ):
        return named
    return None


def _template(path: str) -> str:
    """`/v1/actions/{name}`, without the types that Litestar writes into it."""
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
