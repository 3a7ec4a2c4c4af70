"""What an old workbook of Excel (.xls) says before its sheets: their names, shared texts, formats and styles.

Rule: records are walked by their stated lengths and never past the end of the stream; a text that Excel cut over
several records is joined as the format says. Absent: decryption, and versions before Excel 5.
"""

import re
import struct
from collections.abc import Iterator

from msgspec import Struct, field

from nanduti_hub.plans.workbook.bounds import (
    MAX_CELLS,
    SAVE,
    Unreadable,
    corrupt,
    encrypted,
    refused,
    too_many_cells,
)

BOF, EOF, CONTINUE = 0x809, 0x0A, 0x3C
_FILEPASS, _CODEPAGE, _DATEMODE, _FORMAT, _FONT, _XF = 0x2F, 0x42, 0x22, 0x41E, 0x31, 0xE0
_BOUNDSHEET, _SST, _SUPBOOK = 0x85, 0xFC, 0x1AE
_VERSION_8, _VERSION_5 = 0x600, 0x500
_WORKBOOK = 0x05
_MOST = 70_000
_CODEPAGES = {
    1252: "cp1252",
    1250: "cp1250",
    10000: "mac_roman",
    437: "cp437",
    850: "cp850",
    28591: "latin-1",
}
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), *range(50, 59)), "dd/mm/yyyy"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47), "hh:mm"),
    22: "dd/mm/yyyy hh:mm", 36: "dd/mm/yyyy", 46: "[h]:mm:ss",
}  # fmt: skip
#: What stands in a format without being a sign of time: texts, colours, escaped signs, fill signs.
_NOT_TIME = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|general|E[+-]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_TIME = re.compile(r"[ymdhsa]", re.IGNORECASE)
_SELF = b"\x01\x04"


class Listed(Struct, frozen=True):
    """A sheet as the workbook lists it."""

    name: str
    at: int
    hidden: bool
    is_worksheet: bool


class Globals(Struct):
    """What holds for all sheets. Styles are by number; `times` are "", "moment" or "elapsed"."""

    version: int = _VERSION_8
    codepage: str = "cp1252"
    since_1904: bool = False
    linked: bool = False
    texts: list[str] = field(default_factory=list)
    sheets: list[Listed] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    painted: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)


def records(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """The records from a place on: kind, where its content begins, and how long it is."""
    end = len(data)
    while at + 4 <= end:
        kind, length = struct.unpack_from("<HH", data, at)
        at += 4
        if at + length > end:
            return  # cut off
        yield kind, at, length
        at += length


def read_globals(data: bytes) -> Globals:
    """The globals at the beginning of the stream.

    Raises:
        Unreadable: it is encrypted, too old, or no workbook.

    """
    walk = records(data, 0)
    kind, at, length = next(walk, (0, 0, 0))
    if kind & 0xFF != BOF & 0xFF or length < 4:
        raise Unreadable(corrupt())
    known = Globals(version=struct.unpack_from("<H", data, at)[0])
    if kind != BOF or known.version not in {_VERSION_8, _VERSION_5}:
        raise Unreadable(
            refused("file_is_old_excel", "Es un libro de Excel anterior a 1995, que no se lee.", SAVE)
        )
    if struct.unpack_from("<H", data, at + 2)[0] != _WORKBOOK:
        raise Unreadable(corrupt())
    own = dict(_BUILT_IN)
    struck_fonts: set[int] = set()
    fonts = 0
    looks: list[tuple[int, int, bool]] = []
    ended = False
    for kind, at, length in walk:
        if kind == EOF:
            ended = True
            break
        if kind == _FILEPASS:
            raise Unreadable(encrypted())
        if kind == _CODEPAGE and length >= 2:
            known.codepage = _CODEPAGES.get(struct.unpack_from("<H", data, at)[0], "cp1252")
        elif kind == _DATEMODE and length >= 2:
            known.since_1904 = data[at] == 1
        elif kind == _FONT and length >= 4:
            if data[at + 2] & 0x08:
                struck_fonts.add(fonts if fonts < 4 else fonts + 1)  # there is no font number 4
            fonts += 1
        elif kind == _FORMAT and length >= 3 and len(own) < _MOST:
            own[struct.unpack_from("<H", data, at)[0]] = _format(known, data[at + 2 : at + length])
        elif kind == _XF and length >= 16 and len(looks) < _MOST:
            looks.append(_look(known, data, at, length))
        elif kind == _BOUNDSHEET and length >= 8 and len(known.sheets) < _MOST:
            known.sheets.append(_listed(known, data, at, length))
        elif kind == _SUPBOOK and length >= 4 and data[at + 2 : at + 4] != _SELF:
            known.linked = True
        elif kind == _SST and not known.texts:
            known.texts = _shared(data, at, length)
    if not ended and not known.sheets:
        raise Unreadable(corrupt())
    for index, (font, number, painted) in enumerate(looks):
        code = own.get(number, "")
        known.formats.append(code)
        known.times.append(_time_of(code))
        if painted:
            known.painted.add(index)
        if font in struck_fonts:
            known.struck.add(index)
    return known


def unicode_text(data: bytes, at: int, end: int, wide_count: bool) -> str:
    """A text of Excel 97 and later, from its count of letters on; cut at `end`."""
    count = struct.unpack_from("<H", data, at)[0] if wide_count else data[at]
    at += 2 if wide_count else 1
    flags = data[at] if at < end else 0
    at += 1 + (2 if flags & 8 else 0) + (4 if flags & 4 else 0)
    if flags & 1:
        return data[at : min(end, at + 2 * count)].decode("utf-16-le", "replace")
    return data[at : min(end, at + count)].decode("latin-1")


def _format(known: Globals, body: bytes) -> str:
    if known.version == _VERSION_8:
        return unicode_text(body, 0, len(body), wide_count=True)[:255] if len(body) > 2 else ""
    return body[1 : 1 + body[0]].decode(known.codepage, "replace")


def _look(known: Globals, data: bytes, at: int, length: int) -> tuple[int, int, bool]:
    """The font, the number format, and whether the ground is painted."""
    font, number = struct.unpack_from("<HH", data, at)
    if known.version == _VERSION_8 and length >= 20:
        pattern = struct.unpack_from("<I", data, at + 14)[0] >> 26 & 0x3F
    else:
        pattern = struct.unpack_from("<I", data, at + 8)[0] >> 16 & 0x3F
    return font, number, pattern == 1


def _listed(known: Globals, data: bytes, at: int, length: int) -> Listed:
    place, state, kind = struct.unpack_from("<IBB", data, at)
    if known.version == _VERSION_8:
        name = unicode_text(data, at + 6, at + length, wide_count=False)
    else:
        name = data[at + 7 : at + 7 + min(data[at + 6], length - 7)].decode(known.codepage, "replace")
    return Listed(name, place, bool(state & 3), kind == 0)


def _time_of(code: str) -> str:
    signs = _NOT_TIME.sub("", code.split(";", 1)[0])
    if _ELAPSED.search(signs):
        return "elapsed"
    return "moment" if _TIME.search(signs) else ""


def _shared(data: bytes, at: int, length: int) -> list[str]:
    """The shared texts, whose letters may go on in records that continue this one."""
    ends = [length]
    pieces = [data[at : at + length]]
    for kind, begin, more in records(data, at + length):
        if kind != CONTINUE:
            break
        pieces.append(data[begin : begin + more])
        ends.append(ends[-1] + more)
    whole = b"".join(pieces)
    if len(whole) < 8:
        return []
    count = struct.unpack_from("<I", whole, 4)[0]
    texts: list[str] = []
    position, piece = 8, 0
    while len(texts) < count and position + 3 <= len(whole):
        if len(texts) >= MAX_CELLS:
            raise Unreadable(too_many_cells())
        left, flags = struct.unpack_from("<HB", whole, position)
        position += 3
        skip = 0
        if flags & 8 and position + 2 <= len(whole):
            skip += 4 * struct.unpack_from("<H", whole, position)[0]
            position += 2
        if flags & 4 and position + 4 <= len(whole):
            skip += struct.unpack_from("<I", whole, position)[0]
            position += 4
        text = ""
        while True:
            while piece < len(ends) - 1 and ends[piece] <= position:
                piece += 1
            width = 2 if flags & 1 else 1
            here = min(left, max(0, ends[piece] - position) // width)
            raw = whole[position : position + here * width]
            text += raw.decode("utf-16-le", "replace") if width == 2 else raw.decode("latin-1")
            position += here * width
            left -= here
            if not left or piece + 1 >= len(ends) or ends[piece] >= len(whole):
                break
            position = ends[piece]  # the next record begins by saying how wide its letters are
            flags = whole[position] & 1
            position += 1
            piece += 1
        texts.append(text)
        position += skip
    return texts
