"""Matrices as coordinators lay them out: what is an activity, what holds for it, and what is told."""

from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import PatternFill
from workbook_shelf import KNOWN_ITAPUA, book, books, fill, finding, only, read, saved, told

HEADINGS = [
    "N°",
    "Eje",
    "Actividad",
    "Responsable",
    "Corresponsables",
    "Departamento",
    "Plazo",
    "Presupuesto (Gs.)",
]
ONE = ["1.1", "Eje 1", "Conformar la mesa", "MTESS", "MINNA", "Itapúa", "T1", 1_000_000]


def test_titles_blank_rows_and_a_legend_above_the_heading_are_not_read() -> None:
    row = only(book([["PLAN OPERATIVO 2026"], [], ["X: trimestre previsto"], [], HEADINGS, ONE], ["A1:H1"]))
    assert (row.row, row.code, row.title, row.axis, row.axis_common) == (
        6,
        "1.1",
        "Conformar la mesa",
        "Eje 1",
        "FOR",
    )
    assert (row.lead, row.collaborators, row.departments) == ("mtess", ("minna",), ("PY-7",))
    assert (row.start, row.end, row.budget_pyg) == (date(2026, 1, 1), date(2026, 3, 31), 1_000_000)
    assert row.cell("lead") == "D6"
    assert "departments" in row.given
    assert "indicator" not in row.given


@pytest.mark.parametrize(
    ("heading", "value", "field", "meant"),
    [
        ("Cód.", 1.1, "code", "1.1"),
        ("ÍTEM", 3.0, "code", "3"),
        ("OBJETIVO\nESTRATÉGICO", "Reducir", "objective", "Reducir"),
        ("Línea de acción", "L1", "line_of_action", "L1"),
        ("Descripción", "Detalle", "description", "Detalle"),
        ("Indicador verificable", "Actas", "indicator", "Actas"),
        ("Línea de base", 5, "baseline", 5.0),
        ("Meta anual", "80%", "target", 80.0),
        ("U. de medida", "actas", "unit", "actas"),
        ("Instituciones de apoyo", "MP", "collaborators", ("mp",)),
        ("Co-responsable(s)", "MP", "collaborators", ("mp",)),
        ("Territorio", "Chaco", "departments", ("PY-15", "PY-16", "PY-19")),
        ("Lugar", "Pilar", "departments", ("PY-12",)),
        ("Costo estimado", "Gs. 5.000.000", "budget_pyg", 5_000_000),
        ("Monto en millones de Gs.", 2.5, "budget_pyg", 2_500_000),
        ("Fuente de financiamiento", "FF 10", "budget_source", "FF 10"),
        ("Medios de verificación", "Lista", "means_of_verification", "Lista"),
        ("Estado", "En ejecución", "status", "in_progress"),
        ("% Avance", 0.35, "progress", 35),
        ("Obs.", "Nada", "observations", "Nada"),
        ("Temática", "Trata de personas", "crimes", ("trafficking",)),
    ],
)
def test_a_column_is_known_by_the_many_names_it_goes_by(
    heading: str, value: Any, field: str, meant: Any
) -> None:
    row = only(
        book([["Eje", "Actividad", "Responsable", "Plazo", heading], ["2", "Hacer", "MTESS", "T1", value]])
    )
    assert getattr(row, field) == meant
    assert field in row.given


@pytest.mark.parametrize(
    "heading", ["Presupuesto ejecutado", "Población meta", "Supuestos", "Fecha de informe"]
)
def test_a_column_that_only_sounds_alike_is_left_alone(heading: str) -> None:
    content = book(
        [["Eje", "Actividad", "Responsable", "Plazo", heading], ["2", "Hacer", "MTESS", "T1", 7_000]]
    )
    row = only(content)
    assert (row.budget_pyg, row.target, row.start) == (None, None, date(2026, 1, 1))
    assert ("E1", "column_not_read") in told(read(content))


@pytest.mark.parametrize(
    "heading", ["RESPONSBLE", "Responsable:", "INSTITUCIÓN\nRESPONSABLE", "Órgano responsable", "Entidad"]
)
def test_a_heading_may_be_misspelt_shouted_or_broken_over_lines(heading: str) -> None:
    assert (
        only(book([["Eje", "Activdades", heading, "Plaso"], ["2", "Hacer", "MTESS", "T1"]])).lead == "mtess"
    )


@pytest.mark.parametrize(
    ("labels", "marks", "start", "end"),
    [
        (["T1", "T2", "T3", "T4"], ["X", "x", None, None], "2026-01-01", "2026-06-30"),
        (["I", "II", "III", "IV"], [None, None, "✓", "1"], "2026-07-01", "2026-12-31"),
        (["1er Trim.", "2do Trim.", "3er Trim.", "4to Trim."], [None, 1, 0, "-"], "2026-04-01", "2026-06-30"),
        (list("EFMAMJJASOND"), [None] * 10 + ["x", "x"], "2026-11-01", "2026-12-31"),
        (["Ene", "Feb", "Mar", "Abr"], [None, "X", "X", "no"], "2026-02-01", "2026-03-31"),
        ([1, 2, 3, 4], [None, None, None, "x"], "2026-10-01", "2026-12-31"),
        (["S1", "S2"], [None, "x"], "2026-07-01", "2026-12-31"),
        ([date(2026, 1, 1), date(2026, 2, 1)], [None, "x"], "2026-02-01", "2026-02-28"),
    ],
)
def test_marks_under_months_quarters_or_halves_are_the_time(
    labels: list[Any], marks: list[Any], start: str, end: str
) -> None:
    top = ["Eje", "Actividad", "Responsable", "Cronograma", *[None] * (len(labels) - 1), "Meta"]
    content = book([top, [None, None, None, *labels], ["2", "Hacer", "MTESS", *marks, 3]])
    row = only(content)
    assert (str(row.start), str(row.end), row.target) == (start, end, 3.0)


def test_years_over_quarters_give_the_quarters_their_year() -> None:
    top = ["Eje", "Actividad", "Responsable", "2026", None, None, None, "2027", None, None, None]
    quarters = [None, None, None, *["T1", "T2", "T3", "T4"] * 2]
    row = only(book([top, quarters, ["2", "Hacer", "MTESS", None, None, None, "X", "X"]], ["D1:G1", "H1:K1"]))
    assert (str(row.start), str(row.end)) == ("2026-10-01", "2027-03-31")


def test_marks_that_are_not_side_by_side_are_told_and_a_merged_bar_counts_for_all_it_covers() -> None:
    top = ["Eje", "Actividad", "Responsable", "T1", "T2", "T3", "T4"]
    gap = read(book([top, ["2", "Hacer", "MTESS", "x", None, None, "x"]]))
    assert told(gap) == [("D2", "dates_not_contiguous")]
    bar = only(book([top, ["2", "Hacer", "MTESS", None, "x"]], ["E2:G2"]))
    assert (str(bar.start), str(bar.end)) == ("2026-04-01", "2026-12-31")


def test_a_schedule_that_is_only_painted_is_not_guessed() -> None:
    workbook = Workbook()
    fill(workbook.active, [["Eje", "Actividad", "Responsable", "T1", "T2"], ["2", "Hacer", "MTESS"]])
    workbook.active["E2"].fill = PatternFill("solid", fgColor="FF0000")
    reading = read(saved(workbook))
    assert (reading.rows[0].start, told(reading)) == (None, [("E2", "schedule_painted")])


def test_groups_over_their_parts_make_one_heading() -> None:
    rows = [
        ["N°", "Eje", "Actividad", "Responsables", None, "Fechas", None, "Metas", None],
        [None, None, None, "Principal", "Apoyo", "Inicio", "Fin", "Unidad", "Cantidad"],
        ["1", "2", "Hacer", "MTESS", "MP", 46082, datetime(2026, 6, 30), "talleres", 3],  # noqa: DTZ001 - as cells are
    ]
    merges = ["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1", "H1:I1"]
    row = only(book(rows, merges))
    assert (row.lead, row.collaborators, row.unit, row.target) == ("mtess", ("mp",), "talleres", 3.0)
    assert (row.start, row.end) == (date(2026, 3, 1), date(2026, 6, 30))


def test_a_heading_printed_again_and_a_row_that_numbers_the_columns_are_no_activities() -> None:
    numbers = [f"({index})" for index in range(1, 9)]
    two = ["1.2", "Eje 1", "Otra", "MP", None, None, "T2", None]
    assert [row.row for row in read(book([HEADINGS, numbers, ONE, HEADINGS, two])).rows] == [3, 5]


def test_two_tables_in_one_sheet_each_have_their_own_columns_and_axis() -> None:
    rows = [
        ["EJE 1: FORTALECIMIENTO"],
        ["N°", "Actividad", "Responsable", "Plazo"],
        ["1", "Una", "MTESS", "T1"],
        [],
        ["EJE 2: PREVENCIÓN"],
        ["N°", "Actividad", "Indicador", "Responsable", "Plazo"],
        ["1", "Otra", "Actas", "MINNA", "T2"],
    ]
    reading = read(book(rows))
    assert [(row.title, row.axis_common, row.lead, row.indicator) for row in reading.rows] == [
        ("Una", "FOR", "mtess", ""),
        ("Otra", "PRE", "minna", "Actas"),
    ]


def test_section_titles_give_the_axis_and_totals_and_signatures_are_no_activities() -> None:
    rows = [
        ["N°", "Actividad", "Responsable", "Plazo", "Presupuesto"],
        ["EJE 1: FORTALECIMIENTO INSTITUCIONAL"],
        [1, "Una", "MTESS", "T1", 5_000_000],
        ["Subtotal Eje 1", None, None, None, 5_000_000],
        ["EJE II - PREVENCIÓN"],
        [2, "Otra", "MINNA", "T2", 2_000_000],
        [None, None, None, "TOTAL GENERAL", 7_000_000],
        [],
        [None, "_______________", "_______________"],
        [None, "Firma del coordinador", "Vo. Bo."],
        ["Nota: sujeto a disponibilidad presupuestaria"],
    ]
    reading = read(book(rows, ["A2:E2", "A5:E5"]))
    assert [(row.row, row.axis, row.axis_common) for row in reading.rows] == [
        (3, "EJE 1: FORTALECIMIENTO INSTITUCIONAL", "FOR"),
        (6, "EJE II - PREVENCIÓN", "PRE"),
    ]
    assert "axis" in reading.rows[0].given
    assert told(reading, "error") == []


def test_an_outline_of_axis_objective_and_line_titles_is_followed() -> None:
    rows = [
        ["Nº", "Descripción", "Responsables", "Plazo"],
        ["1", "FORTALECIMIENTO INSTITUCIONAL"],
        ["1.1", "Objetivo: Consolidar la comisión"],
        ["1.1.1", "Realizar plenarias", "MTESS", "Todo el año"],
        ["2", "PREVENCION"],
        ["2.1", "Línea de acción: difusión"],
        ["2.1.1", "Campaña radial", "MINNA", "Marzo a noviembre"],
    ]
    first, second = read(book(rows)).rows
    assert (first.code, first.axis_common, first.objective) == ("1.1.1", "FOR", "Consolidar la comisión")
    assert (second.code, second.axis_common, second.objective, second.line_of_action) == (
        "2.1.1",
        "PRE",
        "",
        "difusión",
    )


def test_axis_objective_and_line_are_filled_down_merged_or_blank() -> None:
    rows = [
        ["Eje", "Objetivo", "Línea de acción", "Actividad", "Responsable", "Plazo"],
        ["Eje 1", "O1", "L1", "Una", "MTESS", "T1"],
        [None, None, None, "Dos", "MTESS", "T1"],
        [None, None, "L2", "Tres", "MTESS", "T1"],
        ["Eje 2", None, None, "Cuatro", "MTESS", "T1"],
    ]
    for merges in ([], ["A2:A4", "B2:B4", "C2:C3"]):
        read_rows = read(book(rows, merges)).rows
        assert [(row.axis_common, row.objective, row.line_of_action) for row in read_rows] == [
            ("FOR", "O1", "L1"),
            ("FOR", "O1", "L1"),
            ("FOR", "O1", "L2"),
            ("PRE", "", ""),
        ]


def test_another_column_merged_over_activities_is_refused_with_its_range() -> None:
    rows = [HEADINGS, ONE, ["1.2", "Eje 1", "Otra", None, None, None, "T2", None]]
    reading = read(book(rows, ["D2:D3"]))
    assert told(reading, "error") == [("D2", "merged_cells"), ("D3", "merged_cells")]
    assert "D2:D3" in finding(reading, "merged_cells").message


def test_an_activity_over_several_indicators_is_one_and_the_rest_is_told() -> None:
    rows = [
        ["Eje", "Actividad", "Indicador", "Meta", "Responsable", "Plazo"],
        ["1", "Capacitar", "Personas", "30", "MTESS", "T1"],
        [None, None, "Talleres", "5", None, None],
    ]
    for merges in ([], ["A2:A3", "B2:B3", "E2:E3", "F2:F3"]):
        reading = read(book(rows, merges))
        assert [(row.indicator, row.target) for row in reading.rows] == [("Personas", 30.0)]
        assert told(reading, "warning") == [("C3", "indicator_extra")]


def test_every_sheet_with_a_heading_is_read_and_the_others_are_told() -> None:
    sheet = [["N°", "Actividad", "Responsable", "Plazo"], ["1", "Una", "MTESS", "T1"]]
    reading = read(
        books(
            {
                "Instrucciones": [["Complete la matriz"]],
                "Eje 2 Prevención": sheet,
                "Detección": [*sheet[:1], ["1", "Otra", "MP", "T1"]],
            }
        )
    )
    assert [(row.sheet, row.axis_common) for row in reading.rows] == [
        ("Eje 2 Prevención", "PRE"),
        ("Detección", "DET"),
    ]
    assert [(one.sheet, one.code) for one in reading.findings] == [("Instrucciones", "sheet_ignored")]


def test_lines_above_the_heading_hold_for_the_whole_sheet() -> None:
    rows = [
        ["Eje:", "Prevención"],
        ["Institución responsable: MINNA"],
        [],
        ["N°", "Acciones", "Inicio", "Término"],
        ["a", "Charlas", "marzo", "noviembre"],
    ]
    row = only(book(rows), KNOWN_ITAPUA)
    assert (row.axis_common, row.lead, row.departments) == ("PRE", "minna", ("PY-7",))
    assert (str(row.start), str(row.end)) == ("2026-03-01", "2026-11-30")


def test_hidden_sheets_are_not_read_and_hidden_rows_and_columns_are_told() -> None:
    workbook = Workbook()
    fill(workbook.active, [HEADINGS, ONE])
    workbook.active.row_dimensions[2].hidden = True
    workbook.active.column_dimensions["G"].hidden = True
    old = workbook.create_sheet("Vieja")
    fill(old, [HEADINGS, ONE])
    old.sheet_state = "hidden"
    reading = read(saved(workbook))
    assert len(reading.rows) == 1
    assert {one.code for one in reading.findings} == {"rows_hidden", "column_hidden", "sheet_hidden"}


def test_a_number_that_became_a_date_or_stands_inside_the_title_is_the_code() -> None:
    became = read(book([HEADINGS, [date(2026, 2, 1), *ONE[1:]]]))
    assert (became.rows[0].code, told(became, "warning")) == ("1.2", [("A2", "code_became_date")])
    inside = only(
        book([["Eje", "Actividad", "Responsable", "Plazo"], ["1", "1.1.2 Capacitar docentes", "MTESS", "T1"]])
    )
    assert (inside.code, inside.title) == ("1.1.2", "Capacitar docentes")


def test_the_same_number_twice_in_an_axis_is_told_with_both_rows() -> None:
    reading = read(book([HEADINGS, ONE, ONE, ["1.1", "Eje 2", *ONE[2:]]]))
    assert told(reading, "warning") == [("A3", "code_repeated")]
    assert "2 y 3" in finding(reading, "code_repeated").message


def test_what_is_required_is_missed_where_it_is_missing() -> None:
    rows = [
        ["N°", "Eje", "Actividad", "Responsable", "Plazo"],
        ["1", None, "Sin eje", "MTESS", "T1"],
        ["2", "Eje 1", None, "MP", "T2"],
        ["3", None, "Sin responsable", None, "T3"],
        ["4", None, "Sin fecha", "MP", None],
        ["5", "Eje 7", "Eje ajeno", "Fundación X", "01/06/2026 al 01/03/2026"],
    ]
    reading = read(book(rows))
    assert told(reading, "error") == [
        ("B2", "axis_missing"),
        ("C3", "title_missing"),
        ("D4", "lead_missing"),
        ("B6", "axis_unknown"),
        ("D6", "institution_unknown"),
        ("E6", "dates_reversed"),
    ]
    assert told(reading, "warning") == [("E5", "dates_missing")]
    assert [row.code for row in reading.rows] == ["1", "3", "4", "5"]


def test_a_lead_that_is_unknown_is_not_replaced_by_the_next_one_named() -> None:
    row = only(book([HEADINGS, [*ONE[:3], "Fundación X / MTESS", "UNICEF", *ONE[5:]]]))
    assert (row.lead, row.collaborators, row.other_institutions) == (None, ("mtess",), ("UNICEF",))


def test_broken_cells_are_errors_and_never_blanks() -> None:
    workbook = Workbook()
    fill(workbook.active, [HEADINGS, ONE, ["2", "Eje 1", "Otra", "=D2", None, None, "#N/D", "=SUM(H2)"]])
    workbook.active["G2"] = "#DIV/0!"
    workbook.active["G2"].data_type = "e"
    reading = read(saved(workbook))
    assert told(reading, "error") == [(cell, "broken_cell") for cell in ("G2", "D3", "G3", "H3")]


def test_the_percent_style_makes_a_fraction_a_percentage() -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", "Plazo", "Meta", "Avance"],
        ["1", "Una", "MTESS", "T1", 0.8, 1],
    ]
    row = only(book(rows, formats={"E2": "0%", "F2": "0%"}))
    assert (row.target, row.unit, row.progress) == (80.0, "%", 100)


def test_a_column_of_dollars_is_refused_by_its_heading_or_its_style() -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", "Plazo", "Presupuesto (USD)"],
        ["1", "Una", "MTESS", "T1", 5_000],
    ]
    assert told(read(book(rows)), "error") == [("E2", "currency_not_guaranies")]
    rows[0][4] = "Presupuesto"
    assert told(read(book(rows, formats={"E2": '"USD" #,##0'})), "error") == [
        ("E2", "currency_not_guaranies")
    ]


def test_a_summary_without_responsibles_beside_the_matrix_is_not_read_twice() -> None:
    summary = [["N°", "Actividad", "% Avance", "Indicador"], ["1", "Una", "50%", "Actas"]]
    reading = read(books({"POA": [HEADINGS, ONE], "Seguimiento": summary}))
    assert [row.sheet for row in reading.rows] == ["POA"]
    assert ("", "sheet_ignored") in told(reading, "warning")


def test_another_year_in_the_title_is_told() -> None:
    assert told(read(book([["PLAN OPERATIVO ANUAL 2024"], HEADINGS, ONE])), "warning") == [
        ("A1", "year_differs")
    ]


def test_every_finding_says_what_happened_and_the_errors_what_to_do() -> None:
    rows = [
        HEADINGS,
        [date(2026, 2, 1), "Eje 9", "Una", "Nadie SA", "UNICEF", "Atlántida", "31/02/2026", "USD 1"],
    ]
    findings = read(book(rows)).findings
    assert len(findings) == 7
    for one in findings:
        assert (one.sheet, bool(one.cell), bool(one.column), bool(one.value), bool(one.message)) == (
            "POA",
            *[True] * 4,
        )
        assert one.suggestion
