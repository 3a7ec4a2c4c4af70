"""What a command does to a plan."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from samples import plan

from nanduti.plans import Plan, PlanRegistered, PlanRevised, Revision
from nanduti_hub.plans.commands import RegisterPlan, RevisePlan
from nanduti_hub.plans.decide import decide
from nanduti_hub.plans.state import Current, evolve
from nanduti_hub.refusal import Refusal

REVISION = Revision(
    number=1,
    act="Acta sintética 1/2026",
    act_date=date(2026, 2, 1),
    file_name="poa.xlsx",
    sha256="0" * 64,
    added=3,
)


def opened(**changes: Any) -> Current:
    return Current(1, plan(**changes))


def test_a_plan_is_opened_without_a_revision() -> None:
    """Even if one was sent along: revisions are confirmed workbooks."""
    decided = decide(None, RegisterPlan(plan=plan(revision=REVISION)))
    assert not isinstance(decided, Refusal)
    (event,) = decided
    assert isinstance(event, PlanRegistered)
    assert (event.version, event.plan.revision) == (1, None)


def test_the_same_plan_again_is_nothing_and_another_title_is_an_event_that_keeps_the_revision() -> None:
    """A title does not undo an approval."""
    state = opened(revision=REVISION)
    assert decide(state, RegisterPlan(plan=replace(state.plan, revision=None))) == ()
    changed = decide(state, RegisterPlan(plan=replace(state.plan, title="Otro título", revision=None)))
    assert not isinstance(changed, Refusal)
    assert changed[0].plan == replace(state.plan, title="Otro título")


def test_a_plan_that_is_marked_synthetic_stays_so() -> None:
    """People change titles and terms; what is made up stays marked, whoever edits it."""
    state = opened()
    changed = decide(state, RegisterPlan(plan=replace(state.plan, title="Otro título", synthetic=False)))
    assert not isinstance(changed, Refusal)
    assert changed[0].plan.synthetic


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": "  "}, "title_missing"),
    ({"term_to": date(2025, 12, 31)}, "term_reversed"),
    ({"extended_to": date(2026, 6, 30)}, "term_reversed"),
    ({"platform": "mesa"}, "plan_platform_fixed"),
]


@pytest.mark.parametrize(("fields", "code"), WRONG)
def test_what_a_plan_cannot_be_is_refused(fields: dict[str, Any], code: str) -> None:
    """With a code for programs."""
    state = opened()
    refused = decide(state, RegisterPlan(plan=replace(state.plan, **fields)))
    assert isinstance(refused, Refusal)
    assert refused.code == code


def test_a_revision_is_the_next_version_of_its_plan() -> None:
    """The event carries the plan whole, with the counts."""
    state = opened()
    decided = decide(state, RevisePlan(revision=REVISION))
    assert not isinstance(decided, Refusal)
    (event,) = decided
    assert isinstance(event, PlanRevised)
    after = evolve(state, event)
    assert (after.version, after.plan.revision) == (2, REVISION)
    assert isinstance(after.plan, Plan)


@pytest.mark.parametrize("act", ["", "   ", "\n"])
def test_a_revision_without_its_act_is_refused(act: str) -> None:
    """Nothing is published that nobody approved."""
    refused = decide(opened(), RevisePlan(revision=replace(REVISION, act=act)))
    assert isinstance(refused, Refusal)
    assert refused.code == "act_missing"


def test_only_a_plan_that_exists_is_revised() -> None:
    """It is refused otherwise."""
    refused = decide(None, RevisePlan(revision=REVISION))
    assert isinstance(refused, Refusal)
    assert refused.code == "plan_unknown"
