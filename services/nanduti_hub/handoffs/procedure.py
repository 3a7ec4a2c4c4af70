"""What a version of the procedure says: who is competent for what, which rule a handoff follows, who is told.

Rules that stay true: everything is answered from the procedure and the facts of a case alone; an institution that may
not hold a track is told apart by the first condition that it fails. Absent: whether a procedure is sound
(`soundness`), and which platform or institution there is, which the directory says.
"""

from collections.abc import Iterable
from datetime import date
from importlib.resources import files

from nanduti.cases import Facts
from nanduti.procedure import Competence, HandoffRule, Listed, Procedure, Question, Stage, TrackRule
from nanduti.vocabulary import Crime, HandoffKind
from nanduti_hub.handoffs.soundness import load

#: The file of the procedure that a new installation starts with.
STARTING = "procedure_2026_1.toml"


def starting() -> Procedure:
    """The procedure that comes with the hub: a working one, which says that it is not the official manual."""
    return load(starting_text())


def starting_text() -> bytes:
    """Its file."""
    return files("nanduti_hub.handoffs").joinpath("data", STARTING).read_bytes()


def in_force(procedures: Iterable[Procedure], day: date) -> Procedure | None:
    """The one under which a case of that day is opened: the latest to come into force by then.

    Of two of the same day it is the one with the later version.
    """
    begun = [one for one in procedures if one.in_force_from <= day]
    return max(begun, key=lambda one: (one.in_force_from, ordinal(one.version)), default=None)


def ordinal(version: str) -> tuple[int, ...]:
    """What versions are put in order by: 2026-10 comes after 2026-9."""
    return tuple(int(part) for part in version.split("-"))


def track_rule(procedure: Procedure, code: str) -> TrackRule | None:
    """What a track is, where the procedure has it."""
    return next((rule for rule in procedure.tracks if rule.code == code), None)


def stage_of(rule: TrackRule, code: str) -> Stage | None:
    """A stage of a track, where it has it."""
    return next((stage for stage in rule.stages if stage.code == code), None)


def question_of(procedure: Procedure, code: str) -> Question | None:
    """A question, where the procedure has it."""
    return next((question for question in procedure.questions if question.code == code), None)


def is_listed(listed: Iterable[Listed], code: str) -> bool:
    """Whether a code is one of those that may be said."""
    return any(one.code == code for one in listed)


def competent(procedure: Procedure, track: str, facts: Facts) -> tuple[str, ...]:
    """The institutions that may hold a track of such a case, in the order in which the procedure proposes them."""
    named = [
        code
        for row in procedure.competences
        if row.track == track and _unmet(row, facts) is None
        for code in row.institutions
    ]
    return tuple(dict.fromkeys(named))


def why_not(procedure: Procedure, track: str, institution: str, facts: Facts) -> str | None:
    """Why an institution may not hold a track of such a case; None where it may.

    `track_not_of_institution`, or the first condition that it fails (`crime`, `age`, `sex`, `department`) in the row
    of its competence in which it comes furthest.
    """
    rows = [row for row in procedure.competences if row.track == track and institution in row.institutions]
    if not rows:
        return "track_not_of_institution"
    failed = [_unmet(row, facts) for row in rows]
    if None in failed:
        return None
    return max((reason for reason in failed if reason is not None), key=_CONDITIONS.index)


def handoff_rule(procedure: Procedure, track: str, kind: HandoffKind) -> HandoffRule | None:
    """How a track is handed off, where the procedure has such a rule."""
    return next((rule for rule in procedure.handoffs if (rule.track, rule.kind) == (track, kind)), None)


def informed(rule: HandoffRule, facts: Facts) -> tuple[str, ...]:
    """Who is told of an offer besides its receiver."""
    named = [
        code
        for row in rule.informed
        if _is_any(row.crimes, facts.crimes) and (not row.age_bands or facts.age_band in row.age_bands)
        for code in row.institutions
    ]
    return tuple(dict.fromkeys(named))


def platform_of(procedure: Procedure, facts: Facts) -> str:
    """The platform of whose remit a case is: that of the first of its crimes in the procedure's own order."""
    return next(code for crime, code in procedure.platform_of.items() if crime in facts.crimes)


_CONDITIONS = ("crime", "age", "sex", "department")


def _unmet(row: Competence, facts: Facts) -> str | None:
    """The first condition of a competence that a case does not meet."""
    if not _is_any(row.crimes, facts.crimes):
        return "crime"
    if row.age_bands and facts.age_band not in row.age_bands:
        return "age"
    if row.sexes and facts.sex not in row.sexes:
        return "sex"
    if row.departments and facts.department not in row.departments:
        return "department"
    return None


def _is_any(conditions: tuple[Crime, ...], crimes: tuple[Crime, ...]) -> bool:
    return not conditions or not set(conditions).isdisjoint(crimes)
