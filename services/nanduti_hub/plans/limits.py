"""What a row may hold, so that the action made of it is one that every reader of the contract can decode.

The limits are the contract's own, read off its structs; a row beyond them is an error and never an event.
Control characters are refused with them: PostgreSQL, spreadsheets and terminals of subscribers choke on them.
"""

import re
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from nanduti.actions import Action, Indicator, Line
from nanduti_hub.plans.rows import Finding, Row, Severity
from nanduti_hub.reasons import CONTROL

#: What a person calls each field of a row.
COLUMN_NAMES = {
    "code": "N.º", "title": "Actividad", "description": "Descripción", "objective": "Objetivo",
    "line_of_action": "Línea de acción", "axis": "Eje", "axis_common": "Eje", "kind": "Tipo", "crimes": "Delitos",
    "departments": "Departamentos", "lead": "Responsable", "collaborators": "Corresponsables",
    "other_institutions": "Corresponsables", "start": "Inicio", "end": "Fin", "milestones": "Cronograma",
    "indicator": "Indicador", "unit": "Unidad", "baseline": "Línea de base", "target": "Meta",
    "means_of_verification": "Medio de verificación", "budget_pyg": "Presupuesto",
    "budget_source": "Fuente", "status": "Estado", "progress": "Avance", "observations": "Observaciones",
}  # fmt: skip
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


def not_allowed(row: Row) -> Finding | None:
    """The first field of a row that the contract does not allow, as an error; None where it allows all."""
    try:
        msgspec.convert(row, _ALLOWED, from_attributes=True)
    except msgspec.ValidationError as error:
        found = re.search(r"\$\.(\w+)", str(error))
        return _finding(row, found[1] if found else "title")
    for name in _ALLOWED.__struct_fields__:
        value = getattr(row, name)
        if isinstance(value, str) and value and CONTROL.search(value):
            return _finding(row, name)
    return None


def _finding(row: Row, name: str) -> Finding:
    return Finding(
        sheet=row.sheet,
        cell=row.cells.get(name, f"A{row.row}"),
        column=COLUMN_NAMES.get(name, name),
        value=str(getattr(row, name))[:200],
        severity=Severity.ERROR,
        code="value_not_allowed",
        message="El contenido de la celda no cabe en el registro: es demasiado largo, está fuera de rango "
        "o tiene caracteres de control.",
        suggestion="Use hasta 1.000 caracteres (4.000 en descripción y observaciones), montos enteros en "
        "guaraníes y porcentajes de 0 a 100.",
    )
