"""Addresses: what a route does not take is told, so that a filter that is misspelt does not seem to have found all."""

import httpx
import pytest
from hub_api import Api, problem

from nanduti_hub.hub import web_application
from nanduti_hub.openapi import documented

#: Who comes back from an identity provider brings what that one adds.
LENIENT = "/v1/session/oidc/callback"
#: Sorted: Litestar gives the methods of a path in an order of its own in each process.
ROUTES = sorted(
    (route.method.upper(), route.path)
    for route in documented(web_application(None))  # type: ignore[arg-type]  # nothing of it is served here
    if route.path != LENIENT
)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_parameter_that_a_route_does_not_take_is_refused_by_its_name(
    steward: Api, conaeti: Api, officer: Api, house: Api, method: str, path: str
) -> None:
    """Wherever a caller may call at all, before anything is looked up or changed."""
    address = path.replace("{number}", "1")
    callers = (steward, conaeti, officer, house)
    answers = [await api.call(method, address, params={"desde": "2026-01-01"}) for api in callers]
    told = problem(next(answer for answer in answers if answer.status_code != 403), 400, "invalid")
    # Where cases are dealt with not even a parameter's name is said again: it can be a person's.
    about_cases = path.startswith(("/v1/cases", "/v1/handoffs", "/v1/inbox", "/v1/groups", "/v1/bundles"))
    assert ("parámetro desconocido." if about_cases else "parámetro desconocido: desde") in told["title"]


async def test_a_path_parameter_and_what_a_handler_needs_are_no_parameters_of_a_query(steward: Api) -> None:
    """Though they are arguments of the same function."""
    for path in (
        "/v1/audit?filters=x",
        "/v1/audit?acting_for=x",
        "/v1/audit?name=x",
        "/v1/plans?request=x",
        "/v1/people/x?person_id=y",
    ):
        problem(await steward.call("GET", path), 400, "invalid")


async def test_a_page_and_the_way_back_from_a_provider_take_what_others_add(
    anyone: httpx.AsyncClient,
) -> None:
    """A link that was sent around carries marks of whoever sent it; a provider adds words of its own."""
    assert (await anyone.get("/entrar?utm_source=correo")).status_code == 200
    problem(await anyone.get(f"{LENIENT}?session_state=x"), 404, "not_found")
