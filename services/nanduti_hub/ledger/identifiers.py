"""Identifiers: UUIDv7 (RFC 9562), whose order is the order of their making."""

import secrets
import time
import uuid


def new_id() -> str:
    """A new UUIDv7 in lower case."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
