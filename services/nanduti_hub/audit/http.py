"""The record over HTTP, for stewards: search it, page through it, take it along. Reading it is recorded too."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from nanduti_hub.access.policy import Act
from nanduti_hub.audit.queries import Entry, Filters, Place, page_of_audit
from nanduti_hub.audit.spreadsheet import COLUMNS, Cells, workbook_bytes
from nanduti_hub.caller import Caller, Role
from nanduti_hub.csv_lines import BOM, guarded_line
from nanduti_hub.documented import CSV, NDJSON, XLSX, PageOf, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.offload import offload
from nanduti_hub.packed import packed_lines
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import (
    ZONE,
    InQuery,
    Limit,
    RequestOf,
    caller_from,
    hub_of,
    next_link,
    saved_as,
)

Status = Annotated[int | None, QueryParameter(ge=100, le=599)]
#: Microseconds since 1970, up to a year that PostgreSQL and Python both have, and the number of a row.
Cursor = Annotated[str | None, QueryParameter(pattern=r"^a[0-9]{1,16}\.[0-9]{1,18}\Z")]
#: By another name in Python: Litestar gives what is called `scope` there the connection's own.
Scope = Annotated[str | None, QueryParameter(name="scope", max_length=200)]
#: A day or a moment, which JSON Schema can say together and a type of msgspec cannot.
_WHEN: dict[str, Any] = {
    "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Since = Annotated[
    str | None,
    QueryParameter(
        description="From this moment on, or from the midnight with which this day begins in Paraguay.",
        schema_extra=_WHEN,
    ),
]
Until = Annotated[
    str | None,
    QueryParameter(
        description="Before this moment, or to the end of this day in Paraguay.",
        schema_extra=_WHEN,
    ),
]
#: Rows fetched at once for an export.
CHUNK = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
#: Rows of a workbook: what Excel opens without trouble.
MOST_IN_WORKBOOK = 50_000


def filters_from(
    actor: InQuery = None,
    role: FromQuery[Role | None] = None,
    acting_for: Scope = None,
    act: FromQuery[Act | None] = None,
    target: InQuery = None,
    status: Status = None,
    refused: FromQuery[bool | None] = None,
    address: InQuery = None,
    since: Since = None,
    until: Until = None,
) -> Filters:
    """The filters of the record, from its query. A day, and a time without a zone, are Paraguay's.

    Raises:
        Refused: `invalid`, a time is none.

    """
    return Filters(
        actor=actor, role=role and role.value, scope=acting_for, act=act and act.value, target=target,
        status=status, refused=refused, address=address,
        since=_moment("since", since), until=_moment("until", until, days=1),
    )  # fmt: skip


def _moment(name: str, text: str | None, *, days: int = 0) -> datetime | None:
    """The moment that a parameter names; of a day its midnight, so many days later."""
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text) + timedelta(days=days)
            at = datetime.combine(day, time_of_day(), ZONE)
        else:
            at = msgspec.convert(text, datetime)
        return (at.replace(tzinfo=ZONE) if at.tzinfo is None else at).astimezone(UTC)
    except OverflowError:
        # Before the first year that there is in UTC, or after the last one.
        return _FIRST if text.startswith("0001") else _LAST
    except ValueError as error:
        reason = f"Invalid RFC3339 encoded date or datetime - at `{name}`"
        raise Refused(Refusal("invalid", {"reason": reason})) from error


FILTERED = {"filters": Provide(filters_from, sync_to_thread=False)}


@get(
    "/v1/audit",
    dependencies=FILTERED,
    summary="Quién hizo qué, cuándo y desde dónde",
    opt={"act": Act.READ_AUDIT},
    responses=answers(200, PageOf[Entry], headers=("Link",)),
)
async def list_audit(
    request: RequestOf, filters: NamedDependency[Filters], cursor: Cursor = None, limit: Limit = 50
) -> Response[bytes]:
    """A page of the record, the newest first. Stewards only."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        found = await page_of_audit(connection, filters, _place(cursor), limit + 1)
    shown = found[:limit]
    following = _cursor(shown[-1]) if len(found) > limit else None
    body = msgspec.json.encode({"items": shown, "next": following})
    return Response(body, media_type="application/json", headers=next_link(request, following))


@get(
    "/v1/audit.ndjson",
    dependencies=FILTERED,
    summary="El registro de accesos, uno por línea (NDJSON)",
    opt={"act": Act.READ_AUDIT},
    responses=answers(200, Entry, media_type=NDJSON),
)
async def audit_ndjson(request: RequestOf, filters: NamedDependency[Filters]) -> Stream:
    """All that the filters leave, one JSON object a line, the newest first. Stewards only."""
    caller = caller_from(request)

    async def lines() -> AsyncIterator[bytes]:
        async for entries in _pages(request, caller, filters):
            yield msgspec.json.Encoder().encode_lines(entries)

    return Stream(lines(), media_type=NDJSON)


@get(
    "/v1/audit.csv",
    dependencies=FILTERED,
    summary="El registro de accesos para una planilla (CSV)",
    opt={"act": Act.READ_AUDIT},
    responses=answers(200, media_type=CSV, headers=("Content-Disposition",)),
)
async def audit_csv(request: RequestOf, filters: NamedDependency[Filters]) -> Stream:
    """The same for Excel in Spanish: UTF-8 with BOM, semicolons, Paraguay's time. Stewards only."""
    caller = caller_from(request)

    async def lines() -> AsyncIterator[bytes]:
        yield BOM + guarded_line(column.name for column in COLUMNS)
        async for entries in _pages(request, caller, filters):
            yield await asyncio.to_thread(_written, entries)

    return Stream(lines(), media_type=CSV, headers=saved_as("registro-de-accesos.csv"))


@get(
    "/v1/audit.xlsx",
    dependencies=FILTERED,
    summary="El registro de accesos en un libro de Excel",
    opt={"act": Act.READ_AUDIT},
    responses=answers(200, media_type=XLSX, headers=("Content-Disposition",)),
)
async def audit_xlsx(request: RequestOf, filters: NamedDependency[Filters]) -> Response[bytes]:
    """The same as a workbook, of the newest 50,000 rows that the filters leave; its second sheet says so where there
    are more. Stewards only.
    """
    packs: list[bytes] = []
    room, more = MOST_IN_WORKBOOK, False
    async for entries in _pages(request, caller_from(request), filters):
        if room:
            packs.append(await asyncio.to_thread(_packed, entries[:room]))
        if more := len(entries) > room:
            break
        room -= len(entries)
    about = [
        f"Registro de accesos, lo más nuevo primero, bajado el {datetime.now(ZONE):%d/%m/%Y a las %H:%M}.",
        f"Hay más: están solo las {MOST_IN_WORKBOOK} filas más nuevas. El CSV las tiene todas."
        if more
        else "Están todas las filas que cumplen los filtros pedidos.",
    ]
    body = await offload(workbook_bytes, packs, about)
    return Response(body, media_type=XLSX, headers=saved_as("registro-de-accesos.xlsx"))


def _packed(entries: Sequence[Entry]) -> bytes:
    return packed_lines(msgspec.json.encode(_cells(entry)) for entry in entries)


def _written(entries: Sequence[Entry]) -> bytes:
    rows = map(_cells, entries)
    return b"".join(guarded_line("" if cell is None else str(cell) for cell in row) for row in rows)


def _cells(entry: Entry) -> Cells:
    return (
        entry.id, entry.at.astimezone(ZONE).strftime("%d/%m/%Y %H:%M:%S"), entry.actor, entry.name, entry.role,
        entry.scope, entry.method, entry.route, entry.act, entry.target, entry.status, entry.code, entry.address,
    )  # fmt: skip


async def _pages(request: RequestOf, caller: Caller, filters: Filters) -> AsyncIterator[Sequence[Entry]]:
    after: Place | None = None
    while True:
        # The connection is not held while a slow reader reads.
        async with transaction(hub_of(request).ledger.database, caller) as connection:
            found = await page_of_audit(connection, filters, after, CHUNK)
        if found:
            yield found
        if len(found) < CHUNK:
            return
        after = Place(found[-1].at, found[-1].id)


def _cursor(entry: Entry) -> str:
    """A cursor: go on after this entry."""
    return f"a{(entry.at - _EPOCH) // timedelta(microseconds=1)}.{entry.id}"


def _place(cursor: str | None) -> Place | None:
    """The entry to go on after."""
    if cursor is None:
        return None
    micros, _, number = cursor.removeprefix("a").partition(".")
    return Place(_EPOCH + timedelta(microseconds=int(micros)), int(number))


ROUTES: list[BaseRouteHandler] = [list_audit, audit_ndjson, audit_csv, audit_xlsx]
