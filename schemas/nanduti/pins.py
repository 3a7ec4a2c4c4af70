"""Which keys of an institution were confirmed the first time, so that nobody, the hub included, can put one in between.

Rule that stays true: whole public keys are compared, not their fingerprints, and any change of the set is a change.
Absent: whether somebody has really telephoned; that is asked of people.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from nanduti.directory import PublicKey
from nanduti.vocabulary import Code


class Pins(Struct, frozen=True, kw_only=True):
    """The keys of each institution that this machine has sealed to, sorted."""

    version: Annotated[int, Meta(ge=1, le=1)] = 1
    institutions: dict[Code, tuple[PublicKey, ...]] = {}


class Comparison(Struct, frozen=True, kw_only=True):
    """How an institution's keys of now stand to those that are pinned."""

    is_first: bool
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        """Whether somebody has to confirm them again."""
        return not self.is_first and bool(self.added or self.removed)


def read(content: bytes) -> Pins:
    """The pins of a file; raises `msgspec.DecodeError` where it is none."""
    return msgspec.json.decode(content, type=Pins)


def written(pins: Pins) -> bytes:
    """The pins as a file has them."""
    return msgspec.json.format(msgspec.json.encode(pins), indent=2) + b"\n"


def compare(pins: Pins, institution: str, keys: Sequence[str]) -> Comparison:
    """What is new since the keys were pinned, and what is gone."""
    before = pins.institutions.get(institution)
    known, now = set(before or ()), set(keys)
    return Comparison(
        is_first=before is None, added=tuple(sorted(now - known)), removed=tuple(sorted(known - now))
    )


def pinned(pins: Pins, institution: str, keys: Sequence[str]) -> Pins:
    """The pins with an institution's keys as they are now."""
    now: Mapping[str, tuple[str, ...]] = {**pins.institutions, institution: tuple(sorted(set(keys)))}
    return Pins(institutions=dict(sorted(now.items())))
