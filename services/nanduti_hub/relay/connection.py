"""How the hub comes to the bus: over TLS where a CA is given, as one of the users that the keyring holds.

Rules that stay true: with a CA nothing is said in the clear, not even the greeting, so that nobody on the way
can talk a connection out of TLS; a server that refuses a key is told apart from one that is away. Absent: whose
key it is, and what is done over the connection.
"""

import asyncio
import contextlib
import functools
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
    AWAY = "away"


class Knock(Struct):
    """What came of one attempt to connect; `client` is there where it was let in, and is the caller's to close."""

    reception: Reception
    reason: str = ""
    client: Client | None = None


async def knock(address: Address, seed: Path | None) -> Knock:
    """Try to connect with a seed, or without any, and see how the server meets it."""
    for _ in range(ATTEMPTS - 1):
        met = await _knock(address, seed)
        if met.reception is not Reception.AWAY or "certificate verify failed" in met.reason:
            return met
        # A server that reads its configuration again drops whoever is at the door, without a word.
        await asyncio.sleep(0.1)
    return await _knock(address, seed)


async def _knock(address: Address, seed: Path | None) -> Knock:
    reasons: list[str] = []

    async def note(error: Exception) -> None:
        reasons.append(str(error) or type(error).__name__)

    client = Client()
    try:
        async with asyncio.timeout(PATIENCE):
            await client.connect(
                address.url,
                name="nanduti-hub probe",
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                error_cb=note,
                nkeys_seed=str(seed) if seed else None,
                **tls_options(address.ca),
            )
            # nats-py can take a connection that was dropped meanwhile for a good one: only an answer tells.
            await client.flush(2)
    except (nats.errors.Error, OSError) as error:
        # After a handshake that failed nats-py would wait for its end for ever.
        with contextlib.suppress(nats.errors.Error, OSError):
            async with asyncio.timeout(0.2):
                await client.close()
        # The attempt's own reason says more than that there are no more servers to try.
        reason = reasons[-1] if reasons else str(error) or type(error).__name__
        return Knock(_reception(reason), reason)
    return Knock(Reception.LET_IN, client=client)


def _reception(reason: str) -> Reception:
    lowered = reason.lower()
    if "maximum account active connections" in lowered:
        return Reception.FULL
    return Reception.REFUSED if "authorization violation" in lowered else Reception.AWAY


async def connect(
    address: Address, seed: Path, user: str, client: Client | None = None, *, goes_on: bool = True
) -> Client:
    """A connection to the bus that never gives up, unless told; `client` is one that is not connected yet."""
    connection = client or Client()
    if address.ca is not None and goes_on:
        # After a first handshake that failed nats-py never tries again: it begins when one has gone well.
        await _let_in(address, seed, user)
    await connection.connect(
        address.url,
        nkeys_seed=str(seed),
        name=f"nanduti-hub {user}",
        allow_reconnect=goes_on,
        max_reconnect_attempts=-1 if goes_on else 1,
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
            log.warning("bus_not_reached", user=user, reason=told)
        await asyncio.sleep(1)
    await met.client.close()


async def _told(connection: Client, event: str, user: str) -> None:
    # One that we close ourselves is not lost.
    if not connection.is_closed:
        log.info(event, user=user)


async def _passed_over(_error: Exception) -> None:
    """Each attempt to connect again fails with the same; that the bus is lost has been told."""
