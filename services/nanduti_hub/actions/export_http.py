"""The register as files: every action that the filters leave, in the forms that people and programs open."""

import asyncio
from collections.abc import AsyncIterator

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.response import Stream

from nanduti_hub.access.policy import Act
from nanduti_hub.actions import spreadsheet
from nanduti_hub.actions.http import FILTERED
from nanduti_hub.actions.queries import Filters, as_json, check_filters, names_now, pages
from nanduti_hub.actions.views import ActionView
from nanduti_hub.documented import CSV, NDJSON, XLSX, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.offload import offload
from nanduti_hub.packed import packed_lines
from nanduti_hub.serving import RequestOf, caller_from, hub_of, saved_as, today


@get(
    "/v1/actions.ndjson",
    dependencies=FILTERED,
    summary="Acciones del registro, una por línea (NDJSON)",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, ActionView, media_type=NDJSON),
)
async def actions_ndjson(request: RequestOf, filters: NamedDependency[Filters]) -> Stream:
    """All actions that the filters leave, one JSON object a line."""
    caller, database = caller_from(request), hub_of(request).ledger.database
    async with transaction(database, caller) as connection:
        await check_filters(connection, filters)

    async def lines() -> AsyncIterator[bytes]:
        async for rows in pages(database, caller, filters, today()):
            yield b"".join(as_json(row) + b"\n" for row in rows)

    return Stream(lines(), media_type=NDJSON)


@get(
    "/v1/actions.csv",
    dependencies=FILTERED,
    summary="Acciones del registro para una planilla (CSV)",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=CSV, headers=("Content-Disposition",)),
)
async def actions_csv(request: RequestOf, filters: NamedDependency[Filters]) -> Stream:
    """All actions that the filters leave, as CSV that Excel in Spanish opens: UTF-8 with BOM, semicolons."""
    caller, database = caller_from(request), hub_of(request).ledger.database
    async with transaction(database, caller) as connection:
        await check_filters(connection, filters)
        names = await names_now(connection)

    async def lines() -> AsyncIterator[bytes]:
        yield spreadsheet.heading()
        async for rows in pages(database, caller, filters, today()):
            yield b"".join(spreadsheet.line(row["body"], overdue=row["overdue"], names=names) for row in rows)

    return Stream(lines(), media_type=CSV, headers=saved_as("acciones.csv"))


@get(
    "/v1/actions.xlsx",
    dependencies=FILTERED,
    summary="Acciones del registro en un libro de Excel",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=XLSX, headers=("Content-Disposition",)),
)
async def actions_xlsx(request: RequestOf, filters: NamedDependency[Filters]) -> Response[bytes]:
    """All actions that the filters leave, as a workbook: days and numbers are days and numbers, nothing a formula."""
    caller, database = caller_from(request), hub_of(request).ledger.database
    async with transaction(database, caller) as connection:
        await check_filters(connection, filters)
        names = await names_now(connection)
    packs = [
        await asyncio.to_thread(packed_lines, [as_json(row) for row in rows])
        async for rows in pages(database, caller, filters, today())
    ]
    about = [
        "Acciones del registro que cumplen los filtros pedidos, tal como estaban al bajarlas.",
        f"Día: {today():%d/%m/%Y}. Vencida: sigue abierta y su fin ya pasó.",
        "Ejes: FOR fortalecimiento, PRE prevención, DET detección, ATE atención, SAN sanción.",
    ]
    body = await offload(spreadsheet.workbook_bytes, packs, names, about)
    return Response(body, media_type=XLSX, headers=saved_as("acciones.xlsx"))


ROUTES: list[BaseRouteHandler] = [actions_ndjson, actions_csv, actions_xlsx]
