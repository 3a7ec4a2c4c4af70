"""The bus's keys: nkey seeds in files of one directory, and who of the members is let in with which.

    sys.nk keeper.nk relay.nk    the hub's own users
    keepers/<member>.nk          the hub's key in a member's account, kept for good: it says that there is an account
    members/<member>.nk          the seed that a member is let in with; no file, nobody is let in
    members/<member>.json        its context for the `nats` command line
    retired/<member>.<public>.nk every seed that must be let in no more, kept to prove it
    revoked/<member>             an operator shut it out: it gets no seed until it is rotated

Rules that stay true: a seed is never replaced by starting again, nor by two processes starting at once; what was
retired never comes back; a crash between two steps leaves a key shut out rather than let in; only the owner can
read one. Whoever changes the keyring, or writes what is made of it, holds its lock. Absent: the server, which
knows of a change only when its configuration is written and reloaded (`admission`).
"""

import asyncio
import fcntl
import json
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nkeys
from msgspec import Struct

from nanduti_hub import private_files
from nanduti_hub.relay.server_config import PublicKeys
from nanduti_hub.relay.streams import Member

#: The hub's own users; no member may have one of these codes.
SERVICES = ("sys", "keeper", "relay")
#: Seconds to wait for another process that is changing the keyring.
LOCK_WITHIN = 60.0


class Revoked(LookupError):
    """The member was shut out and has no credential; `rotate` gives it one."""


class KeyringBusy(RuntimeError):
    """Another process has been changing the keyring for too long."""


class Keyring(Struct, frozen=True):
    """A directory of seeds. Names are `sys`, `keeper`, `relay`, `keeper:<member>` and member codes."""

    directory: Path


def open_keyring(directory: Path) -> Keyring:
    """Open a keyring, made if it is not there, readable by its owner only."""
    for path in (directory, *(directory / name for name in ("keepers", "members", "retired", "revoked"))):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    return Keyring(directory)


@asynccontextmanager
async def locked(keyring: Keyring) -> AsyncIterator[None]:
    """Hold the keyring against every other process and task.

    Raises:
        KeyringBusy: it was not to be had within `LOCK_WITHIN` seconds.

    """
    descriptor = os.open(keyring.directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            async with asyncio.timeout(LOCK_WITHIN):
                # Of an open file and not of a process: two tasks of one process exclude one another as well.
                while not _taken(descriptor):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise KeyringBusy(f"another process holds {keyring.directory / 'lock'}") from None
        try:
            yield
        finally:
            # A process that was forked meanwhile has the file open too: closing it would not do.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def seed_file(keyring: Keyring, name: str) -> Path:
    """The file that holds a user's seed, made if it is not there: `nats.connect(nkeys_seed=str(path))`.

    Raises:
        Revoked: it is a member's, who was shut out.

    """
    if name in SERVICES:
        path = keyring.directory / f"{name}.nk"
    elif name.startswith("keeper:"):
        path = keyring.directory / "keepers" / f"{name.removeprefix('keeper:')}.nk"
    else:
        if is_revoked(keyring, name):
            raise Revoked(name)
        path = _member_seed(keyring, name)
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        private_files.write_once(path, _new_seed())
    return path


def is_revoked(keyring: Keyring, code: str) -> bool:
    """Whether an operator has shut a member out."""
    return _revocation(keyring, code).exists()


def has_account(keyring: Keyring, code: str) -> bool:
    """Whether the member has, or ever had, an account on the bus."""
    return (keyring.directory / "keepers" / f"{code}.nk").exists()


def revoke(keyring: Keyring, code: str) -> bool:
    """Shut a member out until its credential is rotated; says whether it was not so already."""
    is_new = not is_revoked(keyring, code)
    # First of all, so that a crash on the way leaves it shut out.
    private_files.write_once(_revocation(keyring, code), b"")
    dismiss(keyring, code)
    return is_new


def dismiss(keyring: Keyring, code: str) -> None:
    """Retire the credential of a member, as when it leaves; coming back gives it a new one."""
    seed = _member_seed(keyring, code)
    if seed.exists():
        _retire(keyring, code, seed)
        private_files.remove(seed)
    seed.with_suffix(".json").unlink(missing_ok=True)


def rotate(keyring: Keyring, code: str) -> Path:
    """Give a member a new seed in the place of the one it has, if any, and lift its revocation."""
    seed = _member_seed(keyring, code)
    if seed.exists():
        _retire(keyring, code, seed)
    private_files.replace(seed, _new_seed())
    _revocation(keyring, code).unlink(missing_ok=True)
    return seed


def retired(keyring: Keyring, code: str, *, is_member: bool = True) -> list[Path]:
    """The seeds that must be let in no more, whatever the server was told: the present one too, where the member
    was shut out or is a member no longer, and nobody has come to retiring it yet.
    """
    present = _member_seed(keyring, code)
    found = sorted((keyring.directory / "retired").glob(f"{code}.*.nk"))
    if not present.exists():
        return found
    # A change that was cut short has put the present one there too.
    others = [path for path in found if path.name != f"{code}.{public_key_in(present)}.nk"]
    return others if is_member and not is_revoked(keyring, code) else [*others, present]


def state(keyring: Keyring) -> tuple[int, ...]:
    """Something that changes whenever a member's credential does, in this process or in another."""
    directories = (keyring.directory / name for name in ("members", "revoked"))
    return tuple(path.stat().st_mtime_ns for path in directories)


def public_key(keyring: Keyring, name: str) -> str:
    """A user's public key, which the server's configuration names."""
    return public_key_in(seed_file(keyring, name))


def public_key_in(seed: Path) -> str:
    """The public key that belongs to a seed."""
    pair = nkeys.from_seed(bytearray(seed.read_bytes().strip()))
    public: bytes = pair.public_key
    return public.decode()


def public_keys(keyring: Keyring, members: Sequence[Member], former: Sequence[Member] = ()) -> PublicKeys:
    """All public keys that the server's configuration needs: of members that are shut out, and of `former` ones,
    the keeper's alone.

    Raises:
        ValueError: a member has the code of one of the hub's own users.

    """
    for member in members:
        if member.code in SERVICES:
            raise ValueError(f"{member.code} is a user of the hub's own, and cannot be a member's code")
    return PublicKeys(
        sys=public_key(keyring, "sys"),
        keeper=public_key(keyring, "keeper"),
        relay=public_key(keyring, "relay"),
        keepers={one.code: public_key(keyring, f"keeper:{one.code}") for one in (*members, *former)},
        members={
            one.code: public_key(keyring, one.code) for one in members if not is_revoked(keyring, one.code)
        },
    )


def context_file(keyring: Keyring, member: Member, url: str, ca: Path | None = None) -> Path:
    """Write a member's context for the `nats` command line, beside its seed, and say where.

    Raises:
        Revoked: the member was shut out.

    """
    seed = seed_file(keyring, member.code)
    path = seed.with_suffix(".json")
    context: dict[str, Any] = {
        "description": f"Ñandutí: {member.code}",
        "url": url,
        "nkey": str(seed.resolve()),
    }
    if ca is not None:
        context |= {"ca": str(ca.resolve()), "tls_first": True}
    text = json.dumps(context, ensure_ascii=False, indent=2).encode() + b"\n"
    if not path.exists() or path.read_bytes() != text:
        private_files.replace(path, text)
    return path


def _member_seed(keyring: Keyring, code: str) -> Path:
    return keyring.directory / "members" / f"{code}.nk"


def _revocation(keyring: Keyring, code: str) -> Path:
    return keyring.directory / "revoked" / code


def _retire(keyring: Keyring, code: str, seed: Path) -> None:
    kept = keyring.directory / "retired" / f"{code}.{public_key_in(seed)}.nk"
    private_files.write_once(kept, seed.read_bytes())


def _new_seed() -> bytes:
    return bytes(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER)) + b"\n"
