"""The register's facets over HTTP."""

import json

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from nanduti_hub.access.policy import Act
from nanduti_hub.actions.facets import Facets, facets_of
from nanduti_hub.actions.http import FILTERED
from nanduti_hub.actions.queries import Filters, check_filters
from nanduti_hub.documented import answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.serving import RequestOf, caller_from, hub_of, today


@get(
    "/v1/actions/facets",
    dependencies=FILTERED,
    summary="Cuántas acciones hay de cada valor de cada filtro, y su presupuesto",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, Facets),
)
async def get_facets(request: RequestOf, filters: NamedDependency[Filters]) -> Response[bytes]:
    """The list's filters, counted: each facet as if it were not filtered itself. Budgets are in guaraníes."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        found = await facets_of(connection, filters, today())
        # A code that is none finds nothing, but for a department: there the national ones are found.
        if not found.total.actions or filters.department is not None:
            await check_filters(connection, filters)
    # A sum of budgets may be larger than what msgspec writes as a number.
    body = json.dumps(msgspec.to_builtins(found), ensure_ascii=False, separators=(",", ":"))
    return Response(body.encode(), media_type="application/json")


ROUTES: list[BaseRouteHandler] = [get_facets]
