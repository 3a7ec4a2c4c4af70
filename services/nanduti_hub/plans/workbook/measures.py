"""What is to be reached and how far it is: targets, baselines, progress and status.

Rule: a number is taken only where the text states one; a goal in words stays as words. A percentage is stored
as people say it (80, "%"), whether the cell holds 0.8 in percent style or the text "80 %".
"""

import re
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from nanduti.vocabulary import Status
from nanduti_hub.plans.workbook.amounts import read_number
from nanduti_hub.plans.workbook.text import Cell, Note, clean, error, fold, info, shown, small_number, warning

_MEASURE = re.compile(
    r"^(?:(?:al(?: menos)?|el|los|las|minimo(?: de)?|como minimo|por lo menos|mas de|hasta|meta:?|aprox\.?|aproximadamente|unos|unas"
    r"|total:?|maximo|[≥≤><=+~]+=?)\s*)*(\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?|\d+)\s*(%|por ?ciento|porciento)?\s*(.*)$"
)
_IN_WORDS = re.compile(
    r"^(?:al menos |minimo |por lo menos )?(un|uno|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinte)(?: \(\d+\))? (.+)$"
)
#: 2,000 are two thousand or two.
_ONE_COMMA = re.compile(r"[1-9]\d{0,2},\d{3}")
_NUMBER_LAST = re.compile(r"([^\W\d][^\d:]{2,60}): ?(\d+(?:[.,]\d+)*)\.?")
_NOTHING = re.compile(r"[-–—_./ ]*|s/?d|n/?[ad]|sin (?:datos?|linea de base|informacion|lb)|no (?:aplica|disponible|corresponde|hay|existe)"
                      r"|(?:a|por) (?:definir|determinar|establecer|levantar).*|no (?:se )?cuenta.*")  # fmt: skip
_ANOTHER_NUMBER = re.compile(r"(?:^|[ ;,/])(?:y |e )?\d+ [a-z]{3,}")
_NEXT_NUMBER = re.compile(r"(?:^|[ ;,/])(?:y |e )?\d+ ")
#: "(50 H y 50 M)", "(60% mujeres)": of what the number is made.
_PARTED = re.compile(r"\([^)]*\d[^)]*\)")
_PROGRESS = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*%?")
_PROGRESS_INSIDE = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*%")

#: Words of the state of an action, the first that is found decides.
STATUS_WORDS: tuple[tuple[str, Status], ...] = (
    (r"no (?:se ha )?(?:inicia|empez|comenz|arranc)|sin (?:inici|empez|comenz)|por (?:inici|empez|hacer|realiz|ejecut)", Status.PLANNED),
    (r"\ba (?:inici|realiz|ejecut)|planific|planead|\bprevist|pendiente|programad[oa]|proyectad", Status.PLANNED),
    (r"cancel|anulad|descart|desestim|eliminad|no se (?:realiz|har|ejecut)", Status.CANCELLED),
    (r"suspend|paraliz|\bpausa|detenid", Status.SUSPENDED),
    ((r"en (?:proceso|curso|gestion|tramite|elaboracion|ejecucion|marcha|desarrollo|implementacion|progreso)|iniciad|parcial|avanzad|ejecutandose|en avance"
     r"|atrasad|retrasad|demorad|con retraso|implementandose"), Status.IN_PROGRESS),
    (r"complet|conclu|finaliz|culmin|realizad|cumplid|ejecutad|terminad|lograd|hech[oa]\b|100 ?%", Status.COMPLETED),
)  # fmt: skip
_STATUS = tuple((re.compile(pattern), status) for pattern, status in STATUS_WORDS)
_NOT_DONE = re.compile(
    r"\bno (?:realiz|cumpl|ejecut|complet|conclu|finaliz|culmin|lograd)|incumpl|reprogram|posterg|sin ejec"
)


class Measure(Struct, frozen=True):
    """A value with the unit that its text names ("3 talleres"); `words` is a goal that has no number."""

    value: float | None = None
    unit: str = ""
    words: str = ""
    notes: tuple[Note, ...] = ()
    #: The whole text, where it says more than the number and its unit ("100 (50 H y 50 M)").
    whole: str = ""


class Standing(Struct, frozen=True):
    """A status, a percentage of progress, or both; `ratio` marks a bare number between 0 and 1."""

    status: Status | None = None
    progress: int | None = None
    notes: tuple[Note, ...] = ()


def read_measure(value: Cell, *, percent: bool = False, what: str = "meta") -> Measure:
    """The target or baseline that a cell states; `percent` says that the cell is shown in percent style."""
    match value:
        case bool() | date() | datetime() | time() | timedelta():
            note = warning(
                f"{_code(what)}_not_understood",
                f"La {what} «{shown(value)}» no es un número (¿la planilla la convirtió en fecha?).",
                "Escriba el número, o póngale formato de texto a la celda.",
            )
            return Measure(notes=(note,))
        case int() | float():
            number = float(value)
            return Measure(round(number * 100, 6), "%") if percent else Measure(number)
        case str():
            return _measure(value, what)


def _code(what: str) -> str:
    return "target" if what == "meta" else "baseline"


def _measure(value: str, what: str) -> Measure:
    text = clean(value)
    folded = fold(text)
    if _NOTHING.fullmatch(folded):
        return Measure()
    match = _MEASURE.match(folded)
    if match is None:
        worded = _IN_WORDS.match(folded)
        if worded:
            return Measure(
                float(small_number(worded[1]) or 0),
                text[worded.start(2) :] if len(text) == len(folded) else worded[2],
            )
        last = _NUMBER_LAST.fullmatch(text)
        if last:
            return Measure(read_number(last[2]), last[1].strip())
        return Measure(words=text, notes=(_in_words(text, what),))
    number = read_number(match[1])
    rest = text[match.start(3) :] if len(text) == len(folded) else match[3]
    if number is None or re.match(r"[/:]|(?:a|al|-|o)\s*\d|er\b|ro\b|do\b|to\b", match[3]):
        return Measure(words=text, notes=(_in_words(text, what),))
    if _ONE_COMMA.fullmatch(match[1]):
        note = warning(
            f"{_code(what)}_ambiguous",
            f"«{shown(text)}» puede ser {match[1].replace(',', '.')} (miles) o {match[1].partition(',')[0]} con decimales:"
            " no se tomó ninguno.",
            "Escriba el número sin separador de miles.",
        )
        return Measure(words=text, notes=(note,))
    notes: tuple[Note, ...] = ()
    parted = _PARTED.search(rest)
    if parted:
        rest = f"{rest[: parted.start()]} {rest[parted.end() :]}"
    rest = re.sub(r"^\((?:[a-zA-Zñáéíóú ]+)\)\s*", "", rest).strip(" .,;:-")
    if _ANOTHER_NUMBER.search(match[3]):
        notes = (
            warning(
                f"{_code(what)}_several",
                f"La {what} «{shown(text)}» tiene varios números; se toma el primero.",
                "Ponga una meta por fila o un solo número.",
            ),
        )
        rest = _NEXT_NUMBER.split(rest, maxsplit=1)[0].strip(" .,;:-/+")
    whole = text if parted or notes else ""
    if match[2]:
        return Measure(number, f"% {rest}" if rest else "%", "", notes, whole)
    return Measure(number, rest, "", notes, whole)


def _in_words(text: str, what: str) -> Note:
    return info(
        f"{_code(what)}_in_words",
        f"La {what} «{shown(text)}» no tiene un número; se guarda como texto.",
        "Si se puede medir, escriba el número.",
    )


def read_standing(value: Cell, *, percent: bool = False, ratios: bool = False) -> Standing:
    """Status and progress, from either column. `ratios`: the column's bare numbers are fractions of one."""
    match value:
        case bool() | date() | datetime() | time() | timedelta():
            return Standing(notes=(_unknown_status(value),))
        case int() | float():
            number = float(value)
            if percent or (ratios and number <= 1) or 0 < number < 1:
                number *= 100
            return _progress(number, value)
        case str():
            return _standing(value)


def _standing(value: str) -> Standing:
    text = fold(value).strip(" .")
    if not text or _NOTHING.fullmatch(text):
        return Standing()
    bare = _PROGRESS.fullmatch(text)
    if bare:
        number = float(bare[1].replace(",", "."))
        if "%" not in text and 0 < number < 1:
            number *= 100
        return _progress(number, value)
    inside = _PROGRESS_INSIDE.search(text)
    progress = _progress(float(inside[1].replace(",", ".")), value) if inside else Standing()
    if _NOT_DONE.search(text):
        return Standing(progress=progress.progress, notes=(*progress.notes, _unknown_status(value)))
    for pattern, status in _STATUS:
        if pattern.search(text):
            partly = progress.progress is not None and progress.progress < 100
            read = Status.IN_PROGRESS if partly and status is Status.COMPLETED else status  # "50 % ejecutado"
            return Standing(read, progress.progress, progress.notes)
    if inside:
        return progress
    return Standing(notes=(_unknown_status(value),))


def _progress(number: float, value: Cell) -> Standing:
    if not 0 <= number <= 100:
        note = error(
            "progress_out_of_range",
            f"El avance «{shown(value)}» no está entre 0 y 100 %.",
            "Corrija el porcentaje de avance.",
        )
        return Standing(notes=(note,))
    return Standing(progress=int(number + 0.5))


def _unknown_status(value: Cell) -> Note:
    return warning(
        "status_unknown",
        f"No se entiende el estado o el avance «{shown(value)}».",
        "Escriba el estado (planificada, en ejecución, concluida, suspendida o cancelada), o el avance de 0 a 100.",
    )
