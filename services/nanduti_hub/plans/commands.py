"""What can be asked of a plan. Ids and looked-up facts arrive on the command."""

from msgspec import Struct

from nanduti.plans import Plan, Revision


class RegisterPlan(Struct, frozen=True, kw_only=True):
    """Open a plan, or change its title, term, extension or source document."""

    plan: Plan


class RevisePlan(Struct, frozen=True, kw_only=True):
    """Take a confirmed workbook as the plan's new revision; its number follows the last one's."""

    revision: Revision


PlanCommand = RegisterPlan | RevisePlan
