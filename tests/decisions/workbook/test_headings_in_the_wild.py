"""Headings as tired people write them: shortened, joined, misspelt; each of these was once misread or passed over.

The worst of them put another column's data in a field without a word: helpers as the lead, what was spent as the
budget, what was reached as the goal.
"""

from typing import Any

import pytest
from workbook_shelf import book, finding, only, read, told

BEFORE = ("Prevención", "Capacitar", "MTESS", "T1")


def beside(heading: str, value: Any, *more: tuple[str, Any]) -> bytes:
    """A plan of one activity with one column more, or several."""
    extra = ((heading, value), *more)
    return book(
        [
            ["Eje", "Actividad", "Responsable", "Plazo", *(label for label, _ in extra)],
            [*BEFORE, *(cell for _, cell in extra)],
        ]
    )


@pytest.mark.parametrize(
    "heading",
    [
        "Otras instituciones", "Inst. de Apoyo", "Corresponsables", "Aliados", "Instituciones involucradas",
        "Entidades que acompañan", "Otros responsables", "Responsables de apoyo", "Coadyuvantes", "Inst. Colab.",
        "Otras inst. resp.", "Co-líderes", "Socios estratégicos", "Organismos intervinientes", "Intituciones de apollo",
    ],
)  # fmt: skip
def test_a_column_of_helpers_never_says_who_leads(heading: str) -> None:
    alone = read(book([["Eje", "Actividad", heading, "Plazo"], ["Prevención", "Capacitar", "MP, PN", "T1"]]))
    assert alone.rows[0].lead is None
    assert told(alone, "error") == [("B1", "column_missing")]
    assert f"«{heading}»" in finding(alone, "column_missing").message
    beside_lead = read(
        book(
            [
                ["Eje", "Actividad", heading, "Resp. Principal", "Plazo"],
                ["Prevención", "Capacitar", "MP, PN", "MTESS", "T1"],
            ]
        )
    )
    assert beside_lead.rows[0].lead == "mtess"
    assert beside_lead.rows[0].collaborators == ("mp", "pn") or heading.endswith("apollo")


@pytest.mark.parametrize(
    "heading",
    [
        "Resp.", "Inst. Resp.", "Responsable/s", "Unidad/Entidad responsable", "Responsavle", "Intitución",
        "Organismo Resp.", "Institución(es) responsable(s)", "Resp. de Ejec.", "Departamento responsable",
        "Institución coordinadora", "Unidad Ejecutora", "Resp. Institucional",
    ],
)  # fmt: skip
def test_who_leads_is_found_under_many_names(heading: str) -> None:
    content = book([["Eje", "Activ.", heading, "Plazo"], ["Prevención", "Capacitar", "MTESS", "T1"]])
    assert only(content).lead == "mtess"


@pytest.mark.parametrize(
    ("field", "value", "meant", "headings"),
    [
        ("indicator", "Actas", "Actas", ("Producto / Indicador", "Ind.", "Indic.", "Ind. de producto")),
        ("unit", "actas", "actas", ("Unid. Med.", "Unid. de Med.", "U/M", "Unidad de Med.")),
        ("target", "5", 5.0, ("Cant.", "Meta/Cantidad", "Cant. Prog.", "Prog. anual", "Meta 2026")),
        ("baseline", "7", 7.0, ("L.B.", "L. Base", "LB 2025", "Línea de base 2025")),
        ("objective", "O", "O", ("Obj. Esp.", "Obj. Estrat.", "O.E.", "Objetivo al que contribuye")),
        ("line_of_action", "L", "L", ("Línea Estrat.", "Lín. de acc.", "Proyecto")),
        ("budget_pyg", "1.000.000", 1_000_000, ("Ppto.", "Presup. Est.", "Pto. (Gs)", "₲", "Valor Gs.", "Total Gs.")),
        ("departments", "Itapúa", ("PY-7",), ("Depart.", "Dpto./Distrito", "Departamento o Distrito")),
        ("budget_source", "FF 10", "FF 10", ("Fuente/Financ.", "F. Financ.", "Fte. Fto.", "Fuente de Fin.")),
        ("means_of_verification", "Actas", "Actas", ("M.V.", "MdV", "Med. de Verif.", "Fuente de Verif.")),
        ("observations", "Nada", "Nada", ("Observ.", "Coment.", "Otras observaciones")),
        ("code", "3", "3", ("Act. N°", "N° Act.", "Código POA")),
        ("description", "Detalle", "Detalle", ("Desc.", "Descrip.")),
        ("progress", "35%", 35, ("Ejecución (%)", "% Ejec.")),
    ],
)  # fmt: skip
def test_shortened_and_joined_headings_are_written_out(
    field: str, value: str, meant: Any, headings: tuple[str, ...]
) -> None:
    assert {heading: getattr(only(beside(heading, value)), field) for heading in headings} == dict.fromkeys(
        headings, meant
    )


@pytest.mark.parametrize(
    "heading",
    [
        "Act.",
        "Activ. Prog.",
        "Activdad",
        "Nombre de la Act.",
        "Proyecto/Actividad",
        "Operaciones",
        "Compromisos",
    ],
)
def test_activities_go_by_many_names(heading: str) -> None:
    content = book([["Eje", heading, "Resp.", "Trim."], ["Prevención", "Capacitar", "MTESS", "I - II"]])
    row = only(content)
    assert (row.title, str(row.start), str(row.end)) == ("Capacitar", "2026-01-01", "2026-06-30")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("F. Inicio", "F. Fin"), ("Fec. Ini.", "Fec. Térm."), ("Ini.", "Fin"), ("Fecha desde", "Fecha hasta"),
        ("Comienza", "Termina"), ("Inicio Prog.", "Fin Prog."), ("Mes Ini.", "Mes Fin"), ("Fec. de Inic.", "Fec. de Culm."),
    ],
)  # fmt: skip
def test_start_and_end_are_found_under_many_names(start: str, end: str) -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", start, end],
        ["Prevención", "Capacitar", "MTESS", "marzo", "junio"],
    ]
    row = only(book(rows))
    assert (str(row.start), str(row.end)) == ("2026-03-01", "2026-06-30")


@pytest.mark.parametrize(
    ("field", "headings"),
    [
        (
            "budget_pyg",
            (
                "Ejecución presupuestaria", "Presupuesto utilizado", "Monto pagado", "Costo unitario", "Línea presupuestaria",
                "Objeto de gasto", "% presupuesto", "Responsable del presupuesto", "¿Cuenta con presupuesto?",
            ),
        ),
        ("target", ("Meta cumplida", "Cantidad realizada", "Meta lograda", "N° de participantes", "Meta financiera", "Cantidad de meses")),
        ("start", ("Inicio real", "Fecha de reporte")),
        ("other_institutions", ("Participantes", "Población participante")),
    ],
)  # fmt: skip
def test_what_was_done_or_spent_is_not_what_is_planned(field: str, headings: tuple[str, ...]) -> None:
    plain = getattr(only(beside("Nada", None)), field)
    read_as = {heading: getattr(only(beside(heading, 500_000)), field) for heading in headings}
    assert read_as == dict.fromkeys(headings, plain)


@pytest.mark.parametrize(
    ("field", "value", "columns"),
    [
        ("target", 5.0, (("Meta 2025", 3), ("Meta 2026", 5), ("Meta 2027", 7))),
        ("budget_pyg", 5_000_000, (("Presupuesto 2025", 3_000_000), ("Presupuesto 2026", 5_000_000))),
        ("indicator", "Talleres", (("Indicador del objetivo", "Tasa"), ("Indicador de la actividad", "Talleres"))),
        ("lead", "mtess", (("Responsable del objetivo", "MINNA"), ("Responsable suplente", "MP"))),
        ("target", 5.0, (("Meta 2024-2028", 50), ("Meta anual", 5))),
        ("budget_pyg", 5_000_000, (("Presupuesto total plurianual", 9_000_000), ("Presupuesto 2026", 5_000_000))),
        ("budget_source", "FF 10", (("Objeto de gasto", 230), ("Fuente de Financ.", "FF 10"))),
        ("start", "2026-03-01", (("Inicio real", "01/04/2026"), ("Inicio programado", "01/03/2026"))),
    ],
)  # fmt: skip
def test_of_two_columns_for_one_field_the_one_of_this_plan_is_read(
    field: str, value: Any, columns: tuple[tuple[str, Any], ...]
) -> None:
    said = getattr(only(beside(*columns[0], *columns[1:])), field)
    assert (str(said) if field == "start" else said) == value


def test_a_column_nobody_understands_is_a_warning_when_it_holds_data() -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", "Plazo", "Zorzal", None, "Meta", "Meta física"],
        ["Prevención", "Una", "MTESS", "T1", "Itapúa", "MP", 3, 4],
        ["Prevención", "Dos", "MP", "T2", "Guairá", "PN", 5, 6],
    ]
    reading = read(book(rows))
    assert told(reading, "warning") == [
        ("E1", "column_not_read"),
        ("F1", "column_without_heading"),
        ("H1", "column_not_read"),
    ]
    first, second, third = (one.message for one in reading.findings if one.severity == "warning")
    assert "parecen departamentos" in first
    assert "parecen instituciones" in second
    assert "«Meta»" in third


@pytest.mark.parametrize("heading", ["Responsable / Apoyo", "Resp. y aliados", "Responsables e involucradas"])
def test_one_column_for_both_names_the_lead_first(heading: str) -> None:
    content = book([["Eje", "Actividad", heading, "Plazo"], ["I", "Una", "MTESS, MINNA", "T1"]])
    row = only(content)
    assert (row.lead, row.collaborators) == ("mtess", ("minna",))


def test_a_term_in_months_is_no_month_and_a_row_of_instructions_no_activity() -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", "Plazo (meses)"],
        ["(número)", "(verbo en infinitivo)", "(sigla)", "(cantidad)"],
        ["I", "Una", "MTESS", 6],
    ]
    reading = read(book(rows))
    assert [(row.title, row.start) for row in reading.rows] == [("Una", None)]
    assert told(reading, "warning") == [("D3", "date_not_understood")]


def test_a_person_beside_an_institution_does_not_lead() -> None:
    rows = [
        ["Eje", "Actividad", "Responsable", "Institución", "Plazo"],
        ["Prevención", "Una", "Directora de Inspección", "MTESS", "T1"],
    ]
    assert only(book(rows)).lead == "mtess"


@pytest.mark.parametrize(
    ("title", "heading", "amount", "read_as"),
    [
        ("POA 2026 (montos en miles de guaraníes)", "Presupuesto", 1_500, 1_500_000),
        ("(En millones de Gs.)", "Presupuesto", 15, 15_000_000),
        ("POA 2026 (montos en USD)", "Presupuesto", 1_500, None),
        ("POA 2026", "Ppto. (miles Gs.)", "1.200", 1_200_000),
        ("POA 2026", "Presupuesto (mill. Gs.)", 1.2, 1_200_000),
        ("POA 2026", "Presupuesto (000 Gs.)", 1_500, 1_500_000),
    ],
)
def test_a_scale_in_a_heading_or_above_it_holds_for_the_amounts(
    title: str, heading: str, amount: float | str, read_as: int | None
) -> None:
    content = book([[title], ["Eje", "Actividad", "Responsable", "Plazo", heading], [*BEFORE, amount]])
    assert only(content).budget_pyg == read_as


def test_an_error_of_the_sheet_lists_the_headings_that_were_seen() -> None:
    axis = read(book([["N°", "Actividad", "Responsable", "Plazo"], [1, "Una", "MTESS", "T1"]]))
    assert "«Plazo»" in finding(axis, "axis_missing").message
    title = read(book([["Eje", "Zorzal", "Responsable", "Plazo"], ["I", "Una", "MTESS", "T1"]]))
    assert "Zorzal" in finding(title, "header_missing").message
    assert "«Actividad»" in finding(title, "header_missing").message
