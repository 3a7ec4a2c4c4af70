"""What the requests of the matrix are made in: a running hub, and a client for each column."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
from hub_api import Api
from msgspec import Struct


class Sent(Struct, frozen=True):
    """A request: its address, what goes with it, and the same address of a thing that does not exist."""

    path: str
    sent: dict[str, Any] = {}
    unknown: str = ""


class World(Struct, frozen=True):
    """A running hub, one client for each column, and the two who prepare what the requests are about."""

    callers: dict[str, httpx.AsyncClient]
    owner: Api
    steward: Api
    superuser: asyncpg.Connection
    plan: str
    drafts: dict[str, str]
    people: dict[str, str]


Make = Callable[[World], Awaitable[Sent]]


def plain(path: str, *, unknown: str = "", **sent: Any) -> Make:
    """A request that needs nothing to be there."""

    async def make(_world: World) -> Sent:
        return Sent(path, sent, unknown)

    return make
