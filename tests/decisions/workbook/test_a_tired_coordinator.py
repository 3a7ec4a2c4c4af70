"""Workbooks as they come at the end of a long day: each of them was once misread."""

import re
from datetime import date

from test_files_that_are_no_plan import SHEET, changed
from workbook_shelf import KNOWN_ITAPUA, book, books, only, read, told


def test_departments_may_be_columns_to_mark_and_months_numbers() -> None:
    rows = [
        ["N°", "Eje", "Actividad", "Responsable", "Departamentos", None, None, "Mes de inicio", "Mes de fin"],
        [None, None, None, None, "Itapúa", "Guairá", "Boquerón", None, None],
        [1, "2", "Taller", "MTESS", "x", None, "X", 3, "junio"],
    ]
    row = only(book(rows, ["E1:G1"]))
    assert (row.departments, row.start, row.end) == (("PY-7", "PY-19"), date(2026, 3, 1), date(2026, 6, 30))


def test_a_ditto_mark_says_what_the_row_above_says_and_is_told() -> None:
    rows = [
        ["N°", "Eje", "Actividad", "Responsable", "Plazo"],
        [1, "2", "Taller", "MTESS", "T1"],
        [2, "2", "Otro", "Ídem", '"'],
    ]
    reading = read(book(rows))
    assert (reading.rows[1].lead, reading.rows[1].start) == ("mtess", date(2026, 1, 1))
    assert told(reading) == [("D3", "same_as_above"), ("E3", "same_as_above")]


def test_axis_objective_and_activity_may_share_one_column() -> None:
    rows = [
        ["Eje / Objetivo / Actividad", "Responsable", "Plazo", "Monto"],
        ["EJE 1: FORTALECIMIENTO"],
        ["Objetivo 1.1: Coordinar"],
        ["1.1.1 Reunirse", "MTESS", "I Sem", "1.000.000 (FF10)"],
    ]
    row = only(book(rows))
    assert (row.code, row.title, row.axis_common, row.objective) == ("1.1.1", "Reunirse", "FOR", "Coordinar")
    assert row.budget_pyg == 1_000_000


def test_goals_by_quarter_are_marks_and_their_total_is_the_target() -> None:
    rows = [
        [
            "Código",
            "Eje",
            "Actividad",
            "U.M.",
            "Programación de metas",
            None,
            None,
            None,
            None,
            "Responsable",
        ],
        [None, None, None, None, "Trim I", "Trim II", "Trim III", "Trim IV", "Total", None],
        ["1", "2", "Talleres", "taller", 0, 10, 15, 0, 25, "MTESS"],
    ]
    row = only(book(rows, ["E1:I1"]))
    assert (row.target, row.unit, row.start, row.end) == (25.0, "taller", date(2026, 4, 1), date(2026, 9, 30))


def test_amounts_by_half_are_no_marks_and_their_total_is_the_budget() -> None:
    rows = [
        ["Código", "Eje", "Actividad", "Responsable", "Plazo", "Presupuesto", None, None],
        [None, None, None, None, None, "S1", "S2", "Total"],
        ["1", "2", "Talleres", "MTESS", "T2", 1_000_000, 2_000_000, 3_000_000],
    ]
    row = only(book(rows, ["F1:H1"]))
    assert (row.budget_pyg, row.start) == (3_000_000, date(2026, 4, 1))


def test_a_heading_of_two_rows_does_not_swallow_the_first_activity() -> None:
    rows = [
        ["EJE", "OBJETIVO", "ACTIVIDAD", "RESPONSABLE", "CRONOGRAMA", None, None, None],
        [None, None, None, None, "1° Trim.", "2° Trim.", "3° Trim.", "4° Trim."],
        ["EJE I\nFORTALECIMIENTO", "O1", "A1", "MTESS", "x", "x", None, None],
        [None, None, "A2", "Ministerio de la\nMujer", None, None, "x", "x"],
    ]
    read_rows = read(book(rows, ["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:H1", "A3:A4", "B3:B4"])).rows
    assert [(row.title, row.lead, row.objective) for row in read_rows] == [
        ("A1", "mtess", "O1"),
        ("A2", "minmujer", "O1"),
    ]


def test_an_axis_alone_in_the_activity_column_is_a_title_and_names_that_sound_like_titles_are_not() -> None:
    rows = [
        ["N°", "Actividad", "Responsable", "Plazo"],
        [None, "Detección"],
        ["1", "Total de inspecciones en el Chaco", "MTESS", "T1"],
        ["2", "Notas de prensa sobre derechos", "MTESS", "T1"],
        ["3", "Eje de capacitación regional", "MTESS", "T1"],
    ]
    assert [(row.code, row.axis_common) for row in read(book(rows)).rows] == [
        ("1", "DET"),
        ("2", "DET"),
        ("3", "DET"),
    ]


def test_a_sheet_of_objectives_stands_beside_the_plan_of_actions() -> None:
    plan = [
        ["DIMENSIÓN: PREVENCIÓN"],
        [
            "Línea de acción",
            "Actividades",
            "Responsables",
            "Aliados",
            "Tiempo",
            None,
            None,
            None,
            "Recursos (Gs)",
        ],
        [None, None, None, None, "1°", "2°", "3°", "4°", None],
        ["Difusión", "Charlas", "CODENI", "UNICEF; MEC", "x", None, "x", None, "500 mil"],
    ]
    objectives = [
        ["Dimensión", "Línea de acción", "Objetivo", "Resultado", "Indicador"],
        ["Social", "L", "O", "R", "I"],
    ]
    row = only(books({"Matriz de objetivos": objectives, "Plan de acción": plan}), KNOWN_ITAPUA)
    assert (row.axis_common, row.lead, row.collaborators, row.other_institutions) == (
        "PRE",
        "codeni",
        ("mec",),
        ("UNICEF",),
    )
    assert (row.line_of_action, row.departments, row.budget_pyg) == ("Difusión", ("PY-7",), 500_000)
    assert (row.start, row.end) == (date(2026, 1, 1), date(2026, 9, 30))


def test_a_half_done_action_is_under_way_and_a_plain_35_beside_fractions_is_a_percentage() -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", "Plazo", "% de avance", "Estado"],
        ["I", "Uno", "MTESS", "T1", 35, "50% ejecutado"],
        ["II", "Dos", "MTESS", "T1", 0.5, "EN CURSO"],
    ]
    assert [(row.status, row.progress) for row in read(book(rows)).rows] == [
        ("in_progress", 35),
        ("in_progress", 50),
    ]


def test_indicator_and_goal_in_one_column_give_both() -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", "Plazo", "Indicador / meta"],
        ["4", "Habilitar", "MinMujer", "T1", "1 albergue habilitado"],
        ["4", "Aprobar", "MinMujer", "T1", "Protocolo aprobado"],
    ]
    first, second = read(book(rows)).rows
    assert (first.indicator, first.target) == ("1 albergue habilitado", 1.0)
    assert (second.indicator, second.target, second.unit) == ("Protocolo aprobado", None, "")


def test_xml_of_other_hands_is_searched_for_broken_cells_too() -> None:
    rows = [["Eje", "Actividad", "Responsable", "Plazo"], ["I", "Uno", "=A1", "T1"]]
    quoted = changed(book(rows), SHEET, lambda data: re.sub(rb'="([^"]*)"', rb"='\1'", data))
    assert told(read(quoted), "error") == [("C2", "broken_cell")]
