"""How many events are for the caller's member alone, over HTTP: with it a system sees that its copy has them all.

Rule that stays true: a member's own are counted and nobody else's, and neither the ledger's last number nor its time
is told, from which one could see how much happens in cases. Absent: what the events say; that is on the bus.
"""

from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter
from msgspec import Struct

from nanduti_hub.access.policy import Act, permit
from nanduti_hub.documented import answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.serving import RequestOf, caller_from, hub_of

Upto = Annotated[
    int | None,
    QueryParameter(
        # Not `ge=0`: the document would be without it, because nought counts as nothing there.
        gt=-1,
        le=999_999_999_999_999,
        description="Up to this number of the ledger: the last that the copy HANDOFF has. All, if not said.",
    ),
]


class Heard(Struct, frozen=True, kw_only=True):
    """How many events for `member` alone (notices; a platform's weekly counts too) have a number up to `upto`, and
    the number of the last of them, 0 where there is none.
    """

    member: str
    upto: int | None
    count: int
    last: int


@get(
    "/v1/ledger/count",
    summary="Cuántos avisos tiene el libro para su miembro",
    opt={"act": Act.COUNT_NOTICES},
    responses=answers(200, Heard),
)
async def count_heard(request: RequestOf, upto: Upto = None) -> Response[bytes]:
    """How many events the ledger has for the caller's member alone, up to a number: as many as its copy `HANDOFF` holds
    up to there, if it has missed none. What was counted up to a number that is in the copy never changes.
    """
    caller = caller_from(request)
    permit(caller, Act.COUNT_NOTICES, caller.scope)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        row = await connection.fetchrow(statement("nanduti_hub.handoffs", "count_heard"), caller.scope, upto)
    heard = Heard(member=caller.scope, upto=upto, count=row["count"], last=row["last"])
    return Response(msgspec.json.encode(heard), media_type="application/json")


ROUTES: list[BaseRouteHandler] = [count_heard]
