"""The bus's keys: nkey seeds in files of one directory, each made once and kept for good.

Rules that stay true: a seed is never replaced by starting again, nor by two processes starting at once;
only the owner can read one. Absent: rotation and revocation, and the server's configuration, which needs
public keys only.
"""

import json
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nkeys
from msgspec import Struct

from nanduti_hub.relay.server_config import PublicKeys
from nanduti_hub.relay.streams import Member

#: The hub's own users; no member may have one of these codes.
SERVICES = ("sys", "keeper", "relay")


class Keyring(Struct, frozen=True):
    """A directory of seeds. Names are `sys`, `keeper`, `relay`, `keeper:<member>` and member codes."""

    directory: Path


def open_keyring(directory: Path) -> Keyring:
    """Open a keyring, made if it is not there, readable by its owner only."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    return Keyring(directory)


def seed_file(keyring: Keyring, name: str) -> Path:
    """The file that holds a user's seed, made if it is not there: `nats.connect(nkeys_seed=str(path))`."""
    if name in SERVICES:
        path = keyring.directory / f"{name}.nk"
    elif name.startswith("keeper:"):
        path = keyring.directory / "keepers" / f"{name.removeprefix('keeper:')}.nk"
    else:
        path = keyring.directory / "members" / f"{name}.nk"
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write_once(path, nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER) + b"\n")
    return path


def public_key(keyring: Keyring, name: str) -> str:
    """A user's public key, which the server's configuration names."""
    pair = nkeys.from_seed(bytearray(seed_file(keyring, name).read_bytes().strip()))
    public: bytes = pair.public_key
    return public.decode()


def public_keys(keyring: Keyring, members: Sequence[Member]) -> PublicKeys:
    """All public keys that the server's configuration needs.

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
        keepers={member.code: public_key(keyring, f"keeper:{member.code}") for member in members},
        members={member.code: public_key(keyring, member.code) for member in members},
    )


def context_file(keyring: Keyring, member: Member, url: str) -> Path:
    """Write a member's context for the `nats` command line, beside its seed, and say where."""
    seed = seed_file(keyring, member.code)
    path = seed.with_suffix(".json")
    context = {"description": f"Ñandutí: {member.code}", "url": url, "nkey": str(seed.resolve())}
    temporary = _temporary(path, json.dumps(context, ensure_ascii=False, indent=2).encode() + b"\n")
    temporary.replace(path)
    return path


def _write_once(path: Path, content: bytes) -> None:
    temporary = _temporary(path, content)
    try:
        # A hard link, unlike a rename, does not replace what another process has just made.
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def _temporary(path: Path, content: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
