"""What people send to open a plan or to add an action to it, and what becomes of it. Pure."""

from datetime import date

from msgspec import Struct
from msgspec.structs import asdict, replace

from nanduti.actions import Action, Indicator, Line, Text
from nanduti.plans import Plan
from nanduti.vocabulary import Axis, Code, Crime, DepartmentCode, Guaranies, Kind


class NewPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan as its platform opens it."""

    platform: Code
    title: Line
    term_from: date
    term_to: date
    extended_to: date | None = None
    source_document: Line = ""


class NewAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An action as its platform plans it; the crimes are the platform's unless said, and its indicators are
    numbered by their order.
    """

    title: Line
    axis: Axis
    lead: Code
    description: Text = ""
    crimes: tuple[Crime, ...] = ()
    objective: Line = ""
    line_of_action: Line = ""
    kind: Kind = Kind.OTHER
    departments: tuple[DepartmentCode, ...] = ()
    collaborators: tuple[Code, ...] = ()
    other_institutions: tuple[Line, ...] = ()
    start: date | None = None
    end: date | None = None
    indicators: tuple[Indicator, ...] = ()
    budget: Guaranies | None = None
    budget_source: Line = ""
    observations: Text = ""


def plan_from(new: NewPlan, id_: str) -> Plan:
    """The plan that was asked for."""
    return Plan(id=id_, **asdict(new))


def code_of(plan: Plan, number: int) -> str:
    """The code of an action that is planned in a plan."""
    return f"ACC-{plan.term_from.year:04d}-{number:04d}"


def action_from(new: NewAction, *, id_: str, code: str, plan: Plan, crimes: tuple[Crime, ...]) -> Action:
    """The action that was asked for, in its plan."""
    numbered = tuple(replace(indicator, number=number) for number, indicator in enumerate(new.indicators, 1))
    fields = asdict(new) | {"crimes": new.crimes or crimes, "indicators": numbered}
    return Action(id=id_, code=code, platform=plan.platform, plan=plan.id, **fields)
