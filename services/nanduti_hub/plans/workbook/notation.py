"""How the hub writes an action's values in its own workbooks, so that each is read back exactly as it was.

Rule: for every value that the contract allows, reading what was written gives that value. A text stands as it is,
but for the few that a spreadsheet or the reader would change: those open with two apostrophes. Absent: how a
coordinator's own words are understood; that is asked where a cell is in none of these forms.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from nanduti.directory import Department, Institution
from nanduti.phrases import STATUS_WORDS
from nanduti.vocabulary import Axis
from nanduti_hub.actions.spreadsheet import AXIS_WORDS, CRIME_WORDS, KIND_WORDS
from nanduti_hub.plans.workbook.text import fold

T = TypeVar("T")

#: The columns in their order: field of `Row` to heading. The first is recognised by its literal name.
HEADINGS: dict[str, str] = {
    "id_accion": "id_accion", "code": "N.º", "title": "Actividad", "axis_common": "Eje", "axis": "Eje del plan",
    "objective": "Objetivo", "line_of_action": "Línea de acción", "description": "Descripción", "kind": "Tipo",
    "crimes": "Delitos", "departments": "Departamentos", "lead": "Responsable",
    "collaborators": "Corresponsables", "other_institutions": "Otras instituciones", "start": "Inicio", "end": "Fin",
    "indicator": "Indicador", "unit": "Unidad", "baseline": "Línea de base", "target": "Meta",
    "means_of_verification": "Medio de verificación", "budget_pyg": "Presupuesto (Gs.)", "budget_source": "Fuente",
    "status": "Estado", "progress": "Avance (%)", "observations": "Observaciones",
}  # fmt: skip
#: The hub's own sheets and column in a workbook.
REMARKS = "Observaciones del centro"
INSTRUCTIONS, LISTS = "Instrucciones", "Listas"
NATIONAL, NO_CRIME = "nacional", "ninguno"

_MARK = "''"
#: What a spreadsheet or the reader would lose: tabs, other line ends, what XML cannot hold.
_LOST = re.compile("[\t\r\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")
#: An apostrophe in front, and what is shown in a broken cell.
_OPENS = re.compile(r"'|#(?:N/[AD]|[¡¿]?\S+[!?])\s*\Z")
_SIGNS = {"\t": "\\t", "\r": "\\r", "\\": "\\\\"}
_SPOKEN = {sign[1]: character for character, sign in _SIGNS.items()}
_ESCAPED = re.compile(r"\\(?:([tr\\])|u([0-9a-f]{4}))")
_NUMBER = re.compile(r"-?\d+(?:,\d+)?(?:e[+-]?\d+)?")
_NAME = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?:[;\n]|\Z)|([^;\n]+)(?:[;\n]|\Z)|[;\n])')


def written(text: str) -> str:
    """A text as its cell has it."""
    if not _OPENS.match(text) and not _LOST.search(text):
        return text
    plain = text.replace("\\", "\\\\")
    return _MARK + _LOST.sub(lambda sign: _SIGNS.get(sign[0]) or f"\\u{ord(sign[0]):04x}", plain)


def spoken(cell: str) -> str:
    """The text that a cell stands for."""
    if not cell.startswith(_MARK):
        return cell
    return _ESCAPED.sub(lambda sign: _SPOKEN[sign[1]] if sign[1] else chr(int(sign[2], 16)), cell[2:])


def number_said(cell: str) -> float | None:
    """The number in a text that has more digits than a spreadsheet keeps; None where it is another text."""
    return float(cell.replace(",", ".")) if _NUMBER.fullmatch(cell) else None


def whole_said(cell: str) -> int | None:
    """The whole number in such a text."""
    return int(cell) if re.fullmatch(r"[0-9]{1,16}", cell) else None


def day_said(cell: str) -> date | None:
    """The day in a text like 31/12/1899."""
    found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", cell)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def joined(names: Iterable[str]) -> str:
    """Several names in a cell, with semicolons between them; one that would not be read back stands in quotes."""
    return "; ".join(
        name
        if name and name == name.strip() and not re.search(r'[;"\n]', name)
        else f'"{name.replace(_Q, _Q * 2)}"'
        for name in names
    )


_Q = '"'


def parted(cell: str) -> tuple[str, ...]:
    """The names that `joined` has put together, or that a person has, one to a line."""
    found = []
    for one in _NAME.finditer(cell):
        if one[1] is not None:
            found.append(one[1].replace('""', _Q))
        elif one[2] and one[2].strip():
            found.append(one[2].strip())
    return tuple(found)


def institution_labels(institutions: Iterable[Institution]) -> dict[str, str]:
    """What each institution is called in a cell, by code: its acronym; with its code where others share that."""
    names = {one.code: one.acronym or one.name for one in institutions}
    shared = Counter(fold(name) for name in names.values())
    shared.update(fold(code) for code, name in names.items() if fold(code) != fold(name))
    return {
        code: name if shared[fold(name)] == 1 and not re.search(r'[;"\n]', name) else code
        for code, name in names.items()
    }


def department_labels(departments: Iterable[Department]) -> dict[str, str]:
    """What each department is called in a cell, by code."""
    return {one.code: one.name.split(" (")[0] for one in departments}


def by_label(labels: Mapping[T, str]) -> dict[str, T]:
    """What each label stands for, in whatever case and accents it is written."""
    return {fold(label): meant for meant, label in labels.items()}


AXES = by_label({axis: axis.value for axis in Axis}) | by_label(AXIS_WORDS)
KINDS = by_label(KIND_WORDS)
CRIMES = by_label(CRIME_WORDS)
STATUSES = by_label(STATUS_WORDS)
