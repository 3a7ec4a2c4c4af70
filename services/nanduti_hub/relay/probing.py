"""Looking at the bus from outside: does every key work that should, is every other refused, are copies current.

Rule that stays true: what is answered was seen at the server just now, by really connecting and really reading,
and is never taken from a file. Absent: changing anything, and words for people.
"""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import nats.errors
from msgspec import Struct
from nats.aio.client import Client

from nanduti_hub.relay import streams
from nanduti_hub.relay.admission import Roll, active, out
from nanduti_hub.relay.connection import Address, Knock, Reception, close, knock
from nanduti_hub.relay.credentials import Keyring, Revoked, seed_file
from nanduti_hub.relay.keeper import ApiError, bounded, call, expected_ends
from nanduti_hub.relay.streams import Member

#: Seconds to wait for one answer.
PATIENCE = 3.0


class Trouble(StrEnum):
    """What can be wrong."""

    AWAY = "away"
    DROPPED = "dropped"
    REFUSED = "refused"
    LET_IN = "let in"
    ANYONE = "anyone"
    NO_LEDGER = "no ledger"
    COPY_UNREADABLE = "copy unreadable"
    COPY_LATE = "copy late"


class Finding(Struct, frozen=True):
    """Something wrong: with which user (a member's code, `keeper:<member>`, or the file of a seed that is out),
    and with which of its streams, if any. Why is told by the error where one was met, else by `reason`.
    """

    trouble: Trouble
    user: str
    stream: str = ""
    reason: str = ""
    error: Exception | None = None


async def probe(address: Address, keyring: Keyring, roll: Roll) -> list[Finding]:
    """All that is wrong; nothing, where the bus is as directory and keyring say."""
    met = await knock(address, seed_file(keyring, "keeper"))
    if met.client is None:
        return [_not_let_in(met, "keeper")]
    found: list[list[Finding]] = []
    try:
        members = active(keyring, roll)
        try:
            expected = await expected_ends(met.client, members)
        except ApiError as error:
            found.append([Finding(Trouble.NO_LEDGER, "keeper", streams.LEDGER, error.description)])
            expected = {(member, copy): 0 for member in members for copy in streams.COPIES}
        of_members = await bounded(probe_member(address, keyring, member, expected) for member in members)
        of_others = await bounded(probe_out(address, seed) for seed in [None, *out(keyring, roll)])
    finally:
        await close(met.client)
    return [finding for findings in (*found, *of_members, *of_others) for finding in findings]


async def probe_member(
    address: Address, keyring: Keyring, member: Member, expected: Mapping[tuple[Member, str], int]
) -> list[Finding]:
    """What is wrong with a member's own credential and what it reads with it; nothing, if it has been revoked since
    somebody asked.
    """
    try:
        seed = seed_file(keyring, member.code)
    except Revoked:
        return []
    met = await knock(address, seed)
    if met.reception is Reception.FULL:
        # Its key was taken before its connections were counted; they leave no room to look at its copies.
        return []
    if met.client is None:
        return [_not_let_in(met, member.code)]
    try:
        found = [await _copy(met.client, member, copy, expected[member, copy]) for copy in streams.COPIES]
    finally:
        await close(met.client)
    return [finding for finding in found if finding]


async def _copy(client: Client, member: Member, copy: str, expected: int) -> Finding | None:
    until = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            info = await call(client, f"STREAM.INFO.{copy}", patience=PATIENCE)
        except ApiError as error:
            return Finding(Trouble.COPY_UNREADABLE, member.code, copy, error.description)
        except (TimeoutError, nats.errors.Error) as error:
            return Finding(Trouble.COPY_UNREADABLE, member.code, copy, error=error)
        last = int(info["state"]["last_seq"])
        if last >= expected:
            return None
        if asyncio.get_running_loop().time() > until:
            said = info.get("mirror", {}).get("error", {}).get("description", "")
            return Finding(Trouble.COPY_LATE, member.code, copy, f"{last} / {expected} {said}".strip())
        # What was published a moment ago is still on its way.
        await asyncio.sleep(0.1)


async def probe_out(address: Address, seed: Path | None) -> list[Finding]:
    """What is wrong if a seed that is out, or none at all, is not refused."""
    met = await knock(address, seed)
    if met.client is not None:
        await close(met.client)
    if met.reception is Reception.REFUSED:
        return []
    if met.reception in (Reception.AWAY, Reception.DROPPED):
        return [_not_let_in(met, seed.name if seed else "")]
    return [Finding(Trouble.LET_IN, seed.name) if seed else Finding(Trouble.ANYONE, "")]


def _not_let_in(met: Knock, user: str) -> Finding:
    troubles = {Reception.AWAY: Trouble.AWAY, Reception.DROPPED: Trouble.DROPPED}
    return Finding(troubles.get(met.reception, Trouble.REFUSED), user, error=met.error)
