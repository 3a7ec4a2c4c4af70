"""Indicators over HTTP: what an action is measured by, and the values that are reported."""

from datetime import date
from typing import Annotated

from litestar import Response, delete, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from nanduti.actions import Report
from nanduti_hub.access.policy import Act
from nanduti_hub.actions.commands import ReportIndicator, SetIndicators, WithdrawReport
from nanduti_hub.actions.http import CHANGED, change_action
from nanduti_hub.serving import InPath, InQuery, RequestOf

#: Python says `on` too, but a parameter without a default is documented as one that must be there.
Day = Annotated[date, QueryParameter(name="on", description="The day of the report.")]
Category = Annotated[str, QueryParameter(max_length=1_000)]


@put(
    "/v1/actions/{name:str}/indicators",
    summary="Fijar los indicadores de una acción",
    opt={"act": Act.CHANGE_ACTION},
    responses=CHANGED,
)
async def set_indicators(request: RequestOf, name: InPath, data: JSONBody[SetIndicators]) -> Response[bytes]:
    """Replace all indicators; one with a number keeps it and its reports, one without is new. One that has reports
    cannot be left out. Needs If-Match.
    """
    return await change_action(request, name, data)


@post(
    "/v1/actions/{name:str}/indicators/{number:int}/reports",
    status_code=200,
    summary="Informar un indicador",
    opt={"act": Act.CHANGE_ACTION},
    responses=CHANGED,
)
async def report_indicator(
    request: RequestOf, name: InPath, number: FromPath[int], data: JSONBody[Report]
) -> Response[bytes]:
    """Report a value of an indicator, counted up to a day; a report of the same day, department and category is
    replaced. Needs If-Match.
    """
    return await change_action(
        request, name, lambda facts: ReportIndicator(number=number, report=data, facts=facts)
    )


@delete(
    "/v1/actions/{name:str}/indicators/{number:int}/reports",
    status_code=200,
    summary="Retirar un informe equivocado",
    opt={"act": Act.CHANGE_ACTION},
    responses=CHANGED,
)
async def withdraw_report(
    request: RequestOf,
    name: InPath,
    number: FromPath[int],
    on: Day,
    department: InQuery = None,
    category: Category = "",
) -> Response[bytes]:
    """Withdraw the report of a day, department and category; the history keeps it. Needs If-Match."""
    return await change_action(
        request, name, WithdrawReport(number=number, on=on, department=department, category=category)
    )


ROUTES: list[BaseRouteHandler] = [set_indicators, report_indicator, withdraw_report]
