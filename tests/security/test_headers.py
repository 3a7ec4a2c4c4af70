"""What every answer tells a browser, and that no header that is sent makes a failure."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from hub_api import Api, Journey, problem
from litestar import Litestar, Response, get, post
from litestar.datastructures import State
from own_door import OPERATOR, answer_to, client, served, token_of

from nanduti_hub.access.door import new_door
from nanduti_hub.access.policy import Act
from nanduti_hub.caller import Caller, Role
from nanduti_hub.headers import add_headers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.limits import Rate, Rates, limits
from nanduti_hub.recording import recording
from nanduti_hub.serving import Hub
from nanduti_hub.settings import Settings


async def test_every_answer_tells_a_browser_not_to_guess_frame_or_send_on_anything(ledger: Ledger) -> None:
    """Errors and unknown addresses too; no answer says which server it is, or lets another site in."""
    token = await token_of(ledger)
    async with served(ledger) as port, client(port, token) as known, client(port) as unknown:
        answers = [
            await known.get("/v1/actions"),
            await known.get("/v1/actions.csv"),
            await known.post("/v1/plans", json={}),
            await known.get("/v1/actions?limit=x"),
            await known.request("DELETE", "/v1/actions"),
            await known.get("/nada"),
            await unknown.get("/healthz"),
            await unknown.get("/v1/docs/openapi.json"),
            await unknown.get("/v1/me"),
            await unknown.get("/../etc/passwd"),
            await known.options(
                "/v1/plans",
                headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"},
            ),
            await known.get("/v1/actions", headers={"Origin": "https://example.org"}),
        ]
    assert {answer.status_code for answer in answers} >= {200, 400, 401, 403, 404, 405}
    for answer in answers:
        headers = answer.headers
        assert headers["content-security-policy"].startswith("default-src 'none';")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "cache-control" in headers
        assert "strict-transport-security" not in headers, "the connection is not encrypted"
        assert "server" not in headers
        assert not [name for name in headers if name.startswith("access-control-")]


async def test_what_is_answered_to_somebody_is_kept_by_nobody_else(ledger: Ledger) -> None:
    """A browser asks again each time; what a command or a refusal says, and what is not public to
    members, is not kept at all.
    """
    token = await token_of(ledger, Role.STEWARD, "*")
    async with served(ledger) as port, client(port, token) as known:
        assert (await known.get("/v1/me")).headers["cache-control"] == "private, no-cache"
        assert (await known.get("/healthz")).headers["cache-control"] == "no-cache"
        assert (await known.post("/v1/plans", json={})).headers["cache-control"] == "no-store"
        assert (await known.get("/v1/actions/x")).headers["cache-control"] == "no-store"
        for path in ("/v1/audit", "/v1/audit.csv", "/v1/audit.ndjson", "/v1/people", "/v1/tokens"):
            answer = await known.get(path)
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), path


async def test_a_page_may_load_what_is_the_hubs_own_and_nothing_inline() -> None:
    """Its policy is another than that of data."""

    @get("/", media_type="text/html", sync_to_thread=False)
    def page() -> Response[str]:
        return Response("<p>", media_type="text/html")

    transport = httpx.ASGITransport(app=Litestar([page], before_send=[add_headers]))
    async with httpx.AsyncClient(transport=transport, base_url="http://page") as known:
        policy = (await known.get("/")).headers["content-security-policy"]
    assert policy.split("; ") == [
        "default-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    ]


#: What a client, or somebody in between, may write into a header. None of it is a control character: those are
#: refused below the application.
ODD = (
    "", "x:99999", "x:abc", "[", "[::1", "a b", "x/../@y", 'x"y', "x#y", "x?y", "é\xff\xfe", "%00%ed%a0%80", "null",
    "multipart/form-data; boundary=", "a" * 5_000, ";=,;q=x,", "http://[", "\\", "{{7*7}}", "<script>",
)  # fmt: skip
ODD_HEADERS = (
    "Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Origin", "Cookie", "Accept",
    "Accept-Language", "Accept-Encoding", "Content-Type", "Sec-Fetch-Site",
)  # fmt: skip
FORM = b"account=a%40hub&passphrase=x&code=123456"
ODD_ROUTES: tuple[tuple[str, str, bytes], ...] = (
    ("GET", "/", b""),
    ("GET", "/entrar", b""),
    ("GET", "/nada", b""),
    ("GET", "/v1/actions?limit=x", b""),
    ("GET", "/v1/audit", b""),
    ("POST", "/entrar", FORM),
    ("POST", "/cuenta/salir", b"csrf=x"),
    ("POST", "/v1/session", b'{"login": "a@hub", "passphrase": "x", "code": "123456"}'),
    ("POST", "/v1/people", b'{"login": "x"}'),
)


@pytest.mark.slow
async def test_no_header_however_odd_makes_a_failure_or_an_answer_without_our_headers(
    ledger: Ledger,
) -> None:
    """At pages and in the API, with a credential and without, behind a proxy that is believed."""
    token = await token_of(ledger)
    many = Rate(10_000, 10_000)
    rates = Rates(requests=many, uploads=many, knocks=many, devices=many, refusals=many)
    async with served(ledger, rates=rates, proxies="127.0.0.1") as port:
        for name in ODD_HEADERS:
            for value in (f"__Host-nanduti={odd}" if name == "Cookie" else odd for odd in ODD):
                for method, path, body in ODD_ROUTES:
                    headers = {
                        "Host": "x",
                        "Accept": "text/html",
                        "Content-Type": "application/x-www-form-urlencoded",
                    }
                    if path.startswith("/v1") and name != "Cookie":
                        headers |= {"Authorization": f"Bearer {token}"}
                    headers |= {name: value, "Content-Length": str(len(body)), "Connection": "close"}
                    lines = "".join(f"{key}: {one}\r\n" for key, one in headers.items())
                    head = f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")
                    got = await answer_to(port, head + body)
                    told = got.partition(b"\r\n\r\n")[0].lower()
                    assert not told.startswith(b"http/1.1 5"), (head, got)
                    assert b"content-security-policy: " in told, (head, got)
                    assert b"x-content-type-options: nosniff" in told, (head, got)


async def test_a_host_that_is_none_is_refused_and_recorded_and_nothing_is_done(ledger: Ledger) -> None:
    """Whoever asks: a member, a steward, somebody who signs in."""
    token = await token_of(ledger)
    steward = await token_of(ledger, Role.STEWARD, "*")
    person = {"login": "sintetica", "name": "X", "roles": [{"role": "steward", "scope": "*"}]}
    sign_in = {"login": "sintetica@hub", "passphrase": "equivocada del todo", "code": "123456"}
    bad = {"Host": "x:99999"}
    async with served(ledger) as port, client(port, token) as known, client(port) as unknown:
        problem(await known.post("/v1/plans", json={}, headers=bad), 403, "not_allowed")
        problem(await known.get("/v1/me", headers=bad), 400, "invalid")
        problem(await unknown.post("/v1/session", json=sign_in, headers=bad), 400, "invalid")
        problem(await unknown.get("/healthz", headers=bad), 400, "invalid")
        async with client(port, steward) as inviting:
            problem(await inviting.post("/v1/people", json=person, headers=bad), 400, "invalid")
            assert (await inviting.get("/v1/people")).json()["items"] == []
        assert b"HTTP/1.1 200 " in await answer_to(port, b"GET /healthz HTTP/1.0\r\n\r\n")
    async with transaction(ledger.database, OPERATOR) as connection:
        rows = await connection.fetch("SELECT route, status, code FROM audit ORDER BY id LIMIT 3")
    assert [tuple(row) for row in rows] == [
        ("/v1/plans", 403, "not_allowed"),
        ("/v1/session", 400, "invalid"),
        ("/v1/people", 400, "invalid"),
    ]


async def test_what_fails_while_a_failure_is_answered_is_a_problem_with_its_row(ledger: Ledger) -> None:
    """And with our headers: an application that raises is not the end of the record."""
    caller = Caller(name="test:x", role=Role.COORDINATOR, scope="conaeti", id="token:x")

    @post("/fails", opt={"act": Act.CHANGE_PLAN}, sync_to_thread=False)
    def fail() -> None:
        raise KeyError

    def come_in(connection: Any, _handler: Any) -> None:
        connection.scope["user"] = caller

    def fail_again(_request: Any, _error: Exception) -> Response[bytes]:
        raise ValueError

    application = Litestar(
        [fail],
        guards=[come_in],
        middleware=[recording],
        before_send=[add_headers],
        exception_handlers={Exception: fail_again},
        state=State({"hub": Hub(ledger, new_door(), limits())}),
        logging_config=None,
    )
    transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as known:
        answer = await known.post("/fails")
    problem(answer, 500, "failed")
    assert "content-security-policy" in answer.headers
    async with transaction(ledger.database, OPERATOR) as connection:
        rows = await connection.fetch("SELECT actor, route, status, code FROM audit")
    assert [tuple(row) for row in rows] == [("token:x", "/fails", 500, "failed")]


async def test_a_link_begins_where_the_hub_listens_and_never_where_the_asker_says(
    hub: Journey, steward: Api
) -> None:
    """Who writes the Host header would else get the link's secret."""
    person = {
        "login": "con-host",
        "name": "Persona Sintética",
        "roles": [{"role": "observer", "scope": "mtess"}],
    }
    answer = await steward.call("POST", "/v1/people", json=person, headers={"Host": "evil.example"})
    assert answer.json()["invitation"].startswith(f"{hub.url}/invitacion/inv_")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://localhost:8000"),  # noqa: S104  # where a hub may be told to listen
        ("::", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
        ("hub.example.org", "http://hub.example.org:8000"),
    ],
)
def test_where_the_hub_listens_is_an_address_that_a_person_can_open(host: str, address: str) -> None:
    """All addresses are none, and this machine is one of them."""
    settings = Settings(
        app_dsn="",
        worker_dsn="",
        nats_url="",
        keys=Path(),
        state=Path(),
        source="urn:nanduti:test",
        host=host,
    )
    assert settings.listening_at(8000) == address
