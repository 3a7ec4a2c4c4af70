"""What is different in the register between two moments, over HTTP."""

from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from nanduti_hub.access.policy import Act
from nanduti_hub.actions.differences import At, Differences, changes_between, differences_in
from nanduti_hub.actions.http import Cursor, cursor_of, number_of
from nanduti_hub.actions.moments import FORMS, moment_of
from nanduti_hub.actions.queries import check_codes
from nanduti_hub.documented import answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import InQuery, Limit, RequestOf, caller_from, hub_of, next_link

First = Annotated[
    str,
    QueryParameter(
        name="from",
        max_length=40,
        description="The first moment: a number of the register (0: before everything), or an instant (RFC 3339).",
        schema_extra=FORMS,
    ),
]
Second = Annotated[
    str | None,
    QueryParameter(max_length=40, description="The second moment; now, unless said.", schema_extra=FORMS),
]


@get(
    "/v1/register/changes",
    summary="Qué cambió en el registro entre dos momentos",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, Differences, headers=("Link",)),
)
async def get_register_changes(
    request: RequestOf,
    from_: First,
    to: Second = None,
    platform: InQuery = None,
    plan: InQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response[bytes]:
    """Actions added, changed and cancelled between two moments, with what stood in each field before and after."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        await check_codes(connection, platform, None, plan, None)
        before = await moment_of(connection, from_, "from", or_nothing=True)
        after = await moment_of(connection, to, "to", or_nothing=True)
        if after.number < before.number:
            raise Refused(Refusal("moments_reversed", {"from": before.number, "to": after.number}))
        rows = await changes_between(
            connection, before.number, after.number, platform, plan, number_of(cursor), limit + 1
        )
    following = cursor_of(rows[limit - 1]["number"]) if len(rows) > limit else None
    page = Differences(
        from_=At(number=before.number, at=before.at),
        to=At(number=after.number, at=after.at),
        items=differences_in(rows[:limit]),
        next=following,
    )
    # The following pages are of the same moments, also where the second one is now.
    pinned = {"from": str(before.number), "to": str(after.number)}
    headers = next_link(request, following, pinned)
    return Response(msgspec.json.encode(page), media_type="application/json", headers=headers)


ROUTES: list[BaseRouteHandler] = [get_register_changes]
