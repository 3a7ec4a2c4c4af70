"""A workbook's reading and its comparison as they are kept: JSON of rows, in leaves, compressed.

A page of a large borrador is cut out of one or two leaves; the rest is not even unpacked. A reading of 12,000
rows is 19 MB of JSON: packed it is a tenth, and so is what is sent between processes and written to the
database. Readings that an older hub has kept are plain JSON, and are understood. Pure.
"""

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any

import msgspec
from msgspec import Struct

from nanduti_hub.packed import packed, unpacked
from nanduti_hub.plans.rows import Base, Finding, Reading, Row

#: Rows in a leaf: as many as a page usually has.
LEAF = 500


class Leaves(Struct, frozen=True, array_like=True):
    """What is kept: `head` is compressed JSON, `marks` one letter for each row, `leaves` compressed lines of JSON;
    `base` is a reading's.
    """

    head: bytes
    marks: bytes
    leaves: tuple[bytes, ...]
    base: Base | None = None


def pack(head: Any, rows: Sequence[Any], *, marks: bytes = b"", base: Base | None = None) -> bytes:
    """Rows with what stands over them, as they are kept."""
    lines = msgspec.json.Encoder().encode_lines
    leaves = tuple(packed(lines(rows[first : first + LEAF])) for first in range(0, len(rows), LEAF))
    return msgspec.msgpack.encode(Leaves(packed(msgspec.json.encode(head)), marks, leaves, base))


def pack_reading(reading: Reading) -> bytes:
    """A reading as it is kept."""
    return pack(reading.findings, reading.rows, base=reading.base)


def unpack_reading(kept: bytes) -> Reading:
    """A reading that was kept. For a large one this takes a while: not in the event loop."""
    if _is_plain(kept):
        return msgspec.json.decode(kept, type=Reading)
    opened = _opened(kept)
    findings = msgspec.json.decode(unpacked(opened.head), type=tuple[Finding, ...])
    rows = tuple(row for leaf in rows_of(kept) for row in leaf)
    return Reading(rows=rows, findings=findings, base=opened.base)


def rows_of(kept: bytes) -> Iterator[Sequence[Row]]:
    """The rows of a reading, so many at a time that others have their turn between."""
    if _is_plain(kept):
        yield msgspec.json.decode(kept, type=Reading).rows
        return
    decode = msgspec.json.Decoder(Row).decode_lines
    for leaf in _opened(kept).leaves:
        yield decode(unpacked(leaf))


def base_of(kept: bytes) -> Base | None:
    """What a workbook that the hub wrote says of itself; the rest is not unpacked."""
    return None if _is_plain(kept) else _opened(kept).base


def head_of(kept: bytes) -> bytes:
    """The JSON over the rows."""
    return unpacked(_opened(kept).head)


def marks_of(kept: bytes) -> bytes:
    """The rows' letters."""
    return _opened(kept).marks


def lines_of(kept: bytes, places: Sequence[int]) -> Iterator[bytes]:
    """The JSON of the rows at these places, which ascend."""
    if _is_plain(kept):
        rows = msgspec.json.decode(kept, type=_PlainRows).rows
        yield from (bytes(rows[place]) for place in places)
        return
    leaves = _opened(kept).leaves
    at, lines = -1, [b""]
    for place in places:
        if place // LEAF != at:
            at = place // LEAF
            lines = unpacked(leaves[at]).split(b"\n")
        yield lines[place % LEAF]


def places_of(marks: bytes, letter: int | None, first: int, most: int) -> tuple[list[int], int | None]:
    """The places of a page's rows from `first` on, only those with a letter if one is named; and the next page's."""
    if letter is None:
        last = min(first + most, len(marks))
        return list(range(first, last)), last if last < len(marks) else None
    wanted = (mark == letter for mark in marks[first:])
    found: list[int] = []
    for place in compress(range(first, len(marks)), wanted):
        if len(found) == most:
            return found, place
        found.append(place)
    return found, None


class _PlainRows(Struct, frozen=True):
    rows: tuple[msgspec.Raw, ...]


def _is_plain(kept: bytes) -> bool:
    return kept.startswith(b"{")


def _opened(kept: bytes) -> Leaves:
    return msgspec.msgpack.decode(kept, type=Leaves)
