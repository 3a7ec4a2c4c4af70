"""Actions on their way to the process that writes a workbook of them: JSON lines, packed by the thousand. Pure.

A hundred thousand actions are 170 MB of JSON; packed they are a tenth, so that neither side holds them whole.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence

#: A quarter of the time of the usual level, and nearly as small.
_LEVEL = 1


def packed(lines: Iterable[bytes]) -> bytes:
    """Some JSON objects, one after another."""
    return zlib.compress(b"\n".join(lines), _LEVEL)


def unpacked(packs: Sequence[bytes]) -> Iterator[bytes]:
    """The objects of all packs, in order; one pack is held at a time."""
    for pack in packs:
        yield from zlib.decompress(pack).split(b"\n")
