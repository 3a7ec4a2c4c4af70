"""Whether a procedure can be worked with: reading its file, and everything that is wrong with it, in Spanish.

Rules that stay true: no way leads into a dead end (every stage is reached and reaches an end, and for whatever crime,
age and sex somebody is competent on every track); a limit that says "law" cites it; each finding begins with the place
where it is. Absent: whether what a procedure says is right, which its platforms decide.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec import Struct

from nanduti.procedure import (
    Competence,
    HandoffRule,
    Limit,
    Listed,
    Procedure,
    ProcedureVersion,
    Source,
    Stage,
    TrackRule,
)
from nanduti.vocabulary import AgeBand, Crime, HandoffKind, ListedCode, Sex, Urgency
from nanduti_hub.reasons import spanish

#: Bytes of a procedure as JSON: an event has at most 64 kB with its envelope.
MOST_BYTES = 60_000
#: The withdrawal codes that the hub itself says.
OWN_WITHDRAWALS = ("consent_withdrawn", "track_closed", "error")
#: What a text of the file must look like where it gives a code its name.
_FORMS: tuple[tuple[Any, str], ...] = (
    (
        ListedCode,
        "un código: de 2 a 40 letras minúsculas sin acento, cifras y guiones bajos, y empieza con una letra (follow_up)",
    ),
    (ProcedureVersion, "el año y un número, con un guion (2026-1)"),
)


class ProcedureWrong(ValueError):
    """A procedure that cannot be worked with; `findings` are all that was found, each with its place."""

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(findings))


class Directory(Struct, frozen=True, kw_only=True):
    """The codes that a procedure may name."""

    institutions: frozenset[str]
    platforms: frozenset[str]
    departments: frozenset[str]


def load(text: bytes, directory: Directory | None = None) -> Procedure:
    """Read a procedure from its TOML (or JSON) text; what it names is looked up where a directory is given.

    Raises:
        ProcedureWrong: with everything that is wrong with it.

    """
    value = _parsed(text)
    if findings := list(_shape(value, Procedure, "")):
        raise ProcedureWrong(findings)
    procedure = msgspec.convert(value, Procedure)
    if findings := problems_of(procedure, directory):
        raise ProcedureWrong(findings)
    return procedure


def problems_of(procedure: Procedure, directory: Directory | None = None) -> list[str]:
    """Everything for which a procedure cannot be worked with; nothing where it can."""
    tracks = {rule.code for rule in procedure.tracks}
    findings = [
        *_repeated("tracks", (rule.code for rule in procedure.tracks)),
        *(finding for rule in procedure.tracks for finding in _track(rule)),
        *_lists(procedure),
        *(finding for place, limit in limits_of(procedure) for finding in _limit(place, limit)),
        *(
            f"competences[{number}].track: no hay ninguna vía «{row.track}»."
            for number, row in enumerate(procedure.competences)
            if row.track not in tracks
        ),
        *(finding for rule in procedure.tracks for finding in _gaps(rule.code, procedure.competences)),
        *_handoffs(procedure.handoffs, tracks, procedure.tracks),
        *_clocks(procedure),
        *(
            f"platform_of: falta la plataforma de «{crime}»."
            for crime in Crime
            if crime not in procedure.platform_of
        ),
    ]
    if directory is not None:
        findings += _strangers(procedure, directory)
    if len(msgspec.json.encode(procedure)) > MOST_BYTES:
        findings.append(f"El procedimiento pasa de {MOST_BYTES // 1000} kB: acorte sus textos.")
    return findings


def limits_of(procedure: Procedure) -> Iterator[tuple[str, Limit]]:
    """Every limit of a procedure, with its place."""
    for track in procedure.tracks:
        for stage in track.stages:
            if stage.limit is not None:
                yield f"tracks[{track.code}].stages[{stage.code}].limit", stage.limit
    for rule in procedure.handoffs:
        for urgency, limit in rule.answer.items():
            yield f"handoffs[{rule.track}/{rule.kind}].answer.{urgency}", limit
    for question in procedure.questions:
        yield f"questions[{question.code}].limit", question.limit
    for rung in procedure.ladder:
        yield f"ladder[{rung.level}].after", rung.after
    yield "resealing", procedure.resealing


def _parsed(text: bytes) -> Any:
    try:
        if text.lstrip().startswith(b"{"):
            return msgspec.json.decode(text)
        return tomllib.loads(text.decode())
    except UnicodeDecodeError as error:
        raise ProcedureWrong(["El archivo no está en UTF-8."]) from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"línea {place[1]}, columna {place[2]}" if place else "al final"
        raise ProcedureWrong([f"El archivo no es TOML bien escrito: {where}."]) from error
    except msgspec.DecodeError as error:
        raise ProcedureWrong([f"El archivo no es JSON bien escrito: {spanish(str(error))}."]) from error


def _shape(value: Any, kind: Any, place: str) -> Iterator[str]:
    """What of a value is not as its type wants it: everything, where msgspec alone would tell the first."""
    bare = _bare(kind)
    inner: list[str] = []
    if isinstance(bare, type) and issubclass(bare, Struct) and isinstance(value, dict):
        fields = {field.encode_name: field for field in msgspec.structs.fields(bare)}
        inner += [f"{_at(place, name)}: campo desconocido." for name in value if name not in fields]
        inner += [
            f"{_at(place, name)}: falta." for name in fields if fields[name].required and name not in value
        ]
        for name, field in fields.items():
            if name in value:
                inner += _shape(value[name], field.type, _at(place, name))
    elif get_origin(bare) is tuple and isinstance(value, list):
        for number, one in enumerate(value):
            inner += _shape(one, get_args(bare)[0], f"{place}[{number}]")
    elif get_origin(bare) is dict and isinstance(value, dict):
        for name, one in value.items():
            inner += _shape(name, get_args(bare)[0], _at(place, name))
            inner += _shape(one, get_args(bare)[1], _at(place, name))
    if inner:
        yield from inner
        return
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield f"{place or 'procedure'}: {_why(error, kind)}."


def _why(error: msgspec.ValidationError, kind: Any) -> str:
    bare = _bare(kind)
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return f"es uno de: {', '.join(bare)}"
    form = next((words for form, words in _FORMS if kind == form), None)
    return f"se espera {form}" if form else spanish(str(error).partition(" - at `")[0])


def _bare(kind: Any) -> Any:
    """A type without what is said of it, and without None."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) is UnionType:
        return _bare(next(one for one in get_args(kind) if one is not type(None)))
    return kind


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _repeated(place: str, codes: Iterable[str]) -> Iterator[str]:
    listed = list(codes)
    for code in dict.fromkeys(listed):
        if listed.count(code) > 1:
            yield f"{place}: «{code}» está {listed.count(code)} veces."


def _track(rule: TrackRule) -> Iterator[str]:
    place = f"tracks[{rule.code}]"
    stages = {stage.code: stage for stage in rule.stages}
    yield from _repeated(f"{place}.stages", (stage.code for stage in rule.stages))
    yield from _repeated(f"{place}.outcomes", (outcome.code for outcome in rule.outcomes))
    if rule.first not in stages:
        yield f"{place}.first: la vía no tiene ninguna etapa «{rule.first}»."
    for stage in rule.stages:
        here = f"{place}.stages[{stage.code}]"
        yield from _repeated(f"{here}.next", stage.next)
        for following in stage.next:
            if following not in stages:
                yield f"{here}.next: la vía no tiene ninguna etapa «{following}»."
            elif following == stage.code:
                yield f"{here}.next: la etapa lleva a sí misma."
        if not stage.next and not stage.ends:
            yield f"{here}: no tiene etapa siguiente ni es final (`ends = true`)."
    if rule.first in stages:
        reached = _reached(stages, {rule.first})
        for code in (code for code in stages if code not in reached):
            yield f"{place}.stages[{code}]: desde «{rule.first}» no se llega a esta etapa."
    ending = {code for code, stage in stages.items() if stage.ends}
    for code, stage in stages.items():
        if stage.next and not _reached(stages, {code}) & ending:
            yield f"{place}.stages[{code}]: de aquí no se llega a ninguna etapa final."


def _reached(stages: dict[str, Stage], begun: set[str]) -> set[str]:
    reached: set[str] = set()
    while begun:
        reached |= begun
        begun = {code for here in begun for code in stages[here].next if code in stages} - reached
    return reached


def _lists(procedure: Procedure) -> Iterator[str]:
    lists: dict[str, Sequence[Listed]] = {
        "decline_codes": procedure.decline_codes,
        "withdrawal_codes": procedure.withdrawal_codes,
        "overrides": procedure.overrides,
        "reopening_codes": procedure.reopening_codes,
    }
    lists |= {f"questions[{question.code}].answers": question.answers for question in procedure.questions}
    for place, listed in lists.items():
        yield from _repeated(place, (one.code for one in listed))
    yield from _repeated("questions", (question.code for question in procedure.questions))
    withdrawals = {one.code for one in procedure.withdrawal_codes}
    for code in OWN_WITHDRAWALS:
        if code not in withdrawals:
            yield f"withdrawal_codes: falta «{code}», que el propio centro usa."


def _limit(place: str, limit: Limit) -> Iterator[str]:
    if limit.source is Source.LAW and not limit.citation.strip():
        yield f"{place}: dice que el plazo es de ley y no cita cuál (`citation`)."


def _gaps(track: str, competences: Sequence[Competence]) -> Iterator[str]:
    """For whom nobody is competent: a case of such a person could go nowhere."""
    rows = [row for row in competences if row.track == track]
    # A department that no row names stands for all of those.
    departments = [None, *sorted({code for row in rows for code in row.departments})]
    for crime in Crime:
        for age in AgeBand:
            for department in departments:
                missing = [
                    sex for sex in Sex if not any(_fits(row, crime, age, sex, department) for row in rows)
                ]
                if missing:
                    sexes = "cualquier sexo" if len(missing) == len(Sex) else f"sexo {', '.join(missing)}"
                    where = f", departamento {department}" if department else ""
                    yield (
                        f"competences: en la vía «{track}» nadie es competente para {crime}, "
                        f"edad {age}, {sexes}{where}."
                    )


def _fits(row: Competence, crime: Crime, age: AgeBand, sex: Sex, department: str | None) -> bool:
    return (
        (not row.crimes or crime in row.crimes)
        and (not row.age_bands or age in row.age_bands)
        and (not row.sexes or sex in row.sexes)
        and (not row.departments or department in row.departments)
    )


def _handoffs(rules: Sequence[HandoffRule], tracks: set[str], in_order: Sequence[TrackRule]) -> Iterator[str]:
    named = [(rule.track, rule.kind) for rule in rules]
    yield from _repeated("handoffs", (f"{track}/{kind}" for track, kind in named))
    for rule in rules:
        place = f"handoffs[{rule.track}/{rule.kind}]"
        if rule.track not in tracks:
            yield f"{place}.track: no hay ninguna vía «{rule.track}»."
        for urgency in Urgency:
            if urgency not in rule.answer:
                yield f"{place}.answer: falta el plazo de «{urgency}»."
    for track in in_order:
        for kind in HandoffKind:
            if (track.code, kind) not in named:
                yield f"handoffs: falta la regla de «{track.code}/{kind}»."


def _clocks(procedure: Procedure) -> Iterator[str]:
    for percent in procedure.reminders:
        if not 1 <= percent <= 99:
            yield f"reminders: {percent} no está entre 1 y 99 por ciento."
    if list(procedure.reminders) != sorted(set(procedure.reminders)):
        yield "reminders: van de menor a mayor, sin repetir."
    levels = [rung.level for rung in procedure.ladder]
    if levels != list(range(1, len(levels) + 1)):
        yield "ladder: los niveles van 1, 2, 3…, en orden."
    for kind in {rung.after.kind for rung in procedure.ladder}:
        amounts = [rung.after.amount for rung in procedure.ladder if rung.after.kind is kind]
        if amounts != sorted(set(amounts)):
            yield "ladder: cada nivel espera más que el anterior."


def _strangers(procedure: Procedure, directory: Directory) -> Iterator[str]:
    """What the directory does not have."""
    for number, row in enumerate(procedure.competences):
        place = f"competences[{number}]"
        yield from _unknown(f"{place}.institutions", "institución", row.institutions, directory.institutions)
        yield from _unknown(f"{place}.departments", "departamento", row.departments, directory.departments)
    for rule in procedure.handoffs:
        for told in rule.informed:
            place = f"handoffs[{rule.track}/{rule.kind}].informed"
            yield from _unknown(place, "institución", told.institutions, directory.institutions)
    yield from _unknown("platform_of", "plataforma", procedure.platform_of.values(), directory.platforms)


def _unknown(place: str, what: str, codes: Iterable[str], known: frozenset[str]) -> Iterator[str]:
    for code in codes:
        if code not in known:
            yield f"{place}: el directorio no tiene ningún código de {what} «{code}»."
