"""The rules of a plan, as one total function. What its rows do to actions is decided in `revision`."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from nanduti.plans import PlanEvent, PlanRegistered, PlanRevised
from nanduti_hub.plans.commands import PlanCommand, RegisterPlan, RevisePlan
from nanduti_hub.plans.state import Current
from nanduti_hub.refusal import Refusal


def decide(state: Current | None, command: PlanCommand) -> Sequence[PlanEvent] | Refusal:
    """What happens when a command meets a plan."""
    match command:
        case RegisterPlan():
            return _register(state, command)
        case RevisePlan():
            if state is None:
                return Refusal("plan_unknown")
            if not command.revision.act.strip():
                return Refusal("act_missing")
            plan = replace(state.plan, revision=command.revision)
            return (PlanRevised(version=state.version + 1, plan=plan),)
        case _:
            assert_never(command)


def _register(state: Current | None, command: RegisterPlan) -> Sequence[PlanEvent] | Refusal:
    plan = command.plan
    if not plan.title.strip():
        return Refusal("title_missing")
    last = plan.extended_to or plan.term_to
    if plan.term_to < plan.term_from or last < plan.term_to:
        return Refusal("term_reversed", {"from": plan.term_from.isoformat(), "to": last.isoformat()})
    if state is None:
        return (PlanRegistered(version=1, plan=replace(plan, revision=None)),)
    if plan.platform != state.plan.platform:
        return Refusal("plan_platform_fixed", {"platform": state.plan.platform})
    # What was marked as made up stays marked, whoever edits it.
    synthetic = plan.synthetic or state.plan.synthetic
    after = replace(plan, revision=state.plan.revision, synthetic=synthetic)
    return () if after == state.plan else (PlanRegistered(version=state.version + 1, plan=after),)
