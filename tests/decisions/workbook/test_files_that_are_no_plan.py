"""Files that are no workbook say what they are, each with its own code; no bytes whatever raise."""

import base64
from pathlib import Path

import pytest
from archives import (
    DTD,
    OLE,
    PLAN,
    SHEET,
    WHOLE,
    archive,
    cells,
    changed,
    compound,
    ods,
    ods_plan,
    parts,
    with_parts,
    workbook_stream,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from openpyxl import Workbook
from openpyxl.styles import PatternFill
from workbook_shelf import book, fill, finding, read, saved, told

from nanduti_hub.plans.workbook import bounds

HOWTO = Path(__file__).parents[3] / "docs" / "howto" / "importar-una-planilla.md"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HTML = "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><body><table><tr><td>Actividad</td></tr></table></body></html>"
XML_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
)
FODS = (
    '<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>'
)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "plan.xlsx", "file_empty"),
        (bytes(5_000), "plan.xlsx", "file_blank"),
        (b"x" * (bounds.MAX_FILE + 1), "plan.xlsx", "file_too_large"),
        (b"hola", "plan.xlsx", "file_is_text"),
        (b"Querida mesa:\nadjunto el plan, saludos", "plan.xls", "file_is_text"),
        (b"N;Eje;Actividad;Responsable;Plazo;Monto\n1;1;Una;MTESS;T1;5", "plan.xlsx", "file_is_csv"),
        (b"\xef\xbb\xbfN,Eje,Actividad,Responsable\n1,1,Una,MTESS\n", "plan.xlsx", "file_is_csv"),
        ("N\tEje\tActividad\n1\t1\tUna\n".encode("utf-16"), "plan.xls", "file_is_csv"),
        (b"Actividad\nUna\n", "plan.csv", "file_is_csv"),
        (b"ID;PWXL;N;E\nC;Y1;X1;K1\n", "plan.slk", "file_is_csv"),
        (b"%PDF-1.7", "plan.xlsx", "file_is_pdf"),
        (PNG, "plan.xlsx", "file_is_image"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "plan.xlsx", "file_is_image"),
        (HTML.encode(), "plan.xls", "file_is_html"),
        (HTML.encode("utf-16"), "plan.xls", "file_is_html"),
        (b"\r\n\r\n  <!DOCTYPE html><p>Inicie sesi\xc3\xb3n</p><body>", "plan.xlsx", "file_is_html"),
        (XML_2003.encode(), "plan.xls", "file_is_xml_2003"),
        (FODS.encode(), "plan.ods", "file_is_flat_ods"),
        (b"<?xml version='1.0'?><plan/>", "plan.xlsx", "file_is_xml"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "plan.xls", "file_is_mail"),
        (b'{"url": "https://docs.example/spreadsheet"}', "plan.gsheet", "file_is_link"),
        (b"{\\rtf1 plan}", "plan.xlsx", "file_is_document"),
        (b"\x05Coord" + b" " * 155, "~$plan.xlsx", "file_is_lock"),
        (b"MZ\x90\0" + bytes(60), "plan.xlsx", "file_is_program"),
        (b"Rar!\x1a\x07", "plan.xlsx", "file_is_archive"),
        (b"7z\xbc\xaf\x27\x1c", "plan.xlsx", "file_is_archive"),
        (b"SQLite format 3\0", "plan.xlsx", "file_is_database"),
        (bytes(range(1, 256)) * 4, "plan.xlsx", "file_not_workbook"),
        (OLE, "plan.xls", "file_corrupt"),
        (compound({"EncryptedPackage": b"x"}), "plan.xlsx", "file_encrypted"),
        (compound({"WordDocument": b"x"}), "plan.xls", "file_is_doc"),
        (archive({"word/document.xml": b"x"}), "plan.xlsx", "file_is_docx"),
        (archive({"ppt/presentation.xml": b"x"}), "plan.xlsx", "file_is_pptx"),
        (archive({"xl/workbook.bin": b"x"}), "plan.xlsx", "file_is_xlsb"),
        (archive({"Index/Document.iwa": b"x", "Metadata/Properties.plist": b"x"}), "plan.xlsx", "file_is_numbers"),
        (archive({"planes/plan.xlsx": WHOLE}), "plan.zip", "file_is_zip"),
        (archive({"plan.txt": b"x"}), "plan.xlsx", "file_not_workbook"),
        (archive({}), "plan.xlsx", "file_not_workbook"),
        (archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"}), "plan.ods", "file_is_document"),
        (WHOLE[:700], "plan.xlsx", "file_corrupt"),
        (changed(WHOLE, SHEET, lambda data: data[:200]), "plan.xlsx", "sheet_unreadable"),
        (changed(WHOLE, SHEET, lambda data: DTD + data), "plan.xlsx", "file_unsafe"),
        (book([["nada"], ["que ver"]]), "plan.xlsx", "header_missing"),
        (book(PLAN[:2]), "plan.xlsx", "activities_missing"),
    ],
)  # fmt: skip
def test_a_wrong_file_has_one_error_with_its_own_code(content: bytes, name: str, code: str) -> None:
    reading = read(content, file_name=name)
    assert reading.rows == ()
    errors = [one for one in reading.findings if one.severity == "error"]
    assert [one.code for one in errors] == [code]
    assert errors[0].suggestion


@pytest.mark.parametrize("cell", ["XFD1048576", "KA3", "A30000"])
def test_a_stray_cell_in_a_far_corner_is_named(cell: str) -> None:
    workbook = Workbook()
    fill(workbook.active, PLAN)
    workbook.active[cell] = "x"
    assert told(read(saved(workbook))) == [(cell, "sheet_too_large")]


def test_a_far_cell_that_is_only_painted_does_no_harm() -> None:
    workbook = Workbook()
    fill(workbook.active, PLAN)
    workbook.active["XFD1048576"].fill = PatternFill("solid", fgColor="FF0000")
    assert len(read(saved(workbook)).rows) == 2


def test_macros_are_told_and_left_alone() -> None:
    inside = parts(book(PLAN))
    reading = read(archive({**inside, "xl/vbaProject.bin": b"x"}))
    assert len(reading.rows) == 2
    assert told(reading)[0] == ("", "macros_ignored")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (with_parts(xl__externalLinks__externalLink1_dot_xml=b"<x/>"), "links_ignored"),
        (with_parts(xl__connections_dot_xml=b"<x/>"), "connections_ignored"),
        (with_parts(xl__pivotCache__pivotCacheDefinition1_dot_xml=b"<x/>"), "pivots_ignored"),
        (with_parts(xl__embeddings__oleObject1_dot_bin=b"x"), "objects_ignored"),
        (ods(ods_plan(), Basic__Standard__Module1_dot_xml=b"<x/>"), "macros_ignored"),
    ],
)
def test_what_a_workbook_carries_beside_its_cells_is_told_and_left_alone(content: bytes, code: str) -> None:
    reading = read(content)
    assert len(reading.rows) == 2
    assert finding(reading, code).severity == "info"


def test_a_protected_sheet_and_a_template_are_read() -> None:
    protected = changed(
        WHOLE, SHEET, lambda data: data.replace(b"</sheetData>", b'</sheetData><sheetProtection sheet="1"/>')
    )
    template = changed(
        WHOLE, "[Content_Types].xml", lambda data: data.replace(b".sheet.main+xml", b".template.main+xml")
    )
    assert [len(read(one).rows) for one in (protected, template)] == [2, 2]


def test_an_old_workbook_without_its_last_record_is_damaged_and_not_half_a_plan() -> None:
    stream = workbook_stream({"POA": cells(PLAN)})
    assert len(read(stream).rows) == 2
    assert told(read(stream[:-4])) == [("", "sheet_unreadable")]


def test_the_howto_states_the_limits() -> None:
    text = HOWTO.read_text("utf-8")
    stated = (
        f"{bounds.MAX_FILE // 1_000_000} MB", f"{bounds.MAX_UNFOLDED // 1_000_000} MB", f"{bounds.MAX_RATIO} veces",
        f"{bounds.MAX_UNFOLDED_ODS // 1_000_000} MB", f"{bounds.MAX_AREA // 1_000_000} millones de celdas",
        f"{bounds.thousands(bounds.MAX_SEARCHED_CELL)} si", f"{bounds.MAX_SEARCHED // 1_000_000} millones de letras d",
        f"{bounds.thousands(bounds.MAX_FINDINGS)};", f"{bounds.MAX_SHEETS} hojas", f"{bounds.thousands(bounds.MAX_ROWS)} filas", f"{bounds.MAX_COLUMNS} columnas",
        f"{bounds.thousands(bounds.MAX_CELLS)} celdas", f"{bounds.thousands(bounds.MAX_CELL_TEXT)} letras",
        f"{bounds.MAX_TEXT // 1_000_000} millones de letras", f"{bounds.thousands(bounds.MAX_MERGES)} rangos",
        f"{bounds.thousands(bounds.MAX_ENTRIES)} partes",
    )  # fmt: skip
    assert [limit for limit in stated if limit not in text] == []


@settings(max_examples=150, deadline=None)
@given(some.binary(max_size=400), some.sampled_from([b"", b"PK\x03\x04", OLE]))
def test_no_bytes_raise(content: bytes, head: bytes) -> None:
    reading = read(head + content)
    assert reading.rejected


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.data())
def test_a_mutilated_workbook_never_raises(data: some.DataObject) -> None:
    inside = parts(WHOLE)
    name = data.draw(
        some.sampled_from([SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
    )
    piece = bytearray(inside[name])
    for _ in range(data.draw(some.integers(1, 4))):
        at = data.draw(some.integers(0, max(0, len(piece) - 1)))
        length = data.draw(some.integers(0, 30))
        piece[at : at + length] = data.draw(some.binary(max_size=20))
    inside[name] = bytes(piece)
    cut = data.draw(some.floats(0, 1))
    content = archive(inside)
    read(content)
    read(content[: int(len(content) * cut)])
