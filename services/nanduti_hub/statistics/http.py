"""Results over HTTP: what the actions have brought, as JSON, CSV and a workbook, and the reports behind each figure."""

from datetime import date
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery, QueryParameter

from nanduti.vocabulary import Measure
from nanduti_hub.access.policy import Act
from nanduti_hub.actions.queries import names_now
from nanduti_hub.actions.spreadsheet import Names
from nanduti_hub.csv_lines import BOM, guarded_line
from nanduti_hub.documented import CSV, XLSX, PageOf, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.offload import offload
from nanduti_hub.serving import InQuery, Limit, RequestOf, caller_from, hub_of, next_link, saved_as, today
from nanduti_hub.sheets import workbook_of
from nanduti_hub.statistics.queries import FIRST, Scope, check_scope, page_of_sources, results
from nanduti_hub.statistics.spreadsheet import COLUMNS, CSV_NAMES, about, lines
from nanduti_hub.statistics.views import Results, Source

From = Annotated[
    date | None, QueryParameter(name="from", description="The first day; from the beginning, if not said.")
]
To = Annotated[date | None, QueryParameter(name="to", description="The last day; today, if not said.")]
Category = Annotated[str | None, QueryParameter(max_length=1_000)]
#: Number of the action, number of the indicator, place of the report.
Cursor = Annotated[str | None, QueryParameter(pattern=r"^s[0-9]{1,18}\.[0-9]{1,9}\.[0-9]{1,9}\Z")]


def scope_from(
    since: From = None,
    until: To = None,
    platform: InQuery = None,
    department: InQuery = None,
    plan: InQuery = None,
    institution: InQuery = None,
) -> Scope:
    """What results are asked for, from the query."""
    return Scope(
        since=since, until=until or today(), platform=platform, department=department, plan=plan,
        institution=institution,
    )  # fmt: skip


#: Not by the name of `scope`: Litestar gives what is called so the connection's own.
SCOPED = {"wanted": Provide(scope_from, sync_to_thread=False)}


@get(
    "/v1/results",
    dependencies=SCOPED,
    summary="Resultados: lo alcanzado, sumado de los informes",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, Results),
)
async def get_results(request: RequestOf, wanted: NamedDependency[Scope]) -> Response[bytes]:
    """Activities, people reached, trainings, materials, audience and bodies, by category and department, added up from
    the reports on actions. A platform, department, plan or institution that does not exist is refused.
    """
    async with transaction(hub_of(request).ledger.database, caller_from(request)) as connection:
        await check_scope(connection, wanted)
        found = await results(connection, wanted)
    return Response(msgspec.json.encode(found), media_type="application/json")


async def _named(request: RequestOf, wanted: Scope) -> tuple[Results, Names]:
    async with transaction(hub_of(request).ledger.database, caller_from(request)) as connection:
        await check_scope(connection, wanted)
        return await results(connection, wanted), await names_now(connection)


@get(
    "/v1/results.csv",
    dependencies=SCOPED,
    summary="Resultados para una planilla (CSV)",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=CSV, headers=("Content-Disposition",)),
)
async def results_csv(request: RequestOf, wanted: NamedDependency[Scope]) -> Response[bytes]:
    """The results as CSV that Excel in Spanish opens, a line for each measure, category and department."""
    found, names = await _named(request, wanted)
    body = BOM + guarded_line(CSV_NAMES)
    body += b"".join(guarded_line(line) for line in lines(found, names.departments))
    return Response(body, media_type=CSV, headers=saved_as("resultados.csv"))


@get(
    "/v1/results.xlsx",
    dependencies=SCOPED,
    summary="Resultados en un libro de Excel",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=XLSX, headers=("Content-Disposition",)),
)
async def results_xlsx(request: RequestOf, wanted: NamedDependency[Scope]) -> Response[bytes]:
    """The results as a workbook, with what they are of on its second sheet."""
    found, names = await _named(request, wanted)
    told = about(found, {**names.bodies, **names.departments})
    rows = list(lines(found, names.departments))
    body = await offload(workbook_of, "Resultados", COLUMNS, rows, told)
    return Response(body, media_type=XLSX, headers=saved_as("resultados.xlsx"))


@get(
    "/v1/results/sources",
    dependencies=SCOPED,
    summary="Los informes detrás de los resultados, por páginas",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, PageOf[Source], headers=("Link",)),
)
async def get_sources(
    request: RequestOf,
    wanted: NamedDependency[Scope],
    measure: FromQuery[Measure | None] = None,
    category: Category = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response[bytes]:
    """The indicators whose reports the results are made of, each with its action, its last evidence, and its values
    before and at the end of the period: what they brought adds up to the results.
    """
    async with transaction(hub_of(request).ledger.database, caller_from(request)) as connection:
        await check_scope(connection, wanted)
        found = await page_of_sources(connection, wanted, measure, category, _place(cursor), limit + 1)
    shown = found[:limit]
    following = "s{}.{}.{}".format(*shown[-1][0]) if len(found) > limit else None
    page = PageOf(items=tuple(source for _, source in shown), next=following)
    return Response(
        msgspec.json.encode(page), media_type="application/json", headers=next_link(request, following)
    )


def _place(cursor: str | None) -> tuple[int, int, int]:
    """The place to go on after."""
    if cursor is None:
        return FIRST
    number, indicator, place = map(int, cursor.removeprefix("s").split("."))
    return number, indicator, place


ROUTES: list[BaseRouteHandler] = [get_results, results_csv, results_xlsx, get_sources]
