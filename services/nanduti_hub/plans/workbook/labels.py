"""What one label over a column means: a field, or a stretch of months."""

import re
from datetime import date, datetime
from functools import lru_cache

from msgspec import Struct
from rapidfuzz import fuzz, process

from nanduti_hub.plans.workbook.heading_names import NOT_READ, PATTERNS, SPELLED
from nanduti_hub.plans.workbook.heading_words import respelt, written_out
from nanduti_hub.plans.workbook.text import Cell, clean, small_number, words

#: The register's own code of an action: known by this very heading, since "ID de la acción" is the plan's number.
ID_ACCION = "id_accion"
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
_PART = r"(\d|i{1,3}|iv|vi?|primer|segundo|tercer|cuarto|quinto|sexto)"
_LENGTH = r"(trim\w*|tri|t|q|semes\w*|sem|s|cuatrim\w*|c|bim\w*|b)"
_PART_LABEL = re.compile(
    rf"{_PART} ?(?:er|ro|do|to|o|ero)? ?{_LENGTH}(?: (?:de |del )?((?:20)?\d\d))?"
    rf"|{_LENGTH} ?{_PART}(?: (?:de |del )?((?:20)?\d\d))?"
)
_ORDINAL = {"primer": 1, "segundo": 2, "tercer": 3, "cuarto": 4, "quinto": 5, "sexto": 6}
_LENGTHS = {"s": 6, "c": 4, "b": 2}
#: From one month to another: "ENE-MAR", "Enero a Marzo", "Ene/Mar 2026".
_MONTHS_LABEL = re.compile(r"(?:de )?(\w+) (?:(?:a|al|y) )?([a-z]+)(?: (?:de )?(20\d\d))?")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])-\s+(?=[^\W\d_])")
_REMARK = re.compile(r"\([^)]*\)")
#: The part of a month: "S1", "Sem. 2", "Semana 3", "2a semana", "4", "1Q", "2da quincena".
_WEEK_LABEL = re.compile(
    r"(?:semana|sem|sm|s)? ?[1-5]|[1-5] ?(?:a|ra|da|ta|era)? ?(?:semana|sem|s)|[iv]{1,3}"
    r"|(?:[12]|primera|segunda|i{1,2}) ?(?:a|ra|da|era)? ?q(?:uinc\w*)?|q(?:uinc\w*)? ?(?:[12]|i{1,2})"
)
_FOREIGN = re.compile(r"usd|us\$|u\$s|u\$d|\$|dolar|€|euro|real(?:es)?\b|r\$")


_PARTS = re.compile(r"[/|;\n]| [yoeu] | - ")
#: Links of a results chain, of which the register keeps the activity and its indicator only.
_OPENS_CHAIN = re.compile(r"^(?:resultado|producto|entregable|impacto)")


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
    if text.strip().lower() == ID_ACCION:
        return ID_ACCION
    folded = words(text)
    if not folded or folded.count(" ") > 11:
        return None
    written = written_out(folded)
    role = _found(written)
    if role == "collaborators" and _found(written_out(words(_PARTS.split(text)[0]))) == "lead":
        return "lead"  # "Responsable / Apoyo": the first of the cell leads
    if role is None or (role == NOT_READ and _OPENS_CHAIN.match(written)):
        # "Producto / Indicador": what is not kept stands beside what is.
        parts = [written_out(words(part)) for part in _PARTS.split(_REMARK.sub(" ", text))]
        roles = [_found(part) for part in parts if part] if len(parts) > 1 else []
        role = (
            "title"
            if "title" in roles
            else next((found for found in roles if found not in {None, NOT_READ}), role)
        )
    if role is None and _HYPHENATED.search(text):
        return role_of(_HYPHENATED.sub("", text))  # "COLABO- RADORES", cut at the end of a line
    if role is not None or len(written) < 5:
        return role
    role = _found(respelt(written))
    if role is None:
        likeness = process.extractOne(written, SPELLED.keys(), scorer=fuzz.ratio, score_cutoff=84)
        role = SPELLED[likeness[0]] if likeness is not None else None
    return role


def _found(written: str) -> str | None:
    for role, pattern in _SEARCH:
        if pattern.search(written):
            return role
    return None


def span_of(value: Cell) -> Span | None:
    """The months that a column's label stands for ("T1", "2do Semestre", "ENE-MAR", a date in that month)."""
    if isinstance(value, (date, datetime)):
        return Span(value.month, 1, value.year)
    if not isinstance(value, str) or not value or len(value) > 40:
        return None
    return _span(value)


def is_week(value: Cell) -> bool:
    """Whether a label under a month stands for a week of it."""
    return _WEEK_LABEL.fullmatch(words(clean(value))) is not None


@lru_cache(maxsize=4_096)
def _span(text: str) -> Span | None:
    folded = re.sub(r"\b(\d) (er|ro|do|to|o)\b", r"\1\2", words(_REMARK.sub(" ", text)))
    month = _MONTH_LABEL.fullmatch(folded)
    if month:
        return Span(_MONTHS[month[1]], 1, _year(month[2]))
    part = _PART_LABEL.fullmatch(folded)
    if part:
        number_word, unit, year = (part[1], part[2], part[3]) if part[1] else (part[5], part[4], part[6])
        number = _ORDINAL.get(number_word) or small_number(number_word) or 0
        length = _LENGTHS.get(unit[0], 3)
        if 1 <= number <= 12 // length:
            return Span((number - 1) * length + 1, length, _year(year))
    months = _MONTHS_LABEL.fullmatch(folded)
    if months:
        first, last = _MONTH_LABEL.fullmatch(months[1]), _MONTH_LABEL.fullmatch(months[2])
        if first and last and _MONTHS[first[1]] < _MONTHS[last[1]]:
            return Span(_MONTHS[first[1]], _MONTHS[last[1]] - _MONTHS[first[1]] + 1, _year(months[3]))
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
