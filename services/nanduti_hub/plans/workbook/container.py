"""Whether bytes are a workbook that is safe to open, and what calamine does not tell of its sheets.

Rule: nothing is handed to calamine before its real (not its stated) size was measured, since a small archive
can unfold to gigabytes, and a single stray cell in the far corner makes calamine's dense read abort the
process. calamine gives '' for broken cells (#REF!, formulas without a stored value): they are found here.
No XML parser: only the few attributes that are needed are looked up, and documents with a DTD are refused.
"""

import copy
import html
import io
import re
import zipfile
import zlib

from msgspec import Struct, field

from nanduti_hub.plans.rows import Finding, Severity
from nanduti_hub.plans.workbook.text import letters, place_of

MAX_FILE = 50_000_000
MAX_PART = 150_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 200
#: Rows of titles, sections and notes come on top of the activities.
_LAST_ROW = 21_000

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SAVE = "Ábralo en Excel o LibreOffice y guárdelo con «Guardar como» en formato «Libro de Excel (.xlsx)»."
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*?)/?>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*?)/?>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
#: A cheap look for addresses past GR or past row 20,999, and the exact one that is needed when it finds any.
_MAY_BE_FAR = re.compile(
    rb'r="(?:[A-Z]{3}|[H-Z][A-Z]\d|G[S-Z]\d|[A-Z]{1,2}(?:\d{6}|[3-9]\d{4}"|2[1-9]\d{3}"))'
)
_FAR = re.compile(
    rb"""\sr=["']((?:[A-Z]{3,}|[H-Z][A-Z]|G[S-Z])\d+|[A-Z]{1,2}(?:\d{6,}|[3-9]\d{4}|2[1-9]\d{3}))["']([^>]*)>"""
)
_FAULTY = re.compile(rb"""t=(?:"e"|'e')""")
_FORMULA = re.compile(rb"<f[ />]")
_PREFIXED_FORMULA = re.compile(rb"<\w+:f[ />]")
#: A formula and no value behind it.
_NOT_STORED = re.compile(
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>|</(?:\w+:)?c>)"
)
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s([^>]*\bhidden=["'](?:1|true)["'][^>]*)>""")
_HIDDEN_COLUMN = re.compile(rb"""<(?:\w+:)?col\s([^>]*\bhidden=["'](?:1|true)["'][^>]*)>""")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_STRIKE = re.compile(rb"""<(?:\w+:)?strike(?:\s+val=["'](?:1|true)["'])?\s*/?>""")
_USUAL_ORDER = re.compile(rb'<c r="[A-Z]+\d+" s="')


class Part(Struct, frozen=True):
    """A sheet of the workbook as the archive has it: its name, and its XML (empty for charts)."""

    name: str
    xml: bytes


class Package(Struct, frozen=True):
    """A workbook that may be opened. `formats` are the number formats by style number."""

    parts: tuple[Part, ...]
    formats: tuple[str, ...] = ()
    painted: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    since_1904: bool = False
    macros: bool = False


class Surroundings(Struct):
    """What a sheet's XML says beside values: broken cells, hidden rows and columns (indexes from 0)."""

    broken: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def open_package(content: bytes, file_name: str) -> Package | Finding:
    """The workbook in these bytes, or the finding that says why there is none to read."""
    if not content:
        return refused("file_empty", "El archivo está vacío.", "Vuelva a exportarlo y súbalo otra vez.")
    if len(content) > MAX_FILE:
        return refused(
            "file_too_large",
            f"El archivo pesa más de {MAX_FILE // 1_000_000} MB.",
            "Quite imágenes y hojas que no sean del plan, y guárdelo de nuevo.",
        )
    if not content.startswith(b"PK"):
        return _not_an_archive(content, file_name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _package(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError, RuntimeError):
        return refused(
            "file_corrupt",
            "El archivo está dañado o incompleto: no se puede abrir como libro de Excel.",
            "Ábralo en Excel, deje que lo repare, guárdelo como .xlsx y súbalo otra vez.",
        )
    except (NotImplementedError, MemoryError, OverflowError):
        return refused(
            "file_unsafe",
            "El archivo usa una compresión que no se admite.",
            "Guárdelo de nuevo como .xlsx desde Excel o LibreOffice.",
        )


def refused(code: str, message: str, suggestion: str, *, sheet: str = "", cell: str = "") -> Finding:
    """An error about the file or a sheet as a whole."""
    return Finding(
        sheet=sheet,
        cell=cell,
        severity=Severity.ERROR,
        code=code,
        message=message,
        suggestion=suggestion,
    )


def surroundings(xml: bytes) -> Surroundings:
    """Broken cells, hidden rows and hidden columns of a sheet."""
    around = Surroundings()
    for match in _FAULTY.finditer(xml):
        start = xml.rfind(b"<", 0, match.start())
        stored = _VALUE.search(xml, match.end(), match.end() + 5_000)
        what = html.unescape(stored[1].decode("utf-8", "replace")) if stored else "#ERROR!"
        _note_broken(around, xml[start : match.end()], what)
    prefixed = b":worksheet" in xml[:2_000]
    for match in (_PREFIXED_FORMULA if prefixed else _FORMULA).finditer(xml):
        start = xml.rfind(b"<", 0, match.start())
        attributes = _attributes(xml[start : match.start()])
        # A formula whose stored result is an empty text ("str") is an honest blank.
        if attributes.get("t") not in {"str", "e"} and _NOT_STORED.match(xml, match.start()):
            _note_broken(around, xml[start : match.start()], "fórmula sin resultado guardado")
    if b"hidden=" in xml:
        for match in _HIDDEN_ROW.finditer(xml):
            number = _attributes(match[1]).get("r", "")
            if number.isdecimal():
                around.hidden_rows.add(int(number) - 1)
        for match in _HIDDEN_COLUMN.finditer(xml):
            attributes = _attributes(match[1])
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdecimal() and last.isdecimal():
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
            rb"""<(?:\w+:)?c\s(?=[^>]*?\br=["']([A-Z]+)(\d+)["'])[^>]*?\bs=["'](%s)["']""" % numbers
        )
    columns: dict[bytes, int] = {}
    found = {}
    for column, row, style in cells.findall(xml):
        index = columns.get(column)
        if index is None:
            index = columns[column] = place_of(f"{column.decode()}1")[1]
        found[int(row) - 1, index] = int(style)
    return found


def too_far(part: Part) -> Finding | None:
    """The finding for a sheet that is too large, or that has something in a far corner."""
    double_quoted = b" r='" not in part.xml[:100_000]
    if double_quoted and _MAY_BE_FAR.search(part.xml) is None:
        return _too_many_rows(part)
    for match in _FAR.finditer(part.xml):
        if match[2].endswith(b"/"):
            continue  # painted, but empty: calamine does not count it either
        rest = part.xml[match.end() : match.end() + 40].lstrip()
        if rest.startswith((b"<c", b"</")):
            continue
        cell = match[1].decode()
        if place_of(cell)[0] >= _LAST_ROW:
            what = f"más de {MAX_ROWS:,} filas".replace(",", ".")
        else:
            what = f"más de {MAX_COLUMNS} columnas"
        return refused(
            "sheet_too_large",
            f"La hoja «{part.name}» llega hasta la celda {cell}: tiene {what}.",
            f"Si en {cell} quedó algo por error, borre esas filas o columnas enteras y guarde; "
            f"si el plan es tan grande, divídalo. Se leen hasta la columna {letters(MAX_COLUMNS - 1)}.",
            sheet=part.name,
            cell=cell,
        )
    return _too_many_rows(part)


def _too_many_rows(part: Part) -> Finding | None:
    """Rows of a sheet whose cells do not say their address have to be counted."""
    if re.search(rb"""<(?:\w+:)?c\s[^>]*?\br=""", part.xml[:500_000]) or part.xml.count(b"row") < _LAST_ROW:
        return None
    with_cells = len(re.findall(rb"<(?:\w+:)?row\b[^>]*[^/]>\s*<(?:\w+:)?c\b", part.xml))
    if with_cells <= _LAST_ROW:
        return None
    return refused(
        "sheet_too_large",
        f"La hoja «{part.name}» tiene más de {MAX_ROWS:,} filas.".replace(",", "."),
        "Divida el plan en varios archivos.",
        sheet=part.name,
    )


def _note_broken(around: Surroundings, cell_xml: bytes, what: str) -> None:
    cell = _attributes(cell_xml.split(b">", 1)[0]).get("r", "")
    if cell:
        around.broken[place_of(cell)] = what


def _attributes(text: bytes) -> dict[str, str]:
    return {
        name.decode(): html.unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(text)
    }


def _not_an_archive(content: bytes, file_name: str) -> Finding:
    head = content[:2_000].lstrip().lower()
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return refused(
                "file_encrypted",
                "El archivo está protegido con contraseña y no se puede leer.",
                "En Excel: Archivo, Información, Proteger libro, Cifrar con contraseña; "
                "borre la contraseña, guarde y súbalo otra vez.",
            )
        if "WordDocument".encode("utf-16-le") in content:
            return refused("file_is_doc", "Es un documento de Word (.doc), no un libro de Excel.", _SAVE)
        return refused("file_is_xls", "El formato antiguo de Excel (.xls) todavía no se lee.", _SAVE)
    if head.startswith(b"%pdf"):
        return refused(
            "file_is_pdf", "Es un PDF, no un libro de Excel.", "Suba la planilla original (.xlsx)."
        )
    if b"<html" in head or b"<table" in head or head.startswith((b"<?xml", b"<!doctype")):
        return refused("file_is_html", "Es una página o un XML con otro nombre, no un libro de Excel.", _SAVE)
    if file_name.lower().endswith((".csv", ".txt", ".tsv")) or (head.count(b";") > 5 and b"\0" not in head):
        return refused("file_is_csv", "Es un archivo de texto (CSV); todavía no se lee.", _SAVE)
    return refused(
        "file_not_workbook",
        "El archivo no es un libro de Excel (.xlsx).",
        f"Compruebe que eligió el archivo correcto. {_SAVE}",
    )


def _package(archive: zipfile.ZipFile) -> Package | Finding:
    names = {info.filename for info in archive.infolist()}
    if any(info.flag_bits & 1 for info in archive.infolist()):
        return refused("file_encrypted", "El archivo está protegido con contraseña.", "Quítela y guárdelo.")
    other = _another_kind(archive, names)
    if other is not None:
        return other
    pieces: dict[str, bytes] = {}
    total = 0
    for name in sorted(names):
        if not _is_read(name):
            continue
        piece = _measured(archive, name, MAX_PART - total)
        if piece is None:
            return refused(
                "file_too_large",
                "El archivo se expande a un tamaño que no es el de una planilla.",
                "Copie la matriz a un libro nuevo, guárdelo como .xlsx y súbalo otra vez.",
            )
        if b"<!DOCTYPE" in piece[:65_536] or b"<!ENTITY" in piece[:65_536]:
            return refused(
                "file_unsafe",
                "El archivo trae declaraciones (DTD) que un libro de Excel no lleva; no se abre.",
                "Copie la matriz a un libro nuevo, guárdelo como .xlsx y súbalo otra vez.",
            )
        total += len(piece)
        pieces[name] = piece
    workbook = pieces["xl/workbook.xml"]
    formats, painted, struck = _styles(pieces.get("xl/styles.xml", b""))
    return Package(
        parts=_parts(workbook, pieces),
        formats=formats,
        painted=painted,
        struck=struck,
        since_1904=bool(re.search(rb"""date1904=["'](?:1|true)["']""", workbook)),
        macros="xl/vbaProject.bin" in names,
    )


def _is_read(name: str) -> bool:
    if name in {"xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"}:
        return True
    lowered = name.lower()
    return lowered == "xl/sharedstrings.xml" or (
        lowered.startswith("xl/") and "sheet" in lowered and lowered.endswith((".xml", ".rels"))
    )


def _measured(archive: zipfile.ZipFile, name: str, limit: int) -> bytes | None:
    """A part's bytes, or None when it is larger than `limit`, whatever the archive says its size is."""
    stated = archive.getinfo(name)
    if stated.file_size > limit:
        return None
    # A stated size that is too small would only cut our read short, not calamine's: read past it.
    unbounded = copy.copy(stated)
    unbounded.file_size = limit + 1
    with archive.open(unbounded) as part:
        piece = part.read(limit + 1)
    return piece if len(piece) <= limit else None


def _another_kind(archive: zipfile.ZipFile, names: set[str]) -> Finding | None:
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        kind = archive.read("mimetype")
        if b"opendocument.spreadsheet" in kind:
            return refused("file_is_ods", "Es una planilla de LibreOffice (.ods); todavía no se lee.", _SAVE)
        if b"opendocument" in kind:
            return refused("file_is_document", "Es un documento de LibreOffice, no una planilla.", _SAVE)
    if "word/document.xml" in names:
        return refused(
            "file_is_docx",
            "Es un documento de Word (.docx), no un libro de Excel.",
            "Copie la matriz a una hoja de Excel y guárdela como .xlsx.",
        )
    if "ppt/presentation.xml" in names:
        return refused("file_is_pptx", "Es una presentación (.pptx), no un libro de Excel.", _SAVE)
    if "xl/workbook.bin" in names:
        return refused("file_is_xlsb", "El formato binario de Excel (.xlsb) todavía no se lee.", _SAVE)
    if "xl/workbook.xml" not in names:
        return refused(
            "file_not_workbook",
            "El archivo es un comprimido (.zip) sin un libro de Excel en su forma habitual.",
            f"Si lo comprimió usted, suba el .xlsx que está adentro. {_SAVE}",
        )
    return None


def _parts(workbook: bytes, pieces: dict[str, bytes]) -> tuple[Part, ...]:
    targets = {}
    for match in _RELATION.finditer(pieces.get("xl/_rels/workbook.xml.rels", b"")):
        attributes = _attributes(match[1])
        target = attributes.get("Target", "")
        targets[attributes.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"
    parts = []
    for match in _SHEET.finditer(workbook):
        attributes = _attributes(match[1])
        identifier = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        parts.append(Part(attributes.get("name", ""), pieces.get(targets.get(identifier, ""), b"")))
    return tuple(parts)


def _styles(xml: bytes) -> tuple[tuple[str, ...], frozenset[int], frozenset[int]]:
    """The number format of each cell style, and the styles that paint a cell's ground or strike its text through."""
    own = {9: "0%", 10: "0.00%", 2: "0.00", 4: "#,##0.00"}
    for match in re.finditer(rb"<(?:\w+:)?numFmt\s([^>]*?)/?>", xml):
        attributes = _attributes(match[1])
        if attributes.get("numFmtId", "").isdecimal():
            own[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
    solid = [b'patternType="solid"' in fill for fill in _listed(xml, b"fill")]
    crossed = [_STRIKE.search(font) is not None for font in _listed(xml, b"font")]
    cells = re.search(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", xml, re.DOTALL)
    formats: list[str] = []
    painted: set[int] = set()
    struck: set[int] = set()
    for match in re.finditer(rb"<(?:\w+:)?xf\s([^>]*?)/?>", cells[0] if cells else b""):
        attributes = _attributes(match[1])
        number = attributes.get("numFmtId", "")
        for name, known, styles in (("fillId", solid, painted), ("fontId", crossed, struck)):
            chosen = attributes.get(name, "")
            if chosen.isdecimal() and int(chosen) < len(known) and known[int(chosen)]:
                styles.add(len(formats))
        formats.append(own.get(int(number), "") if number.isdecimal() else "")
    return tuple(formats), frozenset(painted), frozenset(struck)


def _listed(xml: bytes, name: bytes) -> list[bytes]:
    """The elements of one of the lists of the styles (fills, fonts), each as its bytes."""
    whole = re.search(rb"<(?:\w+:)?%ss\b.*?</(?:\w+:)?%ss>" % (name, name), xml, re.DOTALL)
    return re.split(rb"<(?:\w+:)?%s(?=[\s/>])" % name, whole[0] if whole else b"")[1:]
