"""Ids for handoffs that are to be offered: given by the hub before, since they go into the dossier that is sealed.

Rule that stays true: an id that the hub has not given to the institution is none, so that nobody can write a number or
a word of a person's into one. Such an id is as random to everybody else as any: half of its bits are, the others
follow from them by the hub's key. Absent: keeping them. One that is never used is never written down.
"""

import hashlib
import hmac
import secrets
import uuid

from nanduti_hub.access.sealing import Sealing

#: Bits of a UUID before its variant, without those of its version; and after it.
_RANDOM, _TAG = 60, 62


def fresh_id(sealing: Sealing, institution: str) -> str:
    """A random UUID (version 4) that the hub knows again as given to an institution."""
    random = secrets.randbits(_RANDOM)
    return str(_id(random, _tag(sealing, institution, random)))


def is_issued(sealing: Sealing, institution: str, id_: str) -> bool:
    """Whether the hub has given an id to an institution."""
    number = uuid.UUID(id_).int
    random = number >> 80 << 12 | number >> 64 & 0xFFF
    return hmac.compare_digest(str(_id(random, _tag(sealing, institution, random))), id_)


def _id(random: int, tag: int) -> uuid.UUID:
    return uuid.UUID(int=(random >> 12) << 80 | 4 << 76 | (random & 0xFFF) << 64 | 0b10 << 62 | tag)


def _tag(sealing: Sealing, institution: str, random: int) -> int:
    message = institution.encode() + b"\n" + random.to_bytes(8, "big")
    digest = hashlib.blake2b(message, key=sealing.signing, person=b"handoff", digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 64 - _TAG
