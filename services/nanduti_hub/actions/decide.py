"""The rules of an action, as one total function. No clock, no database, no logging here.

An event is made only where something changes: asking twice for the same thing changes nothing the second
time. The event's version is one more than the state's.
"""

from collections.abc import Sequence
from typing import Any, assert_never

import msgspec
from msgspec import UNSET
from msgspec.structs import asdict, replace

from nanduti.actions import (
    Action,
    ActionEvent,
    ActionIndicatorReported,
    ActionMilestonesChanged,
    ActionPlanned,
    ActionProgressReported,
    ActionRevised,
    ActionStatusChanged,
    Change,
    Indicator,
)
from nanduti.vocabulary import Status
from nanduti_hub.actions.cells import remember_cited, with_cells
from nanduti_hub.actions.commands import (
    ActionCommand,
    ChangeStatus,
    Correct,
    Correction,
    Facts,
    PlanAction,
    ReportIndicator,
    ReportProgress,
    SetIndicators,
    SetMilestones,
    WithdrawReport,
)
from nanduti_hub.actions.indicators import check_indicators, reported, revised, tidy, withdrawn
from nanduti_hub.actions.state import Current
from nanduti_hub.refusal import Refusal

#: Status to the statuses that may follow, and whether the step needs a reason.
STEPS: dict[Status, dict[Status, bool]] = {
    Status.PLANNED: {
        Status.IN_PROGRESS: False,
        Status.COMPLETED: False,
        Status.SUSPENDED: True,
        Status.CANCELLED: True,
    },
    Status.IN_PROGRESS: {
        Status.PLANNED: True,
        Status.COMPLETED: False,
        Status.SUSPENDED: True,
        Status.CANCELLED: True,
    },
    Status.SUSPENDED: {Status.PLANNED: False, Status.IN_PROGRESS: False, Status.CANCELLED: True},
    Status.COMPLETED: {Status.IN_PROGRESS: True},
    Status.CANCELLED: {Status.PLANNED: True, Status.IN_PROGRESS: True},
    Status.JOINED: {},
}

Decision = Sequence[ActionEvent] | Refusal


def decide(state: Current | None, command: ActionCommand) -> Decision:
    """What happens when a command meets an action: events, none of them, or a refusal with its code."""
    if isinstance(command, PlanAction):
        return _plan(state, command)
    if state is None:
        return Refusal("action_unknown")
    action, version = state.action, state.version + 1
    match command:
        case Correct():
            return _correct(action, version, command)
        case ChangeStatus():
            return _change_status(action, version, command)
        case ReportProgress():
            after = replace(action, progress=command.progress)
            return _event(ActionProgressReported, version, action, after)
        case SetMilestones():
            numbered = tuple(
                replace(milestone, number=number) for number, milestone in enumerate(command.milestones, 1)
            )
            after = replace(action, milestones=numbered)
            return _event(ActionMilestonesChanged, version, action, after)
        case SetIndicators():
            wanted = revised(action.indicators, command.indicators)
            return _measured(ActionRevised, version, action, wanted)
        case ReportIndicator():
            wanted = reported(action.indicators, command.number, command.report, command.facts)
            return _measured(ActionIndicatorReported, version, action, wanted)
        case WithdrawReport():
            wanted = withdrawn(
                action.indicators, command.number, command.on, command.department, command.category
            )
            return _measured(ActionIndicatorReported, version, action, wanted)
        case _:
            assert_never(command)


def changes(before: Action, after: Action) -> tuple[Change, ...]:
    """The fields in which two states of an action differ, citations' bookkeeping aside."""
    old, new = asdict(before), asdict(after)
    return tuple(
        Change(field=name, before=msgspec.to_builtins(old[name]))
        for name in old
        if old[name] != new[name] and name != "citations"
    )


def _event(event: type[ActionEvent], version: int, before: Action, after: Action) -> Decision:
    changed = changes(before, after)
    if not changed:
        return ()
    return (event(version=version, action=remember_cited(before, after), changes=changed),)


def check(action: Action, facts: Facts) -> Refusal | None:
    """What must be true of every action in the register."""
    if not action.title.strip():
        return Refusal("title_missing")
    if action.start and action.end and action.end < action.start:
        return Refusal("dates_reversed", {"start": action.start.isoformat(), "end": action.end.isoformat()})
    for code in (action.lead, *action.collaborators):
        if code not in facts.institutions:
            return Refusal("institution_unknown", {"institution": code})
    for code in action.departments:
        if code not in facts.departments:
            return Refusal("department_unknown", {"department": code})
    return None


def _plan(state: Current | None, command: PlanAction) -> Decision:
    if state is not None:
        return Refusal("action_exists", {"code": state.action.code})
    action = replace(command.action, indicators=tuple(map(tidy, command.action.indicators)))
    return (
        check(action, command.facts)
        or check_indicators(action.indicators, command.facts)
        or (ActionPlanned(version=1, action=action),)
    )


def _correct(action: Action, version: int, command: Correct) -> Decision:
    given = {name: value for name, value in asdict(command.correction).items() if value is not UNSET}
    empty = _emptied()
    values = {name: empty[name] if value is None else value for name, value in given.items()}
    references = values.pop("external_references", action.external_references)
    kind = values.pop("kind", action.kind)
    after = replace(with_cells(action, values), external_references=references, kind=kind)
    return check(after, command.facts) or _event(ActionRevised, version, action, after)


def _emptied() -> dict[str, Any]:
    """What null means for each field that may be emptied."""
    nothing: dict[str, Any] = dict.fromkeys(Correction.__struct_fields__, "")
    lists = ("departments", "collaborators", "other_institutions", "external_references")
    absent = ("start", "end", "budget", "baseline", "target")
    return nothing | dict.fromkeys(lists, ()) | dict.fromkeys(absent)


def _change_status(action: Action, version: int, command: ChangeStatus) -> Decision:
    if command.status is action.status:
        return ()
    steps = STEPS[action.status]
    if command.status not in steps:
        return Refusal("status_step_refused", {"from": action.status.value, "to": command.status.value})
    if steps[command.status] and not command.reason.strip():
        return Refusal("status_reason_missing", {"to": command.status.value})
    progress = 100 if command.status is Status.COMPLETED else action.progress
    after = replace(action, status=command.status, status_reason=command.reason, progress=progress)
    return _event(ActionStatusChanged, version, action, after)


def _measured(
    event: type[ActionEvent], version: int, action: Action, indicators: tuple[Indicator, ...] | Refusal
) -> Decision:
    if isinstance(indicators, Refusal):
        return indicators
    return _event(event, version, action, replace(action, indicators=indicators))
