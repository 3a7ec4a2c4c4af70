"""How the hub comes to the bus: over TLS where a CA is given, as one of the users that the keyring holds.

Rules that stay true: with a CA nothing is said in the clear, not even the greeting, so that nobody on the way
can talk a connection out of TLS; a server that refuses a key is told apart from one that is away, and from one
that is there and hangs up. Absent: whose key it is, and what is done over the connection.
"""

import asyncio
import contextlib
import functools
import ssl
from enum import StrEnum
from pathlib import Path

import nats.errors
import structlog
from msgspec import Struct
from nats.aio.client import Client

from nanduti.feed import tls_options

#: Seconds for one attempt.
PATIENCE = 5.0
#: How often is tried before a server is called away.
ATTEMPTS = 4
#: Seconds for which is tried again where the server is there, and hangs up without a word.
DROPPED_FOR = 5.0

log = structlog.get_logger(__name__)


class Address(Struct, frozen=True):
    """Where the bus is; `ca` is the file of the authorities whose certificates it may show, None for no TLS."""

    url: str
    ca: Path | None = None


class Reception(StrEnum):
    """How the server met a key."""

    LET_IN = "let in"
    #: The key is right, and its account has as many connections as it may.
    FULL = "full"
    REFUSED = "refused"
    #: Somebody is there, and hangs up without a word.
    DROPPED = "dropped"
    AWAY = "away"


class Knock(Struct):
    """What came of one attempt to connect; `client` is there where it was let in, and is the caller's to close."""

    reception: Reception
    error: Exception | None = None
    client: Client | None = None

    @property
    def reason(self) -> str:
        """Why it was not let in, in the words of whoever said so."""
        return "" if self.error is None else str(self.error) or type(self.error).__name__


class NotLetIn(RuntimeError):
    """There is no connection to be had with this key; `met` says how the server met it."""

    def __init__(self, met: Knock) -> None:
        super().__init__(f"{met.reception}: {met.reason}")
        self.met = met


async def knock(address: Address, seed: Path | None, name: str = "nanduti-hub probe") -> Knock:
    """Try to connect with a seed, or without any, and see how the server meets it."""
    loop = asyncio.get_running_loop()
    until, attempts = loop.time() + DROPPED_FOR, 1
    while True:
        met = await _knock(address, seed, name)
        # A server that reads its configuration again drops whoever is at the door, without a word.
        passes = met.reception is Reception.DROPPED and loop.time() < until
        may_pass = met.reception is Reception.AWAY and attempts < ATTEMPTS and not _is_ours(met.error)
        if not (passes or may_pass):
            return met
        attempts += 1
        await asyncio.sleep(0.1)


async def enter(address: Address, seed: Path, name: str) -> Client:
    """A connection that is there at once, and does not come back when it is lost.

    Raises:
        NotLetIn: there is none to be had.

    """
    met = await knock(address, seed, name)
    if met.client is None:
        raise NotLetIn(met)
    return met.client


async def close(client: Client, within: float = 2.0) -> None:
    """Close a connection, whatever has become of it: nats-py refuses where it was never begun, and after a handshake
    that failed waits for its end for ever.
    """
    with contextlib.suppress(nats.errors.Error, OSError, AssertionError):
        async with asyncio.timeout(within):
            await client.close()


async def _knock(address: Address, seed: Path | None, name: str) -> Knock:
    errors: list[Exception] = []

    async def note(error: Exception) -> None:
        errors.append(error)

    client = Client()
    try:
        async with asyncio.timeout(PATIENCE):
            await client.connect(
                address.url,
                name=name,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                error_cb=note,
                nkeys_seed=str(seed) if seed else None,
                # Nothing is sent before the server has answered the key: what would arrive after it has hung up
                # makes the system throw its refusal away, unread, and over TLS that is one time in four.
                verbose=True,
                **tls_options(address.ca),
            )
            # nats-py can take a connection that was dropped meanwhile for a good one: only an answer tells.
            await client.flush(2)
    except (nats.errors.Error, OSError) as error:
        await close(client, 0.2)
        # The attempt's own reason says more than that there are no more servers to try.
        reason = errors[-1] if errors else error
        return Knock(_reception(reason), reason)
    return Knock(Reception.LET_IN, client=client)


def _reception(error: Exception) -> Reception:
    said = str(error).lower()
    if "maximum account active connections" in said:
        return Reception.FULL
    if "authorization violation" in said:
        return Reception.REFUSED
    hung_up = (
        *(ConnectionResetError, BrokenPipeError, ssl.SSLEOFError),
        *(nats.errors.StaleConnectionError, nats.errors.ConnectionClosedError, nats.errors.FlushTimeoutError),
    )
    if isinstance(error, hung_up) or "empty response from server" in said:
        return Reception.DROPPED
    return Reception.AWAY


def _is_ours(error: Exception | None) -> bool:
    """Whether it is a matter of files or certificates, which trying again does not change."""
    return isinstance(error, ssl.SSLError | FileNotFoundError | PermissionError)


async def connect(address: Address, seed: Path, user: str, client: Client | None = None) -> Client:
    """A connection to the bus that never gives up; `client` is one that is not connected yet."""
    connection = client or Client()
    if address.ca is not None:
        # After a first handshake that failed nats-py never tries again: it begins when one has gone well.
        await _let_in(address, seed, user)
    await connection.connect(
        address.url,
        nkeys_seed=str(seed),
        name=f"nanduti-hub {user}",
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.2,  # type: ignore[arg-type]  # nats-py says int and only waits so long
        connect_timeout=5,
        disconnected_cb=functools.partial(_told, connection, "bus_lost", user),
        reconnected_cb=functools.partial(_told, connection, "bus_back", user),
        error_cb=_passed_over,
        **tls_options(address.ca),
    )
    return connection


async def _let_in(address: Address, seed: Path, user: str) -> None:
    told = ""
    while (met := await knock(address, seed)).client is None:
        if met.reason != told:
            told = met.reason
            log.warning("bus_not_reached", user=user, reception=met.reception, reason=told)
        await asyncio.sleep(1)
    await met.client.close()


async def _told(connection: Client, event: str, user: str) -> None:
    # One that we close ourselves is not lost.
    if not connection.is_closed:
        log.info(event, user=user)


async def _passed_over(_error: Exception) -> None:
    """Each attempt to connect again fails with the same; that the bus is lost has been told."""
