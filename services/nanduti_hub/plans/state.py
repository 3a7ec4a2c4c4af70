"""What a plan is at a version. Its events carry it whole."""

from typing import assert_never

from msgspec import Struct

from nanduti.plans import Plan, PlanEvent, PlanRegistered, PlanRevised


class Current(Struct, frozen=True):
    """A plan at its version."""

    version: int
    plan: Plan


def evolve(_state: Current | None, event: PlanEvent) -> Current:
    """The plan after an event."""
    match event:
        case PlanRegistered() | PlanRevised():
            return Current(event.version, event.plan)
        case _:
            assert_never(event)
