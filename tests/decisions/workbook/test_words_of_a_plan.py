"""What a word of a plan means is said where it could mean something else, and of two meanings both are named."""

from datetime import date

import pytest
from workbook_shelf import DEPARTMENTS, INSTITUTIONS, ITAPUA, NATIONAL

from nanduti_hub.directory import seed
from nanduti_hub.plans.workbook.amounts import read_amount
from nanduti_hub.plans.workbook.date_parts import easter_of
from nanduti_hub.plans.workbook.dates import read_and_told
from nanduti_hub.plans.workbook.former_names import FORMER
from nanduti_hub.plans.workbook.institutions import read_institutions
from nanduti_hub.plans.workbook.places import atlas, read_places
from nanduti_hub.plans.workbook.register import register

COUNTRY = atlas(DEPARTMENTS, NATIONAL)
NAMES = register(INSTITUTIONS, NATIONAL)


def days(text: str) -> tuple[str, str, list[str]]:
    read = read_and_told(text, 2026)
    start, end = (day.isoformat() if day else "" for day in (read.start, read.end))
    return start, end, [note.code for note in read.notes]


@pytest.mark.parametrize(
    ("text", "start", "end", "codes"),
    [
        ("2do semestre 2026", "2026-07-01", "2026-12-31", ["date_read_as"]),
        ("hasta fin de año", "", "2026-12-31", ["date_read_as"]),
        ("última semana de octubre", "2026-10-25", "2026-10-31", ["date_read_as"]),
        ("1ra. y 2da. semana de mayo", "2026-05-01", "2026-05-14", ["date_read_as"]),
        ("segunda quincena de febrero", "2026-02-16", "2026-02-28", ["date_read_as"]),
        ("Semana del 12 de junio", "2026-06-08", "2026-06-14", ["date_read_as"]),
        ("Semana Santa", "2026-03-29", "2026-04-05", ["date_read_as"]),
        ("antes de Semana Santa", "", "2026-03-28", ["date_read_as"]),
        ("primera semana de cada mes", "2026-01-01", "2026-12-31", ["date_whole_year"]),
        ("2 por semestre", "2026-01-01", "2026-12-31", ["date_whole_year"]),
        ("mes 1 al 3", "2026-01-01", "2026-03-31", ["date_month_number"]),
        ("03/04/2026", "2026-04-03", "2026-04-03", ["date_day_first"]),
        ("4/5", "2026-05-04", "2026-05-04", ["date_day_first"]),
        ("jun-26", "2026-06-01", "2026-06-30", ["date_read_as"]),
        ("46096", "2026-03-15", "2026-03-15", ["date_from_serial"]),
        ("maio a julho 2026", "2026-05-01", "2026-07-31", []),
        ("15/03/2026 y 20/06/2026", "2026-03-15", "2026-06-20", ["dates_not_contiguous"]),
        ("1/3/2026 al 31/5/2026", "2026-03-01", "2026-05-31", []),
        ("marzo a junio de 2026", "2026-03-01", "2026-06-30", []),
        ("T2", "2026-04-01", "2026-06-30", []),
        ("Reprogramado para el 15/09/2026 (antes 15/05/2026)", "", "", ["date_several"]),
        ("fines de agosto", "", "", ["date_vague"]),
        ("principios del segundo semestre", "", "", ["date_vague"]),
        ("a partir de la firma del convenio", "", "", ["date_undefined"]),
        ("mediano plazo", "", "", ["date_undefined"]),
        ("Año 1", "", "", ["date_undefined"]),
    ],
)
def test_a_deadline_in_words_says_how_it_was_read(text: str, start: str, end: str, codes: list[str]) -> None:
    assert days(text) == (start, end, codes)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("03/04/2026", ["3 de abril de 2026", "4 de marzo de 2026"]),
        ("4/5", ["4 de mayo de 2026", "5 de abril", "los meses 4 y 5"]),
        ("jun-26", ["junio de 2026", "26 de junio"]),
        ("fines de agosto", ["todo agosto de 2026", "21/08/2026"]),
        ("mes 1 al 3", ["01/01/2026", "comienzo del plan"]),
        ("Reprogramado para el 15/09/2026 (antes 15/05/2026)", ["15/09/2026", "15/05/2026"]),
    ],
)
def test_of_several_readings_of_a_date_all_are_named(text: str, readings: list[str]) -> None:
    (note,) = read_and_told(text, 2026).notes
    assert [one for one in readings if one not in note.message] == []


def test_easter_is_known_for_every_year() -> None:
    assert [easter_of(year) for year in (2024, 2025, 2026, 2027)] == [
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
    ]


@pytest.mark.parametrize(
    ("text", "guaranies", "codes"),
    [
        ("cinco millones", 5_000_000, ["amount_in_words"]),
        ("treinta y cinco millones", 35_000_000, ["amount_in_words"]),
        ("Gs. 7.300.000 (USD 1.000)", 7_300_000, ["currency_beside"]),
        ("USD 1.000 (Gs. 7.300.000)", 7_300_000, ["currency_beside"]),
        ("gs 3.000.000 FF30", 3_000_000, []),
        ("Presupuesto MTESS 2026", None, ["amount_without_number"]),
        ("sin presupuesto", None, ["amount_undefined"]),
    ],
)
def test_an_amount_is_taken_only_in_guaranies(text: str, guaranies: int | None, codes: list[str]) -> None:
    read = read_amount(text)
    assert (read.guaranies, [note.code for note in read.notes]) == (guaranies, codes)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("Gs. 2.000.000 a 3.000.000", ["2.000.000", "3.000.000"]),
        ("1.500.000 x 4 talleres", ["1.500.000", "6.000.000"]),
        ("3 x 1.000.000", ["1.000.000 por cada uno", "3.000.000 en total"]),
        ("1.000.000 + 500.000", ["1.500.000"]),
        ("Gs. 1.000.000 mensual", ["1.000.000 en total", "12.000.000"]),
    ],
)
def test_of_several_readings_of_an_amount_none_is_taken_and_all_are_named(
    text: str, readings: list[str]
) -> None:
    read = read_amount(text)
    assert read.guaranies is None
    assert [one for one in readings if one not in read.notes[0].message] == []


def test_a_former_name_is_understood_as_todays_and_told() -> None:
    read = read_institutions("Dirección General de Migraciones", NAMES)
    assert (read.codes, read.notes[0].code) == (("dnm",), "institution_old_name")
    assert "Ley 6984/2022" in read.notes[0].message


def test_a_former_name_that_was_divided_names_both_and_none_is_taken() -> None:
    known = seed.load()
    read = read_institutions("Ministerio de Justicia y Trabajo", register(known.institutions, NATIONAL))
    assert (read.codes, read.unknown_first, read.notes[0].code) == ((), True, "institution_ambiguous")
    assert "MTESS o MJ" in read.notes[0].message


def test_an_office_of_a_government_is_not_the_ministry_that_had_its_name() -> None:
    here = register(INSTITUTIONS, ITAPUA)
    assert read_institutions("Gobernación de Itapúa (Secretaría de la Mujer)", here).codes == ("gob_itapua",)
    assert read_institutions("Secretaría de la Mujer", here).codes == ()
    assert read_institutions("Secretaría de la Mujer", NAMES).codes == ("minmujer",)


def test_every_former_name_of_one_institution_is_an_alias_of_the_directory_too() -> None:
    aliases = {name: one.code for one in seed.load().institutions for name in one.aliases}
    for former in FORMER:
        if len(former.codes) == 1:
            assert {aliases.get(name) for name in former.names} == {former.codes[0]}, former.names
        assert former.source.startswith("http")


@pytest.mark.parametrize(
    "text",
    ["Lic. Ana Sintética (MINNA)", "MINNA: Sr. Luis Ficticio, tel. 0981 000 000", "MINNA - nadie@gmail.com"],
)
def test_a_person_in_a_responsible_cell_is_told_and_not_kept(text: str) -> None:
    read = read_institutions(text, NAMES)
    assert (read.codes, read.unknown, read.notes[0].code) == (("minna",), (), "institution_is_person")
    assert "Sintética" not in "".join(note.message for note in read.notes)


@pytest.mark.parametrize(
    ("text", "departments", "codes"),
    [
        ("Mcal. Estigarribia y Filadelfia", ["PY-19"], ["department_from_city"]),
        ("Dr. Juan Eulogio Estigarribia", ["PY-5"], ["department_from_city"]),
        ("CDE, PJC y Encarnación", ["PY-7", "PY-10", "PY-13"], ["department_from_city"]),
        ("San Pedro Norte", ["PY-2"], []),
        ("Región Oriental y Chaco", [], ["department_all"]),
        ("Chaco excepto Boquerón", ["PY-15", "PY-16"], ["department_set"]),
        ("5 departamentos", ["PY-4", "PY-5", "PY-7", "PY-12", "PY-19"], ["department_set"]),
        ("Itapúa y 3 departamentos más", [], ["department_unknown"]),
        ("Bella Vista", [], ["department_ambiguous"]),
        ("a definir", [], ["department_undefined"]),
        ("Todos", [], []),
    ],
)
def test_a_place_is_a_department_only_when_it_can_be_no_other(
    text: str, departments: list[str], codes: list[str]
) -> None:
    read = read_places(text, COUNTRY)
    assert (list(read.departments), [note.code for note in read.notes]) == (departments, codes)


@pytest.mark.parametrize(
    "text",
    [
        "Semana Santa 0000",
        "segunda quincena de mayo 0000",
        "Semana del 1/1/0001",
        "fines del 2do semestre 0000",
        "9" * 400,
        "menos " * 800,
        "entre " * 800,
        "1.000.000 x " * 400,
        "Dr. " * 1_000,
        "a la " * 1_000,
    ],
)
def test_a_senseless_text_is_told_and_nothing_fails(text: str) -> None:
    assert read_and_told(text, 2026).start is None
    assert read_amount(text).guaranies is None
    assert read_places(text, COUNTRY).departments == ()
    assert read_institutions(text, NAMES).codes == ()
