"""What there is to say about a deadline that was read: in words, or by a date that could be read two ways.

Rule: a reading that the text itself does not spell out day by day is stated, with the days; of two readings
both are named, and which was taken.
"""

import re
from datetime import date

from nanduti_hub.plans.workbook.date_parts import MONTH_NAMES
from nanduti_hub.plans.workbook.moments import MONTHS
from nanduti_hub.plans.workbook.text import Cell, Note, fold, info, shown, warning

_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_WORD = re.compile(r"[a-z]{3,}")
_YEAR = re.compile(
    r"(?<!\d)(?:19|20|21)\d\d(?!\d)|[a-z]{3}\.?[-/']{1,2}\d\d\b|\d[-/.]\d\d?[-/.]\d\d|(?:trim|sem|bim)[a-z]*\.? ?(?:de )?'?\d\d$"
)
_SHORT = re.compile(r"(\d{1,2}) ?[-/] ?(\d{1,2})")
#: Words that add nothing to the days of a range between months with their year.
_PLAIN = frozenset(("del", "mes", "hasta", "desde", "entre", "fecha", "inicio", "fin", "ano", "durante", "lunes", "martes", "miercoles",
                    "jueves", "viernes", "sabado", "domingo"))  # fmt: skip
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?![\d/.-]\d)")
_MONTH_AND_NUMBER = re.compile(r"([a-z]{3,10})\.?[- ]'?(\d{2})")
_MONTH_NUMBER = re.compile(r"\bmes(?:es)? ?(?:n° ?)?\d")
_MONTHS_OF_YEAR = 12
_LAST_DAY = 31


#: Findings that already state how a text was read.
STATED = frozenset(("date_whole_year", "dates_not_contiguous", "date_crosses_year", "date_month_first"))


def folded(value: Cell) -> str:
    """A deadline's text, folded, without the signs of ordinals."""
    return fold(str(value)).replace("º", "").replace("°", "").replace("ª", "").strip(" .:;")


def notes_of(
    value: Cell, text: str, start: date | None, end: date | None, *, by_month: bool
) -> tuple[Note, ...]:
    """The notes about a text that was read as `start` to `end`. `by_month`: its heading speaks of months."""
    if start is None and end is None:
        return ()
    if _SERIAL.fullmatch(text):
        note = info(
            "date_from_serial",
            f"El número {shown(value)} se entiende como {_days(start, end)}: así guarda la planilla las fechas.",
            "Póngale formato de fecha a la celda.",
        )
        return (note,)
    if not isinstance(value, str):
        return ()
    notes = []
    both = _either_way(text)
    short = _SHORT.fullmatch(text)
    if short and start == end and start is not None:
        first, second = int(short[1]), int(short[2])
        both_ways = first != second and 1 <= first <= _MONTHS_OF_YEAR
        other = (
            f"; también puede ser el {second} de {MONTH_NAMES[first - 1]}, o los meses {first} y {second}"
            if both_ways
            else ""
        )
        note = info(
            "date_day_first",
            f"«{shown(value)}» se lee día/mes: {first} de {MONTH_NAMES[start.month - 1]} de {start.year}{other}.",
            "Escriba día/mes/año.",
        )
        return (note,)
    if both:
        notes.append(
            info(
                "date_day_first",
                f"«{shown(value)}» se lee día/mes: {both[0]}; al revés (mes/día) sería {both[1]}.",
                "Si es al revés, escriba el mes con letras.",
            )
        )
    elif _MONTH_NUMBER.search(text) and not by_month:
        notes.append(
            warning(
                "date_month_number",
                f"«{shown(value)}» se entiende por los meses del año, {_days(start, end)};"
                " si cuenta los meses desde el comienzo del plan, es otro plazo.",
                "Escriba los meses por su nombre.",
            )
        )
    elif (short := _MONTH_AND_NUMBER.fullmatch(text)) and short[1] in MONTHS:
        day = int(short[2])
        other = (
            f"; también puede ser el {day} de {MONTH_NAMES[MONTHS[short[1]] - 1]}"
            if 1 <= day <= _LAST_DAY
            else ""
        )
        notes.append(
            info(
                "date_read_as",
                f"«{shown(value)}» se entiende como el mes de {MONTH_NAMES[MONTHS[short[1]] - 1]} de 20{short[2]}{other}.",
                "Si es un día, escriba día/mes/año.",
            )
        )
    elif _in_words(text):
        year = "" if _YEAR.search(text) else " (no dice el año: se toma el del plan)"
        notes.append(
            info(
                "date_read_as",
                f"«{shown(value)}» se entiende como {_days(start, end)}{year}.",
                "Si no es así, escriba las fechas de inicio y fin.",
            )
        )
    return tuple(notes)


def _in_words(text: str) -> bool:
    """Whether a text says its days in words, or leaves out the year of its months."""
    found = _WORD.findall(text)
    if any(word not in MONTHS and word not in _PLAIN for word in found):
        return True
    open_ended = any(word in {"hasta", "desde"} for word in found) and len(found) == 1 + sum(
        word in MONTHS for word in found
    )
    return (
        bool(found)
        and (open_ended or not _YEAR.search(text))
        and not re.search(r"\d{1,2}[-/.]\d\d?[-/.]\d", text)
    )


def _either_way(text: str) -> tuple[str, str] | None:
    """Both readings of the first date that can be read as day/month and as month/day; another date may settle it."""
    if any(int(match[1]) > _MONTHS_OF_YEAR for match in _NUMERIC.finditer(text)):
        return None
    for match in _NUMERIC.finditer(text):
        first, second = int(match[1]), int(match[2])
        if first != second and 1 <= first <= _MONTHS_OF_YEAR and 1 <= second <= _MONTHS_OF_YEAR:
            year = match[3] if len(match[3]) > 2 else f"20{match[3]}"
            return (
                f"{first} de {MONTH_NAMES[second - 1]} de {year}",
                f"{second} de {MONTH_NAMES[first - 1]} de {year}",
            )
    return None


def _days(start: date | None, end: date | None) -> str:
    if start is not None and end is not None:
        return f"el {start:%d/%m/%Y}" if start == end else f"del {start:%d/%m/%Y} al {end:%d/%m/%Y}"
    if end is not None:
        return f"hasta el {end:%d/%m/%Y}, sin fecha de comienzo"
    return f"desde el {start:%d/%m/%Y}, sin fecha de fin"


def not_understood(value: str, text: str) -> Note:
    """Why a text gives no day; the dates that stand in it are named."""
    dates = list(dict.fromkeys(match[0] for match in _NUMERIC.finditer(text)))
    if len(dates) > 1:
        return warning(
            "date_several",
            f"«{shown(value)}» nombra varias fechas ({' y '.join(dates[:6])}) y no se sabe cuál vale: no se tomó ninguna.",
            "Deje solo la fecha que vale, o escriba «del … al …».",
        )
    return warning(
        "date_not_understood",
        f"No se entiende la fecha «{shown(value)}».",
        "Escriba por ejemplo 15/03/2026, «marzo 2026», «marzo a junio 2026» o «2do semestre 2026».",
    )
