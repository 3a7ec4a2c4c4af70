"""What an action is at a version. Its events carry it whole, so folding them is taking the last."""

from typing import assert_never

from msgspec import Struct

from nanduti.actions import (
    Action,
    ActionEvent,
    ActionIndicatorReported,
    ActionMilestonesChanged,
    ActionPlanned,
    ActionProgressReported,
    ActionRevised,
    ActionStatusChanged,
)


class Current(Struct, frozen=True):
    """An action at its version."""

    version: int
    action: Action


def evolve(_state: Current | None, event: ActionEvent) -> Current:
    """The action after an event."""
    match event:
        case (
            ActionPlanned()
            | ActionRevised()
            | ActionStatusChanged()
            | ActionProgressReported()
            | ActionMilestonesChanged()
            | ActionIndicatorReported()
        ):
            return Current(event.version, event.action)
        case _:
            assert_never(event)
