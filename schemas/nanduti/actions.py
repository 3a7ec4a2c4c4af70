"""Actions: the harmonized units of the register.

Every event carries the whole action after the change, so that a subscriber can upsert without asking the
API, and the change itself. `version` grows by one with every event of an action: a gap is a missed event.
All of it is public-sector text: no personal data belongs here.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from nanduti.vocabulary import (
    Axis,
    Code,
    Crime,
    DepartmentCode,
    Guaranies,
    Id,
    Kind,
    Measure,
    Percent,
    Status,
)

Text = Annotated[str, Meta(max_length=4_000)]
Line = Annotated[str, Meta(max_length=1_000)]


class CitedCell(Struct, frozen=True, kw_only=True):
    """What the workbook says of a field that has been corrected in the register since."""

    field: str
    value: Any = None


class Citation(Struct, frozen=True, kw_only=True):
    """Where an action comes from: the plan's revision, and the sheet and row of its workbook.

    `number` is the plan's own number of the activity ("2.1.3"), as written. `differs` are the cells in
    which that row says otherwise than the register, because somebody corrected the register since.
    """

    plan: Id
    revision: int
    sheet: str
    row: int
    number: str = ""
    differs: tuple[CitedCell, ...] = ()


class Milestone(Struct, frozen=True, kw_only=True):
    """A step on the way, numbered from 1 within its action. `done` is the day on which it was reached."""

    number: int
    title: Line
    due: date
    done: date | None = None


class Report(Struct, frozen=True, kw_only=True):
    """A measured value of an indicator, in its unit, counted up to and including the day `on`.

    Values of one department and category go on from one another: the last one holds, it is not added to those before.
    `department` is the one that the value is of, where not all of the action's; `category` whom it reached, which
    module or which material. Both are left out where nothing is said.
    """

    on: date
    value: float
    evidence: Line = ""
    department: DepartmentCode | UnsetType = UNSET
    category: Line | UnsetType = UNSET


class Indicator(Struct, frozen=True, kw_only=True):
    """How progress is measured. `baseline`, `target` and the reports are in `unit`.

    `measure` is what the values count; left out, it is `other`. A measure other than that counts whole things.
    """

    number: int
    text: Line
    unit: Line = ""
    baseline: float | None = None
    target: float | None = None
    means_of_verification: Line = ""
    reports: tuple[Report, ...] = ()
    measure: Measure | UnsetType = UNSET


class ExternalReference(Struct, frozen=True, kw_only=True):
    """A reference into another system: kind `simore` (a recommendation) or `budget_line`."""

    kind: str
    value: Line


class Action(Struct, frozen=True, kw_only=True):
    """One action of the register, whole.

    `departments` are ISO 3166-2:PY codes; none means that the action is national. `start` and `end` are
    inclusive days. `budget` is in guaraníes. `progress` is a percentage. `plan_axis`, `objective` and
    `line_of_action` are the plan's own words. `other_institutions` are collaborators that the directory
    does not know, as written.
    """

    id: Id
    code: Annotated[str, Meta(pattern=r"^ACC-[0-9]{4}-[0-9]{4,}\Z")]
    platform: Code
    plan: Id
    title: Line
    description: Text = ""
    crimes: tuple[Crime, ...] = ()
    axis: Axis
    plan_axis: Line = ""
    objective: Line = ""
    line_of_action: Line = ""
    kind: Kind = Kind.OTHER
    departments: tuple[DepartmentCode, ...] = ()
    lead: Code
    collaborators: tuple[Code, ...] = ()
    other_institutions: tuple[Line, ...] = ()
    start: date | None = None
    end: date | None = None
    milestones: tuple[Milestone, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    budget: Guaranies | None = None
    budget_source: Line = ""
    status: Status = Status.PLANNED
    status_reason: Line = ""
    progress: Percent = 0
    observations: Text = ""
    external_references: tuple[ExternalReference, ...] = ()
    citations: tuple[Citation, ...] = ()


class Change(Struct, frozen=True, kw_only=True):
    """One field that changed: its name in `Action`, and what stood in it before (JSON; null if nothing)."""

    field: str
    before: Any = None


class _ActionEvent(Struct, frozen=True, kw_only=True):
    version: int
    action: Action
    changes: tuple[Change, ...] = ()


class ActionPlanned(_ActionEvent, frozen=True, kw_only=True):
    """An action entered the register (version 1)."""


class ActionRevised(_ActionEvent, frozen=True, kw_only=True):
    """Fields of an action changed, by a new revision of its plan or by a correction."""


class ActionStatusChanged(_ActionEvent, frozen=True, kw_only=True):
    """An action was started, completed, suspended, cancelled or taken up again."""


class ActionProgressReported(_ActionEvent, frozen=True, kw_only=True):
    """A percentage of progress was reported."""


class ActionMilestonesChanged(_ActionEvent, frozen=True, kw_only=True):
    """Milestones were set, moved or reached."""


class ActionIndicatorReported(_ActionEvent, frozen=True, kw_only=True):
    """A value of an indicator was reported, reported anew, or withdrawn."""


ActionEvent = (
    ActionPlanned
    | ActionRevised
    | ActionStatusChanged
    | ActionProgressReported
    | ActionMilestonesChanged
    | ActionIndicatorReported
)
