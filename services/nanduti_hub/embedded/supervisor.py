"""Keeps the embedded servers running: one that ends without having been told to is started again.

Rule that stays true: while the block runs, each server is running or about to be; when it ends, none is.
Absent on purpose: any judgement on a server that runs but does not answer. Its clients see that, and say so.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

import structlog

from nanduti_hub.embedded.child import ServerFailed

FIRST_PAUSE = 1.0  # seconds
LONGEST_PAUSE = 10.0
STEADY = 30.0  # a server that has run so long begins again with the first pause

log = structlog.get_logger(__name__)


class Server(Protocol):
    """What Postgres and Nats have in common."""

    name: str

    @property
    def pid(self) -> int | None: ...
    async def launch(self) -> None: ...
    async def exited(self) -> int | None: ...
    async def stop(self) -> None: ...


@asynccontextmanager
async def supervised(*servers: Server) -> AsyncIterator[None]:
    """Watches the started servers during the block, and stops them after it, the last first."""
    stopping = asyncio.Event()
    keepers = [asyncio.create_task(keep_running(server, stopping)) for server in servers]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*keepers, return_exceptions=True)
        for server in reversed(servers):
            await server.stop()
            log.info("server_stopped", server=server.name)


async def keep_running(server: Server, stopping: asyncio.Event) -> None:
    """Starts the server again whenever it has ended, until `stopping` is set."""
    loop = asyncio.get_running_loop()
    pause = FIRST_PAUSE
    running_since = loop.time()
    while not stopping.is_set():
        return_code = await ended_before(stopping, server)
        if stopping.is_set():
            return
        if loop.time() - running_since > STEADY:
            pause = FIRST_PAUSE
        log.warning("server_exited", server=server.name, return_code=return_code, pause_seconds=pause)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause)
        if stopping.is_set():
            return
        pause = min(pause * 2, LONGEST_PAUSE)
        try:
            await server.launch()
        except (ServerFailed, OSError) as error:
            log.warning("server_restart_failed", server=server.name, reason=str(error))
            continue
        running_since = loop.time()
        log.warning("server_restarted", server=server.name, pid=server.pid)


async def ended_before(stopping: asyncio.Event, server: Server) -> int | None:
    """The server's return code as soon as it has ended; None if the stop came first."""
    exited = asyncio.create_task(server.exited())
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({exited, stop}, return_when=asyncio.FIRST_COMPLETED)
        return exited.result() if exited.done() else None
    finally:
        exited.cancel()
        stop.cancel()
