"""What a row may hold, so that the action made of it is one that every reader of the contract can decode.

The limits are the contract's own, read off its structs; a row beyond them is an error and never an event.
Control characters are refused with them: PostgreSQL, spreadsheets and terminals of subscribers choke on them.
"""

import re
from collections.abc import Callable
from operator import attrgetter
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from nanduti.actions import Action, Indicator, Line
from nanduti_hub.plans.rows import Finding, Row, Severity
from nanduti_hub.plans.workbook.notation import HEADINGS
from nanduti_hub.reasons import CONTROL

#: Bytes of a row's texts: an event has room for the action before and after.
MOST_BYTES = 20_000
#: What a person calls each field of a row: as the hub's own workbook does, and the milestones, which it has not.
COLUMN_NAMES = HEADINGS | {"milestones": "Cronograma"}
_OF_ACTION = (
    "title", "description", "objective", "line_of_action", "crimes", "departments", "collaborators",
    "other_institutions", "start", "end", "milestones", "budget_source", "observations",
)  # fmt: skip


def _allowed() -> type[Struct]:
    action, indicator = (get_type_hints(kind, include_extras=True) for kind in (Action, Indicator))
    fields: list[tuple[str, Any]] = [(name, action[name]) for name in _OF_ACTION]
    fields += [("indicator", indicator["text"]), ("code", Line), ("axis", action["plan_axis"])]
    fields += [(name, indicator[name]) for name in ("unit", "baseline", "target", "means_of_verification")]
    fields += [("budget_pyg", action["budget"])]
    fields += [(name, action[name] | None) for name in ("lead", "status", "progress")]
    return msgspec.defstruct("Allowed", fields)


_ALLOWED = _allowed()
#: Letters of all texts of a row together, of which then none is too long; a budget that any reader can hold.
_SHORT, _MOST_BUDGET = 1_000, 2**53
#: What the contract allows of a row beside its texts, milestones and budget, and how many of these are remembered.
_rest = attrgetter("lead", "collaborators", "departments", "crimes", "status", "progress")
_ALLOWED_ALREADY: set[tuple[Any, ...]] = set()
_MOST_KEPT = 20_000
#: The fields that are texts.
_texts: Callable[[Row], tuple[str, ...]] = attrgetter(
    *(field.name for field in msgspec.structs.fields(Row) if field.type is str and field.name != "sheet")
)


def not_allowed(row: Row) -> Finding | None:
    """The first field of a row that the contract does not allow, as an error; None where it allows all."""
    texts = "".join((*_texts(row), *row.other_institutions))
    if len(texts) <= _SHORT and texts.isprintable() and _is_seen(row):
        return None
    try:
        msgspec.convert(row, _ALLOWED, from_attributes=True)
    except msgspec.ValidationError as error:
        found = re.search(r"\$\.(\w+)", str(error))
        return _finding(row, found[1] if found else "title")
    if len(_ALLOWED_ALREADY) < _MOST_KEPT:
        _ALLOWED_ALREADY.add(_rest(row))
    # Most texts are plain, and so are all of them together.
    if len(texts) * 4 > MOST_BYTES and len(texts.encode()) > MOST_BYTES:
        return _too_long(row)
    if texts.isprintable():
        return None
    for name in _ALLOWED.__struct_fields__:
        value = getattr(row, name)
        text = "".join(value) if name == "other_institutions" else value
        if isinstance(text, str) and text and CONTROL.search(text):
            return _finding(row, name)
    return None


def _is_seen(row: Row) -> bool:
    """Whether all but the texts of a row was allowed in another row: no look at each of them again."""
    budget = row.budget_pyg
    fits = budget is None or 0 <= budget < _MOST_BUDGET
    return fits and not row.milestones and _rest(row) in _ALLOWED_ALREADY


def _too_long(row: Row) -> Finding:
    return Finding(
        sheet=row.sheet,
        cell=row.cell("title"),
        column=COLUMN_NAMES["title"],
        value=row.title[:200],
        severity=Severity.ERROR,
        code="row_too_long",
        message="Los textos de la fila son demasiado largos todos juntos.",
        suggestion="Abrévielos, o deje el detalle en un documento y cítelo.",
    )


def _finding(row: Row, name: str) -> Finding:
    return Finding(
        sheet=row.sheet,
        cell=row.cell(name),
        column=COLUMN_NAMES.get(name, name),
        value=str(getattr(row, name))[:200],
        severity=Severity.ERROR,
        code="value_not_allowed",
        message="El contenido de la celda no cabe en el registro: es demasiado largo, está fuera de rango "
        "o tiene caracteres de control.",
        suggestion="Use hasta 1.000 caracteres (4.000 en descripción y observaciones), montos enteros en "
        "guaraníes y porcentajes de 0 a 100.",
    )
