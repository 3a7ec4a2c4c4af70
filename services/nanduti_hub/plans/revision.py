"""What confirming a workbook would do to its plan's actions. Pure: a reading and the actions go in.

Three ways for each cell that the workbook gives: as the last confirmed workbook had it (nothing happens, even
if the register says otherwise since), new in this workbook (the register follows), or new in both, and
different (a conflict, which is an error: nothing is overwritten). An action whose row is gone is `absent`;
that deletes nothing.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from nanduti.actions import Action, Change, Citation, CitedCell
from nanduti.vocabulary import Status
from nanduti_hub.actions.cells import cells, cited, json_value, with_cells
from nanduti_hub.plans.limits import COLUMN_NAMES, not_allowed
from nanduti_hub.plans.pairing import Basis, pair, row_key
from nanduti_hub.plans.rows import Finding, Reading, Row, Severity

#: Row field to the name of the action's cell, where they differ.
CELL_OF = {"axis": "plan_axis", "axis_common": "axis", "budget_pyg": "budget"}
_CELLS = (
    "title", "description", "objective", "line_of_action", "axis", "axis_common", "crimes", "departments",
    "lead", "collaborators", "other_institutions", "start", "end", "indicator", "unit", "baseline", "target",
    "means_of_verification", "budget_pyg", "budget_source", "status", "progress", "observations",
)  # fmt: skip
#: Row fields that the reader fills together with another: given where that one is.
_WITH = {"axis_common": "axis", "other_institutions": "collaborators", "unit": "target"}
_STATUS_AT = {0: Status.PLANNED, 100: Status.COMPLETED}
#: A blank in these columns says nothing; elsewhere it empties the cell.
_NEVER_BLANK = ("status", "progress", "lead", "axis_common", "axis")


class Outcome(StrEnum):
    """What a row of the workbook means for the register."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"


class RowOutcome(Struct, frozen=True, kw_only=True):
    """A row, the action that it is taken for and why, and what would change in it."""

    row: int
    key: str
    outcome: Outcome
    action: str | None
    basis: Basis
    similarity: float
    changes: tuple[Change, ...] = ()
    #: The cells that the row fills, by the action's names for them.
    taken: tuple[str, ...] = ()
    #: The workbook now says what the register says, where it said otherwise before: only the citation moves.
    settled: bool = False


class Preview(Struct, frozen=True, kw_only=True):
    """What confirming would do: an outcome for each row, the absent actions' ids, and all findings."""

    rows: tuple[RowOutcome, ...]
    absent: tuple[str, ...]
    findings: tuple[Finding, ...]

    def count(self, outcome: Outcome) -> int:
        """How many rows come out so."""
        return sum(1 for row in self.rows if row.outcome is outcome)

    @property
    def rejected(self) -> bool:
        """Whether anything stands in the way of confirming."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def values_of(row: Row) -> dict[str, Any]:
    """What a row says, by the action's cell names; only of columns that the workbook has."""
    said: dict[str, Any] = {}
    for name in _CELLS:
        if name not in row.given and _WITH.get(name) not in row.given:
            continue
        value = getattr(row, name)
        if name in _NEVER_BLANK and value in (None, ""):
            continue
        said[CELL_OF.get(name, name)] = value
    if "progress" in said and "status" not in said:
        # A plan without a column for the status still says what is done and what has begun.
        said["status"] = _STATUS_AT.get(said["progress"], Status.IN_PROGRESS)
    return said


def preview(reading: Reading, actions: Sequence[Action], decided: Mapping[str, str | None]) -> Preview:
    """What confirming `reading` would do to the plan's `actions`, given what a person decided on pairs."""
    by_id = {action.id: action for action in actions}
    bad_rows = _rows_in_error(reading)
    outcomes: list[RowOutcome] = []
    findings = list(reading.findings)
    pairs = pair(reading.rows, actions, decided)
    for row, paired in zip(reading.rows, pairs, strict=True):
        key = row_key(row)
        values = values_of(row)
        action = by_id[paired.action] if paired.action else None
        changes: tuple[Change, ...] = ()
        settled = False
        if (unfit := not_allowed(row)) is not None:
            findings.append(unfit)
            bad_rows.add(key)
        elif action is not None:
            values, changes, conflicts, settled = _against(row, values, action)
            findings += conflicts
            if conflicts:
                bad_rows.add(key)
            elif action.status is Status.CANCELLED and "status" not in values:
                findings.append(_still_cancelled(row, action))
        if key in bad_rows:
            outcome = Outcome.ERROR
        elif action is None:
            outcome = Outcome.NEW
        else:
            outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
        outcomes.append(
            RowOutcome(
                row=paired.row,
                key=key,
                outcome=outcome,
                action=paired.action,
                basis=paired.basis,
                similarity=round(paired.similarity, 1),
                changes=changes,
                taken=tuple(values),
                settled=settled,
            )
        )
    found = {paired.action for paired in pairs}
    absent = tuple(
        action.id for action in actions if action.id not in found and action.status is not Status.CANCELLED
    )
    return Preview(rows=tuple(outcomes), absent=absent, findings=tuple(findings))


def _rows_in_error(reading: Reading) -> set[str]:
    wrong = {
        f"{finding.sheet}!{''.join(c for c in finding.cell.partition(':')[0] if c.isdigit())}"
        for finding in reading.findings
        if finding.severity is Severity.ERROR
    }
    return {row_key(row) for row in reading.rows} & wrong


def _against(
    row: Row, values: Mapping[str, Any], action: Action
) -> tuple[dict[str, Any], tuple[Change, ...], list[Finding], bool]:
    base, now = cited(action), {name: json_value(value) for name, value in cells(action).items()}
    taken: dict[str, Any] = {}
    changes: list[Change] = []
    conflicts: list[Finding] = []
    # A row that is cited for the first time, or under another number, moves the citation.
    settled = not action.citations or bool(row.code and row.code != action.citations[0].number)
    for name, value in values.items():
        said = json_value(value)
        if said in (base[name], now[name]):
            settled |= said != base[name]
            continue
        if now[name] != base[name]:
            conflicts.append(_conflict(row, name, said, base[name], now[name], action))
            continue
        taken[name] = value
        changes.append(Change(field=name, before=now[name]))
    return taken, tuple(changes), conflicts, settled


def _conflict(row: Row, name: str, said: Any, base: Any, now: Any, action: Action) -> Finding:
    of_row = {cell: field_ for field_, cell in CELL_OF.items()}.get(name, name)
    return Finding(
        sheet=row.sheet,
        cell=row.cells.get(of_row, f"A{row.row}"),
        column=COLUMN_NAMES.get(of_row, of_row),
        value=_shown(said),
        severity=Severity.ERROR,
        code="conflict",
        message=(
            f"La acción {action.code} fue cambiada en el registro desde la última planilla confirmada: "
            f"la planilla anterior decía «{_shown(base)}», el registro dice «{_shown(now)}» "
            f"y esta planilla dice «{_shown(said)}»."
        ),
        suggestion=f"Ponga «{_shown(now)}» en la celda para aceptar lo que dice el registro, "
        "o acuerde el valor con quien lo cambió y corríjalo allí antes de confirmar.",
    )


def _still_cancelled(row: Row, action: Action) -> Finding:
    return Finding(
        sheet=row.sheet,
        cell=row.cells.get("title", f"A{row.row}"),
        column=COLUMN_NAMES["title"],
        value=row.title[:200],
        severity=Severity.WARNING,
        code="action_cancelled",
        message=f"La fila corresponde a la acción {action.code}, que está cancelada y seguirá cancelada.",
        suggestion="Si se retoma, cambie su estado en el registro; si es otra actividad, márquela como nueva.",
    )


def _shown(value: Any) -> str:
    if value in (None, "", [], ()):
        return "(vacío)"
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)[:200]
    return str(value)[:200]


def planned(row: Row, values: Mapping[str, Any], blank: Action) -> Action:
    """The action that a new row plans: `blank` has its identity, the row fills the rest."""
    from_row = replace(
        blank, kind=row.kind, crimes=row.crimes, departments=row.departments, milestones=row.milestones
    )
    return with_cells(from_row, values)


def revised(action: Action, row: Row, values: Mapping[str, Any], citation: Citation) -> Action:
    """The action after its row was confirmed, citing the row and knowing where it differs from it."""
    after = with_cells(action, values)
    if after.status is not action.status:
        after = replace(after, status_reason="")
    said = cited(action) | {name: json_value(value) for name, value in values_of(row).items()}
    now = {name: json_value(value) for name, value in cells(after).items()}
    differs = tuple(CitedCell(field=name, value=value) for name, value in said.items() if now[name] != value)
    return replace(after, citations=(replace(citation, differs=differs), *action.citations[1:]))
