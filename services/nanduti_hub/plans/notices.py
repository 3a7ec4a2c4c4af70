"""What a person should know of a row once it is compared with its action: conflicts, ids, copies, what stays.

Findings about the register, in Spanish, at the row's own cells; what its cells mean is told by the reader.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from nanduti.actions import Action
from nanduti.phrases import STATUS_WORDS
from nanduti.vocabulary import Axis, Crime, Kind, Status
from nanduti_hub.actions.spreadsheet import AXIS_WORDS, CRIME_WORDS, KIND_WORDS, number_words
from nanduti_hub.plans.allowed import COLUMN_NAMES
from nanduti_hub.plans.pairing import row_key
from nanduti_hub.plans.rows import CELL_OF, Finding, Row, Severity
from nanduti_hub.plans.three_way import Conflict
from nanduti_hub.plans.workbook.notation import NATIONAL, NO_CRIME, joined

_FIELD_OF = {cell: name for name, cell in CELL_OF.items()} | {"axis": "axis"}
#: How many rows with the same id are named.
MOST_NAMED = 5
#: What stands for the value of an empty cell.
EMPTY = "(vacío)"
#: The code of a conflict that nobody has decided, and of a workbook that is like nothing in its plan.
CONFLICT = "conflict"
UNLIKE = "plan_unlike"


def cell_at(row: Row, name: str) -> str:
    """Where a row says an action's cell; column A of the row where the workbook has no column for it."""
    return row.cell(_FIELD_OF.get(name, name))


def _notice(
    row: Row,
    name: str,
    severity: Severity,
    code: str,
    message: str,
    suggestion: str,
    value: str | None = None,
) -> Finding:
    field = _FIELD_OF.get(name, name)
    return Finding(
        sheet=row.sheet,
        cell=cell_at(row, name),
        column=COLUMN_NAMES.get(field, field),
        value=(row.title if value is None else value)[:200],
        severity=severity,
        code=code,
        message=message,
        suggestion=suggestion,
    )


def conflict(row: Row, action: Action, found: Conflict) -> Finding:
    """An error: a cell that both changed, which nobody has decided."""
    values = (found.base, found.register, found.workbook)
    base, now, said = (spoken(found.field, value) for value in values)
    put = "deje vacía la celda" if now == EMPTY else f"ponga «{now}» en la celda"
    return _notice(
        row,
        found.field,
        Severity.ERROR,
        CONFLICT,
        f"La acción {action.code} fue cambiada en el registro desde que se hizo esta planilla: "
        f"antes decía «{base}», el registro dice «{now}» y esta planilla dice «{said}».",
        f"Elija en el borrador cuál vale, celda por celda; o {put} y suba la planilla de nuevo.",
        said,
    )


def shown(value: Any) -> str:
    """A cell's value for a person, cut to 200 characters."""
    if value in (None, "", [], ()):
        return EMPTY
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)[:200]
    return str(value)[:200]


def spoken(field: str, value: Any) -> str:
    """A cell's value as it is written in a workbook, so that it is read back as that."""
    if value is None:
        return EMPTY
    match field, value:
        case (("start" | "end"), str()):
            return f"{date.fromisoformat(value):%d/%m/%Y}"
        case "budget", int():
            return f"{value:,}".replace(",", ".")
        case (("baseline" | "target"), int() | float()):
            return number_words(value)
        case "axis", str():
            return AXIS_WORDS[Axis(value)]
        case "kind", str():
            return KIND_WORDS[Kind(value)]
        case "status", str():
            return STATUS_WORDS[Status(value)]
        case "lead", str():
            return value.upper()
        case "crimes", list():
            return joined(CRIME_WORDS[Crime(code)] for code in value) or NO_CRIME
        case "departments", list():
            return joined(value) or NATIONAL
        case "collaborators", list():
            return shown(joined(str(code).upper() for code in value))
        case "other_institutions", list():
            return shown(joined(value))
    return shown(value)


def still_cancelled(row: Row, action: Action) -> Finding:
    """A warning: the action is cancelled, and the row does not take it up again."""
    return _notice(
        row,
        "title",
        Severity.WARNING,
        "action_cancelled",
        f"La fila corresponde a la acción {action.code}, que está cancelada y seguirá cancelada.",
        "Si se retoma, cambie su estado en el registro; si es otra actividad, márquela como nueva.",
    )


def dates_reversed(row: Row, name: str) -> Finding:
    """An error: with what the register says of the other day, the action would end before it starts."""
    return _notice(
        row,
        name,
        Severity.ERROR,
        "dates_reversed",
        "Con la otra fecha que tiene el registro, la actividad terminaría antes de empezar.",
        "Corrija una de las dos fechas.",
        shown(getattr(row, name)),
    )


def unlike(rows: int, actions: int) -> Finding:
    """A warning of the workbook as a whole: none of its rows has the text of an action that the plan has."""
    return Finding(
        severity=Severity.WARNING,
        code=UNLIKE,
        message=f"Ninguna de las {rows} filas se parece a alguna de las {actions} acciones que este plan ya tiene.",
        suggestion="¿Es la planilla de otra plataforma? Compruebe que es la de este plan antes de confirmarla.",
    )


def id_repeated(row: Row, rows: Sequence[Row]) -> Finding:
    """An error: other rows carry the same id."""
    others = [_place(other, row) for other in rows if other is not row]
    named = ", ".join(others[:MOST_NAMED]) + (" y más" if len(others) > MOST_NAMED else "")
    return _notice(
        row,
        "id_accion",
        Severity.ERROR,
        "id_repeated",
        f"El id {row.id_accion} está en más de una fila: en la fila {row.row} y en la {named}.",
        "Deje el id en la fila que es esa acción y bórrelo en las otras: serán acciones nuevas.",
        row.id_accion,
    )


def id_unknown(row: Row) -> Finding:
    """An error: the plan has no action with that id."""
    return _notice(
        row,
        "id_accion",
        Severity.ERROR,
        "id_unknown",
        f"El id {row.id_accion} no es de ninguna acción de este plan.",
        "No escriba ids a mano: borre este si la actividad es nueva, o copie el que muestra el registro.",
        row.id_accion,
    )


def id_taken(row: Row) -> Finding:
    """An error: a person gave the action to another row."""
    return _notice(
        row,
        "id_accion",
        Severity.ERROR,
        "id_taken",
        f"La acción {row.id_accion} quedó en otra fila por lo que se decidió en el borrador.",
        "Decida también qué acción es esta fila, o que es nueva.",
        row.id_accion,
    )


def id_misplaced(row: Row, own: Action, other: Action) -> Finding:
    """An error: the id names one action, and the row is another's."""
    return _notice(
        row,
        "id_accion",
        Severity.ERROR,
        "id_misplaced",
        f"La fila lleva el id {own.code}, pero su texto y sus datos son los de {other.code}.",
        "¿Se ordenó la planilla sin la columna del id? Corrija el id o bórrelo; o decida en el borrador qué acción es.",
        row.id_accion,
    )


def text_replaced(row: Row, action: Action) -> Finding:
    """A warning: the text is wholly another than that of the action whose id or number the row has."""
    return _notice(
        row,
        "title",
        Severity.WARNING,
        "title_replaced",
        f"La fila se toma como la acción {action.code}, pero su texto es otro: antes decía «{action.title[:200]}».",
        "Si es otra actividad, márquela como nueva en el borrador (o borre su id).",
    )


def copied(row: Row, twin: Row) -> Finding:
    """A warning: a new row has the text of a row that is an action."""
    return _notice(
        row,
        "title",
        Severity.WARNING,
        "row_copied",
        f"La fila parece copiada de la {_place(twin, row)}: tiene el mismo texto. Se toma como una actividad nueva.",
        "Si es la misma actividad, borre una de las dos; si es otra, diga en el texto en qué se diferencia.",
    )


def _place(of: Row, seen_from: Row) -> str:
    return f"fila {of.row}" + ("" if of.sheet == seen_from.sheet else f" de la hoja «{of.sheet}»")


def ids(
    found: Mapping[str, Sequence[Row]], known: Collection[str], given: Collection[str]
) -> dict[str, Finding]:
    """What is wrong with the rows' ids, by row: `found` are the rows that carry each code, `known` the plan's codes,
    and `given` those that a person gave to other rows.
    """
    wrong: dict[str, Finding] = {}
    for code, rows in found.items():
        for row in rows:
            if code not in known:
                wrong[row_key(row)] = id_unknown(row)
            elif code in given:
                wrong[row_key(row)] = id_taken(row)
            elif len(rows) > 1:
                wrong[row_key(row)] = id_repeated(row, rows)
    return wrong
