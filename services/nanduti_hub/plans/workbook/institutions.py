"""Which institutions a cell names: who leads, who helps, and what was only a unit of theirs.

Rule: names of the directory are found first, the longest first, so that a name's own "y" and commas never split
it; only what is left over is split. A unit ("DGPNA", "Dirección de Inspección") stands for its institution. A
name that the directory lacks is kept as written and told, never likened to another without saying so.
"""

import re

from msgspec import Struct
from msgspec.structs import replace
from rapidfuzz import fuzz, process

from nanduti_hub.plans.personal import without_personal
from nanduti_hub.plans.workbook.institution_notes import EVERYBODY, PERSON, told_former, told_part
from nanduti_hub.plans.workbook.phrases import (
    Match,
    Token,
    key,
    matches,
    prepared,
    tokens,
    written,
)
from nanduti_hub.plans.workbook.register import DIVIDED, Register
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
    "participacion", "colaboracion", "coordinacion", "acompana", "acompanan", "acompanamiento", "apoya",
    "apoyan", "colabora", "participa", "participan", "secundario", "secundaria", "coadyuvante", "encargado",
    "ejecutora", "coejecutor", "aliado", "aliada", "tel", "telefono", "cel", "celular", "correo", "mail",
    "email", "contacto", "whatsapp",
))  # fmt: skip
#: Words beside a name that say whether it leads or helps: "MINNA, MTESS (líder)", "Apoyo: MINNA".
_LEADS = frozenset((
    "lider", "lidera", "responsable", "principal", "ejecutor", "ejecutora", "encargado", "encargada",
))  # fmt: skip
_HELPS = frozenset((
    "apoyo", "apoya", "apoyan", "acompana", "acompanan", "acompanamiento", "colabora", "colaboracion",
    "corresponsable", "coadyuvante", "secundario", "secundaria", "participa", "participan", "aliado", "aliada",
))  # fmt: skip
_UNIT_ACRONYM = re.compile(r"dg[a-z]{1,5}|d[ei][a-z]{2,4}g")
_NOBODY = re.compile(
    r"[-–—_./ ]*|n/?a|s/?d|no (?:aplica|corresponde)|ningun[oa]?|(?:a|por|sin) (?:definir|confirmar|designar|determinar|asignar|establecer)(?:se)?|pendiente|tbd"
)
#: What stands for no code of the directory: a platform, or a divided name.
_NO_CODE = frozenset("@?")
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


def read_institutions(value: Cell, known: Register) -> Named:
    """The institutions that a cell names."""
    text = prepared(value) if isinstance(value, str) else clean(value)
    if _NOBODY.fullmatch(fold(text)):
        return Named()
    text, personal = without_personal(text)
    if personal:
        rest = _read(text, known) if re.search(r"\w", text) else Named()
        return replace(rest, notes=(PERSON, *rest.notes))
    return _read(text, known)


def _read(text: str, known: Register) -> Named:
    if EVERYBODY.fullmatch(fold(text).strip(" .")):
        return Named(unknown=(text,), closest=("",), unknown_first=True)
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
            name = written(text, words, piece.first, piece.after)
            before = known.former.get(key(name))
            if before is not None and before.offices and any(_is_local(match.value) for match in found):
                notes.append(told_part(name))  # the department's own office, not the ministry that was one
                continue
            if before is not None:
                notes.append(told_former(name, before, known.names, known.local))
            code = _code(piece.value, known, notes, several=several)
            if not code:
                unknown_first = unknown_first or not codes
                unknown.append(name)
            elif code not in codes:
                codes.append(code)
            continue
        first, after, is_unit = piece
        name = written(text, words, first, after)
        if is_unit or _within(name, codes, known):
            notes.append(told_part(name))
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
        unknown.append(clean(text))
        unknown_first = True
    if len(codes) > 1 or (codes and unknown_first):
        unknown_first = _put_lead_first(words, found, codes, notes, known, unknown_first=unknown_first)
    return Named(
        codes=tuple(codes),
        unknown=tuple(unknown),
        notes=tuple(notes),
        closest=tuple(closest(name, known) for name in unknown),
        unknown_first=unknown_first,
    )


def _is_local(code: str) -> bool:
    return code.startswith("gob_") or code in {"gobernaciones", "municipios"}


def _put_lead_first(
    words: list[Token],
    found: list[Match],
    codes: list[str],
    notes: list[Note],
    known: Register,
    *,
    unknown_first: bool,
) -> bool:
    """Move the institution that the cell itself calls the leader to the front; whether an unknown one stays first."""
    said = [_said(words, found, index) for index in range(len(found))]
    lead = next((match for match, leads in zip(found, said, strict=True) if leads), None)
    if lead is not None:
        code = _code(lead.value, known, [], several=False)
        if code in codes:
            codes.remove(code)
            codes.insert(0, code)
            return False
    elif said and said[0] is False and not unknown_first:
        notes.append(
            warning(
                "lead_doubtful",
                f"Dice que {known.names.get(codes[0], codes[0])} acompaña, y no dice quién responde.",
                "Ponga primero a la institución responsable.",
            )
        )
    return unknown_first


def _said(words: list[Token], found: list[Match], index: int) -> bool | None:
    """Whether the words beside a name say that it leads (True) or helps (False); None when they say neither."""
    match = found[index]
    at = match.first - 1
    floor = found[index - 1].after if index else 0
    while at >= floor and (not words[at].separator or words[at].word in "-:"):
        if words[at].word in _LEADS | _HELPS:
            return words[at].word in _LEADS
        at -= 1
    at = match.after
    if at < len(words) and words[at].word in "([-":
        ceiling = found[index + 1].first if index + 1 < len(found) else len(words)
        for after, token in enumerate(words[at + 1 : ceiling], start=at + 2):
            if token.separator:
                break
            if token.word in _LEADS | _HELPS:
                rest = words[after:ceiling]
                # "MTESS (con apoyo del MEC)" says it of the MEC.
                of_next = ceiling < len(words) and all(
                    one.link and one.word not in {"y", "e"} for one in rest
                )
                return None if of_next else token.word in _LEADS
    return None


def closest(name: str, known: Register) -> str:
    """The directory's acronym or name that looks most like this one, or ""."""
    text = key(name)
    if text in known.hints:
        return known.hints[text]
    short = len(text) <= 8 and " " not in text
    choices = [word for word in known.keys if (len(word) <= 9 and " " not in word) or not short]
    likeness = process.extractOne(text, choices, scorer=fuzz.ratio, score_cutoff=62 if short else 72)
    if likeness is None and not short:
        likeness = process.extractOne(text, choices, scorer=fuzz.token_sort_ratio, score_cutoff=76)
    if likeness is None:
        return ""
    code = known.keys[likeness[0]]
    return known.names.get(code, known.platform if code.startswith("@") else "")


def _code(value: str, known: Register, notes: list[Note], *, several: bool) -> str:
    if value.startswith(DIVIDED):
        return ""
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
        content = [token for token in content if not token.word.isdecimal() and token.word not in {"o", "u"}]
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
        return near.pop() if len(near) == 1 and next(iter(near))[0] not in _NO_CODE else ""
    likeness = process.extractOne(text, known.keys.keys(), scorer=fuzz.ratio, score_cutoff=89)
    if likeness is None or known.keys[likeness[0]][0] in _NO_CODE:
        return ""
    return known.keys[likeness[0]]
