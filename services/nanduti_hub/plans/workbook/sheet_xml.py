"""What a sheet's XML says that calamine does not: broken cells, hidden rows and columns, styles, its real size.

Rule: nothing is asked of calamine for a sheet that was not measured here, since a single stray cell in the far
corner makes its dense read abort the process. calamine gives '' for broken cells (#REF!, formulas without a
stored value): they are found here. No XML parser: only the few attributes that are needed are looked up.
"""

import html
import re

from msgspec import Struct, field

from nanduti_hub.plans.rows import Finding
from nanduti_hub.plans.workbook.bounds import (
    LAST_ROW,
    MAX_AREA,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_TEXT,
    Unreadable,
    too_many_cells,
    too_much_text,
    too_wide,
)
from nanduti_hub.plans.workbook.text import address, place_of

# Each is looked for from its own beginning, within one tag: a tag ends at the next "<" at the latest, so that a
# file full of tags, or of what looks like one, is looked through but once.
_ATTRIBUTE = re.compile(rb"""(?<![\w:])([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
#: A cheap look for addresses past GR or past row 20,999, and the exact one that is needed when it finds any.
_MAY_BE_FAR = re.compile(rb'r="(?=[A-Z])(?!(?:[A-F]?[A-Z]|G[A-R])(?:\d{1,4}|1\d{4}|20\d{3})")')
_FAR = re.compile(
    rb"""\sr=["']((?:[A-Z]{3,}|[H-Z][A-Z]|G[S-Z])\d+|[A-Z]{1,2}(?:\d{6,}|[3-9]\d{4}|2[1-9]\d{3}))["']([^>]*)>"""
)
_FAULTY = re.compile(rb"""t=(?:"e"|'e')""")
_FORMULA = re.compile(rb"<f[ />]")
_PREFIXED_FORMULA = re.compile(rb"<\w+:f[ />]")
#: A formula and no value behind it.
_NOT_STORED = re.compile(
    rb"<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>|</(?:\w+:)?c>)"
)
_ROW_OR_COLUMN = re.compile(rb"<(?:\w+:)?(row|col)\s([^<>]*)>")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_USUAL_ORDER = re.compile(rb'<c r="[A-Z]+\d+" s="')
_CELL_WITH_MORE = re.compile(rb"<(?:\w+:)?c(?:\s[^<>]*[^/<>]|)>")
_CELL_WITH_NUMBER = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?v>\s*(\d{1,9})")
_SHARED = re.compile(rb"""t=(?:"s"|'s')""")
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(row|c)(\s[^<>]*|/)?>")
_ADDRESS = re.compile(rb"""(?<![\w:])r\s*=\s*["']([A-Z]{0,6})(\d{1,9})["']""")
_SHARED_END = re.compile(rb"</(?:\w+:)?si>")
_TAG = re.compile(rb"<[^<>]*>")
#: The shortest shared text, `<si/>`, in bytes.
_SHORTEST_TEXT = 5
#: Hardly any text is longer.
_USUAL_TEXT = 256
#: How many times too many letters there may be at most before they are counted: it is rarely a tenth of that.
_ROUGHLY = 4
#: No tag is longer; a sign that is farther from its tag is part of a text.
_LONGEST_TAG = 2_000


class Surroundings(Struct):
    """What a sheet says beside values: broken cells, hidden rows and columns (indexes from 0)."""

    broken: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


class SharedTexts(Struct):
    """The texts that cells point at: the longest's length, in bytes with its tags."""

    xml: bytes = b""
    longest: int = 0

    def lengths(self) -> list[int]:
        """The length of each, without tags."""
        return [len(_TAG.sub(b"", text)) for text in _SHARED_END.split(self.xml)]


def shared_texts(xml: bytes) -> SharedTexts:
    """What is to know of the shared texts' part.

    Raises:
        Unreadable: there are more texts than cells may be.

    """
    if len(xml) > _SHORTEST_TEXT * MAX_CELLS and xml.count(b"<si") + xml.count(b":si") // 2 > 2 * MAX_CELLS:
        raise Unreadable(too_many_cells())
    prefixed = b":si>" in xml[:2_000]
    if not prefixed and b"<r>" not in xml and _has_no_run_of(xml, _USUAL_TEXT):
        return SharedTexts(xml, _USUAL_TEXT)
    pieces = xml[max(0, xml.find(b"si>")) :].split(b":si>" if prefixed else b"/si>")
    return SharedTexts(xml, max(map(len, pieces)))


def _has_no_run_of(xml: bytes, length: int) -> bool:
    """Whether no text between two tags is as long: looked at in steps of that length, since most are short."""
    at, end = max(0, xml.find(b"si>")), len(xml) - length
    while at < end:
        last = xml.rfind(b"<", at, at + length)
        if last < 0:
            return False
        at = last + 1
    return True


class Room(Struct):
    """How many cells may still be read of a workbook and laid out with the blank ones, and how many letters were.

    `at_most` counts roughly those of the sheets in `rough`; `text` exactly those of the others.
    """

    cells: int = MAX_CELLS
    area: int = MAX_AREA
    #: Sheets that were refused because they would not fit in the area.
    refused: int = 0
    text: int = 0
    at_most: int = 0
    rough: list[bytes] = field(default_factory=list)


def attributes_of(text: bytes) -> dict[str, str]:
    """The attributes of a tag."""
    return {
        name.decode(): html.unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(text)
    }


def surroundings(xml: bytes) -> Surroundings:
    """Broken cells, hidden rows and hidden columns of a sheet.

    Raises:
        Unreadable: more cells say that they are broken than may be read.

    """
    around = Surroundings()
    marks = 0
    for match in _FAULTY.finditer(xml):
        start = xml.rfind(b"<", max(0, match.start() - _LONGEST_TAG), match.start())
        if start < 0:
            continue
        marks += 1
        if marks > MAX_CELLS:
            raise Unreadable(too_many_cells())
        stored = _VALUE.search(xml, match.end(), match.end() + 5_000)
        what = html.unescape(stored[1].decode("utf-8", "replace")) if stored else "#ERROR!"
        _note_broken(around, xml[start : match.end()], what)
    prefixed = b":worksheet" in xml[:2_000]
    for match in (_PREFIXED_FORMULA if prefixed else _FORMULA).finditer(xml):
        start = xml.rfind(b"<", max(0, match.start() - _LONGEST_TAG), match.start())
        if start < 0:
            continue
        attributes = attributes_of(xml[start : match.start()])
        # A formula whose stored result is an empty text ("str") is an honest blank.
        if attributes.get("t") not in {"str", "e"} and _NOT_STORED.match(xml, match.start()):
            _note_broken(around, xml[start : match.start()], "fórmula sin resultado guardado")
    if b"hidden=" in xml:
        for match in _ROW_OR_COLUMN.finditer(xml):
            attributes = attributes_of(match[2]) if b"hidden=" in match[2] else {}
            if attributes.get("hidden") not in {"1", "true"}:
                continue
            if match[1] == b"row":
                number = attributes.get("r", "")
                if number.isdecimal() and len(number) < 8:
                    around.hidden_rows.add(int(number) - 1)
                continue
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdecimal() and last.isdecimal() and len(first) < 6 and len(last) < 6:
                around.hidden_columns.update(range(int(first) - 1, min(int(last), MAX_COLUMNS + 1)))
    return around


def styles_of(xml: bytes, wanted: frozenset[int]) -> dict[tuple[int, int], int]:
    """The style numbers among `wanted` of the cells that have one of them."""
    if not wanted:
        return {}
    numbers = b"|".join(str(style).encode() for style in sorted(wanted))
    if _USUAL_ORDER.search(xml, 0, 500_000):
        cells = re.compile(rb'r="([A-Z]+)(\d+)" s="(%s)"' % numbers)
    else:
        cells = re.compile(
            rb"""<(?:\w+:)?c\s(?=[^<>]*?\br=["']([A-Z]+)(\d+)["'])[^<>]*?\bs=["'](%s)["']""" % numbers
        )
    columns: dict[bytes, int] = {}
    found = {}
    for match in cells.finditer(xml):
        column, row, style = match.groups()
        index = columns.get(column)
        if index is None:
            index = columns[column] = place_of(f"{column.decode()}1")[1]
        if index <= MAX_COLUMNS and len(row) < 6:
            found[int(row) - 1, index] = int(style)
    return found


def measure(name: str, xml: bytes, shared: SharedTexts, room: Room) -> Finding | None:
    """Take a sheet's cells and letters out of the room that is left; the finding when it reaches too far.

    Raises:
        Unreadable: the workbook as a whole is too large.

    """
    cells = xml.count(b'<c r="')
    begin, end = xml.find(b"<sheetData"), xml.rfind(b"</sheetData>")
    usual = 0 <= begin < end and xml.count(b"<c", begin, end) == cells
    if not usual or cells > room.cells:
        cells = sum(1 for _ in _CELL_WITH_MORE.finditer(xml))
    room.cells -= cells
    if room.cells < 0:
        raise Unreadable(too_many_cells())
    _take_text(xml, cells, shared, room)
    return _too_far(name, xml) if usual else _too_far_anyhow(name, xml)


def _take_text(xml: bytes, cells: int, shared: SharedTexts, room: Room) -> None:
    """Count a sheet's letters: roughly, and exactly only when there might be too many."""
    room.at_most += cells * shared.longest + len(xml)
    room.rough.append(xml)
    if room.at_most <= _ROUGHLY * MAX_TEXT:
        return
    room.text += sum(_letters(sheet, shared) for sheet in room.rough)
    room.at_most = _ROUGHLY * room.text  # from here on nothing is left to chance
    room.rough.clear()
    if room.text > MAX_TEXT:
        raise Unreadable(too_much_text())


def _letters(xml: bytes, shared: SharedTexts) -> int:
    """At most how many letters the cells of a sheet have, without its tags."""
    lengths = shared.lengths()
    pointing = (int(number) for cell, number in _CELL_WITH_NUMBER.findall(xml) if _SHARED.search(cell))
    letters = sum(lengths[index] for index in pointing if index < len(lengths))
    if b"inlineStr" in xml or b't="str"' in xml or b"t='" in xml:
        letters += max(0, len(xml) - 20 * xml.count(b"<"))
    return letters


def _too_far(name: str, xml: bytes) -> Finding | None:
    """The finding for a sheet that has something in a far corner, where every cell says its address."""
    if _MAY_BE_FAR.search(xml) is None:
        return None
    for match in _FAR.finditer(xml):
        if match[2].endswith(b"/"):
            continue  # painted, but empty: calamine does not count it either
        rest = xml[match.end() : match.end() + 40].lstrip()
        if rest.startswith((b"<c", b"</")):
            continue
        return too_wide(name, match[1].decode()[:20])
    return None


def _too_far_anyhow(name: str, xml: bytes) -> Finding | None:
    """The same where addresses are left out, or written unusually."""
    row = column = -1
    for match in _ROW_OR_CELL.finditer(xml):
        attributes = match[2] or b""
        said = _ADDRESS.search(attributes)
        if match[1] == b"row":
            row, column = int(said[2]) - 1 if said else row + 1, -1
            continue
        if said and said[1]:
            row, column = place_of((said[1] + said[2]).decode())
        else:
            column += 1
        if attributes.endswith(b"/"):
            continue
        if row >= LAST_ROW or column >= MAX_COLUMNS:
            rest = xml[match.end() : match.end() + 40].lstrip()
            if not rest.startswith(b"</"):
                return too_wide(name, address(row, min(column, 20_000)))
    return None


def _note_broken(around: Surroundings, cell_xml: bytes, what: str) -> None:
    cell = attributes_of(cell_xml.split(b">", 1)[0]).get("r", "")
    if cell:
        around.broken[place_of(cell)] = what
