"""The request behind each row of the matrix: valid in all but, perhaps, who sends it; about CONAETI's things."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
from browser import PASSPHRASE, code_of, invited, secret_of, somebody
from hub_api import ACTION, CONFIRMATION, PLAN
from matrix_cases import CASE_REQUESTS
from matrix_world import Make, Sent, World, plain
from msgspec.structs import replace
from small_workbook import ROWS, workbook

from nanduti.vocabulary import Crime
from nanduti_hub.handoffs.procedure import starting

WORKBOOK = workbook(ROWS)
NOWHERE = "01900000-0000-7000-8000-00000000dead"


def of_action(below: str = "", **sent: Any) -> Make:
    """A request about an action that was just made."""

    async def make(world: World) -> Sent:
        action = await world.owner.added(world.plan)
        return Sent(f"/v1/actions/{action['id']}{below}", {"headers": {"If-Match": '"1"'}, **sent})

    return make


async def a_report_to_withdraw(world: World) -> Sent:
    """A request about a report that was just made."""
    action = await world.owner.added(world.plan)
    reported = {"on": "2026-05-01", "value": 1}
    await world.owner.changed("POST", action, "/indicators/1/reports", reported)
    path = f"/v1/actions/{action['id']}/indicators/1/reports?on=2026-05-01"
    return Sent(path, {"headers": {"If-Match": '"2"'}})


def of_plan(below: str = "", **sent: Any) -> Make:
    """A request about a plan that was just opened."""

    async def make(world: World) -> Sent:
        plan = await world.owner.made("/v1/plans", PLAN)
        return Sent(f"/v1/plans/{plan['id']}{below}", {"headers": {"If-Match": '"1"'}, **sent})

    return make


def of_import(below: str = "", **sent: Any) -> Make:
    """A request about a borrador that was uploaded for it."""

    async def make(world: World) -> Sent:
        if below not in world.drafts:
            plan = await world.owner.made("/v1/plans", PLAN)
            answer = await world.owner.call("POST", f"/v1/plans/{plan['id']}/imports", content=WORKBOOK)
            assert answer.status_code == 201, answer.text
            world.drafts[below] = answer.json()["id"]
        return Sent(
            f"/v1/imports/{world.drafts[below]}{below}",
            {"headers": {"If-Match": '"1"'}, **sent},
            f"/v1/imports/{NOWHERE}{below}",
        )

    return make


def entry(path: str, body: Callable[[str], dict[str, Any]]) -> Make:
    """A request that enters something new into the directory."""

    async def make(_world: World) -> Sent:
        code = f"s{uuid.uuid4().hex[:12]}"
        return Sent(path.format(code), {"json": body(code)})

    return make


async def a_seat(world: World) -> Sent:
    """A seat of an institution that was just entered."""
    code = f"s{uuid.uuid4().hex[:12]}"
    made = await world.steward.call("PUT", f"/v1/institutions/{code}", json=institution(code))
    assert made.status_code == 201, made.text
    return Sent(f"/v1/seats/conaeti-{code}", {"json": {"platform": "conaeti", "institution": code}})


def institution(code: str) -> dict[str, Any]:
    """A synthetic institution."""
    return {"code": code, "acronym": code, "name": "Institución sintética", "synthetic": True}


def platform(code: str) -> dict[str, Any]:
    """A synthetic platform."""
    return {
        "code": code,
        "acronym": code,
        "name": "Plataforma sintética",
        "level": "municipal",
        "synthetic": True,
    }


async def a_procedure(_world: World) -> Sent:
    """Another version of the procedure, for the platforms that are there."""
    version = f"2040-{uuid.uuid4().int % 1000}"
    made = replace(
        starting(),
        version=version,
        in_force_from=date(2040, 1, 1),
        platform_of=dict.fromkeys(Crime, "mesa"),
    )
    return Sent(f"/v1/procedures/{version}", {"json": msgspec.to_builtins(made)})


def missing(path: str, **sent: Any) -> Make:
    """A request to what is not there for anybody who calls so."""

    async def make(_world: World) -> Sent:
        return Sent(path, sent, path)

    return make


CONAETIS = [{"role": "observer", "scope": "conaeti"}]


def somebody_new() -> dict[str, Any]:
    """A person of CONAETI to invite."""
    return {"login": f"s{uuid.uuid4().hex[:10]}", "name": "Persona Sintética", "roles": CONAETIS}


def of_person(below: str = "", **sent: Any) -> Make:
    """A request about a person of CONAETI who was just invited."""

    async def make(world: World) -> Sent:
        person = await world.steward.made("/v1/people", somebody_new())
        headers = {"headers": {"If-Match": '"1"'}, **sent}
        return Sent(f"/v1/people/{person['id']}{below}", headers, f"/v1/people/{NOWHERE}{below}")

    return make


TOKEN = {"name": "Sistema sintético", "role": "observer", "scope": "conaeti"}


def of_token(below: str = "", **sent: Any) -> Make:
    """A request about a token of CONAETI's that was just made."""

    async def make(world: World) -> Sent:
        token = await world.steward.made("/v1/tokens", TOKEN)
        return Sent(f"/v1/tokens/{token['id']}{below}", sent, f"/v1/tokens/{NOWHERE}{below}")

    return make


async def an_invitation_to_people(_world: World) -> Sent:
    """An invitation of somebody else each time."""
    return Sent("/v1/people", {"json": somebody_new()})


async def a_sign_in(world: World) -> Sent:
    """The sign-in of somebody who has just opened an account."""
    account = await somebody(world.steward, world.callers["nobody"], ("observer", "conaeti"))
    sent = {"login": account.login, "passphrase": account.passphrase, "code": account.code()}
    return Sent("/v1/session", {"json": sent})


async def an_opening(world: World) -> Sent:
    """A look at a link."""
    person = await invited(world.steward, CONAETIS)
    return Sent("/v1/invitations/open", {"json": {"invitation": secret_of(person)}})


async def an_acceptance(world: World) -> Sent:
    """The use of a link."""
    opening = await an_opening(world)
    shown = await world.callers["nobody"].post(opening.path, **opening.sent)
    sent = {**opening.sent["json"], "enrolment": shown.json()["enrolment"]}
    sent |= {"passphrase": PASSPHRASE, "code": code_of(shown.json()["totp_secret"])}
    return Sent("/v1/invitations/accept", {"json": sent})


async def a_form_to_enter(world: World) -> Sent:
    """A sign-in, by the page's form."""
    sent = (await a_sign_in(world)).sent["json"]
    form = {"account": sent["login"], "passphrase": sent["passphrase"], "code": sent["code"]}
    return Sent("/entrar", {"data": form})


async def a_link(world: World) -> Sent:
    """The page of a link."""
    return Sent(f"/invitacion/{secret_of(await invited(world.steward, CONAETIS))}")


async def a_form_of_a_link(world: World) -> Sent:
    """The use of a link, by the page's form."""
    sent = (await an_acceptance(world)).sent["json"]
    form = {name: sent[name] for name in ("enrolment", "passphrase", "code")}
    form["again"] = sent["passphrase"]
    return Sent(f"/invitacion/{sent['invitation']}", {"data": form})


QUERY = {"name": "Consulta sintética", "query": "platform=conaeti&overdue=true"}


def of_query(below: str = "", **sent: Any) -> Make:
    """A request about a query that CONAETI's coordinator has just saved; one alone is kept, so that there is room."""

    async def make(world: World) -> Sent:
        for kept in (await world.owner.read("/v1/queries"))["items"]:
            await world.owner.call("DELETE", f"/v1/queries/{kept['id']}")
        query = await world.owner.made("/v1/queries", QUERY)
        headers = {"headers": {"If-Match": '"1"'}, **sent}
        return Sent(f"/v1/queries/{query['id']}{below}", headers, f"/v1/queries/{NOWHERE}{below}")

    return make


async def a_calendar(world: World) -> Sent:
    """The calendar at an address that was just given."""
    query = (await of_query()(world)).path
    given = await world.owner.made(f"{query}/calendar", None)
    return Sent(f"/v1/calendars/{given['address'].rpartition('/')[2]}")


KEY = {"public_key": "age1mgnhmxnx26zppkkxk5wlpt4aea5vja3jkgcswh7gpjca5nnxsvxqh0makn", "kind": "recovery"}
FINGERPRINT = "0a2d-4676-4765-d722"


REQUESTS: dict[tuple[str, str], Make] = CASE_REQUESTS | {
    ("GET", "/"): plain("/"),
    ("GET", "/static/{name}"): plain("/static/style.css"),
    ("GET", "/entrar"): plain("/entrar"),
    ("POST", "/entrar"): a_form_to_enter,
    ("GET", "/invitacion/{secret}"): a_link,
    ("POST", "/invitacion/{secret}"): a_form_of_a_link,
    ("GET", "/cuenta"): missing("/cuenta"),
    ("GET", "/cuenta/rol"): plain("/cuenta/rol"),
    ("GET", "/cuenta/salir"): plain("/cuenta/salir"),
    ("POST", "/cuenta/rol"): missing("/cuenta/rol"),
    ("POST", "/cuenta/salir"): missing("/cuenta/salir"),
    ("GET", "/v1/audit"): plain("/v1/audit"),
    ("GET", "/v1/audit.ndjson"): plain("/v1/audit.ndjson"),
    ("GET", "/v1/audit.csv"): plain("/v1/audit.csv"),
    ("GET", "/v1/audit.xlsx"): plain("/v1/audit.xlsx"),
    ("POST", "/v1/session"): a_sign_in,
    ("GET", "/v1/session"): missing("/v1/session"),
    ("PUT", "/v1/session/role"): missing("/v1/session/role", json=CONAETIS[0]),
    ("DELETE", "/v1/session"): missing("/v1/session"),
    ("GET", "/v1/session/oidc"): missing("/v1/session/oidc"),
    ("GET", "/v1/session/oidc/callback"): missing("/v1/session/oidc/callback"),
    ("POST", "/v1/invitations/open"): an_opening,
    ("POST", "/v1/invitations/accept"): an_acceptance,
    ("GET", "/v1/people"): plain("/v1/people"),
    ("POST", "/v1/people"): an_invitation_to_people,
    ("GET", "/v1/people/{person_id}"): of_person(),
    ("PUT", "/v1/people/{person_id}/roles"): of_person("/roles", json={"roles": CONAETIS}),
    ("POST", "/v1/people/{person_id}/recovery"): of_person("/recovery"),
    ("DELETE", "/v1/people/{person_id}"): of_person(),
    ("GET", "/v1/queries"): plain("/v1/queries"),
    ("POST", "/v1/queries"): plain("/v1/queries", json=QUERY),
    ("GET", "/v1/queries/{query_id}"): of_query(),
    ("PUT", "/v1/queries/{query_id}"): of_query(json=QUERY),
    ("DELETE", "/v1/queries/{query_id}"): of_query(),
    ("POST", "/v1/queries/{query_id}/calendar"): of_query("/calendar"),
    ("DELETE", "/v1/queries/{query_id}/calendar"): of_query("/calendar"),
    ("GET", "/v1/calendars/{secret}"): a_calendar,
    ("GET", "/v1/tokens"): plain("/v1/tokens"),
    ("POST", "/v1/tokens"): plain("/v1/tokens", json=TOKEN),
    ("POST", "/v1/tokens/{token_id}/rotate"): of_token("/rotate", json={}),
    ("DELETE", "/v1/tokens/{token_id}"): of_token(),
    ("GET", "/healthz"): plain("/healthz"),
    ("GET", "/readyz"): plain("/readyz"),
    ("GET", "/v1/docs"): plain("/v1/docs"),
    ("GET", "/v1/docs/openapi.json"): plain("/v1/docs/openapi.json"),
    ("GET", "/v1/docs/{path}"): plain("/v1/docs/no-existe.json", unknown="/v1/docs/tampoco.json"),
    ("GET", "/v1/me"): plain("/v1/me"),
    ("GET", "/v1/status"): plain("/v1/status"),
    ("GET", "/v1/departments"): plain("/v1/departments"),
    ("GET", "/v1/institutions"): plain("/v1/institutions"),
    ("GET", "/v1/platforms"): plain("/v1/platforms"),
    ("GET", "/v1/seats"): plain("/v1/seats"),
    ("GET", "/v1/institutions/{code}"): plain("/v1/institutions/mtess"),
    ("GET", "/v1/platforms/{code}"): plain("/v1/platforms/mesa"),
    ("GET", "/v1/seats/{name}"): plain("/v1/seats/conaeti-mtess"),
    ("PUT", "/v1/institutions/{code}"): entry("/v1/institutions/{}", institution),
    ("PUT", "/v1/platforms/{code}"): entry("/v1/platforms/{}", platform),
    ("PUT", "/v1/seats/{name}"): a_seat,
    ("GET", "/v1/procedures"): plain("/v1/procedures"),
    ("GET", "/v1/procedures/{version}"): plain("/v1/procedures/2026-1"),
    ("PUT", "/v1/procedures/{version}"): a_procedure,
    ("GET", "/v1/institutions/{code}/recipients"): plain("/v1/institutions/mtess/recipients"),
    ("POST", "/v1/institutions/{code}/recipients"): plain(
        "/v1/institutions/mtess/recipients", json=KEY, headers={"If-Match": '"0"'}
    ),
    ("POST", "/v1/institutions/{code}/recipients/{fingerprint}/revoke"): plain(
        f"/v1/institutions/mtess/recipients/{FINGERPRINT}/revoke", headers={"If-Match": '"1"'}
    ),
    ("GET", "/v1/actions"): plain("/v1/actions"),
    ("GET", "/v1/actions.ndjson"): plain("/v1/actions.ndjson"),
    ("GET", "/v1/actions.csv"): plain("/v1/actions.csv"),
    ("GET", "/v1/actions.xlsx"): plain("/v1/actions.xlsx"),
    ("GET", "/v1/simore.xlsx"): plain("/v1/simore.xlsx"),
    ("GET", "/v1/simore.csv"): plain("/v1/simore.csv"),
    ("GET", "/v1/actions.ics"): plain("/v1/actions.ics"),
    ("GET", "/v1/actions/facets"): plain("/v1/actions/facets"),
    ("GET", "/v1/actions/{name}"): of_action(),
    ("GET", "/v1/actions/{name}/history"): of_action("/history"),
    ("GET", "/v1/register"): plain("/v1/register"),
    ("GET", "/v1/register/changes"): plain("/v1/register/changes?from=0"),
    ("PATCH", "/v1/actions/{name}"): of_action(json={"title": "Otro título sintético"}),
    ("POST", "/v1/actions/{name}/status"): of_action("/status", json={"status": "in_progress"}),
    ("POST", "/v1/actions/{name}/progress"): of_action("/progress", json={"progress": 5}),
    ("PUT", "/v1/actions/{name}/milestones"): of_action("/milestones", json={"milestones": []}),
    ("POST", "/v1/actions/{name}/indicators/{number}/reports"): of_action(
        "/indicators/1/reports", json={"on": "2026-05-01", "value": 1}
    ),
    ("PUT", "/v1/actions/{name}/indicators"): of_action(
        "/indicators", json={"indicators": [{"number": 1, "text": "Otro texto sintético"}]}
    ),
    ("DELETE", "/v1/actions/{name}/indicators/{number}/reports"): a_report_to_withdraw,
    ("GET", "/v1/ledger/count"): plain("/v1/ledger/count?upto=1"),
    ("GET", "/v1/flow"): plain("/v1/flow"),
    ("GET", "/v1/flow.csv"): plain("/v1/flow.csv"),
    ("GET", "/v1/flow.xlsx"): plain("/v1/flow.xlsx"),
    ("GET", "/v1/results"): plain("/v1/results"),
    ("GET", "/v1/results.csv"): plain("/v1/results.csv"),
    ("GET", "/v1/results.xlsx"): plain("/v1/results.xlsx"),
    ("GET", "/v1/results/sources"): plain("/v1/results/sources"),
    ("GET", "/v1/plans"): plain("/v1/plans"),
    ("GET", "/v1/plans/{plan_id}"): of_plan(),
    ("GET", "/v1/plans/{plan_id}/changes"): of_plan("/changes"),
    ("POST", "/v1/plans"): plain("/v1/plans", json=PLAN),
    ("PUT", "/v1/plans/{plan_id}"): of_plan(json=PLAN | {"title": "Otro título sintético"}),
    ("POST", "/v1/plans/{plan_id}/actions"): of_plan("/actions", json=ACTION),
    ("POST", "/v1/plans/{plan_id}/imports"): of_plan("/imports", content=WORKBOOK),
    ("GET", "/v1/plans/{plan_id}/imports"): of_plan("/imports"),
    ("GET", "/v1/plans/{plan_id}/template.xlsx"): of_plan("/template.xlsx"),
    ("GET", "/v1/imports/{import_id}"): of_import(),
    ("GET", "/v1/imports/{import_id}/annotated.xlsx"): of_import("/annotated.xlsx"),
    ("PUT", "/v1/imports/{import_id}/pairs"): of_import("/pairs", json={"pairs": {}}),
    ("PUT", "/v1/imports/{import_id}/ticks"): of_import("/ticks", json={"ticks": {}}),
    ("POST", "/v1/imports/{import_id}/confirm"): of_import("/confirm", json=CONFIRMATION),
}
