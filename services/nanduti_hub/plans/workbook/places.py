"""Which departments a cell names; none means national.

Rule: the whole text must be understood, since a department that is dropped in silence is a place where nobody
acts. The order is the directory's, so that the same places are the same bytes however they were listed.
"""

import re

from msgspec import Struct
from rapidfuzz import fuzz, process

from nanduti.directory import Department, Platform
from nanduti_hub.plans.rows import Severity
from nanduti_hub.plans.workbook.phrases import (
    Match,
    Node,
    Token,
    key,
    matches,
    prepared,
    tokens,
    trie,
    written,
)
from nanduti_hub.plans.workbook.place_names import (
    CITIES,
    EASTERN,
    GUESSED,
    OTHER_NAMES,
    SETS,
    SEVERAL,
    WESTERN,
)
from nanduti_hub.plans.workbook.text import Cell, Note, clean, error, fold, info, shown, small_number, warning

_NATIONAL = re.compile(
    r"(?:(?:a )?nivel |(?:de )?alcance |cobertura |ambito |de caracter )?(?:nacional(?:es)?|pais)(?: \(.*\))?|(?:a )?nivel nacional\b.*|nacional(?:es)?\b.*"
    r"|.*\btod[oa]s? (?:el |la )?(?:pais|republica|paraguay|territorio(?: nacional)?|nacion)\b.*|paraguay|tod[oa]s|(?:asuncion|capital|distrito capital) (?:y|e|mas) (?:los |todos los )?(?:17|diecisiete) (?:dptos?|deptos?|departamentos?)|.*\bterritorio nacional\b.*"
    r"|(?:(?:en )?(?:los |todos los )?(?:17|18|diecisiete|dieciocho)|(?:en )?todos los) (?:dptos?|deptos?|departamentos?)"
    r"(?: (?:y|mas|e) .*|\(.*\)| del pais)?\.?|(?:republica del )?paraguay|(?:a )?nivel (?:del )?pais"
    r"|national(?: level| scope| coverage)?|nation ?-?wide|country ?-?wide|(?:the )?(?:whole|entire) country"
)
_ALL = re.compile(r"(?:en )?(?:los |todos los )?(?:17|18|diecisiete|dieciocho|todos)\b")
_EXCEPT = re.compile(r"\b(?:excepto|menos|salvo|exceptuando)\b")
_OWN = re.compile(
    r"(?:a )?(?:nivel |alcance |ambito |cobertura )?departamental|todo el (?:departamento|dpto\.?).*|el departamento"
    r"|(?:todos los|los \d+|\d+) (?:distritos|municipios)(?: del departamento.*)?|(?:nivel )?(?:municipal|distrital|local)"
)
#: Places within a department: in a departmental plan they are no other department's.
_VENUE = re.compile(
    r"distrit|municip|localidad|ciudad|barrio|sede\b|local|escuela|colegio|\bplaza|salon|auditorio|hospital|oficina"
    r"|centro|gobernacion|\bcasa\b|club|iglesia|parroquia|universidad|terminal|comisaria|juzgado|hotel|comunidad"
    r"|compania|colonia|asentamiento|radio|cancha|polideportivo|biblioteca|teatro|instituciones educativas"
)
_NOWHERE = re.compile(
    r"virtual(?:es)?|en linea|online|(?:modalidad |plataforma )?virtual|zoom|remot[oa]|[-–—./ ]*|n/?a|no aplica"
)
_UNDEFINED = re.compile(
    r"(?:a|por|sin) (?:definir|confirmar|determinar|establecer|coordinar|seleccionar|priorizar)(?:se)?|tbd|pendiente.*"
)
#: "Itapúa y 3 departamentos más": so many that only some of them may be named.
_COUNTED = re.compile(
    r"\b(\d{1,2}|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez) (?:otros )?(?:dptos?|deptos?|departamentos)\b"
)
_NOISE = frozenset((
    "departamento", "dpto", "gobernacion", "distrito", "ciudad", "municipio", "municipalidad", "zona",
    "region", "localidad", "colonia", "urbana", "rural", "todo", "toda", "principalmente", "priorizado",
    "priorizada", "nivel", "otro", "otra", "solo", "comunidad", "indigena", "frontera", "fronteriza", "area",
    "etc", "norte", "sur", "este", "oeste", "noreste", "sureste",
))  # fmt: skip
#: Shorter names are too much like each other to be mended.
_LONG_NAME, _LONG_TOWN = 5, 7
#: What joins two places, so that the one is no address in the other.
_JOINS = re.compile(r"[;/\n+&]| [yeo] ")
_NOT_A_PLACE_BEFORE = frozenset((
    "nivel", "sede", "oficina", "administracion", "banco", "casa", "mercado", "hospital", "gobierno",
))  # fmt: skip


class Places(Struct, frozen=True):
    """Departments in the directory's order; empty means national. `stated` is False for an empty cell."""

    departments: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    stated: bool = True


class Atlas(Struct, frozen=True):
    """What the names of places mean, made once for a directory."""

    known: Node
    order: dict[str, int]
    names: dict[str, str]
    keys: dict[str, str]
    #: Towns by their folded name.
    towns: dict[str, str]
    default: tuple[str, ...]


def atlas(departments: tuple[Department, ...], platform: Platform) -> Atlas:
    """The names of the departments, their capitals, cities and sets."""
    pairs: list[tuple[str, str]] = []
    names = {department.code: department.name.split(" (")[0] for department in departments}
    for department in departments:
        number = department.code.removeprefix("PY-")
        own = (names[department.code], department.name, department.code, f"PY{number}", f"PY {number}")
        pairs.extend((key(name), department.code) for name in own)
    pairs.extend((key(name), code) for name, code in OTHER_NAMES.items())
    pairs.extend((key(name), "+".join(codes)) for name, codes in SETS.items())
    pairs.extend((key(name), f"?{'+'.join(codes)}") for name, codes in GUESSED.items())
    for department in departments:
        pairs.append((key(department.capital), f"~{department.code}"))
        pairs.extend((key(city), f"~{department.code}") for city in CITIES.get(department.code, ()))
    return Atlas(
        known=trie(pairs),
        order={
            department.code: index for index, department in enumerate(sorted(departments, key=_iso_order))
        },
        names=names,
        keys={fold(name): name for name in names.values()},
        towns={
            fold(city): code for code in names for city in CITIES.get(code, ()) if len(city) >= _LONG_TOWN
        },
        default=(platform.department,) if platform.department else (),
    )


def read_places(value: Cell, known: Atlas) -> Places:
    """The departments that a cell names."""
    text = clean(value)
    folded = fold(text).strip(" .")
    if not folded:
        return Places(known.default, stated=False)
    if _NOWHERE.fullmatch(folded):
        return (
            _default(known, text)
            if any(sign.isalpha() for sign in folded)
            else Places(known.default, stated=False)
        )
    if _UNDEFINED.fullmatch(folded):
        note = warning(
            "department_undefined",
            f"El lugar no está definido: «{shown(text)}»; queda {'el del plan' if known.default else 'como nacional'}.",
            "Cuando se sepa, escriba los departamentos.",
        )
        return Places(known.default, (note,))
    if _EXCEPT.search(folded):
        return _all_but(known, text) or _unknown(known, text, None)
    if known.default and _OWN.fullmatch(folded):
        return Places(known.default)
    national = _NATIONAL.fullmatch(folded)
    words = tokens(prepared(value if isinstance(value, str) else text))
    found = [match for match in matches(words, known.known) if _is_a_place(words, match)]
    if national:
        return _national(text, bool(found) and not _ALL.match(folded))
    left = _left_over(words, found)
    if (
        left
        and found
        and known.default
        and {match.value.lstrip("~") for match in found} <= set(known.default)
    ):
        return _default(known, text)  # a place within the plan's own department
    counted = _COUNTED.search(folded)
    if counted and found and small_number(counted[1]) != len(_codes(found)):
        return _unknown(known, text, text)
    if not found or left:
        if known.default and (left or not found) and _VENUE.search(folded):
            return _default(known, text)
        return _unknown(known, text, _first_left(prepared(text), words, left), named=bool(found))
    return _named(known, text, found)


def _all_but(known: Atlas, text: str) -> Places | None:
    """All departments, or a region, but those named: "todo el país menos Alto Paraguay"; None if unclear."""
    match = _EXCEPT.search(fold(text))
    if match is None or len(fold(text)) != len(text):
        return None
    whole, rest = text[: match.start()].strip(" ,("), text[match.end() :].strip(" :)")
    if _EXCEPT.search(fold(rest)):
        return None  # one exception of one whole; more are not unfolded
    left = read_places(rest, known)
    if not left.departments or left.notes:
        return None
    if _NATIONAL.fullmatch(fold(whole)) or _ALL.fullmatch(fold(whole)) or fold(whole) in {"todo", "todos"}:
        from_these = tuple(known.order)
    else:
        from_these = read_places(whole, known).departments
    codes = tuple(code for code in from_these if code not in left.departments)
    if not codes or len(codes) == len(from_these):
        return None
    note = info(
        "department_set",
        f"«{shown(text)}» se entiende como: {', '.join(known.names[code] for code in codes)}.",
        "Escriba los departamentos uno por uno si son otros.",
    )
    return Places(tuple(sorted(codes, key=lambda code: known.order[code])), (note,))


def _is_a_place(words: list[Token], match: Match) -> bool:
    """Whether a name stands for a department: "nivel central" does not, nor "Encarnación (capital)"."""
    first = match.first
    if match.words == 1 and words[first].word == "capital" and first and words[first - 1].word == "(":
        return False
    if match.words > 1 or words[match.first].word != "central":
        return True
    before = [token for token in words[: match.first] if not token.separator and not token.link]
    return not before or before[-1].word not in _NOT_A_PLACE_BEFORE


def _left_over(words: list[Token], found: list[Match]) -> list[int]:
    taken = {at for match in found for at in range(match.first, match.after)}
    depth = 0
    left = []
    for at, token in enumerate(words):
        if token.separator:
            depth += (token.word in "([") - (token.word in ")]")
            continue
        if depth and found and found[0].first < at:
            continue  # "Itapúa (5 distritos)": a remark on what was named
        if at not in taken and not token.link and token.word not in _NOISE and not token.word.isdecimal():
            left.append(at)
    return left


def _first_left(text: str, words: list[Token], left: list[int]) -> str | None:
    if not left:
        return None
    after = left[0] + 1
    while after < len(words) and (after in left or words[after].link):
        after += 1
    while after > left[0] + 1 and words[after - 1].link:
        after -= 1
    return written(text, words, left[0], after)


def _codes(found: list[Match]) -> set[str]:
    return {code for match in found for code in match.value.lstrip("~?").split("+")}


def _named(known: Atlas, text: str, found: list[Match]) -> Places:
    plain = {match.value for match in found if match.value[0] not in "~+" and "+" not in match.value}
    codes = set(plain)
    notes = []
    towns = list(dict.fromkeys(match.value[1:] for match in found if match.value.startswith("~")))
    codes.update(towns)
    told = [known.names.get(code, code) for code in towns if code not in plain]
    if told:
        notes.append(
            info(
                "department_from_city",
                f"«{shown(text)}» se entiende como {'el departamento' if len(told) == 1 else 'los departamentos'}"
                f" {', '.join(told)}.",
                "Escriba el departamento si es otro.",
            )
        )
    for match in found:
        if "+" in match.value:
            guessed = match.value.startswith("?")
            several = match.value.lstrip("?").split("+")
            codes.update(several)
            listed = ", ".join(known.names.get(code, code) for code in several)
            notes.append(
                Note(
                    Severity.WARNING if guessed else Severity.INFO,
                    "department_set",
                    f"«{shown(text)}» no dice cuáles: se toman los del procedimiento unificado, {listed}."
                    if guessed
                    else f"«{shown(text)}» se entiende como: {listed}.",
                    "Escriba los departamentos uno por uno si son otros.",
                )
            )
    codes &= known.order.keys()
    if codes >= {*EASTERN, *WESTERN}:
        return Places(
            (), (info("department_all", "Están todos los departamentos: se guarda como nacional."),)
        )
    return Places(tuple(sorted(codes, key=lambda code: known.order[code])), tuple(dict.fromkeys(notes)))


def _national(text: str, also: bool) -> Places:
    if not also:
        return Places(())
    note = warning(
        "department_and_national",
        f"«{shown(text)}» dice nacional y nombra departamentos: se guarda como nacional.",
        "Si se hace solo en algunos departamentos, escriba solo esos.",
    )
    return Places((), (note,))


def _default(known: Atlas, text: str) -> Places:
    where = known.names.get(known.default[0], known.default[0]) if known.default else "nacional"
    note = info(
        "department_default",
        f"«{shown(text)}» no nombra un departamento: se toma el del plan ({where}).",
        "Escriba el departamento si es otro.",
    )
    return Places(known.default, (note,))


def _unknown(known: Atlas, text: str, piece: str | None, *, named: bool = True) -> Places:
    wrong = piece or text
    if fold(wrong) in known.keys:
        wrong = text  # a department's name that means something else here ("nivel central")
    several = SEVERAL.get(key(wrong))
    if several and not known.default:
        names = [known.names[code] for code in several if code in known.names]
        note = error(
            "department_ambiguous",
            f"«{shown(wrong)}» está en más de un departamento: {' o '.join(names)}. No se tomó ninguno.",
            "Escriba el departamento.",
        )
        return Places(known.default, (note,))
    code, name = _alike(known, fold(wrong))
    if code and wrong in text:
        rest = read_places(text.replace(wrong, code, 1), known)
        if code in rest.departments:
            note = warning(
                "department_read_as", f"«{shown(wrong)}» se entiende como «{name}».", "Corrija la escritura."
            )
            return Places(rest.departments, (note, *rest.notes))
    closest = process.extractOne(fold(wrong), known.keys.keys(), scorer=fuzz.WRatio, score_cutoff=70)
    if named and closest is None:
        addressed = _addressed(known, text)
        if addressed is not None:
            return addressed
    if known.default and closest is None and not named:
        where = known.names.get(known.default[0], known.default[0])
        note = warning(
            "department_default",
            f"No se reconoce el lugar «{shown(wrong)}»: se toma el departamento del plan ({where}).",
            "Si es de otro departamento, escríbalo por su nombre.",
        )
        return Places(known.default, (note,))
    hint = f"¿Quiso decir «{known.keys[closest[0]]}»? " if closest else ""
    note = error(
        "department_unknown",
        f"No se reconoce el departamento «{shown(wrong)}».",
        f"{hint}Escriba los departamentos por su nombre, o «Nacional».",
    )
    return Places(known.default, (note,))


def _alike(known: Atlas, name: str) -> tuple[str, str]:
    """The department, or a department's town, whose name this is but for some letters: its code, and its name."""
    if len(name) >= _LONG_NAME:
        department = process.extractOne(name, known.keys.keys(), scorer=fuzz.ratio, score_cutoff=86)
        if department is not None:
            own = known.keys[department[0]]
            return next(code for code, name in known.names.items() if name == own), own
    if len(name) >= _LONG_TOWN:
        town = process.extractOne(name, known.towns.keys(), scorer=fuzz.ratio, score_cutoff=88)
        if town is not None:
            code = known.towns[town[0]]
            return code, f"{town[0].title()} ({known.names[code]})"
    return "", ""


def _addressed(known: Atlas, text: str) -> Places | None:
    """A place with its department behind it, as in an address: "Bañado Sur, Asunción"; None where it is no address."""
    before, comma, last = text.rpartition(",")
    if not comma or _JOINS.search(fold(text)):
        return None
    read = read_places(last, known)
    if len(read.departments) != 1 or any(note.severity is not Severity.INFO for note in read.notes):
        return None
    if any(matches(tokens(prepared(part)), known.known) for part in before.split(",")):
        return None
    where = known.names.get(read.departments[0], read.departments[0])
    note = warning(
        "department_of_place",
        f"No se reconoce «{shown(before.strip())}»: se toma como un lugar de {where}.",
        "Si es otro departamento, escríbalo por su nombre.",
    )
    return Places(read.departments, (note, *read.notes))


def _iso_order(department: Department) -> int:
    number = department.code.removeprefix("PY-")
    return int(number) if number.isdecimal() else 0
