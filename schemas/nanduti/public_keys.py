"""The public keys to which dossiers are sealed: whether a text is one, and how two people say that they mean the same.

A key is age's X25519 public key, in Bech32. Rules that stay true: one key has one text, so that the same one is never
there twice; a key that seals for everybody (a point of low order) is none. Absent: sealing itself, in `seal`, and any
secret key.
"""

import functools
import hashlib
import operator

from nanduti.spoken_words import WORDS

PREFIX = "age1"
#: The Bech32 alphabet: each letter stands for five bits.
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
#: What the checksum takes in for each five bits that leave it.
_FACTORS = tuple(
    functools.reduce(operator.xor, (factor for place, factor in enumerate(_GENERATOR) if top >> place & 1), 0)
    for top in range(32)
)
#: "age" as Bech32's checksum counts it.
_READABLE = (*(ord(letter) >> 5 for letter in "age"), 0, *(ord(letter) & 31 for letter in "age"))
_DATA, _CHECKSUM = 52, 6
#: The prime of Curve25519.
_PRIME = 2**255 - 19
#: The points of low order (RFC 7748, section 6.1): what is sealed to one of them, anybody can open.
_LOW_ORDER = frozenset({
    0,
    1,
    _PRIME - 1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
})  # fmt: skip


def is_public_key(text: str) -> bool:
    """Whether a text is an X25519 public key of age's, written in its one form."""
    letters = text.removeprefix(PREFIX)
    if len(text) != len(PREFIX) + len(letters) or len(letters) != _DATA + _CHECKSUM:
        return False
    fives = [_LETTERS.find(letter) for letter in letters]
    if min(fives) < 0 or _checksum((*_READABLE, *fives)) != 1:
        return False
    bits = 0
    for five in fives[:_DATA]:
        bits = bits << 5 | five
    if bits & 0b1111:
        # 32 bytes are 256 bits, of 260: the rest is nothing.
        return False
    point = int.from_bytes((bits >> 4).to_bytes(32, "big"), "little")
    return point < _PRIME and point not in _LOW_ORDER


def is_secret_key(text: str) -> bool:
    """Whether somebody has taken the secret key for the public one."""
    return text.strip().upper().startswith("AGE-SECRET-KEY-")


def fingerprint(public_key: str) -> str:
    """What a key is known by: the first 64 bits of the SHA-256 of its text, four hexadecimal digits at a time."""
    digits = _digest(public_key).hex()
    return "-".join(digits[place : place + 4] for place in range(0, 16, 4))


def spoken(public_key: str) -> str:
    """The same 64 bits as eight words, to be compared over the telephone."""
    return " ".join(WORDS[byte] for byte in _digest(public_key))


def _digest(public_key: str) -> bytes:
    return hashlib.sha256(public_key.encode()).digest()[:8]


def _checksum(fives: tuple[int, ...]) -> int:
    total = 1
    for five in fives:
        total = (total & 0x1FFFFFF) << 5 ^ five ^ _FACTORS[total >> 25]
    return total
