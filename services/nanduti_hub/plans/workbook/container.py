"""An archive that holds a workbook of Excel (.xlsx, .xlsm, .xltx), unfolded within bounds and packed anew.

Rule: calamine is handed only what was measured here: the few parts that are read, under the names that they
usually have, so that no second reading of the archive (a part twice, a lying size) can see anything else.
Documents with a DTD are refused. Absent: what the sheets say (sheet_xml.py, grid.py).
"""

import copy
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from msgspec import Struct, field

from nanduti_hub.plans.rows import Finding
from nanduti_hub.plans.workbook.bounds import (
    AGAIN,
    MAX_RATIO,
    MAX_SHEETS,
    MAX_UNFOLDED,
    RATIO_FROM,
    Unreadable,
    refused,
    too_many_sheets,
    unfolds_too_far,
)
from nanduti_hub.plans.workbook.sheet_xml import SharedTexts, attributes_of, shared_texts
from nanduti_hub.plans.workbook.text import Note, info
from nanduti_hub.plans.workbook.wrong_files import wrong_archive

# A tag ends at the next "<" at the latest: else each of many that never end would be looked for to the file's end.
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^<>]*?)/?>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^<>]*?)/?>")
_SIZE = re.compile(rb"<(?:\w+:)?dimension\s[^<>]*/>")
_SENSIBLE = re.compile(rb"""ref=["']A1(?::[A-Z]{1,3}[1-9]\d{0,5})?["']""")
_ROOT = re.compile(rb"<[A-Za-z_]")
_STRIKE = re.compile(rb"""<(?:\w+:)?strike(?:\s+val=["'](?:1|true)["'])?\s*/?>""")
_RELATED = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_EMPTY_SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
)
#: What stands in both headers of an archive's entry, after it in the directory, and at the end.
_ENTRY, _PLACE, _END = struct.Struct("<HHHHHIIIHH"), struct.Struct("<HHHII"), struct.Struct("<HHHHIIH")
#: Bytes that are unfolded at a time.
_PIECE = 262_144
_MOST_FORMATS = 70_000
#: Bytes behind a part's last tag, where a search for the end of one would go on to the end of the file.
_MOST_BEHIND = 1_000
#: What a workbook may carry beside its cells: the beginning of its parts' names, and what is said of it.
_CARRIED = (
    (("xl/vbaproject",), "macros_ignored", "El libro trae macros: no se ejecutan ni se leen."),
    (
        ("xl/externallinks/",),
        "links_ignored",
        "El libro toma datos de otros archivos: no se consultan, se leen los últimos valores guardados.",
    ),
    (
        ("xl/connections", "xl/querytables/", "xl/model/"),
        "connections_ignored",
        "El libro tiene conexiones a bases de datos o consultas: no se consultan, se leen los valores guardados.",
    ),
    (
        ("xl/pivottables/", "xl/pivotcache/"),
        "pivots_ignored",
        "El libro tiene tablas dinámicas: se leen sus valores guardados y no sus datos de origen.",
    ),
    (
        ("xl/embeddings/", "xl/activex/", "xl/ctrlprops/"),
        "objects_ignored",
        "El libro trae objetos o controles incrustados: no se abren ni se leen.",
    ),
)


class Part(Struct, frozen=True):
    """A sheet of the workbook as the archive has it: its name, and its XML (empty for charts and hidden ones)."""

    name: str
    xml: bytes


class Package(Struct, frozen=True):
    """A workbook that may be read. `formats` are the number formats by style number."""

    formats: tuple[str, ...] = ()
    painted: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    since_1904: bool = False
    notes: tuple[Note, ...] = ()


class Excel(Struct, frozen=True):
    """A workbook of Excel: `content` is the archive that calamine may read."""

    package: Package
    parts: tuple[Part, ...]
    shared: SharedTexts
    content: bytes


class Unfolding(Struct):
    """An archive and how many bytes may still be unfolded of it."""

    archive: zipfile.ZipFile
    names: dict[str, str]
    left: int = MAX_UNFOLDED
    #: The checksums of parts as they were unfolded, by the identity of their bytes.
    sums: dict[int, int] = field(default_factory=dict)
    held: list[bytes] = field(default_factory=list)

    def part(self, name: str) -> bytes:
        """A part's bytes, measured; b"" when the archive has no such part.

        Raises:
            Unreadable: it is too large, whatever the archive says its size is, or has a DTD.

        """
        stored = self.names.get(name.lower())
        if stored is None:
            return b""
        piece = measured(self.archive, stored, self.left)
        self.left -= len(piece)
        root = _ROOT.search(piece)
        before = piece[: root.start()] if root else piece
        if b"<!DOCTYPE" in before or b"<!ENTITY" in before:
            raise Unreadable(
                refused(
                    "file_unsafe",
                    "El archivo trae declaraciones (DTD) que un libro de planilla no lleva; no se abre.",
                    AGAIN,
                )
            )
        if b"!" in piece and b"<!--" in piece:  # a single sign is found much faster
            piece = _without_comments(piece)
            return piece[: piece.rfind(b">") + 1]
        if len(piece) - (end := piece.rfind(b">") + 1) > _MOST_BEHIND:
            return piece[:end]
        self.held.append(piece)  # so that no other bytes take its identity
        self.sums[id(piece)] = self.archive.getinfo(stored).CRC
        return piece


def _without_comments(xml: bytes) -> bytes:
    kept, at = [], 0
    while (start := xml.find(b"<!--", at)) >= 0 and (end := xml.find(b"-->", start + 4)) >= 0:
        kept.append(xml[at:start])
        at = end + 3
    return b"".join((*kept, xml[at:]))


def unfolding(archive: zipfile.ZipFile) -> Unfolding:
    """The archive, its names in the usual form.

    Raises:
        Unreadable: two of its parts have the same name.

    """
    names: dict[str, str] = {}
    for info_ in archive.infolist():
        name = info_.filename.replace("\\", "/").lstrip("/").lower()
        if name in names and not name.endswith("/"):
            raise Unreadable(_twice("una parte", info_.filename[-80:]))
        names[name] = info_.filename
    return Unfolding(archive, names)


def measured(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """A part's bytes, unfolded to `limit` at most, whatever the archive says its size is.

    Raises:
        Unreadable: it is larger.

    """
    return b"".join(pieces_of(archive, name, limit))


def pieces_of(archive: zipfile.ZipFile, name: str, limit: int) -> Iterator[bytes]:
    """The same, piece by piece.

    Raises:
        Unreadable: it is larger.

    """
    stated = archive.getinfo(name)
    if stated.file_size > limit:
        raise Unreadable(unfolds_too_far())
    # A stated size that is too small would cut our read short: read past it.
    unbounded = copy.copy(stated)
    unbounded.file_size = limit + _PIECE
    most = max(RATIO_FROM, MAX_RATIO * stated.compress_size)
    size = 0
    with archive.open(unbounded) as part:
        while piece := part.read(_PIECE):
            size += len(piece)
            if size > limit or size > most:
                raise Unreadable(unfolds_too_far())
            yield piece


def open_excel(inside: Unfolding) -> Excel:
    """The workbook of Excel in an archive.

    Raises:
        Unreadable: there is none, or none that may be read.

    """
    main = _main(inside)
    workbook = inside.part(main)
    if not workbook:
        raise Unreadable(wrong_archive(list(inside.names)))
    folder, name = posixpath.split(main)
    related = _relations(inside.part(f"{folder}/_rels/{name}.rels"), folder)
    count = len(_SHEET.findall(workbook))
    if count > MAX_SHEETS:
        raise Unreadable(too_many_sheets(count))
    styles = inside.part(
        next((to for kind, to in related.values() if kind == "styles"), f"{folder}/styles.xml")
    )
    shared = inside.part(
        next((to for kind, to in related.values() if kind == "sharedStrings"), f"{folder}/sharedStrings.xml")
    )
    parts: list[Part] = []
    packed = {
        "_rels/.rels": _relations_xml([("nBook", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": workbook,
    }
    relations = []
    seen: set[str] = set()
    for index, match in enumerate(_SHEET.finditer(workbook), start=1):
        attributes = attributes_of(match[1])
        title = attributes.get("name", "")
        if title.lower() in seen:
            raise Unreadable(_twice("una hoja", title))
        seen.add(title.lower())
        identifier = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        kind, target = related.get(identifier, ("worksheet", ""))
        hidden = attributes.get("state", "visible") != "visible"
        xml = inside.part(target) if kind == "worksheet" and not hidden else b""
        parts.append(Part(title, xml))
        chart = kind in {"chartsheet", "dialogsheet"}
        path = f"{kind if chart else 'worksheet'}s/sheet{index}.xml"
        packed[f"xl/{path}"] = _without_size(xml) or _EMPTY_SHEET
        relations.append((identifier, kind if chart else "worksheet", path))
    relations += [("nStyles", "styles", "styles.xml"), ("nShared", "sharedStrings", "sharedStrings.xml")]
    packed["xl/_rels/workbook.xml.rels"] = _relations_xml(relations)
    packed["xl/styles.xml"] = styles
    packed["xl/sharedStrings.xml"] = shared
    formats, painted, struck = _styles(styles)
    return Excel(
        Package(
            formats=formats,
            painted=painted,
            struck=struck,
            since_1904=bool(re.search(rb"""date1904=["'](?:1|true)["']""", workbook)),
            notes=_carried(inside),
        ),
        tuple(parts),
        shared_texts(shared),
        _packed(packed, inside.sums),
    )


def _without_size(xml: bytes) -> bytes:
    """A sheet without a stated size that makes no sense: the cells say how large it is."""
    stated = _SIZE.search(xml, 0, 20_000)
    if stated is None or _SENSIBLE.search(stated[0]):
        return xml
    return xml[: stated.start()] + xml[stated.end() :]


def _main(inside: Unfolding) -> str:
    """The name of the part that lists the sheets."""
    if "xl/workbook.xml" in inside.names:
        return "xl/workbook.xml"
    for match in _RELATION.finditer(inside.part("_rels/.rels")):
        attributes = attributes_of(match[1])
        target = attributes.get("Target", "").lstrip("/")
        if attributes.get("Type", "").endswith("/officeDocument") and target.endswith(".xml"):
            return target if "word/" not in target and "ppt/" not in target else ""
    return ""


def _relations(xml: bytes, folder: str) -> dict[str, tuple[str, str]]:
    """The kind and the part of each relation, by its identifier."""
    related = {}
    for match in _RELATION.finditer(xml):
        attributes = attributes_of(match[1])
        target = attributes.get("Target", "").replace("\\", "/")
        whole = target[1:] if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        related[attributes.get("Id", "")] = (attributes.get("Type", "").rsplit("/", 1)[-1], whole)
    return related


def _relations_xml(relations: list[tuple[str, str, str]]) -> bytes:
    made = b"".join(
        b'<Relationship Id="%s" Type="%s%s" Target="%s"/>'
        % (re.sub(rb'[<>"&]', b"", identifier.encode()), _RELATED, kind.encode(), path.encode())
        for identifier, kind, path in relations
    )
    return (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b"%s</Relationships>" % made
    )


def _packed(parts: dict[str, bytes], sums: dict[int, int]) -> bytes:
    """An archive of these parts as they are; `sums` are those that were already taken, by the part's identity."""
    pieces: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for name, piece in parts.items():
        if not piece:
            continue
        taken = sums.get(id(piece))
        total = zlib.crc32(piece) if taken is None else taken
        head = _ENTRY.pack(20, 0, 0, 0, 33, total, len(piece), len(piece), len(name), 0)
        directory.append(b"PK\1\2\x14\0" + head + _PLACE.pack(0, 0, 0, 0, at) + name.encode())
        pieces += [b"PK\3\4" + head + name.encode(), piece]
        at += 4 + len(head) + len(name) + len(piece)
    listed = b"".join(directory)
    count = len(directory)
    return b"".join((*pieces, listed, b"PK\5\6" + _END.pack(0, 0, count, count, len(listed), at, 0)))


def _carried(inside: Unfolding) -> tuple[Note, ...]:
    return tuple(
        info(code, message)
        for beginnings, code, message in _CARRIED
        if any(name.startswith(beginnings) for name in inside.names)
    )


def _twice(what: str, name: str) -> Finding:
    return refused(
        "file_ambiguous",
        f"El archivo trae dos veces {what} con el mismo nombre («{name[:80]}»): no se sabe cuál vale.",
        AGAIN,
    )


def _styles(xml: bytes) -> tuple[tuple[str, ...], frozenset[int], frozenset[int]]:
    """The number format of each cell style, and the styles that paint a cell's ground or strike its text through."""
    own = {9: "0%", 10: "0.00%", 2: "0.00", 4: "#,##0.00"}
    for match in re.finditer(rb"<(?:\w+:)?numFmt\s([^<>]*?)/?>", xml):
        attributes = attributes_of(match[1])
        if attributes.get("numFmtId", "").isdecimal():
            own[int(attributes["numFmtId"][:9])] = attributes.get("formatCode", "")[:255]
    solid = [b'patternType="solid"' in fill for fill in _listed(xml, b"fill")]
    crossed = [_STRIKE.search(font) is not None for font in _listed(xml, b"font")]
    cells = _whole(xml, b"cellXfs")
    formats: list[str] = []
    painted: set[int] = set()
    struck: set[int] = set()
    for match in re.finditer(rb"<(?:\w+:)?xf\s([^<>]*?)/?>", cells):
        attributes = attributes_of(match[1])
        number = attributes.get("numFmtId", "")[:9]
        for name, known, styles in (("fillId", solid, painted), ("fontId", crossed, struck)):
            chosen = attributes.get(name, "")[:9]
            if chosen.isdecimal() and int(chosen) < len(known) and known[int(chosen)]:
                styles.add(len(formats))
        formats.append(own.get(int(number), "") if number.isdecimal() else "")
        if len(formats) > _MOST_FORMATS:
            break
    return tuple(formats), frozenset(painted), frozenset(struck)


def _listed(xml: bytes, name: bytes) -> list[bytes]:
    """The elements of one of the lists of the styles (fills, fonts), each as its bytes."""
    return re.split(rb"<(?:\w+:)?%s(?=[\s/>])" % name, _whole(xml, name + b"s"))[1:]


def _whole(xml: bytes, name: bytes) -> bytes:
    """The first element of a name, with its tags; b"" where there is none that ends."""
    begin = re.search(rb"<(?:\w+:)?%s\b" % name, xml)
    end = re.compile(rb"</(?:\w+:)?%s>" % name).search(xml, begin.end()) if begin else None
    return xml[begin.start() : end.end()] if begin and end else b""
