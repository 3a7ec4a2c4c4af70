"""What is different between two revisions of a plan, over HTTP.

A plan's actions stand at a revision as they did right after it was confirmed: its event is the last of those that
confirming it made. So what was changed in the register between two revisions is among the differences.
"""

from typing import Annotated, Any

import asyncpg
import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from nanduti import wire
from nanduti.plans import PlanEvent
from nanduti_hub.access.policy import Act
from nanduti_hub.actions.differences import At, Differences, changes_between, differences_in
from nanduti_hub.actions.http import Cursor, cursor_of, number_of
from nanduti_hub.documented import answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.plans.queries import plan_now
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import InPath, Limit, RequestOf, caller_from, hub_of, next_link

#: Of a number that may be missing Litestar does not document the bounds.
_BOUNDS: dict[str, Any] = {"minimum": 0, "maximum": 1_000_000}
First = Annotated[
    int | None,
    QueryParameter(
        name="from",
        ge=0,
        le=1_000_000,
        schema_extra=_BOUNDS,
        description="A revision; the one before `to` unless said, 0: no plan yet.",
    ),
]
Second = Annotated[
    int | None,
    QueryParameter(
        ge=0, le=1_000_000, schema_extra=_BOUNDS, description="A revision; the latest unless said."
    ),
]


@get(
    "/v1/plans/{plan_id:str}/changes",
    summary="Qué cambió entre dos revisiones de un plan",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, Differences, headers=("Link",)),
)
async def get_plan_changes(
    request: RequestOf,
    plan_id: InPath,
    from_: First = None,
    to: Second = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response[bytes]:
    """Actions added, changed and cancelled between two revisions, with what stood in each field before and after."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        revisions = await _revisions(connection, plan_id)
        second = max(revisions) if to is None else to
        first = max(0, second - 1) if from_ is None else from_
        if second < first:
            raise Refused(Refusal("moments_reversed", {"from": first, "to": second}))
        for number in (first, second):
            if number not in revisions:
                raise Refused(Refusal("revision_unknown", {"number": number}))
        ends = revisions[first].number, revisions[second].number
        rows = await changes_between(connection, *ends, None, plan_id, number_of(cursor), limit + 1)
    following = cursor_of(rows[limit - 1]["number"]) if len(rows) > limit else None
    page = Differences(
        from_=revisions[first], to=revisions[second], items=differences_in(rows[:limit]), next=following
    )
    headers = next_link(request, following, {"from": str(first), "to": str(second)})
    return Response(msgspec.json.encode(page), media_type="application/json", headers=headers)


async def _revisions(connection: asyncpg.Connection, plan_id: str) -> dict[int, At]:
    """Where the register was when each revision of a plan was confirmed; 0 is before there was anything.

    Raises:
        Refused: `plan_unknown`; `busy` where the latest has not got its number yet.

    """
    now = (await plan_now(connection, plan_id)).plan.revision
    found = {0: At(number=0)}
    for row in await connection.fetch(statement("nanduti_hub.plans", "revisions_of_plan"), f"plan:{plan_id}"):
        event: PlanEvent = wire.decode(row["body"])[1]  # type: ignore[assignment]  # of a plan's stream
        revision = event.plan.revision
        if revision is not None:
            found[revision.number] = At(number=row["seq"], at=row["recorded_at"])
    if now is not None and now.number not in found:
        raise Refused(Refusal("busy"))
    return found


ROUTES: list[BaseRouteHandler] = [get_plan_changes]
