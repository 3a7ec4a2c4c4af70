"""Workbooks that the hub writes: every cell is what its value is, and nothing is made of a value but the value."""

import csv
import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from nanduti_hub import sheets
from nanduti_hub.csv_lines import guarded_line
from nanduti_hub.sheets import Column, Value, sheet_name, text_of, workbook_of

COLUMNS = [
    Column(name="Texto", width=20), Column(name="Número", form="number"), Column(name="Día", form="day"),
    Column(name="Monto", form="money"), Column(name="Avance", form="percent"),
]  # fmt: skip


def rows_of(content: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)[1:]


def test_texts_numbers_and_days_are_cells_of_their_kind() -> None:
    row: list[Value] = ["Capacitación", 3.5, date(2026, 3, 1), 12_500_000, 40]
    content = workbook_of("Lista", COLUMNS, [row, [None, None, None, None, None]], ["Una línea", "=2+2"])
    assert rows_of(content)[0] == ["Capacitación", 3.5, date(2026, 3, 1), 12_500_000.0, 40.0]
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Lista", "Acerca de"]
    assert [cell.number_format for cell in book["Lista"][2]] == [
        "@",
        "General",
        "dd/mm/yyyy",
        "#,##0",
        '0"%"',
    ]
    assert (book["Lista"].freeze_panes, book["Lista"].tables["Datos"].ref) == ("A2", "A1:E3")
    assert book["Acerca de"]["A2"].value == "=2+2"


@pytest.mark.parametrize("long", [False, True])
def test_no_value_becomes_a_formula_an_address_or_a_number(
    long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the list is too long for a table, and is written as it comes."""
    if long:
        monkeypatch.setattr(sheets, "MOST_IN_TABLE", 3)
    texts = ["=1+1", "{=SUM(A1)}", "+1", "-1", "@x", "http://ejemplo.invalid", "mailto:a@b", "internal:A1", "12", "1e5",
             "TRUE", "31/12/2026", "_x0041_", "<a>&\"'"]  # fmt: skip
    content = workbook_of("Lista", COLUMNS[:1], [[text] for text in texts])
    assert [row[0] for row in rows_of(content)] == texts
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"hyperlink" not in sheet
        assert not any("externalLink" in name for name in archive.namelist())
        assert (b"<autoFilter" in sheet) is long
        assert ("xl/tables/table1.xml" in archive.namelist()) is not long


def test_an_empty_list_is_a_workbook_all_the_same() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_of("Lista", COLUMNS, [])))
    assert book["Lista"].tables["Datos"].ref == "A1:E2"


def test_what_a_cell_cannot_hold_is_cut_or_shown_as_lost() -> None:
    assert text_of("a\x00b\x0cc\r\nd\re") == "a\ufffdb\ufffdc\nd\ne"
    assert text_of("\ud800\uffff") == "\ufffd\ufffd"
    for long in ("x" * 40_000, "😀" * 20_000):
        cut = text_of(long)
        assert len(cut.encode("utf-16-le")) // 2 <= 32_767
        assert cut.endswith("…")
    assert text_of("😀" * 16_383) == "😀" * 16_383
    content = workbook_of("Lista", COLUMNS[:1], [["\x01" * 40_000]])
    assert len(rows_of(content)[0][0]) == 32_767


def test_a_number_or_a_day_that_a_spreadsheet_would_change_is_a_text() -> None:
    values: list[Value] = [
        0.30000000000000004,
        9_007_199_254_740_991,
        date(1899, 12, 31),
        date(1900, 2, 28),
        5e-324,
    ]
    content = workbook_of("Lista", COLUMNS[:1], [[value] for value in values])
    told = ["0,30000000000000004", "9007199254740991", "31/12/1899", "28/02/1900"]
    assert [row[0] for row in rows_of(content)][:4] == told
    with pytest.raises(TypeError):
        workbook_of("Lista", COLUMNS[:1], [[datetime.fromisoformat("2026-01-01T00:00")]])


@pytest.mark.parametrize(
    ("title", "name"),
    [("Resultados: 2026/27", "Resultados- 2026-27"), ("'x'", "x"), ("", "Hoja"), ("History", "Hoja"),
     ("a" * 40, "a" * 31), ("[]*?", "----")],
)  # fmt: skip
def test_a_title_becomes_a_name_that_a_sheet_may_have(title: str, name: str) -> None:
    assert sheet_name(title) == name
    assert openpyxl.load_workbook(io.BytesIO(workbook_of(title, COLUMNS, []))).sheetnames == [name]


@pytest.mark.parametrize(
    "before", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_no_line_of_a_csv_has_a_cell_that_a_spreadsheet_would_work_out(before: str) -> None:
    (line,) = csv.reader(
        io.StringIO(guarded_line([f"{before}1+1", "1=1", -5]).decode(), newline=""), delimiter=";"
    )
    assert line == [f"'{before}1+1", "1=1", "-5"]
