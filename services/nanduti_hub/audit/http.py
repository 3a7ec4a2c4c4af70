"""The record over HTTP, for stewards: search it, page through it, take it along. Reading it is recorded too."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from nanduti_hub.access.policy import Act
from nanduti_hub.actions.http import next_link
from nanduti_hub.actions.spreadsheet import BOM, guarded_line
from nanduti_hub.audit.queries import Entry, Filters, Place, page_of_audit
from nanduti_hub.caller import Caller, Role
from nanduti_hub.documented import CSV, NDJSON, PageOf, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.serving import ZONE, caller_from, hub_of

RequestOf = Request[Any, Any, Any]
Limit = Annotated[int, QueryParameter(ge=1, le=500)]
InQuery = Annotated[str | None, QueryParameter(max_length=200)]
Status = Annotated[int | None, QueryParameter(ge=100, le=599)]
#: Microseconds since 1970, up to a year that PostgreSQL and Python both have, and the number of a row.
Cursor = Annotated[str | None, QueryParameter(pattern=r"^a[0-9]{1,16}\.[0-9]{1,18}\Z")]
#: By another name in Python: Litestar gives what is called `scope` there the connection's own.
Scope = Annotated[str | None, QueryParameter(name="scope", max_length=200)]
#: Rows fetched at once for an export.
CHUNK = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = (
    "numero", "fecha_y_hora", "quien", "nombre", "rol", "ambito", "metodo", "ruta", "acto", "objeto", "estado",
    "codigo", "direccion",
)  # fmt: skip


def filters_from(
    actor: InQuery = None,
    name: InQuery = None,
    role: FromQuery[Role | None] = None,
    acting_for: Scope = None,
    act: FromQuery[Act | None] = None,
    target: InQuery = None,
    status: Status = None,
    refused: FromQuery[bool | None] = None,
    address: InQuery = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
) -> Filters:
    """The filters of the record, from its query. A time without a zone is Paraguay's."""
    return Filters(
        actor=actor, name=name, role=role and role.value, scope=acting_for, act=act and act.value, target=target,
        status=status, refused=refused, address=address, since=_zoned(since), until=_zoned(until),
    )  # fmt: skip


def _zoned(time: datetime | None) -> datetime | None:
    return time.replace(tzinfo=ZONE) if time is not None and time.tzinfo is None else time


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
        async for entry in _all(request, caller, filters):
            yield msgspec.json.encode(entry) + b"\n"

    return Stream(lines(), media_type="application/x-ndjson")


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
        yield BOM + guarded_line(COLUMNS)
        async for entry in _all(request, caller, filters):
            at = entry.at.astimezone(ZONE).strftime("%d/%m/%Y %H:%M:%S")
            cells = (
                entry.id, at, entry.actor, entry.name, entry.role, entry.scope, entry.method, entry.route, entry.act,
                entry.target, entry.status, entry.code, entry.address,
            )  # fmt: skip
            yield guarded_line("" if cell is None else str(cell) for cell in cells)

    headers = {"Content-Disposition": 'attachment; filename="registro-de-accesos.csv"'}
    return Stream(lines(), media_type="text/csv", headers=headers)


async def _all(request: RequestOf, caller: Caller, filters: Filters) -> AsyncIterator[Entry]:
    after: Place | None = None
    while True:
        # The connection is not held while a slow reader reads.
        async with transaction(hub_of(request).ledger.database, caller) as connection:
            found = await page_of_audit(connection, filters, after, CHUNK)
        for entry in found:
            yield entry
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


ROUTES: list[BaseRouteHandler] = [list_audit, audit_ndjson, audit_csv]
