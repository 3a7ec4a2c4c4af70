"""The hub's own key for what it must be able to read again: the secrets of second factors.

Rules that stay true: the key is made once, lies beside the other keys and is readable by its owner alone; what
was sealed for one purpose and one person does not open for another. Absent: rotation.
"""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from msgspec import Struct
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox


class Sealing(Struct, frozen=True):
    """The key, as a box to seal with, and what is derived from it to sign cookies with."""

    box: SecretBox
    signing: bytes


class NotSealed(ValueError):
    """What was to be opened is not sealed with this key, or for another purpose."""


def open_sealing(directory: Path) -> Sealing:
    """The key of a directory, made where it is not there."""
    path = directory / "totp.key"
    if not path.exists():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(path, secrets.token_hex(SecretBox.KEY_SIZE).encode() + b"\n")
    return _sealing(bytes.fromhex(path.read_text("ascii").strip()))


def passing_sealing() -> Sealing:
    """A key that goes with the process."""
    return _sealing(secrets.token_bytes(SecretBox.KEY_SIZE))


def seal(sealing: Sealing, purpose: str, text: str) -> bytes:
    """A text, readable with the key and for this purpose only; the purpose has no line end."""
    return bytes(sealing.box.encrypt(f"{purpose}\n{text}".encode()))


def unseal(sealing: Sealing, purpose: str, sealed: bytes) -> str:
    """What was sealed for a purpose.

    Raises:
        NotSealed: it was not.

    """
    try:
        said, _, text = sealing.box.decrypt(sealed).decode().partition("\n")
    except CryptoError as error:
        raise NotSealed("not sealed with this key") from error
    if said != purpose:
        raise NotSealed("sealed for another purpose")
    return text


def _sealing(key: bytes) -> Sealing:
    return Sealing(SecretBox(key), hashlib.blake2b(b"cookies", key=key, digest_size=32).digest())


def _write_once(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A hard link, unlike a rename, does not replace what another process has just made.
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
