"""Which axis of the plan a text names, and the common axis that it is crosswalked to.

Rule: the plan's own names decide; then its own numbers; then the words that the common axes are known by. A text
that none of them explains has no axis: it is told, not guessed.
"""

import re

from msgspec import Struct
from rapidfuzz import fuzz, process

from nanduti.directory import AxisName, Platform
from nanduti.vocabulary import Axis
from nanduti_hub.plans.workbook.phrases import key
from nanduti_hub.plans.workbook.text import (
    Cell,
    Note,
    clean,
    error,
    fold,
    info,
    shown,
    small_number,
    warning,
    words,
)

#: Stems by which each common axis is known when the plan's own names do not fit.
COMMON_WORDS: tuple[tuple[Axis, str], ...] = (
    (
        Axis.STRENGTHENING,
        r"fortalec|strengthen|coordina|articula|institu[ct]ional|govern|gobernanza|\bgestion|capacidades",
    ),
    (Axis.PREVENTION, r"preven|sensibil|concien|difusion|educac|educativ|comunicac|promocion"),
    (Axis.DETECTION, r"detec|identific|inspecc|fiscaliz|\bcontrol"),
    (
        Axis.CARE,
        r"atencion|protec|asisten|restitu|assist|\bcare\b|reintegr|reinser|rehabilit|acompan|victim|cuidado",
    ),
    (
        Axis.PUNISHMENT,
        r"investig|punish|prosecut|sanctions?\b|persec|persig|sancion|justicia|penal|judicial|represion|castigo",
    ),
)
_COMMON = tuple((axis, re.compile(pattern)) for axis, pattern in COMMON_WORDS)
_PREFIX = re.compile(
    r"^(?:ejes?|eixos?|axis|componentes?|lineamientos?|pilar(?:es)?|dimension(?:es)?|areas?|ambitos?|e(?=\d))(?:\b|(?=\d))\.?"
    r"(?: (?:estrategic[oa]|tematic[oa]|transversal|de accion|de trabajo)s?)?"
)
_NUMBER = re.compile(
    r"^(?:n[°º.]?|nro\.?|no\.?|num\.?|numero|#)? ?"
    r"(\d{1,2}|x{0,1}(?:ix|iv|v?i{1,3}|v)|x|uno|dos|tres|cuatro|cinco|seis)\b(?:\.0\b)?[°º]?(?!\.\d)(?: ?[.:)\-,]+| -|$| (?=\S))"
)
#: So many letters of an axis' name may stand for it.
_SHORTEST = 4
_ORDINAL = {"primer": 1, "segundo": 2, "tercer": 3, "cuarto": 4, "quinto": 5, "sexto": 6}


class AxisRead(Struct, frozen=True):
    """The plan's own words and the common axis; `common` is None when it was not understood."""

    text: str = ""
    common: Axis | None = None
    notes: tuple[Note, ...] = ()
    #: Whether the text opens with "Eje" or the like, or is one of the plan's own names.
    plain: bool = False


class AxisNames(Struct, frozen=True):
    """What the axes of a plan are called, made once for a platform."""

    axes: tuple[AxisName, ...]
    own: dict[str, int]


def axis_names(platform: Platform) -> AxisNames:
    """The names of a platform's axes, each under its place in the list; a number in them is not a name."""
    own: dict[str, int] = {}
    for index, axis in enumerate(platform.axes):
        own.setdefault(key(_rest(fold(axis.own))[1]), index)
    for index, axis in enumerate(platform.axes):
        for alias in axis.aliases:
            own.setdefault(key(_rest(fold(alias))[1]), index)
    own.pop("", None)
    return AxisNames(axes=platform.axes, own=own)


def read_axis(value: Cell, known: AxisNames) -> AxisRead:
    """The axis that a cell or a section title names."""
    text = clean(value)
    folded = fold(text)
    if not folded or re.fullmatch(r"[-–—_./ ]+|n/?a", folded):
        return AxisRead()
    number, rest, prefixed = _parts(folded)
    code = next((axis for axis in Axis if folded.upper() == axis.value), None)
    if code is not None:
        return AxisRead(text, code, plain=True)
    index = _named(rest, known)
    if index is not None:
        notes = () if key(rest) in known.own or _begins(rest, known) else (_likened(text, known.axes[index]),)
        return AxisRead(text, known.axes[index].axis, notes, plain=True)
    if not rest and number is not None:
        return _numbered(text, number, known)
    common, doubtful = _by_words(rest)
    by_number = known.axes[number - 1].axis if number is not None and 1 <= number <= len(known.axes) else None
    if common is not None and doubtful and by_number is not None:
        common, doubtful = by_number, ()
    if common is not None:
        notes = (_doubtful(text, common, doubtful),) if doubtful else ()
        if by_number is not None and by_number is not common and number is not None:
            note = warning(
                "axis_number_differs",
                f"«{shown(text)}» lleva el número de «{known.axes[number - 1].own}», pero sus palabras son de otro eje;"
                f" se toma {common.value}.",
                "Compruebe el eje.",
            )
            notes = (*notes, note)
        return AxisRead(text, common, notes, plain=prefixed)
    if by_number is not None and number is not None and prefixed:
        note = warning(
            "axis_by_number",
            f"«{shown(text)}» no es el nombre de ningún eje; por su número se toma"
            f" «{known.axes[number - 1].own}».",
            "Compruebe que es ese eje.",
        )
        return AxisRead(text, by_number, (note,), plain=True)
    return AxisRead(text, None, (_unknown(text, rest, known),), plain=prefixed)


def starts_like_axis(text: str) -> bool:
    """Whether a text opens with "Eje", or with "Componente 2", "Pilar:" and the like (Pilar is a city, too)."""
    folded = fold(text)
    prefix = _PREFIX.match(folded)
    if prefix is None:
        return bool(re.match(r"^(?:primer|segundo|tercer|cuarto|quinto) eje\b", folded))
    rest = folded[prefix.end() :].strip()
    return (
        folded.startswith(("eje", "eixo", "axis"))
        or rest[:1] in {":", "-"}
        or _NUMBER.match(rest.lstrip(". ")) is not None
    )


def _parts(folded: str) -> tuple[int | None, str, bool]:
    """The number, the words and whether "Eje" stands in front."""
    number, rest = _rest(folded)
    return number, rest, starts_like_axis(folded)


def _rest(folded: str) -> tuple[int | None, str]:
    ordinal = re.match(r"^(primer|segundo|tercer|cuarto|quinto|sexto) eje\b[ .:\-]*", folded)
    if ordinal:
        return _ORDINAL[ordinal[1]], folded[ordinal.end() :]
    prefix = _PREFIX.match(folded) if starts_like_axis(folded) else None
    rest = folded[prefix.end() :].strip(" .:-") if prefix else folded
    number = _NUMBER.match(rest)
    if number is None:
        return None, rest.strip(" .:-\"'()")
    return small_number(number[1]), rest[number.end() :].strip(" .:-\"'()")


def _begins(rest: str, known: AxisNames) -> dict[Axis, int]:
    """The axes whose own name opens with these words."""
    text = key(rest)
    if " " not in text:
        return {}
    return {known.axes[index].axis: index for name, index in known.own.items() if name.startswith(f"{text} ")}


def _likened(text: str, axis: AxisName) -> Note:
    return info(
        "axis_read_as",
        f"«{shown(text)}» se entiende como el eje «{axis.own}».",
        "Corrija la escritura, o escriba el eje si es otro.",
    )


def _named(rest: str, known: AxisNames) -> int | None:
    if not rest:
        return None
    text = key(rest)
    if text in known.own:
        return known.own[text]
    if " " not in text and len(text) >= _SHORTEST:
        cut = {known.axes[index].axis: index for name, index in known.own.items() if name.startswith(text)}
        if len(cut) == 1:
            return next(iter(cut.values()))  # "Prev.", "Fortalec."
    if len(text) < 6:
        return None
    begun = _begins(rest, known)
    if len(begun) == 1:
        return next(iter(begun.values()))
    likeness = process.extractOne(text, known.own.keys(), scorer=fuzz.ratio, score_cutoff=88)
    if likeness is None:
        likeness = process.extractOne(text, known.own.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=92)
    return known.own[likeness[0]] if likeness is not None else None


def _numbered(text: str, number: int, known: AxisNames) -> AxisRead:
    if 1 <= number <= len(known.axes):
        return AxisRead(text, known.axes[number - 1].axis, plain=True)
    return AxisRead(text, None, (_unknown(text, "", known),), plain=True)


def _by_words(rest: str) -> tuple[Axis | None, tuple[Axis, ...]]:
    """The common axis whose words are most in the text, and those whose words are as many."""
    text = words(rest)
    hits: list[tuple[int, int, Axis]] = []
    for axis, pattern in _COMMON:
        found = list(pattern.finditer(text))
        if found:
            hits.append((-len(found), found[0].start(), axis))
    if not hits:
        return None, ()
    hits.sort()
    return hits[0][2], tuple(axis for count, _, axis in hits[1:] if count == hits[0][0])


def _doubtful(text: str, common: Axis, others: tuple[Axis, ...]) -> Note:
    readings = " o ".join(axis.value for axis in (common, *others))
    return warning(
        "axis_doubtful",
        f"«{shown(text)}» toca más de un eje común ({readings}); se toma {common.value} por lo que nombra primero.",
        "Compruebe el eje.",
    )


def _unknown(text: str, rest: str, known: AxisNames) -> Note:
    likeness = (
        process.extractOne(key(rest), known.own.keys(), scorer=fuzz.WRatio, score_cutoff=70) if rest else None
    )
    hint = f"¿Quiso decir «{known.axes[known.own[likeness[0]]].own}»? " if likeness is not None else ""
    listed = "; ".join(f"{index}. {axis.own}" for index, axis in enumerate(known.axes, start=1))
    return error(
        "axis_unknown",
        f"El eje «{shown(text)}» no es ninguno de los ejes del plan.",
        f"{hint}Los ejes son: {listed}.",
    )
