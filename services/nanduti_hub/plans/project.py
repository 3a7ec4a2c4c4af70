"""The read model of plans: one row each, written in the transaction that changes the plan."""

from collections.abc import Sequence

import asyncpg
import msgspec

from nanduti_hub.ledger.execute import Decider
from nanduti_hub.ledger.statements import statement
from nanduti_hub.plans.decide import decide
from nanduti_hub.plans.state import Current, evolve


async def project(connection: asyncpg.Connection, states: Sequence[tuple[Current, int]]) -> None:
    """Write the rows of some plans at their versions."""
    await connection.execute(
        statement("nanduti_hub.plans", "put_plans"),
        [state.plan.id for state, _ in states],
        [state.plan.platform for state, _ in states],
        [version for _, version in states],
        [msgspec.json.encode(state.plan) for state, _ in states],
    )


PLANS = Decider(
    kind="plan", schema=1, state=Current, decide=decide, evolve=evolve, project=project, tables=("plan",)
)
