"""The read model of actions: one row each, written in the transaction that changes the action."""

from collections.abc import Sequence

import asyncpg
import msgspec

from nanduti_hub.actions.decide import decide
from nanduti_hub.actions.state import Current, evolve
from nanduti_hub.ledger.execute import Decider
from nanduti_hub.ledger.statements import statement


async def project(connection: asyncpg.Connection, states: Sequence[tuple[Current, int]]) -> None:
    """Write the rows of some actions at their versions."""
    rows = [(state.action, version) for state, version in states]
    actions = [action for action, _ in rows]
    await connection.execute(
        statement("nanduti_hub.actions", "put_actions"),
        [action.id for action in actions],
        [int(action.code.rpartition("-")[2]) for action in actions],
        [action.code for action in actions],
        [action.platform for action in actions],
        [action.plan for action in actions],
        [version for _, version in rows],
        [action.title for action in actions],
        [action.axis.value for action in actions],
        [action.kind.value for action in actions],
        [action.status.value for action in actions],
        [" ".join(action.crimes) for action in actions],
        [" ".join(action.departments) for action in actions],
        [" ".join((action.lead, *action.collaborators)) for action in actions],
        [action.start for action in actions],
        [action.end for action in actions],
        [
            f"{action.code} {action.title} {action.description} {action.objective} {action.line_of_action}"
            for action in actions
        ],
        [msgspec.json.encode(action) for action in actions],
    )


ACTIONS = Decider(
    kind="action",
    schema=1,
    state=Current,
    decide=decide,
    evolve=evolve,
    project=project,
    tables=("action",),
)
