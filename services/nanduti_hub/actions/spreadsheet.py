"""Actions as a coordinator opens them in Excel: Spanish words and names, no codes but the action's own.

Days as 31/12/2026, decimals after a comma; how a line is written is said in `csv_lines`.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec
from msgspec import Struct

from nanduti.actions import Action
from nanduti.directory import Department, Institution, Platform
from nanduti.phrases import STATUS_WORDS
from nanduti.vocabulary import Crime, Kind
from nanduti_hub.csv_lines import BOM, guarded_line

COLUMNS = (
    "codigo", "plataforma", "numero", "eje_comun", "eje_propio", "actividad", "tipo", "delitos", "departamentos",
    "responsable", "corresponsables", "inicio", "fin", "indicador", "unidad", "meta", "presupuesto_gs", "fuente",
    "estado", "avance", "vencida",
)  # fmt: skip
KIND_WORDS = {
    Kind.TRAINING: "capacitación",
    Kind.AWARENESS: "sensibilización",
    Kind.NORM: "norma o protocolo",
    Kind.COORDINATION: "coordinación",
    Kind.INSPECTION: "inspección",
    Kind.CARE: "atención",
    Kind.RESEARCH: "estudio o registro",
    Kind.EQUIPMENT: "equipamiento",
    Kind.OTHER: "otra",
}
CRIME_WORDS = {
    Crime.CHILD_LABOR: "trabajo infantil",
    Crime.FORCED_LABOR: "trabajo forzoso",
    Crime.TRAFFICKING: "trata de personas",
}


class Names(Struct, frozen=True):
    """What the directory calls each code; a code that it does not have stands for itself."""

    bodies: Mapping[str, str]
    departments: Mapping[str, str]


def names_of(
    platforms: Iterable[Platform], institutions: Iterable[Institution], departments: Iterable[Department]
) -> Names:
    """The names that people use: acronyms of platforms and institutions, names of departments."""
    bodies = {platform.code: platform.acronym for platform in platforms}
    bodies |= {institution.code: institution.acronym for institution in institutions}
    return Names(bodies, {entry.code: entry.name for entry in departments})


def heading() -> bytes:
    """The file's first line: the columns' names."""
    return BOM + guarded_line(COLUMNS)


def line(body: bytes, *, overdue: bool, names: Names) -> bytes:
    """An action, from its stored JSON, as a line."""
    action = msgspec.json.decode(body, type=Action)
    first = action.indicators[0] if action.indicators else None
    collaborators = (names.bodies.get(code, code) for code in action.collaborators)
    departments = ", ".join(names.departments.get(code, code) for code in action.departments)
    cells = [
        action.code,
        names.bodies.get(action.platform, action.platform),
        action.citations[0].number if action.citations else "",
        action.axis.value,
        action.plan_axis,
        action.title,
        KIND_WORDS[action.kind],
        ", ".join(CRIME_WORDS[crime] for crime in action.crimes),
        departments or "nacional",
        names.bodies.get(action.lead, action.lead),
        ", ".join((*collaborators, *action.other_institutions)),
        _day(action.start),
        _day(action.end),
        first.text if first else "",
        first.unit if first else "",
        _number(first.target) if first else "",
        "" if action.budget is None else str(action.budget),
        action.budget_source,
        STATUS_WORDS[action.status],
        str(action.progress),
        "sí" if overdue else "no",
    ]
    return guarded_line(cells)


def _day(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value.is_integer() and abs(value) < 2**53 else str(value).replace(".", ",")
