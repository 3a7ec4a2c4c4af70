"""What can be asked of an action. Codes, ids and looked-up facts arrive on the command."""

from datetime import date

from msgspec import UNSET, Struct, UnsetType

from nanduti.actions import Action, ExternalReference, Line, Milestone, Report, Text
from nanduti.vocabulary import (
    Axis,
    Code,
    Crime,
    DepartmentCode,
    Guaranies,
    Kind,
    Measure,
    Percent,
    Status,
)


class Facts(Struct, frozen=True, kw_only=True):
    """What the directory says, the codes that exist, and what the calendar does: the day in Paraguay."""

    institutions: frozenset[str]
    departments: frozenset[str]
    today: date


class PlanAction(Struct, frozen=True, kw_only=True):
    """Enter a new action."""

    action: Action
    facts: Facts


class Correction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merge patch (RFC 7396) of the fields that can be corrected; null empties a field that can be empty."""

    title: Line | UnsetType = UNSET
    description: Text | UnsetType | None = UNSET
    crimes: tuple[Crime, ...] | UnsetType = UNSET
    axis: Axis | UnsetType = UNSET
    objective: Line | UnsetType | None = UNSET
    line_of_action: Line | UnsetType | None = UNSET
    kind: Kind | UnsetType = UNSET
    departments: tuple[DepartmentCode, ...] | UnsetType | None = UNSET
    lead: Code | UnsetType = UNSET
    collaborators: tuple[Code, ...] | UnsetType | None = UNSET
    other_institutions: tuple[Line, ...] | UnsetType | None = UNSET
    start: date | UnsetType | None = UNSET
    end: date | UnsetType | None = UNSET
    budget: Guaranies | UnsetType | None = UNSET
    budget_source: Line | UnsetType | None = UNSET
    indicator: Line | UnsetType | None = UNSET
    unit: Line | UnsetType | None = UNSET
    baseline: float | UnsetType | None = UNSET
    target: float | UnsetType | None = UNSET
    means_of_verification: Line | UnsetType | None = UNSET
    observations: Text | UnsetType | None = UNSET
    external_references: tuple[ExternalReference, ...] | UnsetType | None = UNSET


class Correct(Struct, frozen=True, kw_only=True):
    """Correct fields of an action in the register."""

    correction: Correction
    facts: Facts


class ChangeStatus(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Move an action to another status; suspending, cancelling and taking up again need a reason."""

    status: Status
    reason: Line = ""


class ReportProgress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Report how far an action has come, in percent."""

    progress: Percent


class SetMilestones(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Set an action's milestones, all of them; their numbers are given by their order."""

    milestones: tuple[Milestone, ...]


class IndicatorSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An indicator as it is to be: the one with this number, whose reports stay, or a new one."""

    number: int | None = None
    text: Line
    unit: Line = ""
    baseline: float | None = None
    target: float | None = None
    means_of_verification: Line = ""
    measure: Measure = Measure.OTHER


class SetIndicators(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Set an action's indicators, all of them; one that has reports cannot be left out."""

    indicators: tuple[IndicatorSet, ...]


class ReportIndicator(Struct, frozen=True, kw_only=True):
    """Report a value of an indicator; a report of the same day, department and category is replaced."""

    number: int
    report: Report
    facts: Facts


class WithdrawReport(Struct, frozen=True, kw_only=True):
    """Withdraw a report that was wrong altogether; the history keeps that it was made."""

    number: int
    on: date
    department: DepartmentCode | None = None
    category: str = ""


ActionCommand = (
    PlanAction
    | Correct
    | ChangeStatus
    | ReportProgress
    | SetMilestones
    | SetIndicators
    | ReportIndicator
    | WithdrawReport
)
