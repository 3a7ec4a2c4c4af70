"""A plan says the same in .xlsx, .ods and .xls: the same activities, the same findings at the same cells.

The .ods and .xls were saved by LibreOffice, which is another hand than our readers; see odd_workbook.py.
"""

import io
import json
import struct
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec
import openpyxl
import pytest
from archives import PLAN, WHOLE, archive, cells, compound, ods, ods_cell, ods_plan, parts, record, xls
from workbook_shelf import KNOWN, read, told

from nanduti_hub.directory.seed import load
from nanduti_hub.plans.outgoing.annotated import Remarks, annotated_bytes
from nanduti_hub.plans.rows import Known, Reading
from nanduti_hub.plans.workbook import read_workbook

FIXTURES = Path(__file__).parents[2] / "fixtures" / "workbooks"
DEMO = files("nanduti_hub.demo").joinpath("workbooks")
PLANS = {
    plan["file"].removesuffix(".xlsx"): plan["platform"]
    for plan in json.loads(files("nanduti_hub.demo").joinpath("plans.json").read_text("utf-8"))
    if (FIXTURES / plan["file"].replace(".xlsx", ".ods")).exists()
}


@cache
def known_of(platform: str) -> Known:
    seed = load()
    return Known(
        platform=next(one for one in seed.platforms if one.code == platform),
        institutions=seed.institutions,
        departments=seed.departments,
        year=2026,
    )


def comparable(reading: Reading) -> tuple[object, object]:
    findings = [
        (one.sheet, one.cell, one.column, one.value, one.severity.value, one.code) for one in reading.findings
    ]
    return reading.rows, findings


@pytest.mark.parametrize("extension", ["ods", "xls"])
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_the_same_whatever_program_saved_it(name: str, extension: str) -> None:
    known = known_of(PLANS[name])
    original = read_workbook(DEMO.joinpath(f"{name}.xlsx").read_bytes(), f"{name}.xlsx", known)
    other = read_workbook((FIXTURES / f"{name}.{extension}").read_bytes(), f"{name}.{extension}", known)
    assert original.rows
    assert comparable(other) == comparable(original)


@pytest.mark.parametrize("extension", ["ods", "xls"])
def test_every_oddity_is_the_same_whatever_program_saved_it(extension: str) -> None:
    """Merged, hidden, struck, painted and broken cells, percentages, dollars, times, comments, strange signs."""
    original, other = (
        read_workbook((FIXTURES / f"odd.{ending}").read_bytes(), "odd", KNOWN)
        for ending in ("xlsx", extension)
    )
    assert comparable(other) == comparable(original)


@pytest.mark.parametrize("extension", ["xlsx", "ods", "xls"])
def test_what_a_format_hides_in_its_own_way_is_told(extension: str) -> None:
    reading = read_workbook((FIXTURES / f"odd.{extension}").read_bytes(), "odd", KNOWN)
    codes = {code for _, code in told(reading)}
    assert {"sheet_hidden", "rows_hidden", "column_hidden", "row_struck", "currency_not_guaranies"} <= codes
    assert {(one.cell, one.value) for one in reading.findings if one.code == "broken_cell"} == {
        ("G9", "#DIV/0!"),
        ("G10", "#REF!"),
    }
    rows = {row.code: row for row in reading.rows}
    assert "No es parte" not in msgspec.json.encode(reading).decode()
    assert rows["1.1"].progress == 50
    assert rows["1.1"].target == 40
    assert rows["1.20"].title.startswith("Oculta")


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.pdf", "plan"])
def test_the_bytes_decide_what_a_file_is_and_not_its_name(name: str) -> None:
    for extension in ("xlsx", "ods", "xls"):
        assert read_workbook((FIXTURES / f"odd.{extension}").read_bytes(), name, KNOWN).rows


def test_a_shared_text_that_goes_on_in_the_next_record_is_one_text() -> None:
    """Excel cuts the shared texts into records of 8 kB, and says anew in each how wide the letters are."""
    first = struct.pack("<IIHB", 2, 2, 9, 0) + b"Capac"
    rest = b"\x01" + "itar".encode("utf-16-le") + struct.pack("<HB", 4, 1) + "Ñand".encode("utf-16-le")
    shared = record(0xFC, first) + record(0x3C, rest)
    rows = [*PLAN[:3], ["2", "Eje 1", None, "MINNA", "marzo"], ["3", "Eje 1", None, "MINNA", "marzo"]]
    pointers = b"".join(record(0xFD, struct.pack("<HHHI", row, 2, 0, row - 3)) for row in (3, 4))
    reading = read(xls({"POA": cells(rows) + pointers}, before=shared))
    assert [row.title for row in reading.rows] == ["Una", "Capacitar", "Ñand"]


def test_a_workbook_of_excel_5_is_read_in_its_own_alphabet() -> None:
    def text(row: int, column: int, value: str) -> bytes:
        return record(0x204, struct.pack("<HHHH", row, column, 0, len(value)) + value.encode("cp1252"))

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHH", 0x500, kind, 0, 0))

    rows = [*PLAN[:2], ["1", "Eje 1", "Capacitación en Ñeembucú", "MTESS", "T1"]]
    body = b"".join(
        text(row, column, value)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value
    )
    place = len(begin(5)) + 4 + 10 + 4
    listed = record(0x85, struct.pack("<IBBB", place, 0, 0, 3) + b"POA")
    stream = begin(5) + listed + record(0x0A) + begin(0x10) + body + record(0x0A)
    assert [row.title for row in read(compound({"Book": stream})).rows] == ["Capacitación en Ñeembucú"]


def test_an_xlsx_whose_list_of_sheets_has_another_name_is_read() -> None:
    """Some programs name the part otherwise; the package's relations say where it is."""
    inside = parts(WHOLE)
    moved = {
        "xl/workbook.xml": "xl/libro2.xml",
        "xl/_rels/workbook.xml.rels": "xl/_rels/libro2.xml.rels",
    }
    renamed = {moved.get(name, name): piece for name, piece in inside.items()}
    renamed["_rels/.rels"] = renamed["_rels/.rels"].replace(b"xl/workbook.xml", b"xl/libro2.xml")
    assert len(read(archive(renamed)).rows) == 2


def test_a_comment_a_drawing_and_deleted_content_of_an_ods_are_no_cells() -> None:
    comment = (
        b"<table:table-cell office:value-type='string'><office:annotation><text:p>NO</text:p></office:annotation>"
        b"<text:p>Tercera <text:span>en<text:s text:c='2'/>partes</text:span></text:p>"
        b"<draw:frame xmlns:draw='d'><text:p>NO</text:p></draw:frame></table:table-cell>"
    )
    row = (
        b"<table:table-row>" + ods_cell("3") + ods_cell("Eje 1") + comment + ods_cell("MEC") + ods_cell("T2")
    )
    deleted = b"<table:tracked-changes><table:table-cell><text:p>NO</text:p></table:table-cell></table:tracked-changes>"
    reading = read(ods(deleted + ods_plan(row + b"</table:table-row>")))
    assert [one.title for one in reading.rows] == ["Una", "Otra", "Tercera en partes"]


def test_a_formula_of_an_ods_without_a_result_is_broken_and_not_blank() -> None:
    formula = b"<table:table-cell table:formula='of:=[.A1]'/>"
    failed = b"<table:table-cell table:formula='of:=x()' office:value-type='string'><text:p>Err:508</text:p></table:table-cell>"
    row = b"<table:table-row>" + ods_cell("3") + ods_cell("Eje 1") + ods_cell("Tercera") + ods_cell("MEC")
    reading = read(ods(ods_plan(row + formula + failed + b"</table:table-row>")))
    assert [one.cell for one in reading.findings if one.code == "broken_cell"] == ["E5", "F5"]


def test_a_number_format_that_no_xml_can_hold_is_not_taken_over() -> None:
    """Given an .xls whose own format has control characters, then Excel still opens the annotated workbook."""
    code = b'0%"\x01\x1b"'
    formats = record(0x41E, struct.pack("<HHB", 200, len(code), 0) + code)
    styles = b"".join(record(0xE0, struct.pack("<HH", 0, form) + bytes(16)) for form in (0, 200))
    percent = record(0x203, struct.pack("<HHHd", 9, 0, 1, 0.5))
    content = xls({"POA": cells(PLAN) + percent}, before=formats + styles)
    said = msgspec.json.encode(Remarks((), 0))
    book = openpyxl.load_workbook(io.BytesIO(annotated_bytes(content, "poa.xls", said)))
    assert book["POA"]["A10"].number_format == "General"
