"""Every command and query, tried by every role of the own platform, of another one, and of none.

The expectations are written out here by hand and not taken from the policy that they test. A route that is in
the application and not in this table, or the other way round, fails: every later issue adds its rows.

Whose the things are: CONAETI's, unless the row's request says otherwise. The columns, in order:

    nobody       no credential at all
    steward      of the hub
    admin        administrator of CONAETI            admin'    administrator of the Mesa
    coord        coordinator of CONAETI              coord'    coordinator of the Mesa
    focal, case  focal point and case officer of an institution
    obs          observer of CONAETI                 obs'      observer of an institution

The cells: `ok` done; `401` who are you; `role` your role may not (not_allowed); `own` you may, but only with
your own (not_yours); `404` as if there were no such thing; `409` you may, but nobody here could answer.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg
import httpx
import pytest
from browser import Browser, somebody
from databases import Database
from hub_api import PLAN, Api, Journey, problem
from litestar.routes import HTTPRoute
from matrix_requests import REQUESTS
from matrix_world import World

from nanduti_hub.access.door import COOKIE, STRANGER
from nanduti_hub.access.sessions import Held, open_session
from nanduti_hub.access.tokens import create_token, digest_of
from nanduti_hub.caller import Caller, Role
from nanduti_hub.hub import web_application
from nanduti_hub.ledger.database import transaction

Call = Callable[..., Awaitable[httpx.Response]]
COLUMNS = ("nobody", "steward", "admin", "admin'", "coord", "coord'", "focal", "case", "obs", "obs'")
TABLE = """
#                                                    nobody steward admin admin' coord coord' focal case obs  obs'
GET    /healthz                                      ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /readyz                                       ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/docs                                      ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/docs/openapi.json                         ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/docs/{path}                               404    404     404   404    404   404    404   404  404  404
GET    /v1/me                                        401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/status                                    401    ok      ok    ok     ok    ok     ok    ok   ok   ok

POST   /v1/session                                   ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/session                                   401    404     404   404    404   404    404   404  404  404
PUT    /v1/session/role                              401    404     404   404    404   404    404   404  404  404
DELETE /v1/session                                   401    404     404   404    404   404    404   404  404  404
GET    /v1/session/oidc                              404    404     404   404    404   404    404   404  404  404
GET    /v1/session/oidc/callback                     404    404     404   404    404   404    404   404  404  404
POST   /v1/invitations/open                          ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
POST   /v1/invitations/accept                        ok     ok      ok    ok     ok    ok     ok    ok   ok   ok

GET    /                                             ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /static/{name}                                ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /entrar                                       ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
POST   /entrar                                       ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /invitacion/{secret}                          ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
POST   /invitacion/{secret}                          ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /cuenta                                       401    404     404   404    404   404    404   404  404  404
GET    /cuenta/rol                                   ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /cuenta/salir                                 ok     ok      ok    ok     ok    ok     ok    ok   ok   ok
POST   /cuenta/rol                                   401    404     404   404    404   404    404   404  404  404
POST   /cuenta/salir                                 401    404     404   404    404   404    404   404  404  404

GET    /v1/people                                    401    ok      ok    ok     role  role   role  role role role
POST   /v1/people                                    401    ok      ok    own    role  role   role  role role role
GET    /v1/people/{person_id}                        401    ok      ok    404    role  role   role  role role role
PUT    /v1/people/{person_id}/roles                  401    ok      ok    404    role  role   role  role role role
POST   /v1/people/{person_id}/recovery               401    ok      ok    404    role  role   role  role role role
DELETE /v1/people/{person_id}                        401    ok      ok    404    role  role   role  role role role
GET    /v1/tokens                                    401    ok      ok    ok     role  role   role  role role role
POST   /v1/tokens                                    401    ok      ok    own    role  role   role  role role role
POST   /v1/tokens/{token_id}/rotate                  401    ok      ok    404    role  role   role  role role role
DELETE /v1/tokens/{token_id}                         401    ok      ok    404    role  role   role  role role role
GET    /v1/audit                                     401    ok      role  role   role  role   role  role role role
GET    /v1/audit.ndjson                              401    ok      role  role   role  role   role  role role role
GET    /v1/audit.csv                                 401    ok      role  role   role  role   role  role role role
GET    /v1/audit.xlsx                                401    ok      role  role   role  role   role  role role role

GET    /v1/queries                                   401    ok      ok    ok     ok    ok     ok    ok   ok   ok
POST   /v1/queries                                   401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/queries/{query_id}                        401    404     404   404    ok    404    404   404  404  404
PUT    /v1/queries/{query_id}                        401    404     404   404    ok    404    404   404  404  404
DELETE /v1/queries/{query_id}                        401    404     404   404    ok    404    404   404  404  404
POST   /v1/queries/{query_id}/calendar               401    404     404   404    ok    404    404   404  404  404
DELETE /v1/queries/{query_id}/calendar               401    404     404   404    ok    404    404   404  404  404
GET    /v1/calendars/{secret}                        ok     ok      ok    ok     ok    ok     ok    ok   ok   ok

GET    /v1/departments                               401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/institutions                              401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/platforms                                 401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/seats                                     401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/institutions/{code}                       401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/platforms/{code}                          401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/seats/{name}                              401    ok      ok    ok     ok    ok     ok    ok   ok   ok
PUT    /v1/institutions/{code}                       401    ok      role  role   role  role   role  role role role
PUT    /v1/platforms/{code}                          401    ok      role  role   role  role   role  role role role
PUT    /v1/seats/{name}                              401    ok      role  role   role  role   role  role role role
GET    /v1/procedures                                401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/procedures/{version}                      401    ok      ok    ok     ok    ok     ok    ok   ok   ok
PUT    /v1/procedures/{version}                      401    ok      role  role   role  role   role  role role role
# The keys of the ministry of labour: no administrator here is its own.
GET    /v1/institutions/{code}/recipients            401    ok      ok    ok     ok    ok     ok    ok   ok   ok
POST   /v1/institutions/{code}/recipients            401    role    own   own    role  role   role  role role role
POST   /v1/institutions/{code}/recipients/{fingerprint}/revoke 401 role own own  role  role   role  role role role

GET    /v1/actions                                   401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/actions.ndjson                            401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/actions.csv                               401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/actions.xlsx                              401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/simore.xlsx                               401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/simore.csv                                401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/actions.ics                               401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/actions/facets                            401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/actions/{name}                            401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/actions/{name}/history                    401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/register                                  401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/register/changes                          401    ok      ok    ok     ok    ok     ok    ok   ok   ok
PATCH  /v1/actions/{name}                            401    role    role  role   ok    own    role  role role role
POST   /v1/actions/{name}/status                     401    role    role  role   ok    own    role  role role role
POST   /v1/actions/{name}/progress                   401    role    role  role   ok    own    role  role role role
PUT    /v1/actions/{name}/milestones                 401    role    role  role   ok    own    role  role role role
PUT    /v1/actions/{name}/indicators                 401    role    role  role   ok    own    role  role role role
POST   /v1/actions/{name}/indicators/{number}/reports 401   role    role  role   ok    own    role  role role role
DELETE /v1/actions/{name}/indicators/{number}/reports 401   role    role  role   ok    own    role  role role role

GET    /v1/ledger/count                              401    role    role  role   ok    ok     ok    ok   role role
GET    /v1/flow                                      401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/flow.csv                                  401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/flow.xlsx                                 401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/results                                   401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/results.csv                               401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/results.xlsx                              401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/results/sources                           401    ok      ok    ok     ok    ok     ok    ok   ok   ok

GET    /v1/plans                                     401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/plans/{plan_id}                           401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/plans/{plan_id}/changes                   401    ok      ok    ok     ok    ok     ok    ok   ok   ok
GET    /v1/plans/{plan_id}/template.xlsx             401    ok      ok    ok     ok    ok     ok    ok   ok   ok
POST   /v1/plans                                     401    role    role  role   ok    own    role  role role role
PUT    /v1/plans/{plan_id}                           401    role    role  role   ok    own    role  role role role
POST   /v1/plans/{plan_id}/actions                   401    role    role  role   ok    own    role  role role role
POST   /v1/plans/{plan_id}/imports                   401    role    role  role   ok    own    role  role role role
GET    /v1/plans/{plan_id}/imports                   401    role    role  role   ok    own    role  role role role
GET    /v1/imports/{import_id}                       401    role    role  role   ok    404    role  role role role
GET    /v1/imports/{import_id}/annotated.xlsx        401    role    role  role   ok    404    role  role role role
PUT    /v1/imports/{import_id}/pairs                 401    role    role  role   ok    404    role  role role role
PUT    /v1/imports/{import_id}/ticks                 401    role    role  role   ok    404    role  role role role
POST   /v1/imports/{import_id}/confirm               401    role    role  role   ok    404    role  role role role

# Cases are the Ministry of Labor's here; nobody else is on the hub.
GET    /v1/cases                                     401    role    role  role   role  role   ok    ok   role role
GET    /v1/cases.ndjson                              401    role    role  role   role  role   ok    ok   role role
GET    /v1/cases.csv                                 401    role    role  role   role  role   ok    ok   role role
GET    /v1/cases.xlsx                                401    role    role  role   role  role   ok    ok   role role
GET    /v1/handoffs                                  401    role    role  role   role  role   ok    ok   role role
GET    /v1/handoffs.ndjson                           401    role    role  role   role  role   ok    ok   role role
GET    /v1/handoffs.csv                              401    role    role  role   role  role   ok    ok   role role
GET    /v1/handoffs.xlsx                             401    role    role  role   role  role   ok    ok   role role
GET    /v1/handoffs.ics                              401    role    role  role   role  role   ok    ok   role role
GET    /v1/inbox                                     401    role    role  role   role  role   ok    ok   role role
GET    /v1/inbox.ndjson                              401    role    role  role   role  role   ok    ok   role role
GET    /v1/inbox.csv                                 401    role    role  role   role  role   ok    ok   role role
GET    /v1/inbox.xlsx                                401    role    role  role   role  role   ok    ok   role role
GET    /v1/inbox.ics                                 401    role    role  role   role  role   ok    ok   role role
POST   /v1/cases                                     401    role    role  role   role  role   role  ok   role role
GET    /v1/cases/{reference}                         401    role    role  role   role  role   ok    ok   role role
PATCH  /v1/cases/{reference}/facts                   401    role    role  role   role  role   role  ok   role role
PUT    /v1/cases/{reference}/consent                 401    role    role  role   role  role   role  ok   role role
POST   /v1/cases/{reference}/tracks                  401    role    role  role   role  role   role  ok   role role
POST   /v1/cases/{reference}/same-as                 401    role    role  role   role  role   role  ok   role role
DELETE /v1/cases/{reference}/same-as                 401    role    role  role   role  role   role  ok   role role
GET    /v1/cases/{reference}/tracks/{track}          401    role    role  role   role  role   ok    ok   role role
GET    /v1/cases/{reference}/tracks/{track}/custody  401    role    role  role   role  role   ok    ok   role role
GET    /v1/cases/{reference}/tracks/{track}/receivers 401    role    role  role   role  role   ok    ok   role role
POST   /v1/cases/{reference}/tracks/{track}/stage    401    role    role  role   role  role   role  ok   role role
POST   /v1/cases/{reference}/tracks/{track}/close    401    role    role  role   role  role   role  ok   role role
POST   /v1/cases/{reference}/tracks/{track}/reopen   401    role    role  role   role  role   role  ok   role role
POST   /v1/cases/{reference}/tracks/{track}/handoffs 401    role    role  role   role  role   role  ok   role role
GET    /v1/handoffs/{handoff_id}                     401    role    role  role   role  role   ok    ok   role role
POST   /v1/handoffs/{handoff_id}/withdraw            401    role    role  role   role  role   role  ok   role role
GET    /v1/handoffs/{handoff_id}/dossier             401    role    role  role   role  role   role  404  role role
POST   /v1/handoffs/{handoff_id}/dossier             401    role    role  role   role  role   role  ok   role role
POST   /v1/handoffs/{handoff_id}/accept              401    role    role  role   role  role   role  ok   role role
POST   /v1/handoffs/{handoff_id}/decline             401    role    role  role   role  role   role  ok   role role
POST   /v1/handoffs/{handoff_id}/redirect            401    role    role  role   role  role   role  ok   role role
POST   /v1/handoffs/{handoff_id}/questions           401    role    role  role   role  role   role  409  role role
POST   /v1/handoffs/{handoff_id}/questions/{number}/answer 401    role    role  role   role  role   role  404  role role
POST   /v1/handoffs/{handoff_id}/complete            401    role    role  role   role  role   role  ok   role role
GET    /v1/handoffs/{handoff_id}/oficio.pdf          401    role    role  role   role  role   ok    ok   role role
GET    /v1/handoffs/{handoff_id}/constancia.pdf      401    role    role  role   role  role   ok    ok   role role
POST   /v1/groups                                    401    role    role  role   role  role   role  ok   role role
GET    /v1/groups/{group_id}                         401    role    role  role   role  role   ok    ok   role role
POST   /v1/groups/{group_id}/cases                   401    role    role  role   role  role   role  ok   role role
POST   /v1/groups/{group_id}/handoffs                401    role    role  role   role  role   role  ok   role role
POST   /v1/bundles/{bundle_id}/accept                401    role    role  role   role  role   role  ok   role role
POST   /v1/bundles/{bundle_id}/decline               401    role    role  role   role  role   role  ok   role role
"""
#: What only a session can be asked: a token has none (404 above), everybody who is signed in has.
OF_A_SESSION = {
    ("GET", "/v1/session"),
    ("PUT", "/v1/session/role"),
    ("DELETE", "/v1/session"),
    ("GET", "/cuenta"),
    ("POST", "/cuenta/rol"),
    ("POST", "/cuenta/salir"),
}
#: What is its maker's alone: here a token's, and so not a person's in the same role.
OF_ITS_MAKER = "/v1/queries/{query_id}"
CODES = {"401": (401, "token_missing"), "role": (403, "not_allowed"), "own": (403, "not_yours")}
CODES["409"] = (409, "question_nobody")


WHO: dict[str, tuple[Role, str]] = {
    "steward": (Role.STEWARD, "*"),
    "admin": (Role.ADMINISTRATOR, "conaeti"),
    "admin'": (Role.ADMINISTRATOR, "mesa"),
    "coord": (Role.COORDINATOR, "conaeti"),
    "coord'": (Role.COORDINATOR, "mesa"),
    "focal": (Role.FOCAL_POINT, "mtess"),
    "case": (Role.CASE_OFFICER, "mtess"),
    "obs": (Role.OBSERVER, "conaeti"),
    "obs'": (Role.OBSERVER, "mtess"),
}


@pytest.fixture(scope="module")
async def world(hub: Journey, journeys_database: Database) -> AsyncIterator[World]:
    """A running hub with a caller for every column."""
    operator = Caller(name="test", role=Role.STEWARD, scope="*")
    async with AsyncExitStack() as stack:

        async def client(token: str = "") -> httpx.AsyncClient:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            return await stack.enter_async_context(
                httpx.AsyncClient(base_url=hub.url, headers=headers, timeout=60)
            )

        callers, tokens = {"nobody": await client()}, {}
        for column, (role, scope) in WHO.items():
            async with transaction(hub.running.ledger.database, operator) as connection:
                tokens[column] = await create_token(connection, f"matrix:{role}", role, scope)
            callers[column] = await client(tokens[column])
        superuser = await asyncpg.connect(journeys_database.dsn("superuser"))
        stack.push_async_callback(superuser.close)
        owner = Api(callers["coord"], tokens["coord"])
        steward = Api(callers["steward"], tokens["steward"])
        plan = await owner.made("/v1/plans", PLAN)
        people = {}
        for column, (role, scope) in WHO.items():
            account = await somebody(steward, callers["nobody"], (role.value, scope))
            people[column] = account.person["id"]
        yield World(callers, owner, steward, superuser, plan["id"], {}, people)


def rows() -> dict[tuple[str, str], dict[str, str]]:
    """The table, read: method and route to column to cell."""
    found = {}
    for line in TABLE.strip().splitlines():
        if line and not line.startswith("#"):
            method, route, *cells = line.split()
            assert (method, route) not in found, line
            found[method, route] = dict(zip(COLUMNS, cells, strict=True))
    return found


ROWS = rows()


def test_every_route_of_the_application_is_in_the_table() -> None:
    """And every row is a route."""
    application = web_application(None)  # type: ignore[arg-type]  # nothing of it is served here
    there = {
        (method, route.path_format)
        for route in application.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if method not in ("OPTIONS", "HEAD")
    }
    assert there == ROWS.keys() == REQUESTS.keys()


@pytest.mark.slow
@pytest.mark.parametrize(("method", "route"), ROWS)
async def test_a_request_is_done_or_refused_as_the_table_says(world: World, method: str, route: str) -> None:
    """For each caller with a token: the answer, and that what is refused changes nothing."""
    for column, cell in ROWS[method, route].items():
        await tried(world, world.callers[column].request, method, route, column, cell)


CLOSED = [row for row, cells in ROWS.items() if cells["nobody"] == "401"]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "route"), CLOSED)
async def test_a_session_may_what_a_token_of_its_role_may(
    hub: Journey, world: World, method: str, route: str
) -> None:
    """The same table, for people who are signed in; each tries in a session of its own."""
    world.drafts.clear()
    for column, acts in WHO.items():
        async with transaction(hub.running.ledger.database, STRANGER) as connection:
            secret = await open_session(connection, world.people[column], Held(*acts))
        csrf = await world.superuser.fetchval("SELECT csrf FROM session WHERE sha256 = $1", digest_of(secret))
        browser = Browser(world.callers["nobody"], {COOKIE: secret}, csrf)
        cell = "ok" if (method, route) in OF_A_SESSION else ROWS[method, route][column]
        cell = "404" if route.startswith(OF_ITS_MAKER) else cell
        await tried(world, browser.call, method, route, column, cell)


async def tried(world: World, call: Call, method: str, route: str, column: str, cell: str) -> None:
    """Send the row's request as `call` does, and hold the answer to the cell."""
    request = await REQUESTS[method, route](world)
    sent = dict(request.sent)
    if route in ("/v1/session/role", "/cuenta/rol"):
        role, scope = WHO.get(column, (Role.OBSERVER, "conaeti"))
        sent |= {"json" if route.startswith("/v1") else "data": {"role": role.value, "scope": scope}}
    before = await everything(world.superuser)
    answer = await call(method, request.path, **sent)
    told = f"{method} {request.path} as {column}: {answer.status_code} {answer.text[:300]}"
    if cell == "ok":
        assert answer.status_code < 400, told
        return
    if cell == "404":
        unknown = await call(method, request.unknown, **sent)
        assert (answer.status_code, answer.json()) == (404, unknown.json()), told
        assert unknown.status_code == 404, told
    else:
        problem(answer, *CODES[cell])
    assert await everything(world.superuser) == before, told


async def everything(superuser: asyncpg.Connection) -> str:
    """A digest of all that callers can change."""
    digests = await superuser.fetchval("""
        SELECT md5(string_agg(digest, '' ORDER BY digest)) FROM (
            SELECT 'event' || count(*) AS digest FROM (SELECT FROM event UNION ALL SELECT FROM pending) AS e
            UNION ALL SELECT 'stream' || id || version FROM stream
            UNION ALL SELECT 'dossier' || handoff || sha256 FROM dossier
            UNION ALL SELECT 'import' || id || version || coalesce(confirmed_as, 0) FROM import
            UNION ALL SELECT 'token' || id || coalesce(expires_at::text, '') || coalesce(revoked_at::text, '') FROM token
            UNION ALL SELECT 'person' || id || version || coalesce(passphrase, '') FROM person
            UNION ALL SELECT 'role' || person || role || scope FROM person_role
            UNION ALL SELECT 'invitation' || id || coalesce(ended_at::text, '') FROM invitation
            UNION ALL SELECT 'query' || id || version || coalesce(calendar_since::text, '') FROM saved_query
            UNION ALL SELECT 'session' || id || role || scope || coalesce(ended_at::text, '') FROM session
        ) AS digests""")
    return str(digests)
