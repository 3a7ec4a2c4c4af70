"""What a row says of its action's status and progress, and which of it may be.

A status that a column states is a step of the register's own table of steps, or an error at its cell. Where no
column states it, a progress that the workbook changed moves the status of an action that is open or completed;
it never takes up one that was suspended or cancelled. The status of a joined action is the joint action's:
no workbook changes it. A step that needs a reason gets the act that approves the workbook.
"""

from collections.abc import Mapping
from typing import Any

from nanduti.actions import Action
from nanduti.phrases import STATUS_WORDS
from nanduti.vocabulary import Status
from nanduti_hub.actions.decide import STEPS
from nanduti_hub.plans.allowed import COLUMN_NAMES
from nanduti_hub.plans.rows import Finding, Row, Severity

_AT = {0: Status.PLANNED, 100: Status.COMPLETED}
_MOVED_BY_PROGRESS = (Status.PLANNED, Status.IN_PROGRESS, Status.COMPLETED)
#: Statuses that say why.
_EXPLAINED = (Status.SUSPENDED, Status.CANCELLED)


def status_at(progress: int) -> Status:
    """The status that a progress means where no column states one."""
    return _AT.get(progress, Status.IN_PROGRESS)


def moved_by(progress: int, action: Action) -> Status | None:
    """The status that a changed progress moves an action to; None where it moves it nowhere."""
    if action.status not in _MOVED_BY_PROGRESS:
        return None
    status = status_at(progress)
    if action.status is Status.COMPLETED and status is Status.PLANNED:
        # What was completed is taken up again; that it never began would be another story.
        status = Status.IN_PROGRESS
    return None if status is action.status else status


def step_refused(row: Row, action: Action | None, status: Status) -> Finding | None:
    """An error, where a status is not one that the action may be given by a workbook."""
    steps: list[Status]
    if action is None:
        if status is not Status.JOINED:
            return None
        stands, steps = "nueva", [one for one in Status if one is not Status.JOINED]
    else:
        if status in STEPS[action.status]:
            return None
        stands, steps = STATUS_WORDS[action.status], list(STEPS[action.status])
    return _finding(
        row,
        "status",
        Severity.ERROR,
        "status_step_refused",
        f"Una acción {stands} no puede pasar a «{STATUS_WORDS[status]}».",
        f"Puede pasar a: {', '.join(STATUS_WORDS[one] for one in steps)}.",
    )


def joined(row: Row, action: Action) -> Finding:
    """A warning: the status of a joined action stays."""
    return _finding(
        row,
        "status",
        Severity.WARNING,
        "action_joined",
        f"La acción {action.code} está unida a una acción conjunta: su estado no se cambia con la planilla.",
        "El estado se cambia en la acción conjunta.",
    )


def contradiction(row: Row, values: Mapping[str, Any]) -> Finding | None:
    """A warning, where a row's status and progress do not say the same."""
    status, progress = values.get("status"), values.get("progress")
    if "status" not in row.given or progress is None:
        return None
    if (status is Status.COMPLETED and progress < 100) or (status is Status.PLANNED and progress > 0):
        return _finding(
            row,
            "progress",
            Severity.WARNING,
            "progress_contradicts",
            f"El estado dice «{STATUS_WORDS[status]}» y el avance, {progress} %: se registran los dos como están.",
            "Corrija el que no corresponda.",
        )
    return None


def reason_for(before: Status | None, after: Status, act: str) -> str:
    """The reason of a step that a workbook makes: the act that approves it, where the step needs one."""
    needs = after in _EXPLAINED if before is None else STEPS[before].get(after, False)
    return act[:1_000] if needs else ""


def _finding(row: Row, name: str, severity: Severity, code: str, message: str, suggestion: str) -> Finding:
    value = getattr(row, name)
    return Finding(
        sheet=row.sheet,
        cell=row.cell(name),
        column=COLUMN_NAMES[name],
        value=STATUS_WORDS.get(value, "" if value is None else str(value)),
        severity=severity,
        code=code,
        message=message,
        suggestion=suggestion,
    )
