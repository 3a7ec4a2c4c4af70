"""A compound file (OLE), in which Excel kept its books until 2007: the names in it, and one stream's bytes.

Rule: every chain of sectors is followed at most once through the file, so that no loop and no stated size can hold
the reader up; a sector outside the file ends the chain. Absent: everything but reading.
"""

import struct
from collections.abc import Sequence

from msgspec import Struct

from nanduti_hub.plans.workbook.bounds import Unreadable, corrupt

_END = 0xFFFFFFFE
_ENTRY = 128
_HEADER = 512
_IN_HEADER = 109
_STREAM, _ROOT = 2, 5
_MOST_NAMES = 20_000


class Entry(Struct, frozen=True):
    """A stream of a compound file: its first sector and its size in bytes."""

    start: int
    size: int


class Compound(Struct):
    """A compound file, its tables read."""

    content: bytes
    shift: int
    cutoff: int
    sectors: Sequence[int]
    small_sectors: Sequence[int]
    small: bytes
    streams: dict[str, Entry]


def open_compound(content: bytes) -> Compound:
    """The tables of a compound file.

    Raises:
        Unreadable: they make no sense.

    """
    if len(content) < _HEADER:
        raise Unreadable(corrupt())
    shift = struct.unpack_from("<H", content, 30)[0]
    if shift not in {9, 12}:
        raise Unreadable(corrupt())
    directory, cutoff, small_start, small_count, more, _ = struct.unpack_from("<I4xIIIII", content, 48)
    table = list(struct.unpack_from(f"<{_IN_HEADER}I", content, 76))
    size = 1 << shift
    most = len(content) // size + 1
    seen: set[int] = set()
    while more < _END and more not in seen and len(table) < most + _IN_HEADER:
        seen.add(more)
        numbers = _numbers(_sector(content, more, shift))
        if len(numbers) < size // 4:
            break
        table += numbers[:-1]
        more = numbers[-1]
    sectors: list[int] = []
    for at in table:
        if at < _END and len(sectors) <= most:
            sectors += _numbers(_sector(content, at, shift))
    compound = Compound(content, shift, cutoff, sectors, (), b"", {})
    entries = _chain(compound, directory)
    root = Entry(_END, 0)
    for at in range(0, min(len(entries), _MOST_NAMES * _ENTRY) - _ENTRY + 1, _ENTRY):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        start, stated = struct.unpack_from("<II", entries, at + 116)
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        if kind == _ROOT:
            root = Entry(start, stated)
        elif kind in {1, _STREAM}:
            compound.streams.setdefault(name, Entry(start, stated))
    if small_count and small_start < _END:
        compound.small_sectors = _numbers(_chain(compound, small_start))
        compound.small = _chain(compound, root.start)[: root.size]
    return compound


def stream(compound: Compound, entry: Entry) -> bytes:
    """A stream's bytes, as many as there are."""
    if entry.size >= compound.cutoff:
        return _chain(compound, entry.start)[: entry.size]
    pieces: list[bytes] = []
    at, seen = entry.start, bytearray(len(compound.small_sectors))
    while at < len(compound.small_sectors) and not seen[at]:
        seen[at] = 1
        pieces.append(compound.small[at * 64 : at * 64 + 64])
        at = compound.small_sectors[at]
    return b"".join(pieces)[: entry.size]


def _chain(compound: Compound, start: int) -> bytes:
    pieces: list[bytes] = []
    at, seen = start, bytearray(len(compound.sectors))
    while at < len(compound.sectors) and not seen[at]:
        seen[at] = 1
        pieces.append(_sector(compound.content, at, compound.shift))
        at = compound.sectors[at]
    return b"".join(pieces)


def _sector(content: bytes, at: int, shift: int) -> bytes:
    return content[(at + 1) << shift : (at + 2) << shift]


def _numbers(data: bytes) -> list[int]:
    count = len(data) // 4
    return list(struct.unpack_from(f"<{count}I", data))
