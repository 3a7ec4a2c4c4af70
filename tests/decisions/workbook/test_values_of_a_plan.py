"""Amounts, measures, places, institutions, axes and kinds, each from what people write in one cell."""

import pytest
from workbook_shelf import DEPARTMENTS, INSTITUTIONS, ITAPUA, NATIONAL

from nanduti.vocabulary import Axis
from nanduti_hub.plans.workbook.amounts import read_amount
from nanduti_hub.plans.workbook.axes import axis_names, read_axis
from nanduti_hub.plans.workbook.institutions import read_institutions
from nanduti_hub.plans.workbook.kinds import kind_of
from nanduti_hub.plans.workbook.measures import read_measure, read_standing
from nanduti_hub.plans.workbook.places import atlas, read_places
from nanduti_hub.plans.workbook.register import register

AXES = axis_names(NATIONAL)
REGISTER = register(INSTITUTIONS, NATIONAL)
COUNTRY = atlas(DEPARTMENTS, NATIONAL)
OF_ITAPUA = atlas(DEPARTMENTS, ITAPUA)


@pytest.mark.parametrize(
    ("text", "guaranies", "codes"),
    [
        (12_500_000.0, 12_500_000, []),
        ("Gs. 12.500.000", 12_500_000, []),
        ("₲ 3.000.000", 3_000_000, []),
        ("Gs.5.000.000.-", 5_000_000, []),
        ("12,500,000", 12_500_000, []),
        ("12 500 000", 12_500_000, []),
        ("12,5 millones", 12_500_000, []),
        ("1.500 millones", 1_500_000_000, []),
        ("2,5 mil millones", 2_500_000_000, []),
        ("500 mil", 500_000, []),
        ("10 millones de guaraníes", 10_000_000, []),
        ("Gs 0", 0, []),
        ("-", None, []),
        ("s/c", 0, ["amount_free"]),
        ("sin costo", 0, ["amount_free"]),
        ("a definir", None, ["amount_undefined"]),
        ("Recursos propios", None, ["amount_without_number"]),
        ("1.500.000,50", 1_500_001, ["amount_decimals"]),
        (12.0, 12, ["amount_small"]),
        ("USD 10.000", None, ["currency_not_guaranies"]),
        ("U$S 500", None, ["currency_not_guaranies"]),
        ("$ 10.000", None, ["currency_not_guaranies"]),
        ("-500.000", None, ["amount_negative"]),
        ("(500.000)", None, ["amount_negative"]),
        ("5 a 10 millones", None, ["amount_not_understood"]),
    ],
)
def test_an_amount_is_whole_guaranies_or_is_told(
    text: str | float, guaranies: int | None, codes: list[str]
) -> None:
    read = read_amount(text)
    assert (read.guaranies, [note.code for note in read.notes]) == (guaranies, codes)


def test_money_that_only_its_style_calls_dollars_is_not_guaranies() -> None:
    assert [note.code for note in read_amount(100_000.0, 1, "[$USD] #,##0").notes] == [
        "currency_not_guaranies"
    ]
    assert read_amount(100_000.0, 1, '"Gs." #,##0').guaranies == 100_000


def test_a_heading_in_millions_scales_its_amounts() -> None:
    assert read_amount(12.5, 1_000_000).guaranies == 12_500_000


@pytest.mark.parametrize(
    ("text", "value", "unit", "words"),
    [
        ("80%", 80, "%", ""),
        ("1.200 personas", 1200, "personas", ""),
        ("≥ 90", 90, "", ""),
        ("al menos 3 talleres", 3, "talleres", ""),
        ("12 (doce) talleres", 12, "talleres", ""),
        ("Un taller", 1, "taller", ""),
        ("dos talleres realizados", 2, "talleres realizados", ""),
        ("12,5", 12.5, "", ""),
        ("100% de las denuncias", 100, "% de las denuncias", ""),
        ("Protocolo aprobado", None, "", "Protocolo aprobado"),
        ("1/3", None, "", "1/3"),
        ("-", None, "", ""),
    ],
)
def test_a_target_is_its_number_and_what_it_counts(
    text: str, value: float | None, unit: str, words: str
) -> None:
    read = read_measure(text)
    assert (read.value, read.unit, read.words) == (value, unit, words)


@pytest.mark.parametrize(
    ("value", "status", "progress"),
    [
        ("Planificada", "planned", None),
        ("No iniciado", "planned", None),
        ("En ejecución (40%)", "in_progress", 40),
        ("En proceso", "in_progress", None),
        ("Concluida", "completed", None),
        ("Suspendida", "suspended", None),
        ("CANCELADA", "cancelled", None),
        ("35 %", None, 35),
        (0.35, None, 35),
        (35.0, None, 35),
        ("no realizada", None, None),
    ],
)
def test_a_state_is_a_status_or_a_percentage(
    value: str | float, status: str | None, progress: int | None
) -> None:
    read = read_standing(value)
    assert (read.status, read.progress) == (status, progress)


@pytest.mark.parametrize(
    ("text", "departments", "codes"),
    [
        ("Itapúa", ["PY-7"], []),
        ("ITAPUA", ["PY-7"], []),
        ("PY-7", ["PY-7"], []),
        ("Dpto. de Itapúa", ["PY-7"], []),
        ("Itapúa, Guairá y Caaguazú", ["PY-4", "PY-5", "PY-7"], []),
        ("Concepción\nSan Pedro", ["PY-1", "PY-2"], []),
        ("Pte. Hayes - Boquerón", ["PY-15", "PY-19"], []),
        ("Central y Asunción", ["PY-ASU", "PY-11"], []),
        ("Capital", ["PY-ASU"], []),
        ("Itapúa (Encarnación)", ["PY-7"], []),
        ("Encarnación", ["PY-7"], ["department_from_city"]),
        ("San Pedro del Paraná", ["PY-7"], ["department_from_city"]),
        ("Salto del Guairá", ["PY-14"], ["department_from_city"]),
        ("Gran Asunción", ["PY-ASU", "PY-11"], ["department_set"]),
        ("Chaco", ["PY-15", "PY-16", "PY-19"], ["department_set"]),
        ("los cinco departamentos del MAUEP", ["PY-4", "PY-5", "PY-7", "PY-12", "PY-19"], ["department_set"]),
        ("Itapúua", ["PY-7"], ["department_read_as"]),
        ("Nacional", [], []),
        ("Todo el país", [], []),
        ("17 departamentos", [], []),
        ("Nacional, con énfasis en Itapúa", [], ["department_and_national"]),
        ("Nivel central", [], ["department_unknown"]),
        ("Atlántida", [], ["department_unknown"]),
        ("Chaco menos Boquerón", ["PY-15", "PY-16"], ["department_set"]),
        ("Todos menos los de siempre", [], ["department_unknown"]),
        ("", [], []),
    ],
)
def test_places_are_departments_and_none_is_national(
    text: str, departments: list[str], codes: list[str]
) -> None:
    read = read_places(text, COUNTRY)
    assert (list(read.departments), [note.code for note in read.notes]) == (departments, codes)


@pytest.mark.parametrize(
    "text", ["", "Departamental", "Todo el departamento", "Todos los distritos", "Virtual"]
)
def test_a_departmental_plan_is_about_its_own_department_unless_it_says_otherwise(text: str) -> None:
    assert read_places(text, OF_ITAPUA).departments == ("PY-7",)
    assert read_places("Nacional", OF_ITAPUA).departments == ()


@pytest.mark.parametrize(
    ("text", "codes", "unknown"),
    [
        ("MTESS", ["mtess"], []),
        ("MTESS/MINNA", ["mtess", "minna"], []),
        ("MTESS, MINNA y MP", ["mtess", "minna", "mp"], []),
        ("MINNA\nMTESS", ["minna", "mtess"], []),
        ("MEC e INDI", ["mec", "indi"], []),
        ("Ministerio de Trabajo, Empleo y Seguridad Social", ["mtess"], []),
        (
            "Ministerio de Trabajo, Empleo y Seguridad Social, Ministerio de la Niñez y la Adolescencia y Ministerio Público",
            ["mtess", "minna", "mp"],
            [],
        ),
        ("MINISTERIO DEL TRABAJO", ["mtess"], []),
        ("Min. de la Mujer", ["minmujer"], []),
        ("M.T.E.S.S.", ["mtess"], []),
        ("Ministerio Público (MP)", ["mp"], []),
        ("MTESS - DGPNA", ["mtess"], []),
        ("MTESS/Dirección de Inspección", ["mtess"], []),
        ("Departamento de Trata de la Policía Nacional", ["pn"], []),
        ("Dirección de Trata (Ministerio de la Mujer)", ["minmujer"], []),
        ("SNNA", ["minna"], []),
        ("Ministrio de la Mujer", ["minmujer"], []),
        ("MTESS con apoyo del MINNA", ["mtess", "minna"], []),
        ("Responsable: MTESS; Apoyo: MINNA", ["mtess", "minna"], []),
        ("MTESS y UNICEF", ["mtess"], ["UNICEF"]),
        ("Fundación Atlántida y MTESS", ["mtess"], ["Fundación Atlántida"]),
        ("Pastoral Social y Cáritas", [], ["Pastoral Social y Cáritas"]),
        ("Asociación de Turismo Rural", [], ["Asociación de Turismo Rural"]),
        ("Ministerio de Defensa Nacional", [], ["Ministerio de Defensa Nacional"]),
        ("A definir", [], []),
    ],
)
def test_known_names_are_found_whole_before_a_cell_is_split(
    text: str, codes: list[str], unknown: list[str]
) -> None:
    read = read_institutions(text, REGISTER)
    assert (list(read.codes), list(read.unknown)) == (codes, unknown)


def test_a_bare_gobernacion_in_a_departmental_plan_is_that_departments() -> None:
    local = register(INSTITUTIONS, ITAPUA)
    assert read_institutions("Gobernación", local).codes == ("gob_itapua",)
    assert read_institutions("MTESS y gobernaciones", local).codes == ("mtess", "gobernaciones")


def test_the_platforms_own_name_stands_for_who_coordinates_it_and_is_told() -> None:
    read = read_institutions("CONTRAFOR", REGISTER)
    assert (read.codes, [note.code for note in read.notes]) == (("mtess",), ["institution_is_platform"])


@pytest.mark.parametrize(
    ("text", "common"),
    [
        ("Eje 1. Fortalecimiento institucional", Axis.STRENGTHENING),
        ("1 - Prevención", Axis.PREVENTION),
        ("EJE II", Axis.PREVENTION),
        ("3", Axis.DETECTION),
        (4.0, Axis.CARE),
        ("Segundo eje: prevención", Axis.PREVENTION),
        ("PREVENCION", Axis.PREVENTION),
        ("Preveción", Axis.PREVENTION),
        ("Prevención y sensibilización", Axis.PREVENTION),
        ("Detección e identificación", Axis.DETECTION),
        ("Protección y asistencia", Axis.CARE),
        ("Investigación y persecución penal", Axis.PUNISHMENT),
        ("Coordinación interinstitucional", Axis.STRENGTHENING),
        ("Eje 9: Otro", None),
        ("Género", None),
        ("Pilar, enero de 2026", None),
    ],
)
def test_an_axis_is_crosswalked_or_told(text: str | float, common: Axis | None) -> None:
    read = read_axis(text, AXES)
    assert read.common == common
    assert (common is None) == ("axis_unknown" in [note.code for note in read.notes])


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Capacitar a inspectores", "training"),
        ("Realizar tres talleres con docentes", "training"),
        ("Campaña de sensibilización en radios", "awareness"),
        ("Elaborar el protocolo de atención", "norm"),
        ("Firmar un convenio con el MEC", "coordination"),
        ("Inspecciones en estancias del Chaco", "inspection"),
        ("Atención integral a víctimas", "care"),
        ("Estudio de línea de base", "research"),
        ("Adquirir vehículos", "equipment"),
        ("Elaborar un plan", "other"),
    ],
)
def test_the_title_tells_the_kind_of_work(title: str, kind: str) -> None:
    assert kind_of(title) == kind
