"""What kind of work an activity is, and which crimes it is about, from its words.

The first pattern found in the title decides, those of its verb before those of its object; nothing found is
`other`. It is a help for filtering, never a reason to refuse.
"""

import re

from nanduti.vocabulary import Crime, Kind
from nanduti_hub.plans.workbook.text import Cell, Note, clean, fold, shown, warning

#: Looked for in order, in the folded title.
KIND_WORDS: tuple[tuple[Kind, str], ...] = (
    (Kind.INSPECTION, r"^(?:realizar |efectuar |ejecutar |intensificar )?(?:inspec|fiscaliz|operativo|allanamiento|control)"),
    (Kind.TRAINING, r"capacit|\btaller(?:es)?\b.*(?:formac|capacit|funcionari|docent)|\bformar\b|formacion|\bcursos?\b"
                    r"|diplomado|entren|adiestr|induccion|seminario|instruir"),
    (Kind.AWARENESS, r"campan|sensibiliz|difu(?:nd|sion)|concienc|concientiz|divulg|spots?\b|publicidad|charlas?\b"
                     r"|jornada[s]? de (?:prevencion|informacion)|material(?:es)? (?:grafico|informativo|educativo)|folletos?"),
    (Kind.NORM, r"protocolo|\bley(?:es)?\b|proyecto de ley|decreto|resolucion|reglament|\bnormativ|\bnorma\b|manual"
                r"|procedimiento|guia|lineamientos|ordenanza|instructivo|flujograma|hoja de ruta"),
    (Kind.INSPECTION, r"inspecc|fiscaliz|operativo|verificacion in situ|control(?:es)? (?:migratori|laboral|en )"),
    (Kind.RESEARCH, r"estudio|diagnostic|encuesta|investigacion (?:social|sobre)|linea de base|relevamiento|mapeo|registro"
                    r"|censo|base de datos|estadistic|informe|evaluacion|monitore|sistematiz|observatorio|sistema de informacion"),
    (Kind.CARE, r"\batencion|\batender|albergue|asistencia|asistir|acompan|reintegr|reinserc|restitu|refugio|\bacog"
                r"|apoyo psico|proteccion a|becas?\b|transferencia"),
    (Kind.EQUIPMENT, r"adquir|adquisi|equip(?:ar|amiento|os)|construir|construccion|compra|refaccion|infraestructura|vehiculo|mobiliario"
                     r"|habilita"),
    (Kind.COORDINATION, r"\bmesas?\b|convenio|articul|coordin|reunion|\bacuerdo|alianza|conformar|conformacion|plenari|comision"
                        r"|\bred\b|instalar|intercambio"),
    (Kind.TRAINING, r"\btaller(?:es)?\b|jornadas?\b"),
)  # fmt: skip
_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in KIND_WORDS)

CRIME_WORDS: tuple[tuple[Crime, str], ...] = (
    (Crime.CHILD_LABOR, r"trabajo infantil|\bti\b|criadazgo|infantil|peores formas|trabajo adolescente"),
    (Crime.FORCED_LABOR, r"forzos|\btf\b|servidumbre|esclavitud"),
    (Crime.TRAFFICKING, r"\btrata\b|\btdp\b|\btp\b|explotacion sexual"),
)
_CRIMES = tuple((crime, re.compile(pattern)) for crime, pattern in CRIME_WORDS)
_ALL_CRIMES = re.compile(r"\btod[oa]s\b|los tres|las tres|\btransversal")


def kind_of(title: str) -> Kind:
    """The kind of work that a title tells."""
    text = fold(title)
    for kind, pattern in _KINDS:
        if pattern.search(text):
            return kind
    return Kind.OTHER


def read_crimes(value: Cell, default: tuple[Crime, ...]) -> tuple[tuple[Crime, ...], tuple[Note, ...]]:
    """The crimes that a cell names; the platform's own when it names none."""
    text = fold(clean(value))
    if not text.strip("-–./ "):
        return default, ()
    found = tuple(crime for crime, pattern in _CRIMES if pattern.search(text))
    if found:
        return found, ()
    if _ALL_CRIMES.search(text):
        return tuple(Crime), ()
    note = warning(
        "crime_unknown",
        f"«{shown(value)}» no es trabajo infantil, trabajo forzoso ni trata; se toman los del plan.",
        "Escriba «trabajo infantil», «trabajo forzoso» o «trata de personas».",
    )
    return default, (note,)


def names_crimes(value: Cell) -> bool:
    """Whether a cell names one of the crimes."""
    text = fold(clean(value))
    return any(pattern.search(text) for _, pattern in _CRIMES)
