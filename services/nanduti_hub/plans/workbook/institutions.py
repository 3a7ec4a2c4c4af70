"""Which institutions a cell names: who leads, who helps, and what was only a unit of theirs.

Rule: names of the directory are found first, the longest first, so that a name's own "y" and commas never split
it; only what is left over is split. A unit ("DGPNA", "Dirección de Inspección") stands for its institution. A
name that the directory lacks is kept as written and told, never likened to another without saying so.
"""

import re

from msgspec import Struct
from rapidfuzz import fuzz, process

from nanduti.directory import Institution, Platform
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
from nanduti_hub.plans.workbook.text import Cell, Note, clean, fold, info, shown, warning

#: Words with which a unit of an institution begins, or that say in what part it takes part.
_UNIT_WORDS = frozenset((
    "direccion", "departamento", "division", "unidad", "area", "oficina", "coordinador", "coordinadora",
    "programa", "secretaria", "viceministerio", "viceministro", "subsecretaria", "equipo", "tecnico",
    "funcionario", "inspector", "inspectora", "inspectoria", "inspeccion", "representante", "referente",
    "titular", "centro", "servicio", "regional", "sede", "gabinete", "red", "puesto", "personal", "agente",
    "punto", "jefatura", "fiscal", "jueces", "seccion", "escuela", "academia", "dgif", "dgpna", "ministro",
    "ministra", "mesa", "comite", "plantel", "supervision", "administracion", "encargado", "encargada",
    "delegado", "delegada", "jefe", "jefa", "director", "directora",
))  # fmt: skip
#: Words that only label: "Responsable: MTESS (líder); apoyo: MINNA".
_LABELS = frozenset((
    "responsable", "corresponsable", "lider", "lidera", "liderado", "apoyo", "coordina", "ejecuta",
    "ejecutor", "institucion", "principal", "etc", "otro", "otra", "entre", "demas", "todo", "toda", "ente",
    "organismo", "traves", "mediante", "junto", "conjunto", "conjuntamente", "articulacion",
    "participacion", "colaboracion", "coordinacion",
))  # fmt: skip
_UNIT_ACRONYM = re.compile(r"dg[a-z]{1,5}|d[ei][a-z]{2,4}g")
_NOBODY = re.compile(
    r"[-–—_./ ]*|n/?a|s/?d|no (?:aplica|corresponde)|ningun[oa]?|a definir|por definir|pendiente|sin (?:asignar|definir)"
)
_HARD = frozenset("/;\n+|•·&")
_HEADS = frozenset((
    "ministerio", "secretaria", "instituto", "servicio", "policia", "fiscalia", "defensoria", "gobernacion",
    "municipalidad", "consejeria", "corte", "juzgado", "direccion", "asociacion", "organizacion", "central",
    "comision", "unidad", "programa",
))  # fmt: skip


class Named(Struct, frozen=True):
    """Institutions in the order in which they are named, and the names that the directory lacks."""

    codes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    #: Directory names that look most like each unknown one ("" when none does).
    closest: tuple[str, ...] = ()
    #: Whether the first name in the text is an unknown one.
    unknown_first: bool = False


class Register(Struct, frozen=True):
    """What the names of institutions mean, made once for a directory."""

    known: Node
    names: dict[str, str]
    keys: dict[str, str]
    acronyms: frozenset[str]
    #: A platform's name stands for the institution that coordinates it.
    platform: str
    coordinator: str
    #: A generic body ("gobernaciones") and the one of the platform's own department.
    local: dict[str, str]
    #: The words of each institution's full name.
    words: dict[str, frozenset[str]]


def register(institutions: tuple[Institution, ...], platform: Platform) -> Register:
    """The names, acronyms and aliases of the institutions, and of the platform itself."""
    pairs: list[tuple[str, str]] = []
    acronyms = set()
    for institution in institutions:
        pairs.append((key(institution.acronym), institution.code))
        acronyms.add(key(institution.acronym))
    for institution in institutions:
        own = (institution.name, *institution.aliases, institution.code.replace("_", " "))
        for name in own:
            pairs.append((key(name), institution.code))
            if re.fullmatch(r"[A-ZÑ][A-Za-zñÑ]*[A-ZÑ]", name) or (name.isupper() and " " not in name):
                acronyms.add(key(name))
    own = (platform.acronym, platform.name, *platform.aliases)
    pairs.extend((key(name), f"@{platform.code}") for name in own if key(name) not in {"cid", "mesa"})
    pairs = [pair for pair in pairs if pair[0]]
    current = [record for record in platform.coordinators if record.until is None] or list(
        platform.coordinators
    )
    return Register(
        known=trie(pairs),
        names={institution.code: institution.acronym or institution.name for institution in institutions},
        keys=dict(reversed(pairs)),
        acronyms=frozenset(acronyms),
        platform=platform.acronym,
        coordinator=current[-1].institution if current else "",
        local=_local(institutions, platform),
        words={institution.code: frozenset(key(institution.name).split()) for institution in institutions},
    )


def _local(institutions: tuple[Institution, ...], platform: Platform) -> dict[str, str]:
    if platform.department is None:
        return {}
    here = [one for one in institutions if one.departments == (platform.department,)]
    local = {}
    for institution in institutions:
        if institution.departments:
            continue
        head = key(institution.name).split(" ")[0]
        own = [one for one in here if key(one.name).split(" ")[0] == head]
        if len(own) == 1:
            local[institution.code] = own[0].code
    return local


def read_institutions(value: Cell, known: Register) -> Named:
    """The institutions that a cell names."""
    text = prepared(value) if isinstance(value, str) else clean(value)
    if _NOBODY.fullmatch(fold(text)):
        return Named()
    words = tokens(text)
    found = [match for match in matches(words, known.known) if _stands(words, match, known)]
    found = _without_swallowed(words, found)
    pieces = _pieces(words, found)
    codes: list[str] = []
    unknown: list[str] = []
    notes: list[Note] = []
    unknown_first = False
    for piece in pieces:
        if isinstance(piece, Match):
            several = text[: words[piece.after - 1].end].endswith(("s", "S"))
            code = _code(piece.value, known, notes, several=several)
            if not code:
                unknown.append(written(text, words, piece.first, piece.after))
            elif code not in codes:
                codes.append(code)
            continue
        first, after, is_unit = piece
        name = written(text, words, first, after)
        if is_unit or _within(name, codes, known):
            notes.append(
                info(
                    "institution_part", f"«{shown(name)}» se toma como una parte o detalle de la institución."
                )
            )
            continue
        read = _likened(name, known)
        if read:
            notes.append(
                warning(
                    "institution_read_as",
                    f"«{shown(name)}» se entiende como {known.names[read]}.",
                    "Corrija el nombre si es otra institución.",
                )
            )
            if read not in codes:
                codes.append(read)
            continue
        unknown_first = unknown_first or not codes
        unknown.append(name)
    if not codes and not unknown:
        unknown.append(clean(value))
        unknown_first = True
    return Named(
        codes=tuple(codes),
        unknown=tuple(unknown),
        notes=tuple(notes),
        closest=tuple(closest(name, known) for name in unknown),
        unknown_first=unknown_first,
    )


def closest(name: str, known: Register) -> str:
    """The directory's acronym or name that looks most like this one, or ""."""
    text = key(name)
    short = len(text) <= 8 and " " not in text
    choices = [word for word in known.keys if (len(word) <= 9 and " " not in word) or not short]
    likeness = process.extractOne(text, choices, scorer=fuzz.ratio, score_cutoff=62)
    if likeness is None and not short:
        likeness = process.extractOne(text, choices, scorer=fuzz.WRatio, score_cutoff=88)
    if likeness is None:
        return ""
    return known.names.get(known.keys[likeness[0]], known.platform)


def _code(value: str, known: Register, notes: list[Note], *, several: bool) -> str:
    if value.startswith("@"):
        if known.coordinator:
            notes.append(
                warning(
                    "institution_is_platform",
                    f"{known.platform} no es una institución: se toma la que la coordina,"
                    f" {known.names.get(known.coordinator, known.coordinator)}.",
                    "Escriba la institución responsable.",
                )
            )
        return known.coordinator if known.coordinator in known.names else ""
    if value in known.local and not several:
        local = known.local[value]
        notes.append(
            info("institution_local", f"Se entiende como {known.names[local]}, la del departamento del plan.")
        )
        return local
    return value


def _within(name: str, codes: list[str], known: Register) -> bool:
    """Whether a left-over is words of the full name just found ("Ministerio de Salud y Bienestar Social")."""
    own = set(key(name).split())
    return bool(codes) and len(own) > 1 and own <= known.words.get(codes[-1], frozenset())


def _bounds(words: list[Token], match: Match) -> tuple[int, int]:
    """The piece of text between separators in which a match stands."""
    first, after = match.first, match.after
    while first > 0 and not words[first - 1].separator:
        first -= 1
    while after < len(words) and not words[after].separator:
        after += 1
    return first, after


def _stands(words: list[Token], match: Match, known: Register) -> bool:
    """Whether a single common word ("Turismo", "Interior") is a name here and not a part of another one."""
    first = words[match.first]
    if match.words > 1 or first.capitals or first.word in known.acronyms or first.word in _HEADS:
        return True
    start, after = _bounds(words, match)
    before = [token for token in words[start : match.first] if not token.link]
    behind = [token for token in words[match.after : after] if not token.link]
    joined_before = match.first > start and words[match.first - 1].link and _is_and(words, match.first - 1)
    joined_behind = match.after < after and _is_and(words, match.after)
    return (not before or joined_before) and (not behind or joined_behind)


def _is_and(words: list[Token], at: int) -> bool:
    return words[at].word in {"y", "e"}


def _without_swallowed(words: list[Token], found: list[Match]) -> list[Match]:
    """Drop a match in front of which a foreign name stands ("Sindicato de Trabajadores del MSPBS" is not MSPBS)."""
    kept: list[Match] = []
    for match in found:
        at = match.first - 1
        before: list[Token] = []
        while at >= 0 and not words[at].separator and not (kept and at < kept[-1].after):
            if _is_and(words, at) and before:
                break
            if not words[at].link:
                before.insert(0, words[at])
            elif _is_and(words, at):
                break
            at -= 1
        head = next((token.word for token in before if token.word not in _LABELS), None)
        own = at >= 0 and bool(kept) and at < kept[-1].after
        acronym = words[match.first].capitals and match.words == 1
        if head is None or own or acronym or head in _UNIT_WORDS or _UNIT_ACRONYM.fullmatch(head):
            kept.append(match)
    return kept


def _pieces(words: list[Token], found: list[Match]) -> list[Match | tuple[int, int, bool]]:
    """Matches and what is left between them, in order; a left piece says whether it is only a unit or remark."""
    pieces: list[Match | tuple[int, int, bool]] = []
    at = 0
    for index, match in enumerate(found):
        before = found[index - 1] if index else None
        pieces.extend(_gap(words, at, match.first, before, match))
        pieces.append(match)
        at = match.after
    pieces.extend(_gap(words, at, len(words), found[-1] if found else None, None))
    return pieces


def _gap(
    words: list[Token], first: int, after: int, before: Match | None, behind: Match | None
) -> list[tuple[int, int, bool]]:
    pieces = []
    for start, stop in _split(words, first, after, bounded=before is not None or behind is not None):
        content = [token for token in words[start:stop] if not token.link and token.word not in _LABELS]
        content = [token for token in content if not token.word.isdecimal()]
        if not content:
            continue
        unit = content[0].word in _UNIT_WORDS or _UNIT_ACRONYM.fullmatch(content[0].word) is not None
        left = words[start - 1] if start else None
        right = words[stop] if stop < len(words) else None
        after_name = before is not None and start >= before.after
        in_parentheses = left is not None and left.word in "(["
        glued_behind = (
            after_name
            and start == first
            and (left is None or not left.separator)
            and not _is_and(words, start)
        )
        glued_before = behind is not None and stop == after and not (right is None or right.separator)
        glued_before = glued_before and not _is_and(words, stop - 1)
        dashed = (
            left is not None
            and left.word == "-"
            and after_name
            and not all(token.capitals for token in content)
        )
        opens = (
            behind is not None and right is not None and (right.word == "(" or (right.word in "-/," and unit))
        )
        is_unit = (
            glued_behind
            or glued_before
            or (after_name and (unit or in_parentheses or dashed))
            or (behind is not None and opens)
        )
        own = [at for at in range(start, stop) if not words[at].link]
        pieces.append((own[0], own[-1] + 1, is_unit))
    return pieces


def _split(words: list[Token], first: int, after: int, *, bounded: bool) -> list[tuple[int, int]]:
    """Split a left-over stretch at separators, and at "y" where a known name or an acronym stands beside it."""
    pieces = []
    start = first
    for at in range(first, after):
        token = words[at]
        cut = token.separator
        if not cut and token.link and _is_and(words, at):
            beside = at in {first, after - 1} and bounded
            capitals = (at > 0 and words[at - 1].capitals) or (at + 1 < len(words) and words[at + 1].capitals)
            cut = beside or capitals
        if cut:
            if at > start:
                pieces.append((start, at))
            start = at + 1
    if after > start:
        pieces.append((start, after))
    return pieces


def _likened(name: str, known: Register) -> str:
    """The code of the institution whose name this is but for some letters, or ""."""
    text = key(name)
    if " " not in text:
        if len(text) < 4:
            return ""
        near = {
            known.keys[word]
            for word in known.keys
            if " " not in word and max(len(word), len(text)) >= 5 and abs(len(word) - len(text)) <= 1
            and fuzz.ratio(word, text) >= (86 if len(text) >= 6 else 88)
        }  # fmt: skip
        near.discard("")
        return near.pop() if len(near) == 1 and not next(iter(near)).startswith("@") else ""
    likeness = process.extractOne(text, known.keys.keys(), scorer=fuzz.ratio, score_cutoff=89)
    if likeness is None or known.keys[likeness[0]].startswith("@"):
        return ""
    return known.keys[likeness[0]]
