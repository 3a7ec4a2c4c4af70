"""Times as coordinators write them: read only when the whole text is understood, told otherwise."""

from datetime import date

import pytest

from nanduti_hub.plans.workbook.dates import read_period

WHOLE_YEAR = ("2026-01-01", "2026-12-31")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("15/03/2026", "2026-03-15", "2026-03-15"),
        ("15-3-26", "2026-03-15", "2026-03-15"),
        ("2026-03-15", "2026-03-15", "2026-03-15"),
        ("15 de marzo de 2026", "2026-03-15", "2026-03-15"),
        ("lunes 16 de marzo", "2026-03-16", "2026-03-16"),
        ("04/05/2026", "2026-05-04", "2026-05-04"),
        ("marzo 2026", "2026-03-01", "2026-03-31"),
        ("mar-26", "2026-03-01", "2026-03-31"),
        ("Setiembre", "2026-09-01", "2026-09-30"),
        ("03/2026", "2026-03-01", "2026-03-31"),
        ("Febrero 2028", "2028-02-01", "2028-02-29"),
        ("Marzo a junio 2026", "2026-03-01", "2026-06-30"),
        ("entre marzo y junio", "2026-03-01", "2026-06-30"),
        ("enero - diciembre 2026", *WHOLE_YEAR),
        ("Ene-Dic", *WHOLE_YEAR),
        ("Marzo - Abril - Mayo", "2026-03-01", "2026-05-31"),
        ("noviembre a marzo 2027", "2026-11-01", "2027-03-31"),
        ("15/03/2026 al 30/06/2026", "2026-03-15", "2026-06-30"),
        ("01-03-2026 - 30-06-2026", "2026-03-01", "2026-06-30"),
        ("del 1 al 15 de marzo de 2026", "2026-03-01", "2026-03-15"),
        ("Inicio: 01/03/2026 Fin: 30/06/2026", "2026-03-01", "2026-06-30"),
        ("1er trimestre 2026", "2026-01-01", "2026-03-31"),
        ("T1", "2026-01-01", "2026-03-31"),
        ("Q3", "2026-07-01", "2026-09-30"),
        ("I Trim. 2026", "2026-01-01", "2026-03-31"),
        ("4º Trimestre", "2026-10-01", "2026-12-31"),
        ("I y II trimestre", "2026-01-01", "2026-06-30"),
        ("T1 (enero a marzo)", "2026-01-01", "2026-03-31"),
        ("2do semestre 2026", "2026-07-01", "2026-12-31"),
        ("segundo semestre", "2026-07-01", "2026-12-31"),
        ("1S 2026", "2026-01-01", "2026-06-30"),
        ("3er cuatrimestre", "2026-09-01", "2026-12-31"),
        ("primera quincena de marzo", "2026-03-01", "2026-03-15"),
        ("todo el año", *WHOLE_YEAR),
        ("anual", *WHOLE_YEAR),
        ("2026", *WHOLE_YEAR),
        ("2026-2027", "2026-01-01", "2027-12-31"),
        ("hasta noviembre de 2026", None, "2026-11-30"),
        ("antes de junio", None, "2026-05-31"),
        ("desde abril", "2026-04-01", None),
        (46096.0, "2026-03-15", "2026-03-15"),
        (2026.0, *WHOLE_YEAR),
        (date(2026, 3, 15), "2026-03-15", "2026-03-15"),
        ("", None, None),
    ],
)
def test_a_time_that_is_understood_has_its_days_and_nothing_to_tell(
    text: str | float | date, start: str | None, end: str | None
) -> None:
    read = read_period(text, 2026)
    days = [day.isoformat() if day else None for day in (read.start, read.end)]
    assert (*days, read.notes) == (start, end, ())


@pytest.mark.parametrize(
    ("text", "code", "severity"),
    [
        ("permanente", "date_whole_year", "info"),
        ("Continua", "date_whole_year", "info"),
        ("Trimestral", "date_whole_year", "info"),
        ("T1, T3", "dates_not_contiguous", "info"),
        ("03/25/2026", "date_month_first", "info"),
        ("noviembre a marzo", "date_crosses_year", "warning"),
        ("a definir", "date_undefined", "warning"),
        ("según necesidad", "date_undefined", "warning"),
        ("6 meses", "date_is_duration", "warning"),
        ("a fines de 2026", "date_vague", "warning"),
        ("mediados de año", "date_vague", "warning"),
        ("cuando Dios quiera 2026", "date_not_understood", "warning"),
        ("T9", "date_not_understood", "warning"),
        ("enero 2033", "date_far_from_plan", "warning"),
        ("31/02/2026", "date_impossible", "error"),
        ("31 de junio", "date_impossible", "error"),
        ("diciembre de 2062", "date_out_of_range", "error"),
    ],
)
def test_a_time_that_is_doubtful_is_told(text: str, code: str, severity: str) -> None:
    assert [(note.code, note.severity) for note in read_period(text, 2026).notes] == [(code, severity)]


def test_a_vague_time_names_its_readings_and_takes_none() -> None:
    read = read_period("a fines de 2026", 2026)
    assert (read.start, read.end) == (None, None)
    assert "octubre a diciembre 2026" in read.notes[0].message


@pytest.mark.parametrize(
    ("text", "months", "start", "end"),
    [
        ("II", 3, "2026-04-01", "2026-06-30"),
        (3.0, 3, "2026-07-01", "2026-09-30"),
        ("1-3", 3, "2026-01-01", "2026-09-30"),
        ("1 a 6", 1, "2026-01-01", "2026-06-30"),
        ("2", 6, "2026-07-01", "2026-12-31"),
    ],
)
def test_a_bare_number_is_what_its_heading_counts(
    text: str | float, months: int, start: str, end: str
) -> None:
    read = read_period(text, 2026, months)
    assert (str(read.start), str(read.end)) == (start, end)


def test_the_workbooks_own_epoch_decides_a_serial_number() -> None:
    assert read_period(46096.0, 2030, since_1904=True).start == date(2030, 3, 16)
