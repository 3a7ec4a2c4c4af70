"""Parts of a month and moving feasts: "segunda quincena de mayo", "última semana de octubre", "Semana Santa".

Rule: what has one reading on the calendar is read, and the reading is told by the caller; what could be several
stretches ("fines de agosto") is told with all of them and none is taken. Week N of a month is its days 7N-6 to 7N.
"""

import calendar
import re
from datetime import date, timedelta

from msgspec import Struct

from nanduti_hub.plans.workbook.moments import MONTHS, Moment, read_moment
from nanduti_hub.plans.workbook.text import Note, shown, warning

MONTH_NAMES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
    "noviembre", "diciembre",
)  # fmt: skip
_NTH = r"(primer[oa]?|1ra|1era|1a|1|segund[oa]|2da|2a|2|tercer[oa]?|3ra|3era|3a|3|cuart[oa]|4ta|4a|4|quinta|5ta|5a|5|ultim[oa])"
_PART = re.compile(
    rf"(?:en |durante |para )?(?:la |las |el )?{_NTH}\.?(?: (?:y|a|al|-|y la|a la) {_NTH}\.?)? (quincena|semana|mitad)s?"
    r"(?: (?:de|del) (?:mes (?:de )?)?(.+))?"
)
#: The month first: "agosto (2da. quincena)", "mayo, primera semana".
_TURNED = re.compile(
    rf"([a-z]+(?: (?:de )?20\d\d)?) ?[(,:-] ?((?:la )?{_NTH}\.? (?:quincena|semana|mitad))\)?"
)
_FEAST = re.compile(r"(?:en |durante |para )?(?:la )?semana santa(?: (?:de |del )?((?:19|20)\d\d))?")
_WEEK_OF = re.compile(r"(?:en |durante )?(?:la )?semana del (?:dia )?(.+)")
_LAST = 0
_LONG_SPAN, _YEAR_MONTHS = 300, 12
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


class Stretch(Struct, frozen=True):
    """From the first to the last day, both inclusive."""

    start: date
    end: date


def stretch_of_months(year: int, first: int, months: int) -> Stretch:
    """Whole months, from the month `first` on."""
    last = first + months - 1
    return Stretch(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))


def read_part(text: str, year: int) -> Stretch | None:
    """The stretch that a folded text names as a part of a month, of a half or of the year; None if it names none."""
    feast = _FEAST.fullmatch(text)
    if feast:
        easter = easter_of(int(feast[1]) if feast[1] else year)
        return Stretch(easter - timedelta(days=7), easter)
    week = _WEEK_OF.fullmatch(text)
    if week:
        point = read_moment(week[1], None)
        if point is None or point.day is None or not _is_sane(_year(point, year)):
            return None
        try:
            day = date(_year(point, year), point.first, point.day)
        except ValueError:
            return None
        monday = day - timedelta(days=day.weekday())
        return Stretch(monday, monday + timedelta(days=6))
    turned = _TURNED.fullmatch(text)
    match = _PART.fullmatch(f"{turned[2]} de {turned[1]}" if turned else text)
    if match is None:
        return None
    first = _number(match[1])
    last = _number(match[2]) if match[2] else first
    whole = _whole(match[4], year)
    if whole is None:
        return None
    one_month = (whole.start.year, whole.start.month) == (whole.end.year, whole.end.month)
    if match[3] == "mitad" and not one_month:
        return _half(whole, first) if first == last and (whole.end - whole.start).days > _LONG_SPAN else None
    if not one_month:
        return None
    length, most = (7, 5) if match[3] == "semana" else (15, 2)
    start, end = _days(whole, first, length, most), _days(whole, last, length, most)
    return Stretch(start.start, end.end) if start and end and end.end > start.start else None


def _year(point: Moment, year: int) -> int:
    return year if point.year is None else point.year


def _is_sane(year: int) -> bool:
    """Whether a year is one in which days can be counted: a cell may say 0000."""
    return _FIRST_YEAR <= year <= _LAST_YEAR


def _number(word: str) -> int:
    if word[0].isdecimal():
        return int(word[0])
    return _LAST if word[0] == "u" else "pstcq".index(word[0]) + 1


def _whole(text: str | None, year: int) -> Stretch | None:
    if not text or text in {"ano", "el ano"}:
        return stretch_of_months(year, 1, 12)
    point = read_moment(text, None)
    if point is None or point.bare is not None or point.day is not None or not _is_sane(_year(point, year)):
        return None
    return stretch_of_months(_year(point, year), point.first, point.months)


def _half(year: Stretch, which: int) -> Stretch | None:
    if which not in {1, 2, _LAST}:
        return None
    return stretch_of_months(year.start.year, 1 if which == 1 else 7, 6)


def _days(month: Stretch, which: int, length: int, most: int) -> Stretch | None:
    if which == _LAST:
        day = month.end.day - 6 if length == 7 else 16
        return Stretch(month.start.replace(day=day), month.end)
    if which > most:
        return None
    first = (which - 1) * length + 1
    last = month.end.day if which == most else first + length - 1
    return Stretch(month.start.replace(day=first), month.start.replace(day=min(last, month.end.day)))


def easter_of(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden, century, within = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (within // 4) - epact - within % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def told_vague(value: str, text: str, year: int) -> Note:
    """What "fines de agosto" or "a mediados de año" may mean."""
    stated = re.search(r"\b(20\d\d)\b", text)
    year = int(stated[1]) if stated else year
    month = next((name for name in re.findall(r"[a-z]+", text) if name in MONTHS), None)
    of = re.search(r"\b(?:de|del) (?:el )?(.+)$", text)
    point = read_moment(of[1], None) if of and not month else None
    if month:
        whole = stretch_of_months(year, MONTHS[month], 1)
        first, last = (
            (21, whole.end.day) if re.search(r"\bfin", text) else (11, 20) if "mediad" in text else (1, 10)
        )
        readings = (
            f"todo {MONTH_NAMES[MONTHS[month] - 1]} de {year}, o solo del {first:02}/{whole.start.month:02}/{year}"
            f" al {last:02}/{whole.start.month:02}/{year}"
        )
    elif point is not None and 1 < point.months < _YEAR_MONTHS and _is_sane(_year(point, year)):
        months = stretch_of_months(_year(point, year), point.first, point.months)
        which = (
            "último mes"
            if re.search(r"\bfin", text)
            else "mes del medio"
            if "mediad" in text
            else "primer mes"
        )
        readings = f"del {months.start:%d/%m/%Y} al {months.end:%d/%m/%Y}, o solo su {which}"
    elif re.search(r"\bmes\b", text):
        readings = "no dice de qué mes"
    elif re.search(r"fin", text):
        readings = f"«octubre a diciembre {year}» o «diciembre {year}»"
    elif "mediad" in text:
        readings = f"«junio {year}», «junio a julio {year}» o «mayo a agosto {year}»"
    else:
        readings = f"«enero {year}» o «enero a marzo {year}»"
    return warning(
        "date_vague",
        f"«{shown(value)}» puede leerse de varias maneras: {readings}. No se tomó ninguna.",
        "Escriba el mes o las fechas de inicio y fin.",
    )
