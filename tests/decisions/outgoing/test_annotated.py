"""An annotated workbook, uploaded again, is the workbook that it annotates; corrected, nothing is said of it any more."""

import io
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from hostile_plan import DEMO, FILES, PLANS, hostile, known_of, template_of, told
from libreoffice import saved_again

from nanduti_hub import offload
from nanduti_hub.api_client import ApiProblem
from nanduti_hub.plans.outgoing.annotated import Remarks, annotated_bytes, remarks_bytes
from nanduti_hub.plans.rows import Finding, Known, Reading, Severity
from nanduti_hub.plans.workbook import read_workbook
from nanduti_hub.submission import Submitted, annotate

KNOWN = known_of("conaeti")
HEADING = ["N°", "Eje", "Actividad", "Responsable", "Inicio", "Fin", "Meta", "Presupuesto (Gs.)", "Avance"]
#: An activity of every sort of trouble. All of it synthetic.
TROUBLED: list[list[Any]] = [
    ["Plan sintético 2026"],
    [],
    HEADING,
    [
        "1.1",
        "Prevención",
        "Capacitar a docentes (sintética)",
        "MEC",
        date(2026, 3, 1),
        date(2026, 6, 30),
        40,
        12_500_000,
        0.5,
    ],
    [
        "1.2",
        None,
        "Difundir la línea 147 (sintética)",
        "Instituto Inexistente",
        "31/02/2026",
        "diciembre",
        "muchas",
        "USD 300",
        "120%",
    ],
    [
        "1.10",
        None,
        "=1+1",
        "MTESS",
        datetime.fromisoformat("2026-09-01T15:30"),
        date(2026, 8, 1),
        3.25,
        1_500_000,
        None,
    ],
    [1.1, "Detección", "Visitar comercios (sintética)", None, time(8, 30), timedelta(hours=30), 2, -5, 1],
    [None, None, "TOTAL", None, None, None, None, 14_000_000, None],
]


def saved(rows: list[list[Any]], **cells: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "POA"
    for row in rows:
        sheet.append(row)
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.data_type = "s"
    for place, code in cells.items():
        sheet[place].number_format = code
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def annotated(content: bytes, reading: Reading, name: str = "poa.xlsx") -> bytes:
    said = Remarks(findings=reading.findings, total=len(reading.findings))
    return annotated_bytes(content, name, msgspec.json.encode(said))


def findings(reading: Reading) -> list[Finding]:
    return sorted(reading.findings, key=lambda one: (one.sheet, one.cell, one.code, one.message))


def again(content: bytes, known: Known, name: str = "poa.xlsx") -> tuple[Reading, Reading]:
    """How a workbook reads, and how its annotated copy does."""
    first = read_workbook(content, name, known)
    return first, read_workbook(annotated(content, first, name), "anotada.xlsx", known)


def test_a_troubled_workbook_says_the_same_when_it_is_uploaded_again_unchanged() -> None:
    first, second = again(saved(TROUBLED, I4="0%"), KNOWN)
    assert any(one.severity is Severity.ERROR for one in first.findings)
    assert second.rows == first.rows
    assert findings(second) == findings(first)
    _, third = again(annotated(saved(TROUBLED, I4="0%"), first), KNOWN)
    assert findings(third) == findings(first), "annotated twice"


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_a_demo_workbook_says_the_same_when_its_annotated_copy_is_read(file: str) -> None:
    known = known_of(next(plan["platform"] for plan in PLANS if plan.get("file") == file))
    first, second = again(DEMO.joinpath("workbooks", file).read_bytes(), known, file)
    hidden = {"sheet_hidden", "sheet_ignored"}
    assert second.rows == first.rows
    assert [one for one in findings(second) if one.code not in hidden] == [
        one for one in findings(first) if one.code not in hidden
    ]


def test_corrected_at_its_marks_it_has_nothing_left_to_correct() -> None:
    first = read_workbook(saved(TROUBLED), "poa.xlsx", KNOWN)
    book = openpyxl.load_workbook(io.BytesIO(annotated(saved(TROUBLED), first)))
    assert book.sheetnames == ["Observaciones del centro", "POA"]
    sheet = book["POA"]
    for row, values in ((5, ["1.2", "Prevención", "Difundir la línea 147 (sintética)", "MEC", date(2026, 2, 1),
                             date(2026, 12, 1), 5, 300_000, 10]),
                        (6, ["1.3", "Prevención", "Reunir a la mesa (sintética)", "MTESS", date(2026, 7, 1),
                             date(2026, 8, 1), 3, 1_500_000, 0]),
                        (7, ["2.1", "Detección", "Visitar comercios (sintética)", "MTESS", date(2026, 7, 1),
                             date(2026, 8, 1), 2, 5_000, 1])):  # fmt: skip
        for column, value in enumerate(values, 1):
            sheet.cell(row, column).value = value
            sheet.cell(row, column).number_format = "dd/mm/yyyy" if isinstance(value, date) else "General"
    content = io.BytesIO()
    book.save(content)
    reading = read_workbook(content.getvalue(), "corregida.xlsx", KNOWN)
    assert told(reading) == []
    assert len(reading.rows) == 4


def test_each_cell_that_something_is_said_of_has_a_comment_and_a_colour_and_its_row_a_remark() -> None:
    first = read_workbook(saved(TROUBLED), "poa.xlsx", KNOWN)
    book = openpyxl.load_workbook(io.BytesIO(annotated(saved(TROUBLED), first)))
    sheet = book["POA"]
    places = {one.cell for one in first.findings if one.cell}
    assert {cell.coordinate for row in sheet for cell in row if cell.comment} == places
    coloured = " ".join(str(rule.sqref) for rule in sheet.conditional_formatting).split()
    assert set(coloured) == places
    assert sheet["J3"].value == "Observaciones del centro"
    assert "institución responsable" in sheet["J5"].value
    assert not any(cell.hyperlink or cell.data_type == "f" for row in sheet for cell in row)


def test_a_file_that_cannot_be_read_is_answered_with_what_was_found() -> None:
    content = b"PK\x03\x04 no es un libro"
    first = read_workbook(content, "roto.xlsx", KNOWN)
    for made in (annotated(content, first, "roto.xlsx"),
                 remarks_bytes("roto.xlsx", msgspec.json.encode(Remarks(first.findings, 1)))):  # fmt: skip
        book = openpyxl.load_workbook(io.BytesIO(made))
        assert book.sheetnames == ["Observaciones del centro"]
        text = " ".join(str(cell.value) for row in book.active for cell in row)
        assert first.findings[0].message in text
        assert "1 error, 0 avisos, 0 informaciones." in text


async def test_a_copy_that_cannot_be_made_at_all_is_told_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the workbook nor the list of its remarks: whoever asked for it hears that, and nothing else breaks."""
    monkeypatch.setattr(offload, "DEADLINE", 0.0)
    file, copy = tmp_path / "poa.xlsx", tmp_path / "copia.xlsx"
    file.write_bytes(saved(TROUBLED))
    done = Submitted(reading=Reading(), exit_code=0, verdict="")
    with pytest.raises(ApiProblem, match="No se pudo hacer la copia"):
        await annotate(file, done, copy)
    assert not copy.exists()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_a_troubled_workbook_of_another_program_says_the_same_when_it_comes_back(
    kind: str, tmp_path: Path
) -> None:
    content = saved_again(tmp_path, kind, {"poa": saved(TROUBLED, I4="0%")})["poa"]
    first, second = again(content, KNOWN, f"poa.{kind}")
    assert len(first.rows) == 4
    assert second.rows == first.rows
    assert findings(second) == findings(first)


@pytest.mark.slow
def test_the_annotated_copy_of_a_plans_own_workbook_keeps_its_base_and_is_read_exactly() -> None:
    known, plan, actions = hostile()
    content = template_of(plan, actions, known)
    first, second = again(content, known)
    assert second.base == first.base is not None
    assert second.rows == first.rows
    assert told(second) == []


def test_sheets_may_be_called_as_excel_does_not_allow() -> None:
    """A workbook of another program: long names, and a sheet that is called as ours is."""
    book = openpyxl.Workbook()
    book.active.title = "Observaciones del centro"
    for row in TROUBLED[2:5]:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    first, second = again(content.getvalue(), KNOWN)
    assert len(first.rows) == 2
    assert second.rows == first.rows
    made = openpyxl.load_workbook(io.BytesIO(annotated(content.getvalue(), first)))
    assert made.sheetnames == ["Observaciones del centro (2)", "Observaciones del centro"]
