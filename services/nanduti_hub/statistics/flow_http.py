"""The weekly counts of handoffs over HTTP, as they were published: JSON, CSV and a workbook."""

from datetime import date
from typing import Annotated

import asyncpg
import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter
from msgspec import Struct

from nanduti.flow import FlowCell
from nanduti.procedure import Procedure
from nanduti_hub.access.policy import Act
from nanduti_hub.actions.queries import check_codes, names_now
from nanduti_hub.actions.spreadsheet import Names
from nanduti_hub.csv_lines import BOM, guarded_line
from nanduti_hub.directory.queries import entries
from nanduti_hub.documented import CSV, XLSX, PageOf, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.offload import offload
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import InQuery, Limit, RequestOf, caller_from, hub_of, next_link, saved_as
from nanduti_hub.sheets import workbook_of
from nanduti_hub.statistics.flow_sheet import ABOUT, COLUMNS, CSV_NAMES, lines

From = Annotated[
    date | None, QueryParameter(name="from", description="A day of the first week; all weeks, if not said.")
]
To = Annotated[date | None, QueryParameter(name="to", description="The last day on which a week may begin.")]
#: Week and platform of the last one that was shown.
Cursor = Annotated[str | None, QueryParameter(pattern=r"^w[0-9]{4}-[0-9]{2}-[0-9]{2}\.[a-z0-9_]{2,16}\Z")]
#: Weeks of platforms that a file holds: twenty years of ten platforms.
MOST_IN_FILE = 10_000


class FlowWeek(Struct, frozen=True, kw_only=True):
    """What a platform published of the seven days that begin on `week`, a Monday in Paraguay.

    A count is null where it is hidden, and so is every cell that is not listed: it is under five, or one that is
    could be worked out from it. What is listed never changes.
    """

    platform: str
    week: date
    cells: tuple[FlowCell, ...]


@get(
    "/v1/flow",
    summary="Derivaciones por semana: cuentas publicadas, con las celdas chicas suprimidas",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, PageOf[FlowWeek], headers=("Link",)),
)
async def get_flow(
    request: RequestOf,
    platform: InQuery = None,
    since: From = None,
    until: To = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response[bytes]:
    """How many cases passed in each week, by platform, track and department, the latest week first. Cells under five,
    and those from which one could be worked out, are hidden; a week that was published never changes.
    """
    async with transaction(hub_of(request).ledger.database, caller_from(request)) as connection:
        found = await _weeks(connection, platform, since, until, limit + 1, _place(cursor))
    shown = found[:limit]
    following = f"w{shown[-1].week}.{shown[-1].platform}" if len(found) > limit else None
    page = PageOf(items=tuple(shown), next=following)
    return Response(
        msgspec.json.encode(page), media_type="application/json", headers=next_link(request, following)
    )


@get(
    "/v1/flow.csv",
    summary="Derivaciones por semana, para una planilla (CSV)",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=CSV, headers=("Content-Disposition",)),
)
async def flow_csv(
    request: RequestOf, platform: InQuery = None, since: From = None, until: To = None
) -> Response[bytes]:
    """The published counts as CSV that Excel in Spanish opens, a line for each cell; a hidden count is empty."""
    found, names, tracks = await _named(request, platform, since, until)
    body = BOM + guarded_line(CSV_NAMES)
    body += b"".join(
        guarded_line(
            [f"{cell:%d/%m/%Y}" if isinstance(cell, date) else "" if cell is None else cell for cell in line]
        )
        for line in lines(found, names, tracks)
    )
    return Response(body, media_type=CSV, headers=saved_as("derivaciones.csv"))


@get(
    "/v1/flow.xlsx",
    summary="Derivaciones por semana, en un libro de Excel",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=XLSX, headers=("Content-Disposition",)),
)
async def flow_xlsx(
    request: RequestOf, platform: InQuery = None, since: From = None, until: To = None
) -> Response[bytes]:
    """The published counts as a workbook, with how they are made on its second sheet."""
    found, names, tracks = await _named(request, platform, since, until)
    rows = list(lines(found, names, tracks))
    body = await offload(workbook_of, "Derivaciones", COLUMNS, rows, ABOUT)
    return Response(body, media_type=XLSX, headers=saved_as("derivaciones.xlsx"))


async def _named(
    request: RequestOf, platform: str | None, since: date | None, until: date | None
) -> tuple[list[FlowWeek], Names, dict[str, str]]:
    """The weeks of a file, and what the directory and the procedures call what is in them."""
    async with transaction(hub_of(request).ledger.database, caller_from(request)) as connection:
        found = await _weeks(connection, platform, since, until, MOST_IN_FILE, None)
        procedures = await entries(connection, Procedure)
        tracks = {rule.code: rule.name.es for one in procedures for rule in one.tracks}
        return found, await names_now(connection), tracks


async def _weeks(
    connection: asyncpg.Connection,
    platform: str | None,
    since: date | None,
    until: date | None,
    most: int,
    after: tuple[date, str] | None,
) -> list[FlowWeek]:
    """Published weeks, those that a day of `since` is in and later ones.

    Raises:
        Refused: `dates_reversed`, `platform_unknown`.

    """
    if since is not None and until is not None and until < since:
        raise Refused(Refusal("dates_reversed", {"start": since.isoformat(), "end": until.isoformat()}))
    await check_codes(connection, platform, None, None, None)
    rows = await connection.fetch(
        statement("nanduti_hub.statistics", "page_of_flow"),
        platform,
        since,
        until,
        *(after or (None, None)),
        most,
    )
    return [
        FlowWeek(
            platform=row["platform"],
            week=row["week"],
            cells=msgspec.json.decode(row["cells"], type=tuple[FlowCell, ...]),
        )
        for row in rows
    ]


def _place(cursor: str | None) -> tuple[date, str] | None:
    """The place to go on after.

    Raises:
        Refused: `invalid`, there is no such day.

    """
    if cursor is None:
        return None
    week, platform = cursor.removeprefix("w").split(".")
    try:
        return date.fromisoformat(week), platform
    except ValueError as error:
        raise Refused(
            Refusal("invalid", {"reason": "Not as the documentation says - at `cursor`"})
        ) from error


ROUTES: list[BaseRouteHandler] = [get_flow, flow_csv, flow_xlsx]
