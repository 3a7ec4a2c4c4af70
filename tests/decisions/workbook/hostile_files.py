"""Files that would stop, fill or mislead a reader, each made by code, and the code of the error that each must get.

An empty code means that the file is honest enough: its two activities are read. All of it synthetic.
"""

import struct
import zlib
from collections.abc import Callable

from archives import (
    DTD,
    MAIN,
    OLE,
    PLAN,
    SHARED,
    SHEET,
    WHOLE,
    archive,
    by_xlsxwriter,
    cells,
    changed,
    compound,
    label,
    number,
    ods,
    ods_cell,
    ods_plan,
    ods_rows,
    parts,
    record,
    with_rows,
    workbook_stream,
    xls,
)
from workbook_shelf import book

#: Stands for an error on each of many sheets.
MANY = "sheet_too_large, many times"
Maker = Callable[[], bytes]


# --- Archives -----------------------------------------------------------------------------------------------


def bomb(megabytes: int, stated: int | None = None) -> bytes:
    """The plan with a sheet that unfolds to so many megabytes of blanks, whatever it states."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = deflate.compress(parts(WHOLE)[SHEET]) + deflate.flush(zlib.Z_FULL_FLUSH)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    blanks = deflate.compress(b" " * 1_000_000) + deflate.flush(zlib.Z_FULL_FLUSH)
    size = megabytes * 1_000_000 + len(parts(WHOLE)[SHEET])
    data = head + blanks * megabytes + b"\x03\x00"
    others = [(name, _raw(piece), len(piece)) for name, piece in parts(WHOLE).items() if name != SHEET]
    total = zlib.crc32(parts(WHOLE)[SHEET] + b" " * 1_000_000 * megabytes) if megabytes < 100 else 0
    return by_hand([(SHEET, data, size if stated is None else stated), *others], sums={**_SUMS, SHEET: total})


_SUMS = {name: zlib.crc32(piece) for name, piece in parts(WHOLE).items()}


def _raw(data: bytes) -> bytes:
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    return deflate.compress(data) + deflate.flush()


def by_hand(
    entries: list[tuple[str, bytes, int]],
    *,
    sums: dict[str, int] | None = None,
    flags: int = 0,
    method: int = 8,
    overlapping: int = 0,
) -> bytes:
    """An archive whose headers say what we like. `overlapping` lists the first entry so many times more."""
    content = b""
    directory = []
    for name, data, size in entries:
        raw = name.encode()
        head = struct.pack(
            "<HHHHHIIIHH", 20, flags, method, 0, 33, (sums or {}).get(name, 0), len(data), size, len(raw), 0
        )
        directory.append(b"PK\x01\x02\x14\0" + head + struct.pack("<HHHII", 0, 0, 0, 0, len(content)) + raw)
        content += b"PK\x03\x04" + head + raw + data
    directory += [directory[0]] * overlapping
    joined = b"".join(directory)
    count = min(len(directory), 0xFFFF)
    return (
        content
        + joined
        + b"PK\x05\x06"
        + struct.pack("<HHHHIIH", 0, 0, count, count, len(joined), len(content), 0)
    )


def whole_by_hand(**how: int) -> bytes:
    return by_hand([(name, _raw(piece), len(piece)) for name, piece in parts(WHOLE).items()], **how)  # type: ignore[arg-type]


def twice() -> bytes:
    """Two parts of one name: one reader takes the first, another the last."""
    inside = parts(WHOLE)
    other = inside[SHEET].replace(b"MTESS", b"MINNA")
    return by_hand(
        [*((n, _raw(p), len(p)) for n, p in inside.items()), (SHEET, _raw(other), len(other))], sums=_SUMS
    )


ARCHIVES: dict[str, tuple[Maker, str]] = {
    "unfolds to 4 GB": (lambda: bomb(4_000), "file_too_large"),
    "unfolds to 4 GB and states 100 bytes": (lambda: bomb(4_000, 100), "file_too_large"),
    "unfolds to 59 MB of blanks": (lambda: bomb(59), "file_too_large"),
    "six thousand parts": (
        lambda: archive({**parts(WHOLE), **{f"xl/media/{n}.png": b"" for n in range(6_000)}}), "file_unsafe",
    ),
    "a hundred thousand overlapping entries": (lambda: whole_by_hand(overlapping=100_000), "file_unsafe"),
    "a thousand overlapping entries": (lambda: whole_by_hand(overlapping=1_000), "file_ambiguous"),
    "a part twice": (twice, "file_ambiguous"),
    "a part twice in another case": (
        lambda: archive({**parts(WHOLE), SHEET.upper(): b"<worksheet/>"}), "file_ambiguous",
    ),
    "archives inside archives": (lambda: archive({"a.zip": archive({"b.zip": WHOLE})}), "file_not_workbook"),
    "encrypted archive": (lambda: whole_by_hand(flags=1), "file_encrypted"),
    "unknown compression": (lambda: whole_by_hand(method=97), "file_unsafe"),
    "names with backslashes": (
        lambda: archive({name.replace("/", "\\"): piece for name, piece in parts(WHOLE).items()}), "",
    ),
}  # fmt: skip


# --- XML ----------------------------------------------------------------------------------------------------

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ja">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(10))
    + b"]>"
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


def in_front(name: str, data: bytes) -> bytes:
    return changed(WHOLE, name, lambda piece: data + piece.split(b"?>", 1)[-1])


def row(cells_xml: bytes, number_: int = 9) -> bytes:
    return b'<row r="%d">%s</row>' % (number_, cells_xml)


def inline(text: bytes, address: bytes = b"A9") -> bytes:
    return b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (address, text)


XML: dict[str, tuple[Maker, str]] = {
    "billion laughs": (lambda: in_front(SHEET, LAUGHS), "file_unsafe"),
    "external entity": (lambda: in_front("xl/workbook.xml", OUTSIDE), "file_unsafe"),
    "DTD behind a hundred kilobytes": (lambda: in_front(SHEET, b" " * 100_000 + DTD), "file_unsafe"),
    "entity in an .ods": (
        lambda: ods(ods_plan(), styles_dot_xml=LAUGHS + b"<a>&k;</a>"), "file_unsafe",
    ),
    "a million elements inside each other": (lambda: with_rows(b"<a>" * 1_000_000), ""),
    "a million spans inside each other in an .ods": (
        lambda: ods(ods_plan(ods_rows([["x"]]).replace(b"x", b"<text:span>" * 1_000_000))), "file_corrupt",
    ),
    "a tag of 30 MB": (lambda: with_rows(b'<row r="9" a="' + b"x" * 30_000_000 + b'"/>'), ""),
    "a tag of 30 MB in an .ods": (
        lambda: ods(ods_plan(b'<table:table-row a="' + b"x" * 30_000_000 + b'"/>')), "file_corrupt",
    ),
    "a million comments": (lambda: with_rows(b"<!-- <f <f t='e' -->" * 1_000_000), ""),
    "a million marks of an error in a text": (
        lambda: with_rows(row(inline(b't="e"' * 1_000_000))), "",
    ),
    "five million shared texts": (
        lambda: archive({**parts(by_xlsxwriter()), SHARED: b"<sst %s>%s</sst>" % (MAIN, b"<si/>" * 5_000_000)}),
        "file_too_large",
    ),
    "wrong encoding": (
        lambda: changed(WHOLE, SHEET, lambda piece: piece.decode().encode("utf-16")), "sheet_unreadable",
    ),
}  # fmt: skip


# --- Sheets -------------------------------------------------------------------------------------------------


def shared_bomb() -> bytes:
    """Half a million cells that all show one text of 32,000 letters."""
    inside = parts(by_xlsxwriter())
    inside[SHARED] = inside[SHARED].replace(b"</sst>", b"<si><t>" + b"x" * 32_000 + b"</t></si></sst>")
    last = inside[SHARED].count(b"</si>") - 1
    rows = b"".join(
        row(
            b"".join(
                b'<c r="%c%d" t="s"><v>%d</v></c>' % (65 + column, number_, last) for column in range(25)
            ),
            number_,
        )
        for number_ in range(9, 20_009)
    )
    inside[SHEET] = inside[SHEET].replace(b"</sheetData>", rows + b"</sheetData>")
    return archive(inside)


def sheets(count: int) -> bytes:
    inside = parts(WHOLE)
    listed = b"".join(b'<sheet name="H%d" sheetId="%d" r:id="rId1"/>' % (n, n + 9) for n in range(count))
    inside["xl/workbook.xml"] = inside["xl/workbook.xml"].replace(b"</sheets>", listed + b"</sheets>")
    return archive(inside)


def named(name: bytes) -> bytes:
    return changed(WHOLE, "xl/workbook.xml", lambda piece: piece.replace(b'name="POA"', b'name="%s"' % name))


def without(name: str) -> bytes:
    return archive({key: piece for key, piece in parts(by_xlsxwriter()).items() if key != name})


def strict() -> bytes:
    inside = parts(WHOLE)
    for name, piece in inside.items():
        inside[name] = piece.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
    return archive(inside)


def prefixed() -> bytes:
    """Every element of the sheet with a prefix, as some libraries write it."""

    def change(piece: bytes) -> bytes:
        body = piece.split(b"?>", 1)[-1].replace(b"</", b"\0").replace(b"<", b"<x:").replace(b"\0", b"</x:")
        return body.replace(b"xmlns=", b"xmlns:x=")

    return changed(WHOLE, SHEET, change)


def merged(rows: str) -> bytes:
    return changed(WHOLE, SHEET, lambda piece: piece.replace(b'ref="B3:B4"', rows.encode()))


def merges(count: int) -> bytes:
    many = b"".join(b'<mergeCell ref="B%d:C%d"/>' % (n, n) for n in range(9, count + 9))
    return changed(WHOLE, SHEET, lambda piece: piece.replace(b"</mergeCells>", many + b"</mergeCells>"))


def painted_rows(cells_each: int) -> bytes:
    letters = [b"%c" % (65 + n) for n in range(cells_each)]
    return with_rows(
        b"".join(
            b'<row r="%d" s="1" customFormat="1">%s</row>'
            % (n, b"".join(b'<c r="%s%d" s="1"/>' % (letter, n) for letter in letters))
            for n in range(9, 1_000_009)
        )
    )


def corners(count: int) -> bytes:
    """Sheets whose last allowed cell has something in it, and hardly any other."""
    inside = parts(by_xlsxwriter())
    far = b'<row r="20999"><c r="GR20999"><v>1</v></c></row></sheetData>'
    listed = related = b""
    for n in range(2, count + 2):
        inside[f"xl/worksheets/sheet{n}.xml"] = inside[SHEET].replace(b"</sheetData>", far)
        listed += b'<sheet name="H%d" sheetId="%d" r:id="q%d"/>' % (n, n, n)
        related += (
            b'<Relationship Id="q%d" Target="worksheets/sheet%d.xml" Type="http://schemas.openxmlformats.org/'
            b'officeDocument/2006/relationships/worksheet"/>' % (n, n)
        )
    for name, end, more in (
        ("xl/workbook.xml", b"</sheets>", listed), ("xl/_rels/workbook.xml.rels", b"</Relationships>", related),
    ):  # fmt: skip
        inside[name] = inside[name].replace(end, more + end)
    return archive(inside)


SHEETS: dict[str, tuple[Maker, str]] = {
    "a value in the last cell": (lambda: with_rows(row(b'<c r="XFD1048576"><v>1</v></c>', 1_048_576)), "sheet_too_large"),
    "a value in the last row, without an address": (
        lambda: with_rows(b'<row r="1048576"><c><v>1</v></c></row>'), "sheet_too_large",
    ),
    "sixteen thousand columns, without addresses": (
        lambda: with_rows(b"<row r='9'>" + b"<c><v>1</v></c>" * 16_384 + b"</row>"), "sheet_too_large",
    ),
    "sixteen thousand columns": (lambda: book([*PLAN, list(range(16_384))]), "sheet_too_large"),
    "an address that does not exist": (
        lambda: with_rows(row(b'<c r="ZZZZZZ99999999999999999999"><v>1</v></c>')), "sheet_too_large",
    ),
    "forty sheets up to the last cell": (lambda: corners(40), MANY),
    "a lying dimension": (
        lambda: changed(WHOLE, SHEET, lambda piece: piece.replace(b'ref="A1:F4"', b'ref="A1:XFD1048576"')), "",
    ),
    "a dimension that makes no sense": (
        lambda: changed(WHOLE, SHEET, lambda piece: piece.replace(b'ref="A1:F4"', b'ref="ZZZZ9:A0"')), "",
    ),
    "a million formatted empty rows": (lambda: painted_rows(0), ""),
    "a million rows of formatted cells": (lambda: painted_rows(3), "file_too_large"),
    "half a million cells of one long text": (shared_bomb, "file_too_large"),
    "a million cells": (
        lambda: with_rows(
            b"".join(row(b"<c><v>1</v></c>" * 100, number_) for number_ in range(9, 7_009))
        ),
        "file_too_large",
    ),
    "a cell of 32,767 letters": (lambda: book([*PLAN, ["3", "Eje 1", "x" * 32_767, "MTESS", "T1", 5]]), ""),
    "five hundred sheets": (lambda: sheets(500), "sheets_too_many"),
    "two sheets of one name": (lambda: archive({**parts(sheets(0)), "xl/workbook.xml": parts(WHOLE)["xl/workbook.xml"].replace(b"</sheets>", b'<sheet name="poa" sheetId="9" r:id="rId1"/></sheets>')}), "file_ambiguous"),
    "a sheet named with all the signs": (lambda: named(b"a'!$A$1:&lt;&amp;&quot;[x]"), ""),
    "a sheet name over two lines": (lambda: named(b"a&#10;b&#x9;c"), ""),
    "a sheet without a name": (lambda: named(b""), ""),
    "a sheet name of two hundred letters": (lambda: named(b"n" * 200), ""),
    "a shared text that does not exist": (lambda: changed(by_xlsxwriter(), SHEET, lambda piece: piece.replace(b"<v>3</v>", b"<v>9999</v>")), "sheet_unreadable"),
    "no styles": (lambda: without("xl/styles.xml"), ""),
    "no shared texts": (lambda: without(SHARED), "sheet_unreadable"),
    "no list of sheets": (lambda: without("xl/workbook.xml"), "workbook_missing"),
    "no relations": (lambda: without("xl/_rels/workbook.xml.rels"), "sheet_unreadable"),
    "no sheet": (lambda: without(SHEET), "sheet_unreadable"),
    "no content types": (lambda: without("[Content_Types].xml"), ""),
    "strict": (strict, ""),
    "prefixes": (prefixed, ""),
    "everything below merged": (lambda: merged('ref="A5:XFD1048576"'), ""),
    "everything merged": (lambda: merged('ref="F4:XFD1048576"'), ""),
    "merged backwards": (lambda: merged('ref="F4:A1"'), ""),
    "a million merged ranges": (lambda: merges(1_000_000), "sheet_unreadable"),
    "numbers that are none": (
        lambda: with_rows(row(b'<c r="A9"><v>1e999</v></c><c r="B9"><v>NaN</v></c><c r="C9"><v>-inf</v></c>')), "",
    ),
    "days that are none": (
        lambda: with_rows(row(b'<c r="E9" s="1"><v>99999999999</v></c><c r="F9" t="d"><v>2026-99-99</v></c>')), "",
    ),
}  # fmt: skip


# --- What is looked for to the end of the file ------------------------------------------------------------------


def filled(name: str, end: bytes, tag: bytes) -> bytes:
    """The plan with a megabyte of one beginning, over and over, before a part's `end` (or behind it all)."""
    many = tag * (1_000_000 // len(tag))
    return changed(
        by_xlsxwriter(), name, lambda piece: piece.replace(end, many + end) if end else piece + many
    )


_BOOK, _STYLES, _RELATED = "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"
#: Each takes minutes where every beginning is looked at to the end of the file.
ENDLESS: dict[str, tuple[Maker, str]] = {
    "properties that never end": (
        lambda: archive({**parts(by_xlsxwriter()), "docProps/custom.xml": b"<property " * 90_000}), "",
    ),
    "one property of many names": (
        lambda: archive({**parts(by_xlsxwriter()), "docProps/custom.xml": b"<property " + b'name="nanduti_plan" ' * 45_000 + b">"}), "",
    ),
    "a name of a million letters": (lambda: changed(by_xlsxwriter(), _BOOK, lambda piece: piece.replace(b"</workbook>", b"<sheet " + b"a" * 1_000_000 + b"/></workbook>")), "file_corrupt"),
    "relations that never end": (lambda: filled(_RELATED, b"", b"<Relationship "), ""),
    "lists of styles that never end": (lambda: archive({**parts(by_xlsxwriter()), _STYLES: b"<styleSheet>" + b"<cellXfs " * 110_000}), "file_corrupt"),
    "comments that never end": (lambda: filled(SHEET, b"</worksheet>", b"<!--"), "sheet_unreadable"),
    "rows that never end": (lambda: filled(SHEET, b"</sheetData>", b'<row hidden="0" '), "sheet_unreadable"),
    "one row hidden over and over": (
        lambda: changed(by_xlsxwriter(), SHEET, lambda piece: piece.replace(b"</sheetData>", b"<row " + b'hidden="1" ' * 90_000 + b"</sheetData>")), "sheet_unreadable",
    ),
    "formulas that never end": (lambda: filled(SHEET, b"</sheetData>", b"<f "), "sheet_unreadable"),
    "cells that never end": (lambda: filled(SHEET, b"", b"<c "), ""),
    "addresses behind the end": (lambda: filled(SHEET, b"", b' r="ZZZ99"'), ""),
}  # fmt: skip


# --- .xls ---------------------------------------------------------------------------------------------------


def looped(where: int, value: int) -> bytes:
    """A compound file in which one number of the header points somewhere else."""
    content = bytearray(xls({"POA": cells(PLAN)}))
    content[where : where + 4] = struct.pack("<I", value)
    return bytes(content)


def fat_loop() -> bytes:
    content = bytearray(xls({"POA": cells(PLAN)}))
    fat = struct.unpack_from("<I", content, 76)[0]
    struct.pack_into("<II", content, (fat + 1) * 512, 1, 0)
    return bytes(content)


def texts(count: int, body: bytes) -> bytes:
    """Shared texts over as many records as they need."""
    pieces = [body[at : at + 8_000] for at in range(0, len(body), 8_000)] or [b""]
    joined = record(0xFC, struct.pack("<II", count, count) + pieces[0])
    return joined + b"".join(record(0x3C, piece) for piece in pieces[1:])


OLD: dict[str, tuple[Maker, str]] = {
    ".xls": (lambda: xls({"POA": cells(PLAN)}), ""),
    ".xls without its container": (lambda: workbook_stream({"POA": cells(PLAN)}), ""),
    "a loop of sectors": (fat_loop, ""),
    "a loop of the directory": (lambda: looped(48, 0), "file_corrupt"),
    "a loop of tables": (lambda: looped(68, 0), ""),
    "a directory outside the file": (lambda: looped(48, 0x7FFFFFFF), "file_corrupt"),
    "sectors of a wrong size": (lambda: looped(30, 0xFFFFFFFF), "file_corrupt"),
    "a value in the last cell of an .xls": (
        lambda: xls({"POA": cells(PLAN) + number(65_535, 255, 1)}), "sheet_too_large",
    ),
    "forty sheets up to the last cell of an .xls": (
        lambda: xls({f"H{n}": cells(PLAN) + number(20_998, 199, 1) for n in range(40)}), MANY,
    ),
    "blanks all over an .xls": (
        lambda: xls({"POA": cells(PLAN) + b"".join(record(0xBE, struct.pack("<HH", n, 0) + bytes(512) + b"\xff\0") for n in range(12_000))}), "",
    ),
    "more shared texts than there are": (
        lambda: xls({"POA": cells(PLAN)}, before=texts(0xFFFFFFFF, b"\x01\x00\x00x")), "",
    ),
    "a million shared texts in an .xls": (
        lambda: xls({"POA": cells(PLAN)}, before=texts(1_500_000, b"\x01\x00\x00x" * 1_500_000)), "file_too_large",
    ),
    "a shared text longer than the file": (
        lambda: xls({"POA": cells(PLAN)}, before=texts(1, b"\xff\xff\x0d\xff\xff\xff\xff\xff\x7f")), "",
    ),
    "a shared text that does not exist in an .xls": (
        lambda: xls({"POA": cells(PLAN) + record(0xFD, struct.pack("<HHHI", 9, 0, 0, 99))}), "",
    ),
    "a sheet that begins in the list of sheets": (
        lambda: xls({"POA": cells(PLAN)}, places=0), "sheet_unreadable",
    ),
    "a sheet that begins behind the end": (
        lambda: xls({"POA": cells(PLAN)}, places=0x7FFFFFFF), "sheet_unreadable",
    ),
    "five hundred sheets in an .xls": (
        lambda: xls({f"H{n}": b"" for n in range(500)}), "sheets_too_many",
    ),
    "everything merged in an .xls": (
        lambda: xls({"POA": cells(PLAN) + record(0xE5, struct.pack("<H", 1_000) + struct.pack("<HHHH", 9, 65_535, 0, 255) * 1_000)}), "",
    ),
    "encrypted .xls": (lambda: xls({"POA": b""}, before=record(0x2F, bytes(54))), "file_encrypted"),
    "encrypted .xlsx": (lambda: compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x"}), "file_encrypted"),
    "Excel 4": (lambda: record(0x409, bytes(6)) + bytes(100), "file_is_old_excel"),
    "Word": (lambda: compound({"WordDocument": b"x"}), "file_is_doc"),
    "PowerPoint": (lambda: compound({"PowerPoint Document": b"x"}), "file_is_ppt"),
    "Outlook": (lambda: compound({"__properties_version1.0": b"x"}), "file_is_mail"),
    "nothing but a head": (lambda: OLE + bytes(600), "file_corrupt"),
    "a text whose length lies": (lambda: xls({"POA": cells(PLAN) + record(0x204, struct.pack("<HHHHB", 9, 0, 0, 0xFFFF, 1))}), ""),
    "records that are too short": (lambda: xls({"POA": cells(PLAN) + record(0x203, b"\1") + record(0xBD) + record(0xE5)}), "sheet_unreadable"),
    "charts inside each other": (lambda: xls({"POA": cells(PLAN) + record(0x809, bytes(16)) * 100_000}), "sheet_unreadable"),
    "a long text": (lambda: xls({"POA": cells(PLAN) + label(9, 0, "x" * 4_000)}), ""),
}  # fmt: skip


# --- .ods ---------------------------------------------------------------------------------------------------

TIMES = b'table:number-rows-repeated="%d"'


def repeated(rows: int, columns: int, text: str = "x") -> bytes:
    cell = ods_cell(text, b'table:number-columns-repeated="%d"' % columns)
    return b'<table:table-row table:number-rows-repeated="%d">%s</table:table-row>' % (rows, cell)


LAST = (
    b'<table:table-row table:number-rows-repeated="20900"><table:table-cell/></table:table-row><table:table-row>'
    b'<table:table-cell table:number-columns-repeated="199"/>' + ods_cell("x") + b"</table:table-row>"
)

ODS: dict[str, tuple[Maker, str]] = {
    ".ods": (lambda: ods(ods_plan()), ""),
    "a million blank rows": (lambda: ods(ods_plan(repeated(1_048_572, 16_384, "").replace(b'office:value-type="string"', b""))), ""),
    "a row a million times": (lambda: ods(ods_plan(repeated(1_048_572, 1))), "sheet_too_large"),
    "a cell sixteen thousand times": (lambda: ods(ods_plan(repeated(1, 16_384))), "sheet_too_large"),
    "four million cells": (lambda: ods(ods_plan(repeated(20_000, 200))), "file_too_large"),
    "a long text twenty thousand times": (lambda: ods(ods_plan(repeated(20_000, 20, "x" * 8_000))), "file_too_large"),
    "forty sheets up to the last cell of an .ods": (
        lambda: ods(b"".join(ods_plan(LAST).replace(b"POA", b"H%d" % n) for n in range(40))), MANY,
    ),
    "negative and huge repetitions": (
        lambda: ods(ods_plan(b'<table:table-row table:number-rows-repeated="-5"><table:table-cell table:number-columns-repeated="99999999999999999999"/></table:table-row>')), "",
    ),
    "everything merged in an .ods": (
        lambda: ods(ods_plan(b"<table:table-row>" + ods_cell("x", b'table:number-columns-spanned="16384" table:number-rows-spanned="1048576"') + b"</table:table-row>")), "",
    ),
    "five hundred sheets in an .ods": (
        lambda: ods(b"".join(b'<table:table table:name="H%d"/>' % n for n in range(500))), "sheets_too_many",
    ),
    "two sheets of one name in an .ods": (lambda: ods(ods_plan() * 2), "file_ambiguous"),
    "encrypted .ods": (
        lambda: ods(b"", **{"META-INF__manifest_dot_xml": b"<manifest:encryption-data/>"}), "file_encrypted",
    ),
    "a text document": (
        lambda: archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"}), "file_is_document",
    ),
    "an .ods without content": (
        lambda: archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "file_corrupt",
    ),
    "an .ods that is cut off": (lambda: changed(ods(ods_plan()), "content.xml", lambda piece: piece[:-60]), "file_corrupt"),
    "tables inside tables": (
        lambda: ods(ods_plan(b"<table:table-row>" + b"<table:table-cell><table:table><table:table-row>" * 900 + b"</table:table-row></table:table></table:table-cell>" * 900 + b"</table:table-row>")), "file_corrupt",
    ),
    "a hidden sheet of another file": (
        lambda: ods(ods_plan() + b'<table:table table:name="\'file:///otro.ods\'#Hoja"><table:table-row/></table:table>'), "",
    ),
}  # fmt: skip

#: What takes more than a moment to make or to read.
SLOW = frozenset(
    {
        "unfolds to 59 MB of blanks", "a tag of 30 MB", "a million comments", "a million marks of an error in a text",
        "a million formatted empty rows", "a million rows of formatted cells", "half a million cells of one long text",
        "forty sheets up to the last cell", "forty sheets up to the last cell of an .xls",
        "forty sheets up to the last cell of an .ods", "a million cells", "a million merged ranges", "blanks all over an .xls", "a million shared texts in an .xls",
        "a tag of 30 MB in an .ods", "five million shared texts", "six thousand parts",
        "a million spans inside each other in an .ods", "a million elements inside each other",
    }
)  # fmt: skip
HOSTILE = {**ARCHIVES, **XML, **SHEETS, **ENDLESS, **OLD, **ODS}
