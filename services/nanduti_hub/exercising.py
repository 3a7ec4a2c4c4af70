"""Whether an installation is one of drills: its name says so, and every event that it has ever made with it.

Rule that stays true: an installation is of drills from its first start or never, so that a live register holds no
drill and no drill is taken for a register. Absent: what differs in one; that is said where it differs.
"""

import secrets

_ALL, _EXERCISE = "urn:nanduti:", "exercise:"


def new_source(*, exercise: bool) -> str:
    """The name of a new installation, which its events bear as their source."""
    return f"{_ALL}{_EXERCISE if exercise else ''}{secrets.token_hex(6)}"


def is_exercise(source: str) -> bool:
    """Whether the installation of this name, with `urn:nanduti:` before it or without, is one of drills."""
    return source.removeprefix(_ALL).startswith(_EXERCISE)
