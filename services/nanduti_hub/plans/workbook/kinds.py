"""What kind of work an activity is, and which crimes it is about, from its words.

The kind word that stands first in the title decides, since a title opens with its verb and its object; of words
that begin alike the longer stands first in the table. None found is `other`. It is a help for filtering, never a
reason to refuse.
"""

import re
import unicodedata

from nanduti.vocabulary import Crime, Kind
from nanduti_hub.plans.workbook.text import Cell, Note, clean, fold, shown, warning

#: Beginnings of words, folded. "Mesa de capacitación" is a table before it is a training.
KIND_WORDS: tuple[tuple[Kind, str], ...] = (
    (Kind.AWARENESS, r"taller(?:es)? (?:de |para la )?(?:sensibiliz|concien|difusion)|jornadas? (?:de |para la )?(?:sensibiliz|prevencion|informa)"),
    (Kind.CARE, (r"(?:atender|atencion|asistencia|asistir|acompan|albergue|hogar(?:es)? de|reintegr|reinser|restitu|refugio|becas?\b"
                r"|apoyo psico|proteger|transferencias?\b|acog|kits?\b)")),
    (Kind.TRAINING, (r"(?:capacit|taller|formar\b|formacion|cursos?\b|diplomado|entren|adiestr|induccion|seminario|instruir|jornada"
                    r"|especializacion|pasantia)")),
    (Kind.AWARENESS, (r"(?:campan|sensibiliz|difu|concien|divulg|spots?\b|public(?:itar|idad)|charlas?\b|folleto|afiche|microprograma"
                     r"|materiales? (?:grafico|informativ|educativ|de difusion)|feria|obras? de teatro|mensajes?\b)")),
    (Kind.NORM, (r"(?:protocolo|ley(?:es)?\b|anteproyecto|proyectos? de (?:ley|ordenanza)|decreto|resolucion|reglament|normativ|norma\b"
                r"|manual|procedimiento|guias?\b|lineamiento|ordenanza|instructivo|flujograma|hojas? de ruta)")),
    (Kind.INSPECTION, r"(?:inspec|fiscaliz|operativo|allanamiento|control(?:es|ar)?\b|verificacion(?:es)? (?:in situ|labor|conjunt)|recorrida)"),
    (Kind.RESEARCH, (r"(?:estudio|diagnostic|encuesta|investigacion(?:es)? (?:social|sobre|cuali|cuanti|aplicada)|lineas? de base|relev|mapeo"
                    r"|mapa|registro|censo|bases? de datos|estadistic|informe|evalua|monitore|sistematiz|observatorio"
                    r"|sistemas? (?:de |unico |informatico)|estimacion|analisis)")),
    (Kind.EQUIPMENT, (r"(?:adquirir|adquisi|equip(?:ar|amiento|os (?:info|de comp))|constru|compra|refaccion|infraestructura|vehiculo"
                     r"|mobiliario|habilita|dotar|dotacion)")),
    (Kind.COORDINATION, (r"(?:mesas?\b|convenio|articul|coordin|reunion|acuerdo|alianza|conform|plenari|sesion|comision|red(?:es)?\b"
                        r"|instalar|intercambio|asamblea|reactivar)")),
)  # fmt: skip
#: All of them have three letters or more: the shortest words of a title are passed over at once.
_KINDS = re.compile(r"\b(?=[a-z]{3})(?:" + "|".join(f"({pattern})" for _, pattern in KIND_WORDS) + ")")

CRIME_WORDS: tuple[tuple[Crime, str], ...] = (
    (Crime.CHILD_LABOR, r"trabajo infantil|\bti\b|criadazgo|infantil|peores formas|trabajo adolescente"),
    (Crime.FORCED_LABOR, r"forzos|\btf\b|servidumbre|esclavitud"),
    (Crime.TRAFFICKING, r"\btrata\b|\btdp\b|\btp\b|explotacion sexual"),
)
_CRIMES = tuple((crime, re.compile(pattern)) for crime, pattern in CRIME_WORDS)
_ALL_CRIMES = re.compile(r"\btod[oa]s\b|los tres|las tres|\btransversal")


def kind_of(title: str) -> Kind:
    """The kind of work that a title tells."""
    text = title.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    match = _KINDS.search(text)
    return Kind.OTHER if match is None or match.lastindex is None else KIND_WORDS[match.lastindex - 1][0]


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
