"""Actions as a coordinator opens them in Excel: Spanish words and names, no codes but the action's own.

In a workbook days and numbers are what they are; in CSV days are 31/12/2026 and decimals stand after a comma, and
how a line is written is said in `csv_lines`. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec
from msgspec import Struct

from nanduti.actions import Action
from nanduti.directory import Department, Institution, Platform
from nanduti.phrases import STATUS_WORDS
from nanduti.vocabulary import Axis, Crime, Kind
from nanduti_hub.actions.views import ActionView
from nanduti_hub.csv_lines import BOM, guarded_line
from nanduti_hub.packed import lines_in
from nanduti_hub.sheets import Column, Value, workbook_of

COLUMNS = (
    "codigo", "plataforma", "numero", "eje_comun", "eje_propio", "actividad", "tipo", "delitos", "departamentos",
    "responsable", "corresponsables", "inicio", "fin", "indicador", "unidad", "meta", "presupuesto_gs", "fuente",
    "estado", "avance", "vencida",
)  # fmt: skip
#: The same columns in a workbook.
SHEET = (
    Column(name="Código", width=16), Column(name="Plataforma", width=14), Column(name="N.º", width=8),
    Column(name="Eje común", width=10), Column(name="Eje del plan", width=24), Column(name="Actividad", width=48),
    Column(name="Tipo", width=18), Column(name="Delitos", width=20), Column(name="Departamentos", width=22),
    Column(name="Responsable", width=14), Column(name="Corresponsables", width=26),
    Column(name="Inicio", width=12, form="day"), Column(name="Fin", width=12, form="day"),
    Column(name="Indicador", width=30), Column(name="Unidad", width=16), Column(name="Meta", width=12, form="number"),
    Column(name="Presupuesto (Gs.)", width=18, form="money"), Column(name="Fuente", width=22),
    Column(name="Estado", width=14), Column(name="Avance (%)", width=10, form="number"), Column(name="Vencida", width=9),
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
AXIS_WORDS = {
    Axis.STRENGTHENING: "Fortalecimiento",
    Axis.PREVENTION: "Prevención",
    Axis.DETECTION: "Detección",
    Axis.CARE: "Atención",
    Axis.PUNISHMENT: "Sanción",
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
    return guarded_line(csv_text(value) for value in values_of(action, overdue=overdue, names=names))


def workbook_bytes(packs: Sequence[bytes], names: Names, about: Sequence[str]) -> bytes:
    """The actions in `packs`, each with what is derived from the day, as a workbook (.xlsx)."""
    decode = msgspec.json.Decoder(ActionView).decode
    rows = (values_of(action, overdue=action.overdue, names=names) for action in map(decode, lines_in(packs)))
    return workbook_of("Acciones", SHEET, rows, about)


def values_of(action: Action, *, overdue: bool, names: Names) -> list[Value]:
    """An action's cells, in the order of the columns."""
    first = action.indicators[0] if action.indicators else None
    collaborators = (names.bodies.get(code, code) for code in action.collaborators)
    departments = ", ".join(names.departments.get(code, code) for code in action.departments)
    return [
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
        action.start,
        action.end,
        first.text if first else "",
        first.unit if first else "",
        first.target if first else None,
        action.budget,
        action.budget_source,
        STATUS_WORDS[action.status],
        action.progress,
        "sí" if overdue else "no",
    ]


def csv_text(value: Value) -> str:
    """A cell as it is written in CSV."""
    match value:
        case None:
            return ""
        case date():
            return value.strftime("%d/%m/%Y")
        case float():
            return number_words(value)
        case _:
            return str(value)


def number_words(value: float) -> str:
    """A number as it is written in Spanish, exactly."""
    value = float(value)
    return f"{value:.0f}" if value.is_integer() and abs(value) < 2**53 else str(value).replace(".", ",")
