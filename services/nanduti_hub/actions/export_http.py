"""The register as files: every action that the filters leave, in the forms that people and programs open."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.response import Stream

from nanduti.directory import Department, Institution, Platform
from nanduti_hub.access.policy import Act
from nanduti_hub.actions import spreadsheet
from nanduti_hub.actions.http import FILTERED
from nanduti_hub.actions.packed import packed
from nanduti_hub.actions.queries import (
    Filters,
    as_json,
    page_of_actions,
)
from nanduti_hub.actions.views import ActionView
from nanduti_hub.caller import Caller
from nanduti_hub.directory.queries import entries
from nanduti_hub.documented import CSV, NDJSON, XLSX, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.offload import offload
from nanduti_hub.serving import (
    RequestOf,
    caller_from,
    hub_of,
    today,
)

#: Rows fetched at once.
CHUNK = 1_000


async def _all_rows(
    request: RequestOf, caller: Caller, filters: NamedDependency[Filters]
) -> AsyncIterator[asyncpg.Record]:
    after, day = 0, today()
    while True:
        # The connection is not held while a slow reader reads.
        async with transaction(hub_of(request).ledger.database, caller) as connection:
            rows = await page_of_actions(connection, filters, day, after, CHUNK)
        for row in rows:
            yield row
        if len(rows) < CHUNK:
            return
        after = rows[-1]["number"]


@get(
    "/v1/actions.ndjson",
    dependencies=FILTERED,
    summary="Acciones del registro, una por línea (NDJSON)",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, ActionView, media_type=NDJSON),
)
async def actions_ndjson(request: RequestOf, filters: NamedDependency[Filters]) -> Stream:
    """All actions that the filters leave, one JSON object a line."""
    caller = caller_from(request)

    async def lines() -> AsyncIterator[bytes]:
        async for row in _all_rows(request, caller, filters):
            yield as_json(row) + b"\n"

    return Stream(lines(), media_type="application/x-ndjson")


@get(
    "/v1/actions.csv",
    dependencies=FILTERED,
    summary="Acciones del registro para una planilla (CSV)",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=CSV, headers=("Content-Disposition",)),
)
async def actions_csv(request: RequestOf, filters: NamedDependency[Filters]) -> Stream:
    """All actions that the filters leave, as CSV that Excel in Spanish opens: UTF-8 with BOM, semicolons."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        names = await _names(connection)

    async def lines() -> AsyncIterator[bytes]:
        yield spreadsheet.heading()
        async for row in _all_rows(request, caller, filters):
            yield spreadsheet.line(row["body"], overdue=row["overdue"], names=names)

    headers = {"Content-Disposition": 'attachment; filename="acciones.csv"'}
    return Stream(lines(), media_type="text/csv", headers=headers)


@get(
    "/v1/actions.xlsx",
    dependencies=FILTERED,
    summary="Acciones del registro en un libro de Excel",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=XLSX, headers=("Content-Disposition",)),
)
async def actions_xlsx(request: RequestOf, filters: NamedDependency[Filters]) -> Response[bytes]:
    """All actions that the filters leave, as a workbook: days and numbers are days and numbers, nothing a formula."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        names = await _names(connection)
    packs: list[bytes] = []
    lines: list[bytes] = []
    async for row in _all_rows(request, caller, filters):
        lines.append(as_json(row))
        if len(lines) == CHUNK:
            packs.append(await asyncio.to_thread(packed, lines))
            lines = []
    if lines:
        packs.append(packed(lines))
    about = [
        "Acciones del registro que cumplen los filtros pedidos, tal como estaban al bajarlas.",
        f"Día: {today():%d/%m/%Y}. Vencida: sigue abierta y su fin ya pasó.",
        "Ejes: FOR fortalecimiento, PRE prevención, DET detección, ATE atención, SAN sanción.",
    ]
    body = await offload(spreadsheet.workbook_bytes, packs, names, about)
    headers = {"Content-Disposition": 'attachment; filename="acciones.xlsx"'}
    return Response(body, media_type=XLSX, headers=headers)


async def _names(connection: asyncpg.Connection) -> spreadsheet.Names:
    return spreadsheet.names_of(
        await entries(connection, Platform),
        await entries(connection, Institution),
        await entries(connection, Department),
    )


ROUTES: list[BaseRouteHandler] = [
    actions_ndjson,
    actions_csv,
    actions_xlsx,
]
