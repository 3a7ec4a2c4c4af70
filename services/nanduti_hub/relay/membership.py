"""The members of the directory and what they have on the bus: kept in step for as long as the hub runs.

Rules that stay true: who enters the directory has account, credential and copies within seconds, and who leaves it
is out within seconds, where the server's configuration is the hub's own to write; where it is the operator's, it
is told once what to do. A member that fails holds up nobody else. Absent: what the server is told (`admission`)
and the streams (`keeper`).
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import asyncpg
import nats.errors
import structlog
from msgspec import Struct
from nats.aio.client import Client

from nanduti.directory import Institution, Platform
from nanduti_hub.caller import WORKER
from nanduti_hub.directory import seed
from nanduti_hub.directory.queries import entries
from nanduti_hub.ledger.database import DATABASE_AWAY, Database, transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.relay.admission import NotProven, OwnServer, Roll, Settled, settle
from nanduti_hub.relay.connection import Address, NotLetIn, Reception, close, connect, enter
from nanduti_hub.relay.credentials import Keyring, has_account, is_revoked, seed_file, state
from nanduti_hub.relay.keeper import ensure_ledger, expected_ends, provision
from nanduti_hub.relay.probing import Trouble, probe_member
from nanduti_hub.relay.recipe import recipe
from nanduti_hub.relay.streams import Member
from nanduti_hub.telemetry import where

#: Seconds between two looks at whether directory or keyring have changed.
LOOK_EVERY = 1.0
#: Seconds between two looks at whether every copy is there: a member can delete its own.
MEND_EVERY = 600.0
#: Seconds before what failed is tried again: at first, and at most.
RETRY_AFTER, RETRY_AFTER_AT_MOST = 5.0, 30.0

log = structlog.get_logger(__name__)


class Bus(Struct, frozen=True):
    """What keeping the bus needs: where it is, the hub's keys, the directory that names the members, and the
    server, where it is the hub's own. `settled` is told whom the server has taken.
    """

    address: Address
    keyring: Keyring
    database: Database
    server: OwnServer | None = None
    settled: Callable[[Roll], None] = lambda _roll: None


async def members_of(database: Database) -> list[Member]:
    """Who has an account on the bus: every platform, and every institution on the hub."""
    platforms, institutions = await _directory(database)
    return members_among(platforms, institutions)


async def roll_of(database: Database, keyring: Keyring) -> Roll:
    """The members, and the institutions that were members once."""
    platforms, institutions = await _directory(database)
    former = [
        Member(entry.code, is_platform=False)
        for entry in institutions
        if not entry.on_hub and has_account(keyring, entry.code)
    ]
    return Roll(tuple(members_among(platforms, institutions)), tuple(_ordered(former)))


def members_among(platforms: Sequence[Platform], institutions: Sequence[Institution]) -> list[Member]:
    """The members among the entries of a directory: platforms, then institutions, each by code, so that the same
    members give the same configuration, wherever they are read from.
    """
    return _ordered(
        [Member(platform.code, is_platform=True) for platform in platforms]
        + [Member(entry.code, is_platform=False) for entry in institutions if entry.on_hub]
    )


def _ordered(members: Sequence[Member]) -> list[Member]:
    return sorted(members, key=lambda member: (not member.is_platform, member.code))


async def _directory(database: Database) -> tuple[Sequence[Platform], Sequence[Institution]]:
    async with transaction(database, WORKER) as connection:
        platforms = await entries(connection, Platform)
        institutions = await entries(connection, Institution)
    return platforms or seed.load().platforms, institutions or seed.load().institutions


async def make_ledger(bus: Bus) -> None:
    """Make LEDGER where it is gone."""
    keeper = await connect(bus.address, seed_file(bus.keyring, "keeper"), "keeper")
    try:
        await ensure_ledger(keeper)
    finally:
        await close(keeper)


async def keep_copies(bus: Bus, wanted: asyncio.Event, made: asyncio.Event) -> None:
    """Keep every member's account and copies, for ever: when it is wanted, and when the directory or the keyring
    has changed. `made` is set once it has been tried.
    """
    settled: Settled | None = None
    seen: tuple[int, tuple[int, ...]] | None = None
    let_in: Sequence[Member] = ()
    told, pause = "", RETRY_AFTER
    loop = asyncio.get_running_loop()
    mend_at = loop.time() + MEND_EVERY
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                await wanted.wait()
        if loop.time() > mend_at:
            wanted.set()
        try:
            now = await _changes(bus)
            if now == seen and not wanted.is_set():
                continue
            is_wanted = wanted.is_set()
            wanted.clear()
            before = settled
            settled = await _settled(bus, before)
            if is_wanted or settled.roll != (before and before.roll):
                joined = [] if before is None else [m for m in settled.roll.members if m not in let_in]
                await _provisioned(bus, settled.roll, joined)
                let_in = settled.roll.members
            # As it was before anything was done: what changed meanwhile, or by our own hand, is looked at again.
            seen, told, pause = now, "", RETRY_AFTER
            mend_at = loop.time() + MEND_EVERY
        except (
            *DATABASE_AWAY, asyncpg.PostgresError, nats.errors.Error, RuntimeError, TimeoutError,
        ) as error:  # fmt: skip
            reason = _reason(error)
            if reason != told:
                _tell_failure(bus, error, reason)
                told, pause = reason, RETRY_AFTER
            wanted.set()
            made.set()
            await asyncio.sleep(pause)
            pause = min(2 * pause, RETRY_AFTER_AT_MOST)
        made.set()


def _reason(error: BaseException) -> str:
    """What failed, for whom, and why. What a database says is left out: it can name what somebody sent."""
    said = "" if isinstance(error, asyncpg.PostgresError) else str(error)
    return " ".join([type(error).__name__, *getattr(error, "__notes__", []), said]).strip()


def _tell_failure(bus: Bus, error: BaseException, reason: str) -> None:
    if bus.server is None and isinstance(error, NotLetIn) and error.met.reception is Reception.REFUSED:
        # Whoever has just entered is unknown to an operator's server, until it is told: that is no error.
        log.info("copies_wait_for_configuration", error=reason, run=recipe(bus.keyring))
        return
    log.error("copies_not_made", error=reason, at=where(error)[-3:])


async def _changes(bus: Bus) -> tuple[int, tuple[int, ...]]:
    async with transaction(bus.database, WORKER) as connection:
        changes = await connection.fetchval(statement("nanduti_hub.relay", "directory_changes"))
    return changes, state(bus.keyring)


async def _settled(bus: Bus, before: Settled | None) -> Settled:
    """Have the server take what has changed, and say what it has taken."""
    keys, roll = state(bus.keyring), await roll_of(bus.database, bus.keyring)
    if before is None or (roll, keys) == (before.roll, before.keys):
        # The server was started with it.
        return Settled(roll, keys)
    if bus.server is None:
        if roll != before.roll:
            log.warning(
                "bus_configuration_outdated",
                joined=_codes(roll.members, before.roll.members),
                left=_codes(before.roll.members, roll.members),
                run=recipe(bus.keyring),
            )
        return Settled(roll, keys)

    async def read() -> Roll:
        return await roll_of(bus.database, bus.keyring)

    now = await settle(bus.server, bus.address, bus.keyring, read)
    bus.settled(now.roll)
    log.info(
        "bus_members_settled",
        joined=_codes(now.roll.members, before.roll.members),
        left=_codes(before.roll.members, now.roll.members),
    )
    return now


async def _provisioned(bus: Bus, roll: Roll, joined: Sequence[Member]) -> None:
    """Make the streams, and see that those who have joined can read theirs."""

    async def connect_as(user: str) -> Client:
        # A member that the server does not know yet must fail, not wait.
        return await enter(bus.address, seed_file(bus.keyring, user), f"nanduti-hub {user}")

    keeper = await connect(bus.address, seed_file(bus.keyring, "keeper"), "keeper")
    try:
        await provision(keeper, connect_as, roll.members)
        expected = await expected_ends(keeper, joined)
        for member in joined:
            if is_revoked(bus.keyring, member.code):
                continue
            found = await probe_member(bus.address, bus.keyring, member, expected)
            # A copy of a long register takes its time to fill, and that is in nobody's way.
            if any(finding.trouble is not Trouble.COPY_LATE for finding in found):
                raise NotProven(f"{member.code} cannot read its copies")
            log.info("bus_member_joined", member=member.code)
    finally:
        await close(keeper)


def _codes(these: Sequence[Member], without: Sequence[Member]) -> list[str]:
    return [member.code for member in these if member not in without]
