"""One moment in a text: a day, a month, a quarter, a half, a year, or a bare number that its neighbours explain."""

import re

from msgspec import Struct

from nanduti_hub.plans.workbook.text import small_number

MONTHS = {
    "enero": 1, "ene": 1, "feb": 2, "febrero": 2, "marzo": 3, "mar": 3, "abril": 4, "abr": 4, "mayo": 5,
    "may": 5, "junio": 6, "jun": 6, "julio": 7, "jul": 7, "agosto": 8, "ago": 8, "agos": 8,
    "septiembre": 9, "setiembre": 9, "sep": 9, "set": 9, "sept": 9, "octubre": 10, "oct": 10,
    "noviembre": 11, "nov": 11, "diciembre": 12, "dic": 12, "jan": 1, "apr": 4, "aug": 8, "dec": 12,
    # As neighbours and projects write them.
    "janeiro": 1, "fevereiro": 2, "marco": 3, "maio": 5, "junho": 6, "julho": 7, "setembro": 9, "outubro": 10,
    "novembro": 11, "dezembro": 12, "january": 1, "february": 2, "march": 3, "april": 4, "june": 6, "july": 7,
    "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_ORDINALS = {
    "primer": 1, "primero": 1, "primera": 1, "segundo": 2, "segunda": 2, "tercer": 3, "tercero": 3,
    "tercera": 3, "cuarto": 4, "cuarta": 4, "quinto": 5, "sexto": 6, "quinta": 5,
}  # fmt: skip
_UNITS = {"tr": 3, "t": 3, "q": 3, "se": 6, "s": 6, "cu": 4, "bi": 2, "me": 1}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]\d.*)?")
_NUMERIC = re.compile(r"(\d{1,2}) ?[-/. ] ?(\d{1,2}) ?[-/. ] ?(\d{4}|\d{2})")
_NUMERIC_SHORT = re.compile(r"(\d{1,2}) ?/ ?(\d{1,2})")
_WORD_DAY = re.compile(
    r"(\d{1,2})(?:ro|er|o)?[-/. ]+(?:de +)?([a-z]{3,10})\.?(?:[-/., ]+(?:de[l]? +)?(?:ano +)?'?(\d{4}|\d{2}))?"
)
_MONTH_DAY = re.compile(r"([a-z]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_MONTH = re.compile(r"(?:mes (?:de )?)?([a-z]{3,10})\.?(?:[-/., ']*(?:de[l]? +)?(?:ano +)?'?(\d{4}|\d{2}))?")
_MONTH_NUMBER = re.compile(r"(\d{1,2}) ?[-/.] ?(\d{4})")
_MONTH_SHORT_YEAR = re.compile(r"(\d{1,2}) ?/ ?(2[4-9]|3[2-9])")
_YEAR_MONTH = re.compile(r"(\d{4}) ?[-/.] ?(\d{1,2})")
_YEAR = re.compile(r"(?:(?:el )?ano +)?((?:19|20|21)\d\d)(?:\.0)?")
_UNIT = r"(trim(?:estre)?s?|tri|t|q|sem(?:estre)?s?|s|cuatrim(?:estre)?s?|bim(?:estre)?s?|mes(?:es)?)"
_ORD = r"(\d{1,2}|viii|vii|vi|iv|ix|iii|ii|i|v|xii|xi|x|prim(?:er[oa]?)|segund[oa]|tercer[oa]?|cuart[oa]|quint[oa]|sext[oa])"
_END = r"(?:er[oa]?|r[oa]|d[oa]|t[oa]|[oa])?"
_OF_YEAR = r"(?:[-/., ]*(?:de[l]? +)?(?:ano +)?'?((?:19|20)\d\d|\d\d))?"
_NUMBER_UNIT = re.compile(rf"{_ORD} ?\.?{_END}\.? ?{_UNIT}\.?{_OF_YEAR}")
_UNIT_NUMBER = re.compile(rf"{_UNIT}\.? ?-?{_ORD}{_END}{_OF_YEAR}")
_YEAR_UNIT = re.compile(rf"((?:19|20)\d\d)[-/ ]+(?:{_UNIT}\.? ?{_ORD}|{_ORD}{_END} ?{_UNIT})")
_BARE = re.compile(rf"{_ORD}{_END}")


class Moment(Struct):
    """A piece of a text: a day, some months, or a bare number; the year is None when it is not said."""

    first: int = 0
    months: int = 0
    day: int | None = None
    last_day: int | None = None
    year: int | None = None
    bare: int | None = None
    unit: int | None = None
    american: bool = False


def read_moment(text: str, hint: int | None) -> Moment | None:
    """The moment that a folded text states in whole, or None."""
    text = text.strip(" .,")
    iso = _ISO.fullmatch(text)
    if iso:
        return _day(int(iso[3]), int(iso[2]), int(iso[1]))
    numeric = _NUMERIC.fullmatch(text)
    if numeric:
        day, month = int(numeric[1]), int(numeric[2])
        if month > 12 >= day >= 1:
            return Moment(first=day, months=1, day=month, year=_full(numeric[3]), american=True)
        return _day(day, month, _full(numeric[3]))
    worded = _WORD_DAY.fullmatch(text)
    if worded and worded[2] in MONTHS:
        return _day(int(worded[1]), MONTHS[worded[2]], _full(worded[3]))
    english = _MONTH_DAY.fullmatch(text)
    if english and english[1] in MONTHS:
        return _day(int(english[2]), MONTHS[english[1]], int(english[3]))
    month_match = _MONTH.fullmatch(text)
    if month_match and month_match[1] in MONTHS:
        return Moment(first=MONTHS[month_match[1]], months=1, year=_full(month_match[2]), unit=1)
    year = _YEAR.fullmatch(text)
    if year:
        return Moment(first=1, months=12, year=int(year[1]))
    numbered = _MONTH_NUMBER.fullmatch(text)
    if numbered and 1 <= int(numbered[1]) <= 12:
        return Moment(first=int(numbered[1]), months=1, year=int(numbered[2]))
    numbered = _YEAR_MONTH.fullmatch(text)
    if numbered and 1 <= int(numbered[2]) <= 12:
        return Moment(first=int(numbered[2]), months=1, year=int(numbered[1]))
    unit = _unit_point(text)
    if unit is not None:
        return unit
    numbered = _MONTH_SHORT_YEAR.fullmatch(text)
    if numbered and 1 <= int(numbered[1]) <= 12 and not hint:
        return Moment(first=int(numbered[1]), months=1, year=2000 + int(numbered[2]))
    short = _NUMERIC_SHORT.fullmatch(text)
    if short and 1 <= int(short[2]) <= 12 and not hint:
        return _day(int(short[1]), int(short[2]), None)
    bare = _BARE.fullmatch(text)
    if bare:
        number = _ordinal(bare[1])
        if number is not None and hint and 1 <= number <= 12 // hint:
            return Moment(first=(number - 1) * hint + 1, months=hint, unit=hint)
        return Moment(bare=number) if number is not None else None
    return None


def _unit_point(text: str) -> Moment | None:
    reversed_year = _YEAR_UNIT.fullmatch(text)
    if reversed_year:
        word = reversed_year[3] or reversed_year[4]
        unit = reversed_year[2] or reversed_year[5]
        return _unit(word, unit, reversed_year[1])
    before = _NUMBER_UNIT.fullmatch(text)
    if before:
        return _unit(before[1], before[2], before[3], counted=False)
    after = _UNIT_NUMBER.fullmatch(text)
    if after:
        return _unit(after[2], after[1], after[3])
    return None


def _unit(word: str, unit: str, year: str | None, *, counted: bool = True) -> Moment | None:
    number = _ordinal(word)
    length = _UNITS.get(unit[:2]) or _UNITS.get(unit[:1])
    if length == 1 and word.isdecimal() and unit == "meses" and not year and not counted:
        return None  # "6 meses" is a duration
    if number is None or length is None or not 1 <= number <= 12 // length:
        return None
    return Moment(first=(number - 1) * length + 1, months=length, year=_full(year), unit=length)


def _ordinal(word: str) -> int | None:
    return _ORDINALS.get(word) or small_number(word)


def _day(day: int, month: int, year: int | None) -> Moment:
    # An impossible month is kept in `first` so that it is told as an impossible date.
    return Moment(first=month, months=1, day=day, year=year)


def _full(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)
