"""Layouts of matrices as ministries, neighbours and cooperation agencies use them: each was once misread."""

from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font
from workbook_shelf import KNOWN_ITAPUA, book, books, fill, finding, only, read, saved, told

from nanduti_hub.plans.workbook.amounts import read_amount
from nanduti_hub.plans.workbook.dates import read_period
from nanduti_hub.plans.workbook.measures import read_measure

HEADINGS = ["N°", "Eje", "Actividad", "Responsable", "Plazo", "Presupuesto"]
ONE = ["1.1", "Prevención", "Una", "MTESS", "T1", 1_000_000]


@pytest.mark.parametrize(
    ("labels", "cells", "start", "end"),
    [
        (["ENE-MAR", "ABR-JUN", "JUL-SEP", "OCT-DIC"], [None, "■", "25%"], "2026-04-01", "2026-09-30"),
        (["Enero a Marzo", "Abril a Junio"], [None, "●"], "2026-04-01", "2026-06-30"),
        (["I Trim. (Ene-Mar)", "II Trim. (Abr-Jun)"], [None, "x"], "2026-04-01", "2026-06-30"),
        (["1er Bim.", "2do Bim.", "3er Bim.", "4to Bim."], [None, "x", "x"], "2026-03-01", "2026-06-30"),
        (list(range(1, 13)), [None, None, "X"], "2026-03-01", "2026-03-31"),
        (["1er Cuatrimestre", "2do Cuatrimestre"], [None, "x"], "2026-05-01", "2026-08-31"),
    ],
)
def test_marks_stand_under_stretches_of_months_however_they_are_written(
    labels: list[Any], cells: list[Any], start: str, end: str
) -> None:
    row = only(book([["Eje", "Actividad", "Responsable", *labels], ["I", "Una", "MTESS", *cells]]))
    assert (str(row.start), str(row.end)) == (start, end)


@pytest.mark.parametrize(
    ("groups", "labels", "mark", "start", "end"),
    [
        (["Bimestres"], [1, 2, 3, 4, 5, 6], 2, "2026-03-01", "2026-04-30"),
        (["Enero", None, None, None, "Febrero"], ["S1", "S2", "S3", "S4"] * 2, 5, "2026-02-01", "2026-02-28"),
        (["Enero", None, None, None, "Febrero"], [1, 2, 3, 4] * 2, 5, "2026-02-01", "2026-02-28"),
        (["T1", None, "T2"], ["Prog.", "Ejec."] * 2, 3, "2026-04-01", "2026-06-30"),
    ],
)
def test_weeks_bimesters_and_what_is_programmed_by_quarter_are_marks(
    groups: list[str | None], labels: list[Any], mark: int, start: str, end: str
) -> None:
    cells: list[Any] = [None] * len(labels)
    cells[mark - 1] = "x"
    rows = [
        ["Eje", "Actividad", "Responsable", *groups],
        [None, None, None, *labels],
        ["I", "Una", "MTESS", *cells],
    ]
    row = only(book(rows))
    assert (str(row.start), str(row.end)) == (start, end)


def test_amounts_by_quarter_sum_to_the_goal_that_no_column_states() -> None:
    rows = [
        ["Eje", "Actividad", "Unid. Med.", "Programación de metas", None, None, None, "Resp."],
        [None, None, None, "T1", "T2", "T3", "T4", None],
        ["I", "Una", "taller", 3, 2, 0, 1, "MTESS"],
    ]
    row = only(book(rows, ["D1:G1"]))
    assert (row.target, row.unit, str(row.end), row.cell("target")) == (6.0, "taller", "2026-12-31", "D3")
    total = [
        ["Eje", "Actividad", "Unidad", "T1", "T2", "Total", "Responsable"],
        ["I", "Una", "taller", 1, 1, 2, "MTESS"],
    ]
    assert only(book(total)).target == 2.0
    shares = [["Eje", "Actividad", "Responsable", "T1", "T2"], ["I", "Una", "MTESS", 0.5, 0.5]]
    assert only(book(shares)).target is None


def test_goals_under_years_are_those_of_the_plans_year_and_no_schedule() -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", "Plazo", "Metas", None, None],
        [None, None, None, None, 2025, 2026, 2027],
        ["I", "Una", "MTESS", "T1", 3, 5, 7],
    ]
    row = only(book(rows, ["E1:G1"]))
    assert (row.target, str(row.end)) == (5.0, "2026-03-31")


def test_what_was_carried_out_stands_beside_what_is_planned() -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", "Ejecutado", None, "Programado", None],
        [None, None, None, "Meta", "Presupuesto", "Meta", "Presupuesto"],
        ["I", "Una", "MTESS", 1, 500_000, 3, 900_000],
    ]
    row = only(book(rows, ["D1:E1", "F1:G1"]))
    assert (row.target, row.budget_pyg) == (3.0, 900_000)


def test_institutions_may_be_columns_to_mark() -> None:
    rows = [
        ["Eje", "Actividad", "MTESS", "MINNA", "MP", "Plazo"],
        ["I", "Una", "A", "R", None, "T1"],
        ["I", "Dos", "x", None, "x", "T1"],
        ["I", "Tres", None, None, None, "T1"],
    ]
    reading = read(book(rows))
    assert [(row.lead, row.collaborators) for row in reading.rows] == [
        ("minna", ("mtess",)),
        ("mtess", ("mp",)),
        (None, ()),
    ]
    assert told(reading, "error") == [("C4", "lead_missing")]
    amounts = [
        ["Eje", "Actividad", "Responsable", "Plazo", "MTESS", "MINNA"],
        ["I", "Una", "MTESS", "T1", 100_000, 200_000],
    ]
    assert only(book(amounts)).collaborators == ()


def test_a_sheet_of_last_year_beside_the_plans_is_told_and_not_mixed_in() -> None:
    old = [HEADINGS, ["1.1", "Prevención", "Vieja", "MP", "T1", 900_000]]
    by_name = read(books({"POA 2025": old, "POA 2026": [HEADINGS, ONE]}))
    by_title = read(books({"Hoja1": [["POA 2025"], *old], "Hoja2": [["POA 2026"], HEADINGS, ONE]}))
    for reading in (by_name, by_title):
        assert [row.title for row in reading.rows] == ["Una"]
        assert ("", "sheet_other_year") in told(reading, "warning")
    alone = read(books({"POA 2025": old}))
    assert [row.title for row in alone.rows] == ["Vieja"]
    assert told(alone, "warning") == [("C1", "year_differs")]


def test_a_second_table_is_asked_for_what_the_first_was_asked() -> None:
    rows = [
        ["Actividad", "Responsable", "Plazo", "Indicador"],
        ["EJE 1: FORTALECIMIENTO"],
        ["Una", "MTESS", "T1", "Actas"],
        [],
        ["Eje", "Actividad", "Apoyo", "Plazo", "Zorzal"],
        ["I", "Dos", "MINNA", "T2", "a"],
        [None, "Tres", "MP", "T2", "b"],
    ]
    reading = read(book(rows))
    assert [(row.title, row.lead) for row in reading.rows] == [
        ("Una", "mtess"),
        ("Dos", None),
        ("Tres", None),
    ]
    assert told(reading, "error") == [("B5", "column_missing")]
    assert told(reading, "warning") == [("E5", "column_not_read")]


def test_amounts_of_months_are_no_budget_of_the_year() -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", "Plazo", "Presupuesto Ene", "Presupuesto Feb"],
        ["I", "Una", "MTESS", "T1", 1_000_000, 2_000_000],
    ]
    reading = read(book(rows))
    assert reading.rows[0].budget_pyg is None
    assert told(reading, "warning") == [("E1", "column_not_read"), ("F1", "column_not_read")]


def test_a_struck_activity_is_told() -> None:
    workbook = Workbook()
    fill(workbook.active, [HEADINGS, ONE, ["1.2", "Prevención", "Otra", "MP", "T2"]])
    workbook.active["C3"].font = Font(strike=True)
    reading = read(saved(workbook))
    assert (len(reading.rows), told(reading)) == (2, [("C3", "row_struck")])


def test_a_summary_below_the_matrix_is_another_table() -> None:
    rows = [
        HEADINGS,
        ONE,
        [],
        ["Resumen por institución"],
        ["Institución", "Cantidad de actividades", "Monto (Gs.)"],
        ["MTESS", 1, 1_000_000],
        ["MINNA", 0, 0],
        ["Total", 1, 1_000_000],
    ]
    reading = read(book(rows))
    assert [row.title for row in reading.rows] == ["Una"]
    assert ("A5", "table_ignored") in told(reading, "warning")
    assert told(reading, "error") == []


def test_who_made_the_plan_and_its_title_on_each_page_are_no_activities() -> None:
    rows = [
        ["MATRIZ DE ACTIVIDADES", None, "Responsable: MTESS"],
        HEADINGS,
        ONE,
        ["PLAN OPERATIVO 2026"],
        HEADINGS,
        ["1.2", "Prevención", "Otra", "MP", "T2", None],
        [],
        ["Elaborado por:", None, "Equipo técnico", "MTESS"],
    ]
    reading = read(book(rows))
    assert [row.title for row in reading.rows] == ["Una", "Otra"]
    assert told(reading, "error") == []


def test_a_lead_taken_from_the_title_lines_is_told_and_who_wrote_the_plan_is_none() -> None:
    rows = [["Responsable: MTESS"], ["Eje", "Actividad", "Plazo"], ["I", "Una", "T1"], ["I", "Dos", "T2"]]
    reading = read(book(rows))
    assert [row.lead for row in reading.rows] == ["mtess", "mtess"]
    assert told(reading, "warning") == [("A1", "lead_from_title")]
    rows[0] = ["Responsable de la elaboración: MTESS"]
    assert told(read(book(rows)), "error") == [("B2", "column_missing")]


@pytest.mark.parametrize(
    ("written", "code", "title"),
    [
        ("A.1.1 Capacitar docentes", "A.1.1", "Capacitar docentes"),
        ("A1.1. Capacitar docentes", "A1.1", "Capacitar docentes"),
        ("I.1 Capacitar docentes", "I.1", "Capacitar docentes"),
        ("1.1.1 - Capacitar docentes", "1.1.1", "Capacitar docentes"),
        ("ACTIVIDAD 1: Capacitar docentes", "1", "Capacitar docentes"),
        ("Actividad 1 - Capacitar docentes", "1", "Capacitar docentes"),
        ("a) Capacitar docentes", "a", "Capacitar docentes"),
        ("10 talleres para docentes", "", "10 talleres para docentes"),
        ("3 a 5 jornadas", "", "3 a 5 jornadas"),
        ("A partir del protocolo, capacitar", "", "A partir del protocolo, capacitar"),
    ],
)
def test_a_title_gives_up_its_number_and_nothing_else(written: str, code: str, title: str) -> None:
    row = only(book([["Eje", "Actividad", "Responsable", "Plazo"], ["I", written, "MTESS", "T1"]]))
    assert (row.code, row.title) == (code, title)


@pytest.mark.parametrize(
    ("text", "lead", "collaborators"),
    [
        ("MINNA, MTESS (líder)", "mtess", ("minna",)),
        ("Apoyo: MINNA. Responsable: MTESS", "mtess", ("minna",)),
        ("MINNA (apoyo), MTESS (responsable)", "mtess", ("minna",)),
        ("Lidera: MTESS / Acompaña: MINNA", "mtess", ("minna",)),
        ("Fundación Luna (apoyo), MTESS (líder)", "mtess", ()),
        ("MTESS - Director General de Inspección", "mtess", ()),
    ],
)
def test_the_cell_itself_may_say_who_leads(text: str, lead: str, collaborators: tuple[str, ...]) -> None:
    row = only(book([["Eje", "Actividad", "Responsable", "Plazo"], ["I", "Una", text, "T1"]]))
    assert (row.lead, row.collaborators) == (lead, collaborators)


def test_a_cell_that_only_names_helpers_is_doubted() -> None:
    reading = read(
        book(
            [
                ["Eje", "Actividad", "Responsable", "Plazo"],
                ["I", "Una", "Con apoyo de MINNA y MP", "T1"],
            ]
        )
    )
    assert finding(reading, "lead_doubtful").cell == "C2"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("último trimestre", "2026-10-01", "2026-12-31"),
        ("último semestre 2026", "2026-07-01", "2026-12-31"),
        ("cada 2 meses", "2026-01-01", "2026-12-31"),
        ("dos veces al año", "2026-01-01", "2026-12-31"),
        ("2da. mitad del año", "2026-07-01", "2026-12-31"),
        ("semana del 8 al 12 de junio", "2026-06-08", "2026-06-12"),
        ("12/06/2026 09:00 hs", "2026-06-12", "2026-06-12"),
        ("3 meses", "None", "None"),
    ],
)
def test_more_words_for_a_time(text: str, start: str, end: str) -> None:
    period = read_period(text, 2026)
    assert (str(period.start), str(period.end)) == (start, end)


def test_numbers_that_can_be_two_things_are_told_and_not_taken() -> None:
    assert [read_amount(text).guaranies for text in ("1'200.000", "1200.000", "1.200,000")] == [
        1_200_000,
        None,
        None,
    ]
    assert [
        (read_measure(text).value, len(read_measure(text).notes)) for text in ("2,000", "2.000", "2,5")
    ] == [
        (None, 1),
        (2000.0, 0),
        (2.5, 0),
    ]
    assert (read_measure("talleres: 3").value, read_measure("el 80 % de los casos").value) == (3.0, 80.0)


def test_the_sign_for_text_that_was_pasted_along_is_no_part_of_the_value() -> None:
    row = only(book([HEADINGS, ["'1.10", "Prevención", "Una", "MTESS", "T1", "'1500000"]]))
    assert (row.code, row.budget_pyg) == ("1.10", 1_500_000)


def test_a_place_within_a_departmental_plan_is_the_plans_department() -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", "Fecha", "Lugar"],
        ["I", "Una", "CODENI", "junio 2026", "Escuela N° 5"],
        ["I", "Dos", "CODENI", "junio 2026", "Plaza central"],
        ["I", "Tres", "CODENI", "junio 2026", "Kilómetro 20"],
    ]
    reading = read(book(rows), KNOWN_ITAPUA)
    assert [row.departments for row in reading.rows] == [("PY-7",)] * 3
    assert told(reading, "error") == []
    assert {one.code for one in reading.findings} == {"department_default"}
