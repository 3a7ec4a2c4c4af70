"""Who may do what, what the documentation says of it, and that the bus and the API say the same."""

import asyncio
import re
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hub_api import ACTION, CONFIRMATION, PLAN, Api, Journey, problem

from nanduti.subscribe import digest, snapshot, subscribe
from nanduti_hub.access.tokens import create_token
from nanduti_hub.caller import Caller, Role
from nanduti_hub.dashboard import http as dashboard_http
from nanduti_hub.hub import listen, web_application
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.gate import Gate

NOBODY = "01900000-0000-7000-8000-00000000dead"
STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*")
#: The routes that are open, and what they answer to a body that is none.
OPEN = {
    ("GET", "/healthz"): 200,
    ("GET", "/readyz"): 200,
    ("POST", "/v1/session"): 400,
    ("GET", "/v1/session/oidc"): 404,
    ("GET", "/v1/session/oidc/callback"): 404,
    ("GET", "/v1/calendars/{secret}"): 404,
    ("POST", "/v1/invitations/open"): 400,
    ("POST", "/v1/invitations/accept"): 400,
}


@pytest.fixture(scope="module")
async def document(anyone: httpx.AsyncClient) -> Any:
    """The OpenAPI document, which is open to anyone."""
    answer = await anyone.get("/v1/docs/openapi.json")
    assert answer.status_code == 200, answer.text
    return answer.json()


def operations(document: Any) -> list[tuple[str, str]]:
    return [(method.upper(), path) for path, item in document["paths"].items() for method in item]


async def test_the_document_lists_every_route_and_its_references_lead_somewhere(
    hub: Journey, document: Any
) -> None:
    """OpenAPI 3.1, every operation named once, with a summary, and the token that it needs."""
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    application = web_application(hub.running.ledger)
    # The pages are for people, and in no contract.
    pages = {path for handler in dashboard_http.ROUTES for path in handler.paths}
    routes = {
        (method, re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path))
        for route in application.routes
        for method in getattr(route, "methods", ())
        # What a HEAD answers is said with its GET.
        if method not in ("OPTIONS", "HEAD")
        and not route.path.startswith("/v1/docs")
        and route.path not in pages
    }
    assert set(operations(document)) == routes
    named = [item["operationId"] for path in document["paths"].values() for item in path.values()]
    assert len(named) == len(set(named))
    assert all(item["summary"] for path in document["paths"].values() for item in path.values())
    for reference in re.findall(r'"\$ref": ?"#/([^"]+)"', httpx.Response(200, json=document).text):
        at = document
        for part in reference.split("/"):
            at = at[part]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert document["security"] == [{"token": []}, {"session": []}]


async def test_no_route_is_reached_without_a_token_but_those_that_say_so(
    anyone: httpx.AsyncClient, document: Any
) -> None:
    """Before anything of the request is read: 401 for a body that is none, too."""
    for method, path in operations(document):
        answer = await anyone.request(method, re.sub(r"\{\w+\}", "1", path), content=b"{")
        if (method, path) in OPEN:
            assert answer.status_code == OPEN[method, path]
        else:
            problem(answer, 401, "token_missing")
            assert answer.headers["www-authenticate"].startswith("Bearer")


WRONG = [
    "Bearer",
    "Bearer x",
    "Bearer nan_x",
    "Basic bmFuOm5hbg==",
    "nan_x",
    "bearer \xff",
    "Bearer " + "x" * 9_000,
]


@pytest.mark.parametrize("authorization", WRONG, ids=lambda value: value[:20])
async def test_what_is_no_token_is_told_nothing(anyone: httpx.AsyncClient, authorization: str) -> None:
    """Neither whether it was close."""
    answer = await anyone.get("/v1/actions", headers={"Authorization": authorization.encode("latin-1")})
    problem(answer, 401, answer.json()["code"])
    assert answer.json()["code"] in ("token_missing", "token_invalid")


async def test_a_token_that_has_expired_is_no_token(hub: Journey, anyone: httpx.AsyncClient) -> None:
    """Like one that never was."""
    async with transaction(hub.running.ledger.database, STEWARD) as connection:
        old = await create_token(
            connection, "test:old", Role.OBSERVER, "mtess", datetime.now(UTC) - timedelta(seconds=1)
        )
    problem(await anyone.get("/v1/me", headers={"Authorization": f"Bearer {old}"}), 401, "token_invalid")


async def test_everyone_is_told_who_they_are(conaeti: Api, member: Api, steward: Api) -> None:
    """And what they may do."""
    me = await conaeti.read("/v1/me")
    assert me.pop("id").startswith("token:")
    assert me == {
        "name": "test:conaeti",
        "role": "coordinator",
        "scope": "conaeti",
        "allowed": {
            "self.read": ["own"],
            "query.keep": ["own"],
            "register.read": ["own", "shared", "other"],
            "action.change": ["own"],
            "plan.change": ["own"],
            "import.read": ["own"],
            "notice.count": ["own"],
        },
    }
    assert (await member.read("/v1/me"))["allowed"].keys() == {"self.read", "query.keep", "register.read"}
    assert "action.change" not in (await steward.read("/v1/me"))["allowed"]


CHANGES: list[tuple[str, str, Any]] = [
    ("PATCH", "", {"title": "De otro"}),
    ("POST", "/status", {"status": "cancelled", "reason": "x"}),
    ("POST", "/progress", {"progress": 1}),
    ("PUT", "/milestones", {"milestones": []}),
    ("POST", "/indicators/1/reports", {"on": "2026-05-01", "value": 1}),
]


async def test_an_action_is_changed_by_its_own_platforms_coordinator_alone(
    conaeti: Api, mesa: Api, member: Api, steward: Api, open_plan: str
) -> None:
    """Another coordinator, a member and the steward only read; nothing has happened afterwards."""
    action = await conaeti.added(open_plan)
    path = f"/v1/actions/{action['id']}"
    for method, below, body in CHANGES:
        for api, code in ((mesa, "not_yours"), (member, "not_allowed"), (steward, "not_allowed")):
            answer = await api.call(method, path + below, json=body, headers={"If-Match": '"1"'})
            problem(answer, 403, code)
    for api in (mesa, member, steward):
        assert await api.read(path) == action


async def test_a_plan_and_its_workbooks_are_its_own_platforms_alone(
    conaeti: Api, mesa: Api, member: Api, steward: Api, open_plan: str
) -> None:
    """Opening, adding, uploading, looking, pairing, confirming."""
    draft = (await conaeti.call("POST", f"/v1/plans/{open_plan}/imports", content=b"no es planilla")).json()
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/v1/plans", {"json": PLAN}),
        ("PUT", f"/v1/plans/{open_plan}", {"json": PLAN, "headers": {"If-Match": '"1"'}}),
        ("POST", f"/v1/plans/{open_plan}/actions", {"json": ACTION}),
        ("POST", f"/v1/plans/{open_plan}/imports", {"content": b"x"}),
        ("GET", f"/v1/plans/{open_plan}/imports", {}),
        ("GET", f"/v1/imports/{draft['id']}", {}),
        ("PUT", f"/v1/imports/{draft['id']}/pairs", {"json": {"pairs": {}}, "headers": {"If-Match": '"1"'}}),
        ("POST", f"/v1/imports/{draft['id']}/confirm", {"json": CONFIRMATION}),
    ]
    for method, path, sent in tries:
        for api in (member, steward):
            problem(await api.call(method, path, **sent), 403, "not_allowed")
        # A plan is public, so another platform is told that it is not its own; that there is a borrador, it is not.
        hidden = path.startswith("/v1/imports")
        status, code = (404, "import_unknown") if hidden else (403, "not_yours")
        problem(await mesa.call(method, path, **sent), status, code)


async def test_the_steward_changes_the_directory_and_nobody_else(
    conaeti: Api, member: Api, steward: Api
) -> None:
    """At the version that was seen; a new entry needs none; the same again is no change."""
    entry = {"code": "sintetica", "acronym": "IS", "name": "Institución sintética", "synthetic": True}
    path = "/v1/institutions/sintetica"
    for api in (conaeti, member):
        problem(await api.call("PUT", path, json=entry), 403, "not_allowed")
    made = await steward.call("PUT", path, json=entry)
    assert (made.status_code, made.headers["etag"].split(".")[0]) == (201, '"1')
    problem(await steward.call("PUT", path, json=entry), 428, "version_missing")
    same = await steward.call("PUT", path, json=entry, headers={"If-Match": made.headers["etag"]})
    assert (same.status_code, same.headers["etag"].split(".")[0]) == (200, '"1')
    renamed = await steward.call("PUT", path, json=entry | {"acronym": "ISX"}, headers={"If-Match": '"1"'})
    assert (renamed.status_code, renamed.headers["etag"].split(".")[0]) == (200, '"2')
    problem(await steward.call("PUT", path, json=entry, headers={"If-Match": '"1"'}), 412, "version_conflict")
    assert (await member.read(path))["acronym"] == "ISX"
    seat = {"platform": "mesa", "institution": "sintetica", "since": "2026-01-01"}
    assert (await steward.call("PUT", "/v1/seats/mesa-sintetica", json=seat)).status_code == 201
    read = await member.call("GET", "/v1/seats/mesa-sintetica")
    assert (read.json()["since"], read.headers["etag"].split(".")[0]) == ("2026-01-01", '"1')
    assert "sintetica" in {
        one["institution"] for one in (await member.read("/v1/seats", platform="mesa"))["items"]
    }


ENTRIES: list[tuple[str, dict[str, Any], int, str]] = [
    ("/v1/institutions/otra", {"code": "una", "acronym": "X", "name": "X"}, 400, "invalid"),
    ("/v1/institutions/otra", {"code": "otra", "acronym": "X", "name": "X", "alias": []}, 400, "invalid"),
    ("/v1/institutions/OTRA", {"code": "OTRA", "acronym": "X", "name": "X"}, 400, "invalid"),
    ("/v1/institutions/otra", {"code": "otra", "acronym": "X", "name": "X\x00"}, 400, "invalid"),
    ("/v1/institutions/mesa", {"code": "mesa", "acronym": "X", "name": "X"}, 409, "code_taken"),
    ("/v1/platforms/mtess", {"code": "mtess", "acronym": "X", "name": "X"}, 409, "code_taken"),
    ("/v1/platforms/relay", {"code": "relay", "acronym": "X", "name": "X"}, 409, "code_taken"),
    (
        "/v1/platforms/otra",
        {"code": "otra", "acronym": "X", "name": "X", "department": "PY-99"},
        422,
        "department_unknown",
    ),
    ("/v1/seats/nadie-mtess", {"platform": "nadie", "institution": "mtess"}, 404, "platform_unknown"),
    ("/v1/seats/mesa-nadie", {"platform": "mesa", "institution": "nadie"}, 422, "institution_unknown"),
    ("/v1/seats/mesa-nadie", {"platform": "mesa", "institution": "mtess"}, 400, "invalid"),
]


@pytest.mark.parametrize(("path", "entry", "status", "code"), ENTRIES)
async def test_an_entry_that_would_break_the_directory_is_refused(
    steward: Api, path: str, entry: dict[str, Any], status: int, code: str
) -> None:
    """A member's code is its account on the bus."""
    problem(await steward.call("PUT", path, json=entry), status, code)


async def test_a_member_hears_of_a_change_in_the_bytes_that_the_history_shows(
    hub: Journey, conaeti: Api, member: Api, open_plan: str
) -> None:
    """With the same number, in every member's copy."""
    action = await conaeti.added(open_plan)
    await conaeti.changed("PATCH", action, "", {"title": "Título “nuevo” con eñe (sintético)"})
    heard = []
    async with (
        asyncio.timeout(30),
        subscribe(hub.bus.server.url, credentials=hub.bus.credentials("mtess")) as messages,
    ):
        async for message in messages:
            if message.subject.endswith(action["id"]):
                heard.append(message)
            if len(heard) == 2:
                break
    answer = await member.call("GET", f"/v1/actions/{action['id']}/history")
    items = answer.json()["items"]
    assert [item["seq"] for item in items] == [message.seq for message in reversed(heard)]
    for message in heard:
        assert message.raw in answer.content
    assert [message.envelope.type.split(".")[2] for message in heard] == ["planned", "revised"]


async def test_the_register_that_the_api_tells_of_is_the_one_on_the_bus(
    hub: Journey, conaeti: Api, open_plan: str
) -> None:
    """Number, digest and count, once the last change has arrived."""
    await conaeti.added(open_plan)
    async with asyncio.timeout(30):
        while True:
            told = await conaeti.read("/v1/register")
            copy = await snapshot(hub.bus.server.url, credentials=hub.bus.credentials("conaeti"))
            after = await conaeti.read("/v1/register")
            if told == after and copy.seq == told["number"]:
                break
    assert told == {"number": copy.seq, "digest": digest(copy.actions), "actions": len(copy.actions)}


async def test_while_the_ledger_is_held_it_is_read_and_not_written(
    hub: Journey, conaeti: Api, open_plan: str
) -> None:
    """503 with when to come again; readiness says so; the same request is carried out once the hold ends."""
    ledger = hub.running.ledger
    held = Ledger(ledger.database, Gate(), ledger.source, ledger.wake)
    transport = httpx.ASGITransport(app=web_application(held))
    headers = {"Authorization": f"Bearer {conaeti.token}", "If-Match": '"1"'}
    async with httpx.AsyncClient(transport=transport, base_url="http://held", headers=headers) as client:
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/v1/actions")).status_code == 200
        for method, path, body in (
            ("POST", "/v1/plans", PLAN),
            ("POST", f"/v1/plans/{open_plan}/actions", ACTION),
            ("PATCH", f"/v1/actions/{NOBODY}", {}),
        ):
            answer = await client.request(method, path, json=body)
            problem(answer, 503, "ledger_held")
            assert answer.headers["retry-after"]
    assert (await conaeti.call("GET", "/readyz")).json() == {"status": "ready"}


def test_the_listener_names_its_protocol() -> None:
    """Or asyncio leaves Nagle's delay on, and every answer on a kept connection comes 40 ms late."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize(
    "path", ["/v1/departments", "/v1/institutions", "/v1/platforms", "/v1/seats", "/v1/plans"]
)
async def test_every_list_has_the_same_shape(member: Api, path: str) -> None:
    """Items, and the cursor of the next page or null."""
    answer = await member.read(path)
    assert set(answer) == {"items", "next"}
    assert isinstance(answer["items"], list)
