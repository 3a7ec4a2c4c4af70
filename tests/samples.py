"""Synthetic things for tests: plans, actions and callers that nobody could mistake for real ones."""

from datetime import date
from typing import Any

from msgspec.structs import replace

from nanduti.actions import Action, Indicator
from nanduti.plans import Plan
from nanduti.vocabulary import Axis, Crime
from nanduti_hub.actions.commands import Facts, PlanAction
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.identifiers import new_id

COORDINATOR = Caller(name="test:conaeti", role=Role.COORDINATOR, scope="conaeti")
FACTS = Facts(
    institutions=frozenset({"mtess", "minna", "mp"}),
    departments=frozenset({"PY-7", "PY-12"}),
    today=date(2026, 11, 24),
)


def action(number: int = 1, **changes: Any) -> Action:
    """A synthetic action."""
    base = Action(
        id=new_id(),
        code=f"ACC-2026-{number:04d}",
        platform="conaeti",
        plan="01900000-0000-7000-8000-000000000001",
        title=f"Capacitar a inspectores de trabajo, grupo sintético {number}",
        crimes=(Crime.CHILD_LABOR,),
        axis=Axis.DETECTION,
        lead="mtess",
        departments=("PY-7",),
        start=date(2026, 3, 1),
        end=date(2026, 6, 30),
        indicators=(Indicator(number=1, text="Inspectores capacitados", unit="personas", target=40),),
        budget=12_500_000,
    )
    return replace(base, **changes)


def planned(number: int = 1, **changes: Any) -> PlanAction:
    """The command that enters a synthetic action."""
    return PlanAction(action=action(number, **changes), facts=FACTS)


def plan(**changes: Any) -> Plan:
    """A synthetic plan."""
    base = Plan(
        id=new_id(),
        platform="conaeti",
        title="Plan sintético de prueba",
        term_from=date(2026, 1, 1),
        term_to=date(2026, 12, 31),
        synthetic=True,
    )
    return replace(base, **changes)
