"""Who is let into the bus: the server is made to take what directory and keyring say, and it is proved.

Rules that stay true: nobody is told that a key is out before the server has cut its connections and refused it;
a configuration is read, written and reloaded under the keyring's lock, so that of two processes neither undoes
what the other has done. An account is never taken away: who is shut out, or has left, loses its key, and keeps
copies that nobody can read (an account that comes back by a reload has copies that stand still for long, and a
member that returns finds its numbers unchanged). Absent: making the streams (`keeper`).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats.errors
from msgspec import Struct
from nats.aio.client import Client

from nanduti_hub.relay.connection import Address, Reception, close, knock
from nanduti_hub.relay.credentials import (
    Keyring,
    context_file,
    dismiss,
    is_revoked,
    locked,
    public_key_in,
    public_keys,
    retired,
    seed_file,
    state,
)
from nanduti_hub.relay.server_config import Certificate, server_config
from nanduti_hub.relay.streams import Member

#: Seconds until a connection that is to be cut must be gone, and a key that is out be refused.
CUT_WITHIN = 10.0


class NotTaken(RuntimeError):
    """The server was not made to take the configuration: what it goes on with is the one it had."""


class NotProven(RuntimeError):
    """The server took the configuration, and a key that is out is still let in."""


class Roll(Struct, frozen=True):
    """Who has an account: the members, and those that were members and are no more."""

    members: tuple[Member, ...]
    former: tuple[Member, ...] = ()


class Site(Struct, frozen=True):
    """How a server is set up, apart from who is let in. `ca` is the file of the authorities that signed its
    certificate, which members' contexts name.
    """

    listen_host: str
    listen_port: int
    store_dir: str
    tls: Certificate | None = None
    ca: str | None = None


class OwnServer(Struct, frozen=True):
    """A server whose configuration is ours to write. `put` checks a text and puts it in its place, or raises."""

    site: Site
    put: Callable[[str], Awaitable[None]]


class Settled(Struct, frozen=True):
    """Who has an account, and the keyring's state, as they were when the server took them."""

    roll: Roll
    keys: tuple[int, ...]


def configuration(site: Site, keyring: Keyring, roll: Roll) -> str:
    """The server's configuration as directory and keyring are now."""
    return server_config(
        listen_host=site.listen_host,
        listen_port=site.listen_port,
        store_dir=site.store_dir,
        members=(*roll.members, *roll.former),
        keys=public_keys(keyring, roll.members, roll.former),
        tls=site.tls,
    )


def active(keyring: Keyring, roll: Roll) -> list[Member]:
    """The members that are let in."""
    return [member for member in roll.members if not is_revoked(keyring, member.code)]


def prepare(keyring: Keyring, roll: Roll, address: Address) -> None:
    """Make what is missing in the keyring, and retire the keys of those who have left. Hold its lock."""
    for member in (*roll.members, *roll.former):
        if member in roll.former or is_revoked(keyring, member.code):
            dismiss(keyring, member.code)
    for member in active(keyring, roll):
        context_file(keyring, member, address.url, address.ca)


async def settle(
    server: OwnServer,
    address: Address,
    keyring: Keyring,
    read_roll: Callable[[], Awaitable[Roll]],
    change: Callable[[Roll], None] = lambda _roll: None,
) -> Settled:
    """Change the keyring, have the server take directory and keyring as they are then, and prove it.

    Raises:
        NotTaken: the server cannot be reached with the hub's key, or refused the configuration.
        NotProven: a key that is out was let in.
        KeyringBusy: another process held the keyring for too long.

    """
    async with locked(keyring):
        roll = await read_roll()
        change(roll)
        prepare(keyring, roll, address)
        async with system(address, keyring) as client:
            await server.put(configuration(server.site, keyring, roll))
            # An account that is new in a reload has imports that work only after a second one.
            for _ in range(2):
                await reload(client)
            await prove_out(client, address, out(keyring, roll))
        return Settled(roll, state(keyring))


def out(keyring: Keyring, roll: Roll) -> list[Path]:
    """All the seeds that must be let in no more."""
    of_members = [seed for member in roll.members for seed in retired(keyring, member.code)]
    return of_members + [
        seed for member in roll.former for seed in retired(keyring, member.code, is_member=False)
    ]


@asynccontextmanager
async def system(address: Address, keyring: Keyring) -> AsyncIterator[Client]:
    """A connection that may ask the server about itself and tell it to reload.

    Raises:
        NotTaken: there is none to be had.

    """
    met = await knock(address, seed_file(keyring, "sys"))
    if met.client is None:
        raise NotTaken(f"{address.url}: {met.reason}")
    try:
        yield met.client
    finally:
        await close(met.client)


async def reload(client: Client) -> None:
    """Have the server read its configuration again.

    Raises:
        NotTaken: it did not answer, or refused.

    """
    answer = await _server_answer(client, "RELOAD")
    if (refusal := answer.get("error")) is not None:
        raise NotTaken(str(refusal.get("description", refusal)))


async def prove_out(client: Client, address: Address, seeds: Sequence[Path]) -> None:
    """See that no connection with any of these seeds is left, and that none is let in.

    Raises:
        NotProven: one is, `CUT_WITHIN` seconds on; or the server could not be asked.

    """
    for seed in seeds:
        try:
            async with asyncio.timeout(CUT_WITHIN):
                while await connections_of(client, public_key_in(seed)):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise NotProven(f"{seed.name}: its connections were not cut") from None
        met = await knock(address, seed)
        if met.client is not None:
            await close(met.client)
        if met.reception is not Reception.REFUSED:
            raise NotProven(f"{seed.name}: {met.reception}{': ' * bool(met.reason)}{met.reason}")


async def connections_of(client: Client, public_key: str) -> int:
    """How many connections a user has on the server now."""
    answer = await _server_answer(client, "CONNZ", {"auth": True, "user": public_key})
    if "data" not in answer:
        raise NotProven(f"the server does not tell its connections: {answer.get('error')}")
    return int(answer["data"]["num_connections"])


async def _server_answer(client: Client, what: str, body: object = None) -> dict[str, Any]:
    payload = b"" if body is None else json.dumps(body).encode()
    try:
        # The one server that this connection is to is the one that answers for itself.
        named = json.loads((await client.request("$SYS.REQ.SERVER.PING.IDZ", timeout=5)).data)
        answer = await client.request(f"$SYS.REQ.SERVER.{named['id']}.{what}", payload, timeout=10)
    except nats.errors.Error as error:
        raise NotTaken(f"the server does not answer {what}: {type(error).__name__}") from error
    decoded: dict[str, Any] = json.loads(answer.data)
    return decoded
