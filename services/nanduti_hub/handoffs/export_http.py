"""The lists of cases as files: CSV, workbooks, one object a line, and what is due as a calendar."""

from collections.abc import AsyncIterator, Callable

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.response import Stream

from nanduti_hub.access.policy import Act
from nanduti_hub.csv_lines import BOM, guarded_line
from nanduti_hub.documented import CSV, NDJSON, XLSX, Takes, answers
from nanduti_hub.handoffs.casework import desk_of
from nanduti_hub.handoffs.desk import Desk
from nanduti_hub.handoffs.ics import MOST, calendar_of, due_of, tag_of
from nanduti_hub.handoffs.lists_http import (
    OF_CASES,
    OF_HANDOFFS,
    OF_INBOX,
    of_cases,
    of_handoffs,
    of_inbox,
)
from nanduti_hub.handoffs.queries import (
    CaseFilters,
    HandoffFilters,
    InboxFilters,
    PageOfList,
    all_pages,
)
from nanduti_hub.handoffs.spreadsheet import CASES, HANDOFFS, INBOX, Cells, Sheet, cells, workbook_bytes
from nanduti_hub.handoffs.views import CaseItem, HandoffItem, InboxItem
from nanduti_hub.ledger.database import transaction
from nanduti_hub.offload import offload
from nanduti_hub.serving import RequestOf, caller_from, hub_of, not_modified, saved_as, today

ICS = "text/calendar"
#: Rows of a workbook.
MOST_IN_WORKBOOK = 50_000
READ = {"act": Act.READ_CASES}
AS_CSV = answers(200, media_type=CSV, headers=("Content-Disposition",))
AS_XLSX = answers(200, media_type=XLSX, headers=("Content-Disposition",))
AS_ICS = answers(200, media_type=ICS, headers=("ETag", "Content-Disposition"), takes=Takes(known=True))
Listing = Callable[[Desk], PageOfList]


async def _items(request: RequestOf, listing: Listing) -> AsyncIterator[list[object]]:
    """All items of a list, some at a time."""
    caller, database = caller_from(request), hub_of(request).ledger.database
    async with transaction(database, caller) as connection:
        desk = await desk_of(connection, request, caller)
    async for items in all_pages(database, caller, listing(desk)):
        yield items


def _ndjson(request: RequestOf, listing: Listing) -> Stream:
    async def lines() -> AsyncIterator[bytes]:
        async for items in _items(request, listing):
            yield msgspec.json.Encoder().encode_lines(items)

    return Stream(lines(), media_type=NDJSON)


def _csv(request: RequestOf, listing: Listing, sheet: Sheet) -> Stream:
    async def lines() -> AsyncIterator[bytes]:
        yield BOM + guarded_line(column.name for column in sheet.columns)
        async for items in _items(request, listing):
            yield b"".join(
                guarded_line("" if cell is None else cell for cell in cells(item))  # type: ignore[arg-type]  # of its list
                for item in items
            )

    return Stream(lines(), media_type=CSV, headers=saved_as(f"{sheet.name}.csv"))


async def _xlsx(request: RequestOf, listing: Listing, sheet: Sheet) -> Response[bytes]:
    rows: list[Cells] = []
    async for items in _items(request, listing):
        rows += [cells(item) for item in items]  # type: ignore[arg-type]  # of its list
        if len(rows) > MOST_IN_WORKBOOK:
            break
    about = [
        f"{sheet.title} de la institución, como estaban al bajarlos el {today():%d/%m/%Y}. Horas de Paraguay.",
        f"Hay más: están solo las primeras {MOST_IN_WORKBOOK} filas. El CSV las tiene todas."
        if len(rows) > MOST_IN_WORKBOOK
        else "Están todas las filas que cumplen los filtros pedidos.",
        "Las referencias son las que esta institución usa con cada otra; no sirven para nadie más.",
    ]
    body = await offload(workbook_bytes, sheet, rows[:MOST_IN_WORKBOOK], about)
    return Response(body, media_type=XLSX, headers=saved_as(f"{sheet.name}.xlsx"))


async def _ics(request: RequestOf, listing: Listing, sheet: Sheet) -> Response[bytes]:
    found: list[InboxItem | HandoffItem] = []
    async for items in _items(request, listing):
        found += [item for item in items if isinstance(item, InboxItem | HandoffItem) and due_of(item)]
        if len(found) >= MOST:
            break
    tag = tag_of(found[:MOST])
    headers = {"ETag": tag, **saved_as(f"{sheet.name}.ics")}
    if not_modified(request, tag):
        return Response(b"", status_code=304, headers=headers)
    hub = hub_of(request)
    installation = hub.ledger.source.removeprefix("urn:nanduti:").replace(":", "-")
    body = calendar_of(f"Ñandutí: {sheet.title.lower()}", found[:MOST], installation, hub.door.url)
    return Response(body, media_type=ICS, headers=headers)


@get(
    "/v1/cases.ndjson",
    dependencies=OF_CASES,
    summary="Los casos de la institución, uno por línea (NDJSON)",
    opt=READ,
    responses=answers(200, CaseItem, media_type=NDJSON),
)
async def cases_ndjson(request: RequestOf, filters: NamedDependency[CaseFilters]) -> Stream:
    """All that the filters leave, one JSON object a line."""
    return _ndjson(request, lambda desk: of_cases(desk, filters))


@get(
    "/v1/cases.csv",
    dependencies=OF_CASES,
    summary="Los casos de la institución para una planilla (CSV)",
    opt=READ,
    responses=AS_CSV,
)
async def cases_csv(request: RequestOf, filters: NamedDependency[CaseFilters]) -> Stream:
    """The same for Excel in Spanish: UTF-8 with BOM, semicolons, Paraguay's time."""
    return _csv(request, lambda desk: of_cases(desk, filters), CASES)


@get(
    "/v1/cases.xlsx",
    dependencies=OF_CASES,
    summary="Los casos de la institución en un libro de Excel",
    opt=READ,
    responses=AS_XLSX,
)
async def cases_xlsx(request: RequestOf, filters: NamedDependency[CaseFilters]) -> Response[bytes]:
    """The same as a workbook."""
    return await _xlsx(request, lambda desk: of_cases(desk, filters), CASES)


@get(
    "/v1/handoffs.ndjson",
    dependencies=OF_HANDOFFS,
    summary="Derivaciones, una por línea (NDJSON)",
    opt=READ,
    responses=answers(200, HandoffItem, media_type=NDJSON),
)
async def handoffs_ndjson(request: RequestOf, filters: NamedDependency[HandoffFilters]) -> Stream:
    """All that the filters leave, one JSON object a line."""
    return _ndjson(request, lambda desk: of_handoffs(desk, filters))


@get(
    "/v1/handoffs.csv",
    dependencies=OF_HANDOFFS,
    summary="Derivaciones para una planilla (CSV)",
    opt=READ,
    responses=AS_CSV,
)
async def handoffs_csv(request: RequestOf, filters: NamedDependency[HandoffFilters]) -> Stream:
    """The same for Excel in Spanish: UTF-8 with BOM, semicolons, Paraguay's time."""
    return _csv(request, lambda desk: of_handoffs(desk, filters), HANDOFFS)


@get(
    "/v1/handoffs.xlsx",
    dependencies=OF_HANDOFFS,
    summary="Derivaciones en un libro de Excel",
    opt=READ,
    responses=AS_XLSX,
)
async def handoffs_xlsx(request: RequestOf, filters: NamedDependency[HandoffFilters]) -> Response[bytes]:
    """The same as a workbook."""
    return await _xlsx(request, lambda desk: of_handoffs(desk, filters), HANDOFFS)


@get(
    "/v1/handoffs.ics",
    dependencies=OF_HANDOFFS,
    summary="Plazos de las derivaciones, como calendario",
    opt=READ,
    responses=AS_ICS,
)
async def handoffs_ics(request: RequestOf, filters: NamedDependency[HandoffFilters]) -> Response[bytes]:
    """The times by which handoffs that wait are to be answered or sealed, the caller's own and the others'."""
    return await _ics(request, lambda desk: of_handoffs(desk, filters), HANDOFFS)


@get(
    "/v1/inbox.ndjson",
    dependencies=OF_INBOX,
    summary="Qué espera a la institución, uno por línea (NDJSON)",
    opt=READ,
    responses=answers(200, InboxItem, media_type=NDJSON),
)
async def inbox_ndjson(request: RequestOf, filters: NamedDependency[InboxFilters]) -> Stream:
    """All that waits, one JSON object a line."""
    return _ndjson(request, lambda desk: of_inbox(desk, filters))


@get(
    "/v1/inbox.csv",
    dependencies=OF_INBOX,
    summary="Qué espera a la institución, para una planilla (CSV)",
    opt=READ,
    responses=AS_CSV,
)
async def inbox_csv(request: RequestOf, filters: NamedDependency[InboxFilters]) -> Stream:
    """The same for Excel in Spanish: UTF-8 with BOM, semicolons, Paraguay's time."""
    return _csv(request, lambda desk: of_inbox(desk, filters), INBOX)


@get(
    "/v1/inbox.xlsx",
    dependencies=OF_INBOX,
    summary="Qué espera a la institución, en un libro de Excel",
    opt=READ,
    responses=AS_XLSX,
)
async def inbox_xlsx(request: RequestOf, filters: NamedDependency[InboxFilters]) -> Response[bytes]:
    """The same as a workbook."""
    return await _xlsx(request, lambda desk: of_inbox(desk, filters), INBOX)


@get(
    "/v1/inbox.ics",
    dependencies=OF_INBOX,
    summary="Qué espera a la institución, como calendario",
    opt=READ,
    responses=AS_ICS,
)
async def inbox_ics(request: RequestOf, filters: NamedDependency[InboxFilters]) -> Response[bytes]:
    """What is due, as iCalendar; calendars that cannot sign in cannot read it."""
    return await _ics(request, lambda desk: of_inbox(desk, filters), INBOX)


ROUTES: list[BaseRouteHandler] = [
    *(cases_ndjson, cases_csv, cases_xlsx),
    *(handoffs_ndjson, handoffs_csv, handoffs_xlsx, handoffs_ics),
    *(inbox_ndjson, inbox_csv, inbox_xlsx, inbox_ics),
]
