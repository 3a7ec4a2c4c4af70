"""The API at a port of its own, with limits small enough to be met, for the tests of what is shut."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from nanduti_hub.access.tokens import create_token
from nanduti_hub.caller import Caller, Role
from nanduti_hub.hub import listen, listening, web_application
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.limits import Rates
from nanduti_hub.patience import Patience
from nanduti_hub.settings import Settings

OPERATOR = Caller(name="test", role=Role.STEWARD, scope="*")
QUICK = Patience(head=0.4, pause=0.4, body=1.0, taking=0.4, look=0.05)
#: Seconds within which what must happen has happened.
DEADLINE = 20.0


@contextlib.asynccontextmanager
async def served(
    ledger: Ledger, *, rates: Rates | None = None, patience: Patience | None = None, **settings: Any
) -> AsyncIterator[int]:
    """The API over a ledger at a port of its own."""
    chosen = Settings(
        app_dsn="",
        worker_dsn="",
        nats_url="",
        keys=Path(),
        state=Path(),
        source="urn:nanduti:test",
        **settings,
    )
    listener = listen("127.0.0.1", 0)
    async with listening(web_application(ledger, rates), listener, chosen, patience):
        yield listener.getsockname()[1]


async def token_of(ledger: Ledger, role: Role = Role.OBSERVER, scope: str = "mtess") -> str:
    """A caller's token."""
    async with transaction(ledger.database, OPERATOR) as connection:
        return await create_token(connection, f"test:{role}", role, scope)


@contextlib.asynccontextmanager
async def client(port: int, token: str = "", **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who calls."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=DEADLINE, **options
    ) as it:
        yield it


async def answer_to(port: int, *parts: bytes, pause: float = 0, end: bool = False) -> bytes:
    """Everything that comes back for bytes that are sent with pauses between, until the hub closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reading = asyncio.ensure_future(read_all(reader))
    with contextlib.suppress(OSError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.wait({reading}, timeout=pause)
            if reading.done():
                break
        if end:
            writer.write_eof()
    async with asyncio.timeout(DEADLINE):
        got = await reading
    writer.close()
    return got


async def read_all(reader: asyncio.StreamReader) -> bytes:
    got = b""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            got += piece
    return got
