"""The register for SIMORE Plus: actions by the institution that answers for them, as a workbook and as CSV."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery
from litestar.response import Stream
from msgspec import Struct

from nanduti_hub.access.policy import Act
from nanduti_hub.actions import simore
from nanduti_hub.actions.http import From, To
from nanduti_hub.actions.queries import check_codes, names_now
from nanduti_hub.actions.spreadsheet import Names
from nanduti_hub.csv_lines import BOM
from nanduti_hub.documented import CSV, XLSX, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.offload import offload
from nanduti_hub.packed import packed_lines
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import InQuery, RequestOf, caller_from, hub_of, saved_as

#: Actions packed at once, and lines of CSV sent at once.
CHUNK = 1_000


class Wanted(Struct, frozen=True, kw_only=True):
    """Whose actions, and of which days."""

    institution: str | None
    since: date | None
    until: date | None
    only_referenced: bool


def wanted_from(
    institution: InQuery = None,
    from_: From = None,
    to: To = None,
    only_referenced: FromQuery[bool] = False,
) -> Wanted:
    """What is asked for, from the query.

    Raises:
        Refused: `dates_reversed`, the period ends before it starts.

    """
    if from_ and to and to < from_:
        raise Refused(Refusal("dates_reversed", {"start": from_.isoformat(), "end": to.isoformat()}))
    return Wanted(institution=institution, since=from_, until=to, only_referenced=only_referenced)


WANTED = {"wanted": Provide(wanted_from, sync_to_thread=False)}


async def _taken(request: RequestOf, wanted: Wanted) -> tuple[list[bytes], Names]:
    """The actions, packed, all of one moment; no transaction is open while somebody reads them."""
    packs: list[bytes] = []
    async with transaction(
        hub_of(request).ledger.database, caller_from(request), snapshot=True
    ) as connection:
        await check_codes(connection, None, None, None, wanted.institution)
        names = await names_now(connection)
        cursor = await connection.cursor(
            statement("nanduti_hub.actions", "led_actions"),
            wanted.institution,
            wanted.since,
            wanted.until,
            wanted.only_referenced,
        )
        while rows := await cursor.fetch(CHUNK):
            packs.append(await asyncio.to_thread(packed_lines, [row["body"] for row in rows]))
    return packs, names


@get(
    "/v1/simore.xlsx",
    dependencies=WANTED,
    summary="Acciones por institución responsable, para SIMORE Plus",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=XLSX, headers=("Content-Disposition",)),
)
async def simore_xlsx(request: RequestOf, wanted: NamedDependency[Wanted]) -> Response[bytes]:
    """Each institution's actions with their recommendations, status, latest reports, evidence and budget, as a
    workbook. `from` and `to` are a period that the action's own overlaps; reports are the last ones up to `to`.
    """
    packs, names = await _taken(request, wanted)
    named = names.bodies.get(wanted.institution or "", "")
    about = simore.about(named, wanted.since, wanted.until, only_referenced=wanted.only_referenced)
    body = await offload(simore.workbook_bytes, packs, names, wanted.until, about)
    return Response(body, media_type=XLSX, headers=saved_as(f"{_name(wanted)}.xlsx"))


@get(
    "/v1/simore.csv",
    dependencies=WANTED,
    summary="Acciones por institución responsable, para SIMORE Plus (CSV)",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=CSV, headers=("Content-Disposition",)),
)
async def simore_csv(request: RequestOf, wanted: NamedDependency[Wanted]) -> Stream:
    """The same as CSV that Excel in Spanish opens: UTF-8 with BOM, semicolons."""
    packs, names = await _taken(request, wanted)

    async def parts() -> AsyncIterator[bytes]:
        yield BOM + simore.heading()
        for pack in packs:
            yield await asyncio.to_thread(simore.lines, pack, names, wanted.until)

    return Stream(parts(), media_type=CSV, headers=saved_as(f"{_name(wanted)}.csv"))


def _name(wanted: Wanted) -> str:
    return f"simore_{wanted.institution}" if wanted.institution else "simore"


ROUTES: list[BaseRouteHandler] = [simore_xlsx, simore_csv]
