"""The read model of actions: one row each, written in the transaction that changes the action."""

from collections.abc import Iterable, Sequence
from datetime import date

import asyncpg
import msgspec

from nanduti.actions import Action
from nanduti_hub.actions.decide import decide
from nanduti_hub.actions.reports import put_reports
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
        [_words(action.crimes) for action in actions],
        [_words(action.departments) for action in actions],
        [_words((action.lead, *action.collaborators)) for action in actions],
        [action.start for action in actions],
        [action.end for action in actions],
        [
            f"{action.code} {action.title} {action.description} {action.objective} {action.line_of_action}"
            for action in actions
        ],
        [msgspec.json.encode(action) for action in actions],
        [action.budget for action in actions],
        [msgspec.json.encode(_references(action)).decode() for action in actions],
        [next_milestone(action) for action in actions],
    )
    await put_reports(connection, rows)


def _words(codes: Iterable[str]) -> str:
    """Codes as words, each once: an action counts once for each of them."""
    return " ".join(dict.fromkeys(codes))


def _references(action: Action) -> list[str]:
    """What an action is found by: of each external reference its kind, and its kind and value."""
    return list(
        dict.fromkeys(
            name for it in action.external_references for name in (it.kind, f"{it.kind}:{it.value}")
        )
    )


def next_milestone(action: Action) -> date | None:
    """When the next milestone that has not been reached is due."""
    return min((milestone.due for milestone in action.milestones if milestone.done is None), default=None)


ACTIONS = Decider(
    kind="action",
    schema=1,
    state=Current,
    decide=decide,
    evolve=evolve,
    project=project,
    tables=("action", "report"),
)
