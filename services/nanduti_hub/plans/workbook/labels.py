"""What one label over a column means: a field, or a stretch of months."""

import re
from datetime import date, datetime
from functools import lru_cache

from msgspec import Struct
from rapidfuzz import fuzz, process

from nanduti_hub.plans.workbook.heading_names import PATTERNS, SPELLED
from nanduti_hub.plans.workbook.text import Cell, small_number, words

#: The longest text that is still a label.
LONGEST = 90
_SEARCH = tuple((role, re.compile(pattern)) for role, pattern in PATTERNS)
_MONTHS = {
    "ene": 1, "jan": 1, "feb": 2, "mar": 3, "abr": 4, "apr": 4, "may": 5, "jun": 6, "jul": 7, "ago": 8,
    "aug": 8, "set": 9, "sep": 9, "oct": 10, "nov": 11, "dic": 12, "dec": 12,
}  # fmt: skip
_MONTH_LABEL = re.compile(
    r"(?:mes (?:de )?)?(ene|feb|mar|abr|may|jun|jul|ago|set|sep|oct|nov|dic|jan|apr|aug|dec)"
    r"(?:r?o|rero|ero|zo|il|yo|io|osto|iembre|tiembre|ptiembre|ubre|viembre|t)?(?: (?:de )?((?:20)?\d\d))?"
)
_PART = r"(\d|i{1,3}|iv|primer|segundo|tercer|cuarto)"
_PART_LABEL = re.compile(
    rf"{_PART} ?(?:er|ro|do|to|o|ero)? ?(trim\w*|tri|t|q|sem\w*|s|cuatrim\w*|c)(?: (?:de |del )?((?:20)?\d\d))?"
    rf"|(trim\w*|tri|t|q|sem\w*|s|cuatrim\w*|c) ?{_PART}(?: (?:de |del )?((?:20)?\d\d))?"
)
_ORDINAL = {"primer": 1, "segundo": 2, "tercer": 3, "cuarto": 4}
_FOREIGN = re.compile(r"usd|us\$|u\$s|u\$d|\$|dolar|€|euro|real(?:es)?\b|r\$")


class Span(Struct, frozen=True):
    """Months that a column of marks stands for: `months` long, from month `first` of `year` (or the plan's)."""

    first: int
    months: int
    year: int | None = None


@lru_cache(maxsize=4_096)
def role_of(text: str) -> str | None:
    """The role that a heading's text means, or None."""
    if not text or len(text) > LONGEST:
        return None
    folded = words(text)
    if not folded or folded.count(" ") > 11:
        return None
    for role, pattern in _SEARCH:
        if pattern.search(folded):
            return role
    if len(folded) >= 5:
        likeness = process.extractOne(folded, SPELLED.keys(), scorer=fuzz.ratio, score_cutoff=84)
        if likeness is not None:
            return SPELLED[likeness[0]]
    return None


def span_of(value: Cell) -> Span | None:
    """The months that a column's label stands for ("T1", "2do Semestre", "ene-26", a date in that month)."""
    if isinstance(value, (date, datetime)):
        return Span(value.month, 1, value.year)
    if not isinstance(value, str) or not value or len(value) > 30:
        return None
    folded = re.sub(r"\b(\d) (er|ro|do|to|o)\b", r"\1\2", words(value))
    month = _MONTH_LABEL.fullmatch(folded)
    if month:
        return Span(_MONTHS[month[1]], 1, _year(month[2]))
    part = _PART_LABEL.fullmatch(folded)
    if part:
        number_word, unit, year = (part[1], part[2], part[3]) if part[1] else (part[5], part[4], part[6])
        number = _ORDINAL.get(number_word) or small_number(number_word) or 0
        length = 6 if unit[0] == "s" else 4 if unit[0] == "c" else 3
        if 1 <= number <= 12 // length:
            return Span((number - 1) * length + 1, length, _year(year))
    return None


def foreign_money(label: str) -> bool:
    """Whether a heading says that its amounts are not in guaraníes."""
    folded = label.lower()
    return (
        bool(_FOREIGN.search(folded)) and "gs" not in folded and "guaran" not in folded and "₲" not in folded
    )


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)
