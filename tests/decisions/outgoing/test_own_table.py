"""The hub's own workbook as a coordinator has changed it: what was not touched stays exact, the rest is understood."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import openpyxl
import pytest
from hostile_plan import REGISTER, demo, known_of, plan_of, template_of, told
from openpyxl.worksheet.worksheet import Worksheet

from nanduti.actions import Action
from nanduti.vocabulary import Axis, Crime, Kind, Status
from nanduti_hub.plans.row_values import said_by
from nanduti_hub.plans.rows import Base, Reading, Row
from nanduti_hub.plans.workbook import read_workbook
from nanduti_hub.plans.workbook.base import base_of

KNOWN, PLAN = known_of("conaeti"), plan_of("conaeti")
ROWS = 4
Change = Callable[[Worksheet, dict[str, int]], None]


@cache
def written() -> bytes:
    """The workbook of a plan with some of the demo's actions."""
    return template_of(PLAN, some(), KNOWN)


def some() -> tuple[Action, ...]:
    return demo("conaeti_poa_2026.xlsx")[2][:ROWS]


def changed(change: Change) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(written()))
    sheet = book.worksheets[0]
    change(sheet, {str(cell.value): cell.column for cell in sheet[1]})
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def read(content: bytes) -> Reading:
    return read_workbook(content, "plan.xlsx", KNOWN)


def with_row(**cells: Any) -> tuple[Row, Reading]:
    """The row that somebody added below the actions; underscores stand for spaces in the headings."""

    def add(sheet: Worksheet, columns: dict[str, int]) -> None:
        for heading, value in cells.items():
            sheet.cell(ROWS + 2, columns[heading.replace("_", " ")]).value = value

    reading = read(changed(add))
    assert len(reading.rows) == ROWS + 1
    return reading.rows[-1], reading


def codes(reading: Reading) -> list[tuple[str, str]]:
    return [(one.severity.value, one.code) for one in reading.findings]


def test_a_row_that_was_added_is_read_as_people_write() -> None:
    row, reading = with_row(
        Actividad="  Capacitar a  docentes (sintética) ", Eje="Prevención", Responsable="Ministerio de Educación y Ciencias",
        Corresponsables="MTESS y MINNA", Inicio="marzo 2026", Fin=date(2026, 6, 30), Meta="40", Departamentos="Itapúa y Guairá",
        Estado="en ejecucion", Delitos="trata",
    )  # fmt: skip
    assert [one for one in told(reading) if one.startswith("error")] == []
    assert (row.id_accion, row.title) == ("", "Capacitar a docentes (sintética)")
    assert (row.axis_common, row.kind, row.status) == (Axis.PREVENTION, Kind.TRAINING, Status.IN_PROGRESS)
    assert (row.lead, row.collaborators) == ("mec", ("mtess", "minna"))
    assert (row.start, row.end, row.target) == (date(2026, 3, 1), date(2026, 6, 30), 40)
    assert (set(row.departments), row.crimes) == ({"PY-7", "PY-4"}, (Crime.TRAFFICKING,))


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"Eje": "Prevención", "Responsable": "MTESS"}, "title_missing"),
        ({"Actividad": "Algo (sintético)", "Responsable": "MTESS"}, "axis_missing"),
        ({"Actividad": "Algo (sintético)", "Eje": "Prevención"}, "lead_missing"),
        ({"Actividad": "Algo (sintético)", "Eje": "Prevención", "Responsable": "Instituto X"}, "institution_unknown"),
        ({"Actividad": "Algo (sintético)", "Eje": "Prevención", "Responsable": "MTESS", "Inicio": date(2026, 5, 2),
          "Fin": date(2026, 5, 1)}, "dates_reversed"),
    ],
)  # fmt: skip
def test_a_row_that_was_added_needs_what_every_action_has(cells: dict[str, Any], code: str) -> None:
    _, reading = with_row(**cells)
    assert ("error", code) in codes(reading)


def test_a_word_that_is_no_kind_is_told_and_the_text_says_what_is_taken() -> None:
    """Nothing is replaced in silence."""
    row, reading = with_row(
        Actividad="Capacitar a docentes (sintética)",
        Eje="Prevención",
        Responsable="MEC",
        Tipo="Talleres varios",
    )
    assert row.kind is Kind.TRAINING
    (finding,) = [one for one in reading.findings if one.code == "kind_unknown"]
    assert (finding.severity.value, finding.column, finding.value) == ("warning", "Tipo", "Talleres varios")
    assert "«capacitación»" in finding.message


def test_a_column_that_was_deleted_says_nothing() -> None:
    def delete(sheet: Worksheet, _columns: dict[str, int]) -> None:
        for heading in ("Otras instituciones", "Unidad", "Avance (%)", "Tipo"):
            sheet.delete_cols(next(cell.column for cell in sheet[1] if cell.value == heading))
        sheet.tables.clear()

    reading = read(changed(delete))
    assert told(reading) == []
    for row in reading.rows:
        assert not {"other_institutions", "unit", "progress", "kind"} & said_by(row).keys()


def test_a_cell_that_was_emptied_empties_its_field_where_it_may_be_empty() -> None:
    def empty(sheet: Worksheet, columns: dict[str, int]) -> None:
        for heading in ("Objetivo", "Presupuesto (Gs.)", "Eje", "Tipo", "Delitos", "Estado", "Avance (%)"):
            sheet.cell(2, columns[heading]).value = None

    said = said_by(read(changed(empty)).rows[0])
    assert (said["objective"], said["budget"]) == ("", None)
    assert not {"axis", "kind", "crimes", "status", "progress"} & said.keys()


def test_what_is_not_understood_empties_nothing() -> None:
    def write(sheet: Worksheet, columns: dict[str, int]) -> None:
        for heading, text in (("Inicio", "cuando se pueda"), ("Estado", "quién sabe"), ("Meta", "muchas")):
            sheet.cell(2, columns[heading]).value = text

    reading = read(changed(write))
    assert {(one.severity.value, one.cell[-1]) for one in reading.findings} >= {
        ("warning", "2"),
        ("error", "2"),
    }
    assert not {"start", "status"} & said_by(reading.rows[0]).keys()
    assert "number_unknown" in {one.code for one in reading.findings}


def test_broken_and_merged_cells_are_errors_of_their_row_and_blank_nothing() -> None:
    def spoil(sheet: Worksheet, columns: dict[str, int]) -> None:
        sheet.cell(2, columns["Meta"]).value = "=1/0"
        sheet.cell(3, columns["Meta"]).value = "#REF!"
        budget = columns["Presupuesto (Gs.)"]
        sheet.merge_cells(start_row=4, end_row=5, start_column=budget, end_column=budget)

    reading = read(changed(spoil))
    found = {(one.cell[-1], one.code) for one in reading.findings if one.severity.value == "error"}
    assert found == {("2", "broken_cell"), ("3", "broken_cell"), ("5", "merged_cells")}


def test_rows_may_be_sorted_filtered_and_summed() -> None:
    def work(sheet: Worksheet, columns: dict[str, int]) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=5)]
        for at, values in enumerate(reversed(rows), 2):
            for column, value in enumerate(values, 1):
                sheet.cell(at, column).value = value
        sheet.row_dimensions[3].hidden = True
        sheet.cell(7, columns["Presupuesto (Gs.)"]).value = 1_000_000
        sheet.cell(7, 1).value = "Total"

    reading = read(changed(work))
    assert told(reading) == []
    assert [row.id_accion for row in reading.rows] == [action.code for action in reversed(some())]


def test_a_workbook_that_lost_its_properties_is_read_exactly_all_the_same() -> None:
    content = rewritten(written(), "docProps/custom.xml", lambda _: b"<Properties/>")
    reading = read(content)
    assert reading.base is None
    assert told(reading) == []
    assert [row.exact for row in reading.rows] == [True] * ROWS


def test_a_code_in_a_coordinators_own_file_is_known_by_its_heading() -> None:
    book = openpyxl.Workbook()
    for row in (["id_accion", "N°", "Eje", "Actividad", "Responsable", "Inicio", "Fin"],
                ["acc-2026-0001", "1.1", "Prevención", "Capacitar a docentes (sintética)", "MEC", date(2026, 3, 1),
                 date(2026, 6, 30)]):  # fmt: skip
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)
    (row,) = read(saved.getvalue()).rows
    assert (row.id_accion, row.code, row.exact) == ("ACC-2026-0001", "1.1", False)


def rewritten(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """An archive with one of its parts changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            piece = old.read(info)
            new.writestr(info.filename, change(piece) if info.filename == name else piece)
    return target.getvalue()


def test_the_base_is_what_the_hub_wrote_and_nothing_else() -> None:
    assert base_of(written()) == Base(plan=PLAN.id, revision=3, register=REGISTER)

    def property_as(value: bytes) -> bytes:
        return rewritten(
            written(), "docProps/custom.xml", lambda xml: re.sub(rb">4711<", b">" + value + b"<", xml)
        )

    assert base_of(property_as(b"12")) == Base(plan=PLAN.id, revision=3, register=12)
    for value in (b"-1", b"", b"9" * 40, b"&#49;&#x41;", b"&e;", b"1e3"):
        assert base_of(property_as(value)) is None, value
    for content in (b"", b"PK", b"no", written()[:-40]):
        assert base_of(content) is None
