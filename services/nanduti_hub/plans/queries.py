"""Questions to the plans, inside the caller's transaction."""

import asyncpg

from nanduti_hub.ledger.append import read_streams
from nanduti_hub.ledger.execute import state_of
from nanduti_hub.plans.project import PLANS
from nanduti_hub.plans.state import Current
from nanduti_hub.refusal import Refusal, Refused


async def plan_now(connection: asyncpg.Connection, plan_id: str, *, lock: bool = False) -> Current:
    """A plan as it stands; `lock` holds it until the transaction ends.

    Raises:
        Refused: `plan_unknown`.

    """
    stream = f"plan:{plan_id}"
    stored = (await read_streams(connection, [stream], lock=lock))[stream]
    state = await state_of(connection, PLANS, stream, stored)
    if state is None:
        raise Refused(Refusal("plan_unknown"))
    return state
