"""Files that cannot be read say so, each with its own code; no bytes whatever raise."""

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from openpyxl import Workbook
from openpyxl.styles import PatternFill
from workbook_shelf import book, fill, read, saved, told

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
PLAN = [
    ["POA 2026"],
    ["N°", "Eje", "Actividad", "Responsable", "Plazo", "Presupuesto"],
    ["1", "Eje 1", "Una", "MTESS", "T1", 1_000_000],
    ["2", None, "Otra", "MINNA", "marzo", "Gs. 5.000.000"],
]


def archive(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
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


WHOLE = book(PLAN, ["B3:B4"])
SHEET = "xl/worksheets/sheet1.xml"
DTD = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"hola", "file_not_workbook"),
        (b"N;Eje;Actividad;Responsable;Plazo;Monto\n1;1;Una;MTESS;T1;5", "file_is_csv"),
        (b"%PDF-1.7", "file_is_pdf"),
        (b"<html><table></table></html>", "file_is_html"),
        (OLE, "file_is_xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (archive({"word/document.xml": b"x"}), "file_is_docx"),
        (archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "file_is_ods"),
        (archive({"xl/workbook.bin": b"x"}), "file_is_xlsb"),
        (archive({"plan.txt": b"x"}), "file_not_workbook"),
        (book(PLAN)[:700], "file_corrupt"),
        (changed(book(PLAN), SHEET, lambda data: data[:200]), "sheet_unreadable"),
        (changed(book(PLAN), SHEET, lambda data: DTD + data), "file_unsafe"),
        (changed(book(PLAN), SHEET, lambda data: data + b" " * 160_000_000), "file_too_large"),
        (book([["nada"], ["que ver"]]), "header_missing"),
        (book(PLAN[:2]), "activities_missing"),
    ],
)
def test_a_wrong_file_has_one_error_with_its_own_code(content: bytes, code: str) -> None:
    reading = read(content)
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


@settings(max_examples=150, deadline=None)
@given(some.binary(max_size=400), some.sampled_from([b"", b"PK\x03\x04", OLE]))
def test_no_bytes_raise(content: bytes, head: bytes) -> None:
    reading = read(head + content)
    assert reading.rejected


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
