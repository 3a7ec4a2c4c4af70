"""An action's event as it is stored, and what is read of it: each tells the whole action after the change. Pure."""

import msgspec
from msgspec import Raw, Struct

from nanduti.actions import Action


class Told(Struct, frozen=True):
    """An action as an event told it, and its version then."""

    version: int
    action: Action


class _Event(Struct, frozen=True):
    data: Told


class _ToldRaw(Struct, frozen=True):
    action: Raw


class _EventRaw(Struct, frozen=True):
    data: _ToldRaw


_EVENTS = msgspec.json.Decoder(_Event)
_EVENTS_RAW = msgspec.json.Decoder(_EventRaw)


def told_in(event: bytes) -> Told:
    """The action that an event tells."""
    return _EVENTS.decode(event).data


def raw_in(event: bytes) -> bytes:
    """The action that an event tells, as its JSON."""
    return bytes(_EVENTS_RAW.decode(event).data.action)
