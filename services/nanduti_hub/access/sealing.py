"""The hub's own key for what it must be able to read again: the secrets of second factors.

Rules that stay true: the key is made once, lies beside the other keys and is readable by its owner alone; what
was sealed for one purpose and one person does not open for another. Absent: rotation.
"""

import base64
import hashlib
import secrets
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from nanduti_hub import private_files
from nanduti_hub.access.hidden import Hidden

T = TypeVar("T")


class Sealing(Hidden, frozen=True):
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
        private_files.write_once(path, secrets.token_hex(SecretBox.KEY_SIZE).encode() + b"\n")
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


def sealed_until(sealing: Sealing, purpose: str, value: Any, until: float) -> str:
    """A value for a browser to keep and to bring back, good until then (seconds since 1970): printable."""
    text = msgspec.json.encode((value, until)).decode()
    return base64.urlsafe_b64encode(seal(sealing, purpose, text)).decode()


def opened(sealing: Sealing, purpose: str, text: str, kind: type[T], now: float) -> T:
    """What was sealed for a purpose until a time that has not come.

    Raises:
        NotSealed: it was not, or is good no more.

    """
    try:
        plain = unseal(sealing, purpose, base64.urlsafe_b64decode(text))
        value, until = msgspec.json.decode(plain, type=tuple[msgspec.Raw, float])
        found = msgspec.json.decode(value, type=kind)
    except (ValueError, msgspec.DecodeError) as error:
        raise NotSealed("not sealed") from error
    if until < now:
        raise NotSealed("sealed until before now")
    return found


def _sealing(key: bytes) -> Sealing:
    return Sealing(SecretBox(key), hashlib.blake2b(b"cookies", key=key, digest_size=32).digest())
