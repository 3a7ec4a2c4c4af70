"""Rows of a table that are no activities: section titles, totals, numbered headings, signatures and notes.

Rule: a row is left out only for a reason that has a name, and what is left out is told.
"""

import re
from enum import StrEnum

from nanduti_hub.plans.workbook.axes import AxisNames, read_axis, starts_like_axis
from nanduti_hub.plans.workbook.text import Cell, clean, fold, words

_TOTAL = re.compile(
    r"^(?:sub ?-?totale?s?|totale?s?|suma(?:toria)?|monto total|gran total|presupuesto total|costo total|total general)\b"
)
_TOTAL_NAMES = re.compile(
    r"^(?:eje|general|gs|poa|plan|componente|objetivo|presupuesto|linea|anual|del? (?:eje|plan|poa|componente|presupuesto|objetivo|la linea)|\d+|[ivx]+|guaranies|por|en letras"
    r"|prevencion|deteccion|atencion|proteccion|sancion|investigacion|fortalecimiento|coordinacion)\b"
)
_LONGEST_TOTAL = 60
_FOOT = re.compile(
    r"^(?:notas?\b|fuentes?:|observacion(?:es)?:|elabora(?:do|cion)|aprobad[oa] (?:por|en|segun)|revisad[oa]|firmas?\b|fecha\b|lugar y fecha"
    r"|lugar:|\(?\*|obs\b|leyenda|referencias?\b|siglas?\b|abreviaturas?|vo\.? ?bo|visto bueno|sello|aclaracion|c\.? ?i\.? ?n|asuncion, "
    r"|lic\. |abog\. |dra?\. |ing\. |mg\. |fdo\b|[*]|pagina \d|hoja \d|ver anexo|version\b|actualizado|responsable de (?:la )?(?:carga|elab))"
)
_OBJECTIVE = re.compile(
    r"^(?:objetivos?(?: (?:estrategico|especifico|general|operativo)s?)?|o\.? ?e\.?|resultado(?: esperado)?)(?: ?(?:n°? ?)?\d+(?:\.\d+)*)? ?[:.\-]"
)
_LINE = re.compile(
    r"^(?:lineas? (?:de )?(?:accion|trabajo|intervencion)|lineas? estrategicas?|lineamientos?|programa|estrategia)\b(?: ?(?:n°? ?)?\d+(?:\.\d+)*)?"
    r" ?[:.\-]?"
)
_LABEL = re.compile(r"^[^:.\-–]{3,40}?(?:\s*\d+(?:\.\d+)*)?\s*[:.\-–](?!\d)\s*")
_RULE = re.compile(r"[\s_\-–—.=*]+")


class Sort(StrEnum):
    """What a row is when it is no activity."""

    AXIS = "axis"
    OBJECTIVE = "objective"
    LINE = "line"
    TOTAL = "total"
    FOOT = "foot"
    NUMBERS = "numbers"
    TITLE = "title"


def is_total(text: str) -> bool:
    """Whether a text opens a total ("TOTAL", "Subtotal Eje 1"), not an activity that totals something."""
    folded = fold(text).strip(" .:")
    match = _TOTAL.match(folded)
    if match is None:
        return False
    rest = folded[match.end() :].strip(" .:()-")
    if len(rest) > _LONGEST_TOTAL:
        return False
    return not rest or match[0].startswith("sub") or bool(_TOTAL_NAMES.match(rest))


def is_foot(text: str) -> bool:
    """Whether a text is a note, a signature or the like."""
    folded = fold(text)
    return bool(_FOOT.match(folded)) or bool(_RULE.fullmatch(text))


def are_numbers(values: list[Cell]) -> bool:
    """Whether the cells only number the columns: 1 2 3 ..., (1) (2) (3) ..., a b c ..."""
    if len(values) < 4:
        return False
    labels = [clean(value).strip("().[] ").lower() for value in values]
    if labels[0] not in {"1", "a", "i"}:
        return False
    if all(label.isdecimal() for label in labels):
        return [int(label) for label in labels] == list(range(1, len(labels) + 1))
    return labels == [chr(97 + index) for index in range(len(labels))]


def sort_of(text: str, known: AxisNames, *, alone: bool) -> Sort | None:
    """What a title row is; `alone`: nothing else stands in the row."""
    if is_total(text):
        return Sort.TOTAL
    folded = fold(text)
    # A line of action may be called "lineamiento", and so may an axis: the plan's axes are asked first.
    if starts_like_axis(text) and not _OBJECTIVE.match(folded):
        read = read_axis(text, known)
        if read.common is not None or not folded.startswith(("lineamiento", "area", "ambito")):
            return Sort.AXIS
    if _OBJECTIVE.match(folded):
        return Sort.OBJECTIVE
    line = _LINE.match(folded)
    if line and (alone or line[0].rstrip().endswith((":", "-", "."))):
        return Sort.LINE
    if is_foot(text):
        return Sort.FOOT
    if alone and len(words(text)) <= 90 and read_axis(text, known).plain:
        return Sort.AXIS
    return None


def unlabelled(text: str) -> str:
    """What stands behind a label: "Objetivo 1: Reducir ..." says "Reducir ..."."""
    short = _LABEL.sub("", text, count=1)
    return short or text
