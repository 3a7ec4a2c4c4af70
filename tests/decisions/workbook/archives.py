"""Workbooks taken apart and put together by hand: archives (.xlsx, .ods) and compound files with records (.xls)."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterable, Sequence

import xlsxwriter
from workbook_shelf import book

PLAN = [
    ["POA 2026"],
    ["N°", "Eje", "Actividad", "Responsable", "Plazo", "Presupuesto"],
    ["1", "Eje 1", "Una", "MTESS", "T1", 1_000_000],
    ["2", None, "Otra", "MINNA", "marzo", "Gs. 5.000.000"],
]
WHOLE = book(PLAN, ["B3:B4"])
SHARED = "xl/sharedStrings.xml"
SHEET = "xl/worksheets/sheet1.xml"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
DTD = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def archive(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return content.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        return {name: made.read(name) for name in made.namelist()}


def changed(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    inside = parts(content)
    inside[name] = change(inside[name])
    return archive(inside)


def by_xlsxwriter() -> bytes:
    """The plan as another program writes it, its texts in a part of their own."""
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = workbook.add_worksheet("POA")
    for index, values in enumerate(PLAN):
        sheet.write_row(index, 0, values)
    workbook.close()
    return content.getvalue()


def with_parts(**more: bytes) -> bytes:
    """The whole plan with further parts; "__" stands for "/" and "_dot_" for "." in their names."""
    named = {name.replace("__", "/").replace("_dot_", "."): data for name, data in more.items()}
    return archive({**parts(WHOLE), **named})


def with_rows(rows: bytes) -> bytes:
    """The whole plan with more rows in its sheet, as XML."""
    return changed(WHOLE, SHEET, lambda data: data.replace(b"</sheetData>", rows + b"</sheetData>"))


# --- OpenDocument -------------------------------------------------------------------------------------------

_ODS = (
    b'<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    b' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    b' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    b' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    b' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><office:automatic-styles/>'
    b"<office:body><office:spreadsheet>%s</office:spreadsheet></office:body></office:document-content>"
)


def ods_cell(value: object, attributes: bytes = b"") -> bytes:
    if value is None:
        return b"<table:table-cell %s/>" % attributes
    text = str(value).encode()
    return b'<table:table-cell office:value-type="string" %s><text:p>%s</text:p></table:table-cell>' % (
        attributes,
        text,
    )


def ods_rows(rows: Iterable[Sequence[object]]) -> bytes:
    return b"".join(
        b"<table:table-row>%s</table:table-row>" % b"".join(ods_cell(value) for value in row) for row in rows
    )


def ods(tables: bytes, **more: bytes) -> bytes:
    """An .ods of hand-written tables."""
    inside = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b"<manifest/>",
        "content.xml": _ODS % tables,
    }
    return archive(
        {**inside, **{name.replace("__", "/").replace("_dot_", "."): data for name, data in more.items()}}
    )


def ods_plan(more: bytes = b"", rows: Sequence[Sequence[object]] = PLAN) -> bytes:
    """The plan as a table, with more rows."""
    return b'<table:table table:name="POA">%s%s</table:table>' % (ods_rows(rows), more)


# --- Compound files -----------------------------------------------------------------------------------------


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file of streams, each made long enough to stand in sectors of its own."""
    sectors: list[bytes] = []
    fat: list[int] = []
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0)]
    for name, data in streams.items():
        padded = data.ljust(max(4096, -(-len(data) // 512) * 512), b"\0")
        first = len(sectors)
        count = len(padded) // 512
        sectors += [padded[at : at + 512] for at in range(0, len(padded), 512)]
        fat += [*range(first + 1, first + count), 0xFFFFFFFE]
        entries.append(_entry(name, 2, first, len(padded)))
    while len(entries) % 4:
        entries.append(bytes(128))
    directory = len(sectors)
    joined = b"".join(entries)
    sectors += [joined[at : at + 512] for at in range(0, len(joined), 512)]
    fat += [*range(directory + 1, len(sectors)), 0xFFFFFFFE]
    tables = -(-(len(fat) + 110) // 128)
    where = [len(sectors) + index for index in range(tables)]
    fat += [0xFFFFFFFD] * tables
    table = b"".join(struct.pack("<I", at) for at in fat).ljust(tables * 512, b"\xff")
    sectors += [table[at : at + 512] for at in range(0, len(table), 512)]
    header = OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<IIIIIIIII", tables, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, where[0])
    for index in range(1, 109):
        header += struct.pack("<I", where[index] if index < tables else 0xFFFFFFFF)
    return header[:512].ljust(512, b"\xff") + b"".join(sectors)


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(raw) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def label(row: int, column: int, text: str) -> bytes:
    return record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def number(row: int, column: int, value: float) -> bytes:
    return record(0x203, struct.pack("<HHHd", row, column, 0, value))


def cells(rows: Iterable[Sequence[object]]) -> bytes:
    made = b""
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if isinstance(value, str):
                made += label(row, column, value)
            elif isinstance(value, (int, float)):
                made += number(row, column, value)
    return made


def workbook_stream(
    sheets: dict[str, bytes], *, before: bytes = b"", version: int = 0x600, places: int | None = None
) -> bytes:
    """The stream of a workbook of Excel 97 whose sheets are these records; `places` lies about where they are."""
    begin = record(0x809, struct.pack("<HHHHII", version, 5, 0, 0, 0, 0))
    listed = [struct.pack("<BBBB", 0, 0, len(name), 1) + name.encode("utf-16-le") for name in sheets]
    at = len(begin) + len(before) + sum(len(one) + 8 for one in listed) + 4
    globals_, bodies = begin + before, b""
    for one, body in zip(listed, sheets.values(), strict=True):
        globals_ += record(0x85, struct.pack("<I", at + len(bodies) if places is None else places) + one)
        bodies += record(0x809, struct.pack("<HHHHII", version, 0x10, 0, 0, 0, 0)) + body + record(0x0A)
    return globals_ + record(0x0A) + bodies


def xls(sheets: dict[str, bytes], **lies: object) -> bytes:
    return compound({"Workbook": workbook_stream(sheets, **lies)})  # type: ignore[arg-type]
