"""How cells become words: folding, cleaning, addresses, and the notes that parsers leave about a value.

Rule: two ways of writing the same word fold to the same text (case, accents, spaces, printers' marks), and
nothing here knows what a word means. A `Note` says what a parser thought; the reader adds the cell.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from nanduti_hub.plans.rows import Severity

Cell = int | float | str | bool | date | datetime | time | timedelta

#: Accents of Spanish and Guaraní, and the marks that word processors put in place of plain ones.
_PLAIN = {
    **dict(zip(map(ord, "áéíóúüàèìòùâêîôûãẽĩõũỹñç"), "aeiouuaeiouaeiouaeiouync", strict=True)),
    **dict.fromkeys(map(ord, "“”«»"), '"'),
    **dict.fromkeys(map(ord, "‘’´`"), "'"),
    **dict.fromkeys(map(ord, "–—−‐‑"), "-"),
    **dict.fromkeys((0xA0, 0x2007, 0x202F, 0xFEFF, 0x200B), " "),
}
_CONTROL = re.compile(r"_x00[01][0-9A-Fa-f]_|[\x00-\x08\x0b\x0c\x0e-\x1f\u200b\ufeff\u00ad]")
_NOT_WORD = re.compile(r"[^a-z0-9%#$€₲]+")
_BULLET = re.compile(r"^[\s•▪●◦·*–—\-]+(?=\S)")
_ROMAN = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6,
    "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12,
}  # fmt: skip
_COUNTED = {
    "un": 1, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12, "quince": 15, "veinte": 20,
}  # fmt: skip


class Note(Struct, frozen=True):
    """What was noticed about a value, before it is known in which cell it stands."""

    severity: Severity
    code: str
    message: str
    suggestion: str = ""


def error(code: str, message: str, suggestion: str = "") -> Note:
    """A note that keeps its row out."""
    return Note(Severity.ERROR, code, message, suggestion)


def warning(code: str, message: str, suggestion: str = "") -> Note:
    """A note that asks a person for a look."""
    return Note(Severity.WARNING, code, message, suggestion)


def info(code: str, message: str, suggestion: str = "") -> Note:
    """A note that tells how a value was understood."""
    return Note(Severity.INFO, code, message, suggestion)


def fold(text: str) -> str:
    """Lower case, without accents, with single spaces and plain quotes and dashes."""
    lowered = text.lower().translate(_PLAIN)
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", lowered)
        lowered = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(lowered.split())


def words(text: str) -> str:
    """Only the words of a text, folded, one space between them."""
    return _NOT_WORD.sub(" ", fold(text).replace("°", " ").replace("º", " ")).strip()


def clean(value: Cell) -> str:
    """A cell's text as a line: no control signs, single spaces, numbers as people write them."""
    if isinstance(value, str):
        text = value
        if not text.isascii() and not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)  # as a Mac writes accents
        if "_x0" in text or not text.isprintable():
            text = _CONTROL.sub(" ", text)
        elif "  " not in text and text[:1] != " " and text[-1:] != " ":
            return text
        return " ".join(text.split())
    return shown(value)


def unbulleted(text: str) -> str:
    """A line without the bullet or dash in front of it."""
    return _BULLET.sub("", text) if text and not text[0].isalnum() else text


def shown(value: Cell) -> str:
    """A cell's value as a person would recognise it, cut to 200 characters."""
    match value:
        case str():
            return " ".join(value.split())[:200]
        case bool():
            return "VERDADERO" if value else "FALSO"
        case float() | int():
            return number_text(value)
        case datetime():
            return f"{value:%d/%m/%Y %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
        case _:
            return str(value)


def number_text(value: float) -> str:
    """A number without the noise of binary fractions: 3.0 is "3", 1.1 is "1.1"."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else format(value, ".10g")


def small_number(word: str) -> int | None:
    """A small number in digits, in roman signs or in words ("2", "ii", "dos"), from a folded word."""
    if word.isdecimal():
        return int(word) if len(word) < 6 else None
    return _ROMAN.get(word) or _COUNTED.get(word)


def letters(column: int) -> str:
    """A column's letters from its index (0 is A)."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """A cell's address from its indexes: (0, 2) is C1."""
    return f"{letters(column)}{row + 1}"


def place_of(cell: str) -> tuple[int, int]:
    """The indexes (row, column) of an address: C1 is (0, 2)."""
    column = 0
    digits = 0
    for sign in cell:
        if sign.isdigit():
            digits = digits * 10 + int(sign)
        elif "A" <= sign <= "Z":
            column = column * 26 + ord(sign) - 64
    return digits - 1, column - 1
