"""What confirming a workbook would do to its plan's actions. Pure: a reading and the actions go in.

Every row is new, changed, unchanged, in error or in conflict, and says why. Cells are weighed three ways
(`three_way`), statuses by the register's own steps (`statuses`), rows found again by `pairing`. An action whose
row is gone is `absent`; that deletes nothing.

Rule that stays true: what a preview shows is what confirming does. A row in error, or with a conflict that
nobody has decided, stands in the way of all, unless only the valid rows are asked for: then it is left out, its
action stays as it is and is not absent. An error that is no row's stands in the way in any case.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from nanduti.actions import Action, Change
from nanduti.vocabulary import Status
from nanduti_hub.actions.cells import json_values
from nanduti_hub.plans import notices, statuses
from nanduti_hub.plans.allowed import not_allowed
from nanduti_hub.plans.notices import CONFLICT
from nanduti_hub.plans.pairing import NUMBER_TRUSTED, TEXT_TRUSTED, Basis, Pair, id_rows, pair, row_key, twins
from nanduti_hub.plans.row_values import said_by, values_of
from nanduti_hub.plans.rows import Finding, Reading, Row, Severity
from nanduti_hub.plans.three_way import (
    Bases,
    Cells,
    Conflict,
    Descent,
    Stand,
    Tick,
    Ticks,
    Weighed,
    agrees,
    descent_of,
    stand_of,
    weigh,
)

#: Errors of a row that is not read as an activity for them; other errors that are no row's are the file's.
_OF_UNREAD_ROWS = frozenset({"title_missing", "broken_cell"})
NOTHING_KNOWN = Bases()
#: From so many rows and actions on, it is remarkable that none of the ones has the text of any of the others.
_REMARKABLE = 5
#: A row that says what its action says.
_AGREES = Weighed({}, (), (), settled=False)


class Outcome(StrEnum):
    """What a row of the workbook means for the register."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"
    CONFLICT = "conflict"


#: Outcomes of rows that stand in the way.
NOT_VALID = (Outcome.ERROR, Outcome.CONFLICT)


class Decided(Struct, frozen=True, kw_only=True):
    """What a person decided on a borrador: which action a row is (None: a new one), and which value a cell takes."""

    pairs: dict[str, str | None] = {}
    ticks: dict[str, dict[str, Tick]] = {}


class RowOutcome(Struct, frozen=True, kw_only=True):
    """A row, the action that it is taken for and why, and what would change in it."""

    row: int
    key: str
    outcome: Outcome
    action: str | None
    basis: Basis
    similarity: float
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    #: The cells that the row fills, by the action's names for them.
    taken: tuple[str, ...] = ()
    #: The workbook now says what it did not say before: then at least the citation moves.
    settled: bool = False


class Preview(Struct, frozen=True, kw_only=True):
    """What confirming would do: an outcome for each row, the absent actions' ids, and all findings.

    `file_errors` are errors that are no row's; `unread` are rows that were not even read as activities.
    """

    rows: tuple[RowOutcome, ...]
    absent: tuple[str, ...]
    findings: tuple[Finding, ...]
    file_errors: int = 0
    unread: int = 0

    def count(self, outcome: Outcome) -> int:
        """How many rows come out so."""
        return sum(1 for row in self.rows if row.outcome is outcome)

    @property
    def errors(self) -> int:
        """How many errors there are, conflicts that nobody has decided among them."""
        return sum(1 for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def rejected(self) -> bool:
        """Whether anything stands in the way of confirming all of it."""
        return self.errors > 0 or any(row.outcome in NOT_VALID for row in self.rows)

    @property
    def left_out(self) -> int:
        """How many rows are left out where only the valid ones are asked for."""
        return self.unread + sum(1 for row in self.rows if row.outcome in NOT_VALID)

    @property
    def cited_anew(self) -> int:
        """How many unchanged rows only move their action's citation."""
        return sum(1 for row in self.rows if row.outcome is Outcome.UNCHANGED and row.settled)


def preview(
    reading: Reading,
    actions: Sequence[Action],
    decided: Mapping[str, str | None],
    ticks: Ticks | None = None,
    bases: Bases = NOTHING_KNOWN,
) -> Preview:
    """What confirming `reading` would do to the plan's `actions`, given what a person decided on pairs and on
    conflicts; `bases` are the actions as they once were.
    """
    by_id = {action.id: action for action in actions}
    pairs = pair(reading.rows, actions, decided, bases.exported or bases.uploaded)
    told = [
        _told(row, by_id[paired.action], bases) if paired.action else None
        for row, paired in zip(reading.rows, pairs, strict=True)
    ]
    descent = None
    if bases.exported is not None:
        stands = ((one.said, one.stand) for one in told if one is not None and one.stand is not None)
        descent = descent_of(stands, resumed=bases.resumed)
    keys = {row_key(row) for row in reading.rows}
    bad = {key for finding in reading.findings if (key := _key_of(finding)) in keys and _is_error(finding)}
    findings = [*reading.findings, *bases.findings]
    wrong_ids = _wrong_ids(reading.rows, actions, decided)
    # Of a workbook of another plan every id is another's: that is told once.
    foreign = any(_is_error(finding) for finding in bases.findings)
    copies = twins(reading.rows, pairs)
    outcomes: list[RowOutcome] = []
    for row, paired, one in zip(reading.rows, pairs, told, strict=True):
        key = row_key(row)
        if key in wrong_ids:
            noticed = [] if foreign else [wrong_ids[key]]
            judged = _Judged(findings=noticed, wrong=True)
        elif (unfit := not_allowed(row)) is not None:
            judged = _Judged(findings=[unfit], wrong=True)
        elif one is None or paired.action is None:
            judged = _judge_new(row, values_of(row))
            if paired.row in copies:
                judged.findings.append(notices.copied(row, reading.rows[copies[paired.row]]))
        else:
            action = by_id[paired.action]
            judged = _judge(row, one, action, (ticks or {}).get(key, {}), descent)
            judged.findings += _of_pair(row, paired, action, by_id)
        findings += judged.findings
        wrong = key in bad or judged.wrong or any(map(_is_of_row, judged.findings))
        outcomes.append(_outcome(key, paired, judged, wrong=wrong))
    claimed = {paired.action for paired in pairs} | _claimed(reading.rows, actions, decided)
    # Of a file in which nothing could be read nobody knows what is missing in it.
    absent = tuple(
        action.id
        for action in actions
        if reading.rows
        and action.id not in claimed
        and action.status is not Status.CANCELLED
        and _was_there(action, bases, descent)
    )
    if not foreign and not decided and _is_unlike(pairs, actions):
        findings.insert(0, notices.unlike(len(pairs), len(actions)))
    unread = {
        key
        for finding in reading.findings
        if finding.code in _OF_UNREAD_ROWS and _is_error(finding) and (key := _key_of(finding)) not in keys
    }
    of_rows = keys | unread
    of_file = sum(
        1
        for finding in (*reading.findings, *bases.findings)
        if _is_error(finding) and _key_of(finding) not in of_rows
    )
    return Preview(
        rows=tuple(outcomes),
        absent=absent,
        findings=tuple(findings),
        file_errors=of_file,
        unread=len(unread),
    )


class _Told(Struct):
    """What a row says of its action, the same as JSON, and how the action stands; not where they agree."""

    values: dict[str, Any]
    said: Cells = {}
    stand: Stand | None = None


class _Judged(Struct, kw_only=True):
    """What a row comes to."""

    taken: dict[str, Any] = {}
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    settled: bool = False
    findings: list[Finding] = []
    undecided: bool = False
    wrong: bool = False


def _told(row: Row, action: Action, bases: Bases) -> _Told:
    values = said_by(row)
    if bases.exported is None and agrees(values, action):
        return _Told(values)
    return _Told(values, json_values(values), stand_of(action, bases))


def _outcome(key: str, paired: Pair, judged: _Judged, *, wrong: bool) -> RowOutcome:
    if wrong:
        outcome = Outcome.ERROR
    elif judged.undecided:
        outcome = Outcome.CONFLICT
    elif paired.action is None:
        outcome = Outcome.NEW
    else:
        outcome = Outcome.CHANGED if judged.changes else Outcome.UNCHANGED
    return RowOutcome(
        row=paired.row,
        key=key,
        outcome=outcome,
        action=paired.action,
        basis=paired.basis,
        similarity=round(paired.similarity, 1),
        changes=judged.changes,
        conflicts=judged.conflicts,
        taken=tuple(judged.taken),
        settled=judged.settled,
    )


def _judge_new(row: Row, values: dict[str, Any]) -> _Judged:
    judged = _Judged(taken=values, wrong=row.axis_common is None or row.lead is None)
    if "status" in values and (refused := statuses.step_refused(row, None, values["status"])) is not None:
        judged.findings.append(refused)
    elif (contradiction := statuses.contradiction(row, values)) is not None:
        judged.findings.append(contradiction)
    return judged


def _judge(
    row: Row, told: _Told, action: Action, ticks: Mapping[str, Tick], descent: Descent | None
) -> _Judged:
    stand, values = told.stand, told.values
    findings: list[Finding] = []
    if action.status is Status.JOINED and "status" in values:
        if stand is not None and told.said["status"] not in (stand.now["status"], stand.cited["status"]):
            findings.append(statuses.joined(row, action))
        values = {name: value for name, value in values.items() if name != "status"}
    weighed = _AGREES if stand is None else weigh(values, told.said, stand, action.id, ticks, descent)
    conflicts = tuple(
        replace(conflict, cell=notices.cell_at(row, conflict.field)) for conflict in weighed.conflicts
    )
    findings += [notices.conflict(row, action, conflict) for conflict in conflicts if conflict.ticked is None]
    taken, changes = _with_status(row, weighed, action)
    if "status" in taken and (refused := statuses.step_refused(row, action, taken["status"])) is not None:
        findings.append(refused)
    elif not {"status", "progress"}.isdisjoint(taken):
        contradiction = statuses.contradiction(row, values)
        findings += [contradiction] if contradiction is not None else []
    elif action.status is Status.CANCELLED and row.status is not Status.CANCELLED:
        findings.append(notices.still_cancelled(row, action))
    wrong = False
    start, end = taken.get("start", action.start), taken.get("end", action.end)
    if not {"start", "end"}.isdisjoint(taken) and start and end and end < start:
        # Where the row itself says both days, its reader has told.
        is_told = row.start is not None and row.end is not None and row.end < row.start
        findings += [] if is_told else [notices.dates_reversed(row, "end" if "end" in taken else "start")]
        wrong = True
    undecided = weighed.undecided
    return _Judged(
        taken=taken,
        changes=changes,
        conflicts=conflicts,
        settled=weighed.settled or _moves_citation(row, action),
        findings=findings,
        undecided=undecided,
        wrong=wrong,
    )


def _with_status(row: Row, weighed: Weighed, action: Action) -> tuple[dict[str, Any], tuple[Change, ...]]:
    """What a row fills, with what its status and progress say of each other."""
    taken, changes = weighed.taken, weighed.changes
    if (row.status is None or "status" not in row.given) and "progress" in taken:
        status = statuses.moved_by(taken["progress"], action)
        if status is not None:
            taken = taken | {"status": status}
            changes += (Change(field="status", before=action.status.value),)
    elif taken.get("status") is Status.COMPLETED and row.progress is None and action.progress != 100:
        taken = taken | {"progress": 100}
        changes += (Change(field="progress", before=action.progress),)
    return taken, changes


def _moves_citation(row: Row, action: Action) -> bool:
    """Whether a row is cited for the first time, or under another number."""
    return not action.citations or bool(row.code and row.code != action.citations[0].number)


def _of_pair(row: Row, paired: Pair, action: Action, by_id: Mapping[str, Action]) -> list[Finding]:
    if paired.instead is not None:
        return [notices.id_misplaced(row, action, by_id[paired.instead])]
    by_name = paired.basis in (Basis.ID, Basis.NUMBER)
    return [notices.text_replaced(row, action)] if by_name and paired.similarity < NUMBER_TRUSTED else []


def _wrong_ids(
    rows: Sequence[Row], actions: Sequence[Action], decided: Mapping[str, str | None]
) -> dict[str, Finding]:
    keys = {row_key(row) for row in rows}
    chosen = {action for key, action in decided.items() if key in keys}
    given = {action.code for action in actions if action.id in chosen}
    return notices.ids(id_rows(rows, decided), {action.code for action in actions}, given)


def _was_there(action: Action, bases: Bases, descent: Descent | None) -> bool:
    """Whether an action was there when its workbook was last in step: else its row cannot have been deleted."""
    if descent is Descent.EXPORT and bases.exported is not None:
        return action.id in bases.exported
    return bases.uploaded is None or action.id in bases.uploaded


def _is_unlike(pairs: Sequence[Pair], actions: Sequence[Action]) -> bool:
    """Whether no row is an action by its id or its text: numbers alone agree in any two plans."""
    if min(len(pairs), len(actions)) < _REMARKABLE:
        return False
    return all(one.basis in (Basis.NEW, Basis.NUMBER) and one.similarity < TEXT_TRUSTED for one in pairs)


def _claimed(rows: Sequence[Row], actions: Sequence[Action], decided: Mapping[str, str | None]) -> set[str]:
    """Actions whose id stands at some row, if only at one in error: they are not gone."""
    named = id_rows(rows, decided)
    return {action.id for action in actions if action.code in named}


def _is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def _is_of_row(finding: Finding) -> bool:
    """Whether a row is in error for it: a conflict is another thing."""
    return _is_error(finding) and finding.code != CONFLICT


def _key_of(finding: Finding) -> str:
    """The row that a finding is about, as `row_key` names it."""
    return f"{finding.sheet}!{''.join(filter(str.isdigit, finding.cell.partition(':')[0]))}"
