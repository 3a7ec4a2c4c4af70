"""A real nats-server for tests: on a free port, in a directory of its own, to be stopped and killed at will."""

import asyncio
import contextlib
import inspect
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import nats
from msgspec import Struct, field
from nats.aio.client import Client

from nanduti_hub.embedded.home import free_port
from nanduti_hub.embedded.nats import greets, nats_binary
from nanduti_hub.relay.credentials import Keyring, open_keyring, public_keys, seed_file
from nanduti_hub.relay.server_config import Certificate, server_config
from nanduti_hub.relay.streams import Member

START_DEADLINE = 20.0


class Server(Struct):
    """A nats-server that a test may stop, kill and start again on the same port."""

    directory: Path
    port: int
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What the server has said so far."""
        return (self.directory / "nats.log").read_text()

    async def start(self) -> None:
        """Start it, and wait until it takes connections."""
        assert self.process is None
        configuration, log = self.directory / "nats.conf", self.directory / "nats.log"
        self.process = await asyncio.create_subprocess_exec(
            str(nats_binary()), "-c", str(configuration), "-l", str(log)
        )
        async with asyncio.timeout(START_DEADLINE):
            while not await greets(self.port):
                assert self.process.returncode is None, self.log
                await asyncio.sleep(0.02)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, with SIGKILL if asked, and wait until it is gone."""
        process, self.process = self.process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(how)
            await process.wait()

    def reload(self) -> None:
        """Make it read its configuration again."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)


@contextlib.asynccontextmanager
async def running_server(config_text: str, directory: Path, port: int) -> AsyncIterator[Server]:
    """Run a server with a configuration that listens on `port`."""
    server = _prepared(config_text, directory, port)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


def _prepared(config_text: str, directory: Path, port: int) -> Server:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "nats.conf").write_text(config_text)
    return Server(directory, port)


class Bus(Struct):
    """A server with the hub's accounts, its keys, and the connections that a test has opened."""

    server: Server
    keyring: Keyring
    members: Sequence[Member]
    tls: Certificate | None = None
    opened: list[Client] = field(default_factory=list)

    def credentials(self, name: str) -> str:
        """The seed file of a user."""
        return str(seed_file(self.keyring, name))

    @property
    def connect_as(self) -> Callable[[str], Awaitable[Client]]:
        """How to connect as a user; connections are closed with the bus."""

        async def connect(name: str) -> Client:
            client = await nats.connect(
                self.server.url,
                nkeys_seed=self.credentials(name),
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.05,
                error_cb=_ignore,
            )
            self.opened.append(client)
            return client

        return connect

    @property
    def jetstream(self) -> Path:
        """Where the server keeps the streams."""
        return self.server.directory / "js" / "jetstream"

    def configuration(self, members: Sequence[Member]) -> str:
        """The server's configuration for some members."""
        return server_config(
            listen_host="127.0.0.1",
            listen_port=self.server.port,
            store_dir=str(self.server.directory / "js"),
            members=members,
            keys=public_keys(self.keyring, members),
            tls=self.tls,
        )


@contextlib.asynccontextmanager
async def running_bus(
    directory: Path, members: Sequence[Member], tls: Certificate | None = None
) -> AsyncIterator[Bus]:
    """Run a server configured for the hub and some members; no stream is made yet."""
    port = free_port()
    bus = Bus(Server(directory / "nats", port), open_keyring(directory / "keys"), members, tls)
    async with running_server(bus.configuration(members), directory / "nats", port) as server:
        bus.server = server
        try:
            yield bus
        finally:
            for client in bus.opened:
                with contextlib.suppress(Exception):
                    await client.close()


async def _ignore(_error: Exception) -> None:
    """Servers of tests go away; clients find them again."""


async def until(condition: Callable[[], Awaitable[bool] | bool], deadline: float = 30.0) -> None:
    """Wait until a condition holds, or fail."""
    async with asyncio.timeout(deadline):
        while not (await held if inspect.isawaitable(held := condition()) else held):
            await asyncio.sleep(0.02)
