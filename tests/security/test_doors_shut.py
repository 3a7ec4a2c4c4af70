"""What comes in at the door: how much, how often, how slowly, from where; and what every answer tells a browser.

Each test listens with limits of its own, small enough to be met.
"""

import asyncio
import contextlib
import gzip
import json
import secrets
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import structlog
import trustme
from browser import Browser, invited, opened
from databases import Database
from hub_api import Api, Journey, problem
from litestar import Litestar, Response, get, post
from litestar.datastructures import State

from nanduti_hub.access.door import COOKIE, new_door
from nanduti_hub.access.policy import Act
from nanduti_hub.access.tokens import create_token
from nanduti_hub.api_client import ApiProblem, HubAddress, publish_workbook
from nanduti_hub.caller import Caller, Role
from nanduti_hub.headers import add_headers
from nanduti_hub.hub import listen, listening, web_application
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.limits import Buckets, Rate, Rates, limits
from nanduti_hub.patience import Patience
from nanduti_hub.recording import recording
from nanduti_hub.refusal import Refused
from nanduti_hub.serving import Hub
from nanduti_hub.settings import Settings, SettingWrong, doors_from

OPERATOR = Caller(name="test", role=Role.STEWARD, scope="*")
QUICK = Patience(head=0.4, pause=0.4, body=1.0, taking=0.4, look=0.05)
#: Seconds within which what must happen has happened.
DEADLINE = 20.0


@contextlib.asynccontextmanager
async def served(
    ledger: Ledger, *, rates: Rates | None = None, patience: Patience | None = None, **settings: Any
) -> AsyncIterator[int]:
    """The API over a ledger at a port of its own."""
    chosen = Settings(
        app_dsn="",
        worker_dsn="",
        nats_url="",
        keys=Path(),
        state=Path(),
        source="urn:nanduti:test",
        **settings,
    )
    listener = listen("127.0.0.1", 0)
    async with listening(web_application(ledger, rates), listener, chosen, patience):
        yield listener.getsockname()[1]


async def token_of(ledger: Ledger, role: Role = Role.OBSERVER, scope: str = "mtess") -> str:
    """A caller's token."""
    async with transaction(ledger.database, OPERATOR) as connection:
        return await create_token(connection, f"test:{role}", role, scope)


@contextlib.asynccontextmanager
async def client(port: int, token: str = "", **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who calls."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=DEADLINE, **options
    ) as it:
        yield it


async def answer_to(port: int, *parts: bytes, pause: float = 0, end: bool = False) -> bytes:
    """Everything that comes back for bytes that are sent with pauses between, until the hub closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reading = asyncio.ensure_future(_read(reader))
    with contextlib.suppress(OSError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.wait({reading}, timeout=pause)
            if reading.done():
                break
        if end:
            writer.write_eof()
    async with asyncio.timeout(DEADLINE):
        got = await reading
    writer.close()
    return got


async def _read(reader: asyncio.StreamReader) -> bytes:
    got = b""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            got += piece
    return got


# Headers -------------------------------------------------------------------------------------------------------


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


# Rates ---------------------------------------------------------------------------------------------------------


async def test_who_asks_too_often_is_told_when_to_come_again_and_nobody_else_is(ledger: Ledger) -> None:
    """By caller, not by address."""
    one, other = await token_of(ledger), await token_of(ledger)
    rates = Rates(requests=Rate(0.01, 3))
    async with served(ledger, rates=rates) as port, client(port, one) as busy, client(port, other) as calm:
        assert [(await busy.get("/v1/me")).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = await busy.get("/v1/me")
        told = problem(refused, 429, "too_many")
        assert 90 <= int(refused.headers["retry-after"]) == told["seconds"] <= 100
        assert (await calm.get("/v1/me")).status_code == 200
        assert (await busy.get("/healthz")).status_code == 200


async def test_an_address_that_fails_too_often_waits_and_who_has_a_credential_there_does_not(
    ledger: Ledger,
) -> None:
    """Else an attacker in a building could lock it out."""
    token = await token_of(ledger)
    rates = Rates(knocks=Rate(0.01, 4))
    async with served(ledger, rates=rates) as port, client(port, token) as known, client(port) as unknown:
        tried = [
            (await unknown.get("/v1/me")).status_code,
            (await unknown.get("/v1/me", headers={"Authorization": "Bearer nan_x"})).status_code,
            (await unknown.post("/v1/plans")).status_code,
            (await unknown.get("/v1/audit")).status_code,
            (await unknown.get("/v1/me")).status_code,
        ]
        assert tried == [401, 401, 401, 401, 429]
        assert int((await unknown.get("/v1/me")).headers["retry-after"]) > 0
        assert (await known.get("/v1/me")).status_code == 200
        assert (await unknown.get("/healthz")).status_code == 200


async def test_what_is_open_has_a_count_for_each_route_at_each_address(ledger: Ledger) -> None:
    """So that who tries links, or tokens, keeps nobody at the same address from signing in."""
    sign_in = {"login": "nadie@hub", "passphrase": "equivocada del todo", "code": "123456"}
    rates = Rates(knocks=Rate(0.01, 2))
    async with served(ledger, rates=rates) as port, client(port) as unknown:
        for path in ("/v1/invitations/open", "/v1/me"):
            tried = [
                (await unknown.request(method, path, json={"invitation": "inv_x"})).status_code
                for method in (["POST"] if "open" in path else ["GET"]) * 3
            ]
            assert tried[2] == 429, tried
        assert (await unknown.post("/entrar", data={"account": "x"})).status_code == 422
        problem(await unknown.post("/v1/session", json=sign_in), 401, "sign_in_refused")
        problem(await unknown.post("/v1/session", json={}), 400, "invalid")
        problem(await unknown.post("/v1/session", json=sign_in), 429, "too_many")
        assert (await unknown.post("/entrar", data={"account": "x"})).status_code == 422
        # Sent again as another language's or with other parameters it is the same route.
        assert (await unknown.post("/entrar?lang=en", data={"account": "x"})).status_code == 429


async def test_a_device_that_signed_in_before_is_not_kept_out_by_others_at_its_address(
    ledger: Ledger,
) -> None:
    """It has a small count of its own; a cookie that is none buys as much, and no row and no look at a passphrase
    beyond it.
    """
    steward = await token_of(ledger, Role.STEWARD, "*")
    rates = Rates(knocks=Rate(0.01, 2), devices=Rate(0.01, 3), refusals=Rate(0.01, 4))
    async with served(ledger, rates=rates) as port, client(port) as unknown, client(port, steward) as known:
        person = await invited(Api(known, steward), [{"role": "steward", "scope": "*"}])
        account = await opened(unknown, person)
        browser = Browser(unknown)
        assert (await browser.sign_in(account)).status_code == 201
        tried = [(await unknown.post("/v1/session", json={})).status_code for _ in range(3)]
        assert tried == [400, 429, 429]
        assert (await browser.sign_in(account, 1)).status_code == 201
        forged = {"Cookie": f"__Host-nanduti-device-x={secrets.token_hex()}"}
        tried = [(await unknown.post("/v1/session", json={}, headers=forged)).status_code for _ in range(5)]
        assert tried == [400, 400, 400, 429, 429]
        for _ in range(5):
            forged = {"Cookie": f"__Host-nanduti-device-x={secrets.token_hex()}"}
            problem(await unknown.post("/v1/session", json={}, headers=forged), 429, "too_many")
    async with transaction(ledger.database, OPERATOR) as connection:
        rows = await connection.fetchval("SELECT count(*) FROM audit WHERE status BETWEEN 400 AND 499")
    assert rows == 4


async def test_a_caller_who_is_refused_on_and_on_does_not_fill_the_record(ledger: Ledger) -> None:
    """After so many, no row and no other answer than to wait; nobody else is, nor what is not refused."""
    one, other = await token_of(ledger), await token_of(ledger)
    rates = Rates(refusals=Rate(0.01, 3))
    async with served(ledger, rates=rates) as port, client(port, one) as busy, client(port, other) as calm:
        tried = [(await busy.post("/v1/plans", json={})).status_code for _ in range(6)]
        assert tried == [403, 403, 403, 429, 429, 429]
        refused = await busy.post("/v1/plans", json={})
        assert int(refused.headers["retry-after"]) == problem(refused, 429, "too_many")["seconds"] > 0
        assert (await busy.get("/v1/me")).status_code == 200
        page = await busy.post("/cuenta/salir", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
        assert (await calm.post("/v1/plans", json={})).status_code == 403
    async with transaction(ledger.database, OPERATOR) as connection:
        rows = await connection.fetch("SELECT status, code FROM audit")
    assert [tuple(row) for row in rows] == [(403, "not_allowed")] * 4


async def test_a_page_does_not_look_up_one_session_after_another(ledger: Ledger, database: Database) -> None:
    """Cookies that are no session's are counted as credentials that fail; then the page is shown without asking."""
    rates = Rates(knocks=Rate(0.01, 3))
    owner = await asyncpg.connect(database.dsn("superuser"))
    async with served(ledger, rates=rates) as port, client(port) as unknown:

        async def come(path: str) -> int:
            cookie = {"Cookie": f"{COOKIE}={secrets.token_urlsafe(32)}"}
            return (await unknown.get(path, headers=cookie)).status_code

        assert [await come("/entrar"), await come("/"), await come("/entrar")] == [200, 303, 200]
        problem(await unknown.get("/v1/me"), 429, "too_many")
        async with owner.transaction():
            await owner.execute("LOCK TABLE session IN ACCESS EXCLUSIVE MODE")
            assert [await come("/entrar"), await come("/")] == [200, 303]
    await owner.close()


async def test_uploads_have_a_count_of_their_own(ledger: Ledger) -> None:
    """Each of them occupies a process."""
    token = await token_of(ledger, Role.COORDINATOR, "conaeti")
    rates = Rates(uploads=Rate(0.01, 2))
    async with served(ledger, rates=rates) as port, client(port, token) as known:
        tried = [(await known.post("/v1/plans/x/imports", content=b"x")).status_code for _ in range(3)]
        assert tried == [404, 404, 429]
        assert (await known.get("/v1/me")).status_code == 200


def test_a_bucket_fills_again_with_time_and_the_number_of_buckets_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The key that was not used for longest is forgotten first."""
    now = [0.0]
    buckets = Buckets(Rate(2, 4), lambda: now[0])
    for _ in range(4):
        buckets.spend("a")
    with pytest.raises(Refused) as refused:
        buckets.spend("a")
    assert refused.value.refusal.values == {"seconds": 1}
    now[0] = 0.5
    buckets.spend("a")
    now[0] = 1_000.0
    for _ in range(4):
        buckets.spend("a")
    with pytest.raises(Refused):
        buckets.spend("a")
    monkeypatch.setattr("nanduti_hub.limits.MOST_KEYS", 3)
    for key in ("b", "c", "a", "d", "e"):
        with contextlib.suppress(Refused):
            buckets.spend(key)
    assert list(buckets.left) == ["a", "d", "e"]


async def test_the_command_line_waits_as_long_as_it_is_told(ledger: Ledger) -> None:
    """And then goes on; a longer wait than a person has is told to the person."""
    token = await token_of(ledger, Role.COORDINATOR, "conaeti")

    def publish(port: int) -> str:
        address = HubAddress(f"http://127.0.0.1:{port}", token)
        with pytest.raises(ApiProblem) as told:
            publish_workbook(address, "x.xlsx", b"x", "conaeti", None, "Acta sintética", "2026-01-01")
        return told.value.code

    async with served(ledger, rates=Rates(requests=Rate(1, 1))) as port:
        assert await asyncio.to_thread(publish, port) == "plan_unknown"
        assert await asyncio.to_thread(publish, port) == "plan_unknown"
    async with served(ledger, rates=Rates(requests=Rate(0.001, 1))) as port:
        assert await asyncio.to_thread(publish, port) == "plan_unknown"
        assert await asyncio.to_thread(publish, port) == "too_many"


# Slowness ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_a_head_that_does_not_end_is_cut(ledger: Ledger) -> None:
    """Also where a byte comes now and then, where none comes at all, and where the head is without end."""
    async with served(ledger, patience=QUICK) as port:
        request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "
        drip = [bytes([byte]) for byte in request + b"a" * 1_000]
        for sent in (drip, [], [b"\r\n"] * 1_000):
            got = await answer_to(port, *sent, pause=0.05)
            assert got.startswith(b"HTTP/1.1 408 "), got
            assert json.loads(got.rpartition(b"\r\n\r\n")[2])["code"] == "too_slow"
        # A second request on a connection that was idle for longer than that is answered, and cut likewise.
        first = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        got = await answer_to(port, first, first, *drip, pause=0.6)
        assert got.count(b"HTTP/1.1 200 ") == 2
        assert b"HTTP/1.1 408 " in got
    async with served(ledger, patience=Patience(head_bytes=10_000)) as port:
        got = await answer_to(port, b"GET / HTTP/1.1\r\n", *(b"X-Many: %b\r\n" % (b"a" * 1_000),) * 20)
        assert got.startswith(b"HTTP/1.1 431 "), got


@pytest.mark.slow
async def test_a_body_that_does_not_go_on_is_cut(ledger: Ledger) -> None:
    """One that stops, and one that comes so slowly that it never ends; its row says so."""
    token = (await token_of(ledger, Role.COORDINATOR, "conaeti")).encode()
    head = b"POST /v1/plans HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n" % token
    async with served(ledger, patience=QUICK) as port:
        for declared in (b"Content-Length: 1000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n"):
            got = await answer_to(port, head + declared + b"{")
            assert got.startswith(b"HTTP/1.1 408 "), got
            got = await answer_to(port, head + declared, *[b" "] * 900, pause=0.1)
            assert got.startswith(b"HTTP/1.1 408 "), got
        # Who is not known is answered at once; what is still being sent is then cut as well.
        got = await answer_to(
            port,
            b"POST /v1/plans HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n",
            *[b" "] * 900,
            pause=0.1,
        )
        assert got.startswith(b"HTTP/1.1 401 "), got
    async with transaction(ledger.database, OPERATOR) as connection:
        rows = await connection.fetch("SELECT status, code FROM audit")
    assert [tuple(row) for row in rows] == [(408, "too_slow")] * 4


async def test_what_waits_on_us_is_not_cut(ledger: Ledger, database: Database) -> None:
    """The client's time stands still while the hub is at work."""
    token = await token_of(ledger)
    owner = await asyncpg.connect(database.dsn("superuser"))
    async with served(ledger, patience=QUICK) as port, client(port, token) as known:
        async with owner.transaction():
            await owner.execute("LOCK TABLE action IN ACCESS EXCLUSIVE MODE")
            asking = asyncio.ensure_future(known.get("/v1/actions"))
            await asyncio.wait({asking}, timeout=1.5)
            assert not asking.done()
        assert (await asking).status_code == 200
    await owner.close()


@pytest.mark.slow
async def test_who_does_not_take_an_answer_holds_no_database_connection_and_is_cut(
    ledger: Ledger, database: Database
) -> None:
    """An export of 40 MB to a client that reads nothing."""
    token = await token_of(ledger, Role.STEWARD, "*")
    owner = await asyncpg.connect(database.dsn("superuser"))
    await owner.execute("""
        INSERT INTO audit (actor, name, role, scope, method, route, status)
        SELECT 'token:x', repeat('x', 200), 'observer', 'mtess', 'GET', '/v1/me', 200
        FROM generate_series(1, 100000)""")
    await owner.close()
    patience = Patience(taking=1.0, look=0.1)
    async with served(ledger, patience=patience) as port:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sock, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=1_024)
        writer.write(
            b"GET /v1/audit.ndjson HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n\r\n" % token.encode()
        )
        async with asyncio.timeout(DEADLINE):
            assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
            pool = ledger.database.app
            while pool.get_idle_size() != pool.get_size():
                await asyncio.sleep(0.01)
            # The hub gives up by itself: what is read afterwards ends before the export does.
            await asyncio.sleep(2.5)
            got = await _read(reader)
        writer.close()
    assert b"0\r\n\r\n" not in got[-10:]


async def test_where_too_many_are_connected_the_one_that_asks_nothing_for_longest_goes(
    ledger: Ledger, database: Database
) -> None:
    """So that nobody fills the hub with connections on which nothing is asked, or never the whole of it. What is
    being answered is left alone: where that fills it, who comes is told to come again.
    """
    token = (await token_of(ledger)).encode()
    head = b"GET /v1/actions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n\r\n" % token
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    owner = await asyncpg.connect(database.dsn("superuser"))

    async def working(count: int) -> None:
        async with asyncio.timeout(DEADLINE):
            while await owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < count:
                await asyncio.sleep(0.01)

    async with served(ledger, patience=Patience(connections=4)) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        # The first has sent no whole head, the second is idle after an answer, the third has sent no whole body.
        for (_, writer), sent in zip(
            held[:3],
            (
                b"GET / HTTP/1.1\r\nHost",
                whole.replace(b"Connection: close\r\n", b""),
                b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
            ),
            strict=True,
        ):
            writer.write(sent)
        assert (await held[1][0].readline()).startswith(b"HTTP/1.1 200 ")
        async with owner.transaction():
            await owner.execute("LOCK TABLE action IN ACCESS EXCLUSIVE MODE")
            held[3][1].write(head)
            await working(1)
            busy = []
            for count, (reader, _) in enumerate(held[:3], 2):
                busy.append(await asyncio.open_connection("127.0.0.1", port))
                busy[-1][1].write(head)
                await working(count)
                async with asyncio.timeout(DEADLINE):
                    await _read(reader)
            got = await answer_to(port, whole)
            assert got.startswith(b"HTTP/1.1 503 "), got
            assert b"retry-after: " in got
        for reader, writer in [held[3], *busy]:
            assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
            writer.close()
    await owner.close()


# Size ----------------------------------------------------------------------------------------------------------


async def test_a_body_has_a_largest_size_however_it_is_sent(ledger: Ledger) -> None:
    """Declared, undeclared, or declared wrong."""
    token = await token_of(ledger, Role.COORDINATOR, "conaeti")

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3_000):
            yield b" " * 1_000

    async with served(ledger) as port, client(port, token) as known:
        problem(await known.post("/v1/plans", content=b" " * 1_000_001), 413, "too_large")
        problem(await known.post("/v1/plans", content=pieces()), 413, "too_large")
        head = f"POST /v1/plans HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n".encode()
        for declared, status in (
            (b"Content-Length: 5000000000\r\n", b"413"),
            (b"Content-Length: -1\r\n", b"400"),
            (b"Content-Length: 1x\r\n", b"400"),
            (b"Content-Length: 2\r\nContent-Length: 3\r\n", b"400"),
            (b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", b"400"),
            (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"400"),
        ):
            got = await answer_to(port, head + declared + b"Connection: close\r\n\r\n{}", pause=0.1, end=True)
            assert got.startswith(b"HTTP/1.1 " + status), (declared, got)
        # Less than was declared, and then nothing more: nothing is made of it.
        got = await answer_to(port, head + b"Content-Length: 100\r\n\r\n{}", pause=0.1, end=True)
        assert not got.startswith(b"HTTP/1.1 2"), got
        assert (await known.get("/v1/me")).status_code == 200


async def test_a_compressed_body_is_refused(ledger: Ledger) -> None:
    """A few bytes of it can be gigabytes."""
    token = await token_of(ledger, Role.COORDINATOR, "conaeti")
    async with served(ledger) as port, client(port, token) as known:
        for path in ("/v1/plans", "/v1/plans/x/imports"):
            for encoding in ("gzip", "deflate", "br", "identity, gzip"):
                answer = await known.post(
                    path, content=gzip.compress(b"{}"), headers={"Content-Encoding": encoding}
                )
                problem(answer, 415, "encoding_refused")
        answer = await known.post("/v1/plans", content=b"{}", headers={"Content-Encoding": "identity"})
        problem(answer, 400, "invalid")


PARTS = (
    (b"zzz", b"x"),
    (b"utf-8", b"\xff"),
    (b"idna", b"\xff"),
    (b"zlib", b"x"),
    (b"\xff", b"x"),
    (b"base64", b"x"),
)


@pytest.mark.parametrize(("charset", "content"), PARTS)
async def test_a_form_in_parts_that_cannot_be_read_is_refused(
    conaeti: Api, anyone: httpx.AsyncClient, open_plan: str, charset: bytes, content: bytes
) -> None:
    """Also by the charset that a part says it has. Pages take plain forms alone."""
    for name, path, caller in (
        (b"account", "/entrar", anyone),
        (b"file", f"/v1/plans/{open_plan}/imports", conaeti.client),
    ):
        body = (
            b'--a\r\nContent-Disposition: form-data; name="%b"\r\n'
            b"Content-Type: text/plain; charset=%b\r\n\r\n%b\r\n--a--\r\n" % (name, charset, content)
        )
        for kind in ("multipart/form-data; boundary=a", "Multipart/Form-Data; boundary=a"):
            problem(await caller.post(path, content=body, headers={"Content-Type": kind}), 400, "invalid")


async def test_a_plain_form_is_read_whatever_its_bytes(anyone: httpx.AsyncClient) -> None:
    """What cannot be an account or a code is told at its field."""
    for body in (
        b"account=\xff%ff",
        b"account=%ED%A0%80@hub&passphrase=%ED%A0%80&code=123456",
        b"=&&=&account",
    ):
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=zzz"}
        assert (await anyone.post("/entrar", content=body, headers=kind)).status_code == 422


# From where, and how -------------------------------------------------------------------------------------------


async def _address_seen(ledger: Ledger, forwarded: str, **settings: Any) -> str:
    token = await token_of(ledger)
    async with served(ledger, **settings) as port, client(port, token) as known:
        await known.post("/v1/plans", json={}, headers={"X-Forwarded-For": forwarded})
    async with transaction(ledger.database, OPERATOR) as connection:
        return str(await connection.fetchval("SELECT address FROM audit ORDER BY id DESC LIMIT 1"))


async def test_who_calls_behind_a_proxy_is_believed_to_a_known_proxy_alone(ledger: Ledger) -> None:
    """Of a chain the last that is no proxy of ours: what comes before it anybody can write."""
    assert await _address_seen(ledger, "203.0.113.7") == "127.0.0.1"
    assert await _address_seen(ledger, "203.0.113.7", proxies="192.0.2.1") == "127.0.0.1"
    assert await _address_seen(ledger, "203.0.113.7", proxies="127.0.0.1") == "203.0.113.7"
    chain = "198.51.100.1, 203.0.113.7, 10.1.2.3"
    assert await _address_seen(ledger, chain, proxies="127.0.0.1,10.1.0.0/16") == "203.0.113.7"


async def test_an_encrypted_connection_says_so_to_the_browser(ledger: Ledger, tmp_path: Path) -> None:
    """TLS of the API's own, and TLS at a known proxy; an unknown one's word counts for nothing."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.private_key_pem.write_to_path(key)
    for piece in certificate.cert_chain_pems:
        piece.write_to_path(cert, append=True)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with (
        served(ledger, tls_cert=cert, tls_key=key) as port,
        httpx.AsyncClient(base_url=f"https://127.0.0.1:{port}", verify=context) as known,
    ):
        answer = await known.get("/healthz")
        assert answer.status_code == 200
        assert int(answer.headers["strict-transport-security"].partition("=")[2]) > 31_000_000
    for proxies, is_told in (("", False), ("127.0.0.1", True)):
        async with served(ledger, proxies=proxies) as port, client(port) as known:
            answer = await known.get("/healthz", headers={"X-Forwarded-Proto": "https"})
            assert ("strict-transport-security" in answer.headers) == is_told


WRONG = [
    {"NANDUTI_PROXIES": "*"},
    {"NANDUTI_PROXIES": "proxy.example.org"},
    {"NANDUTI_PROXIES": "10.0.0.1/8"},
    {"NANDUTI_TLS_CERT": "cert.pem"},
    {"NANDUTI_TLS_KEY": "key.pem"},
    {"NANDUTI_REQUESTS_PER_SECOND": "muchos"},
    {"NANDUTI_REQUESTS_PER_SECOND": "0"},
    {"NANDUTI_REQUESTS_PER_SECOND": "nan"},
]


@pytest.mark.parametrize("environment", WRONG, ids=str)
def test_a_setting_of_the_door_that_cannot_be_meant_is_refused_by_its_name(
    environment: dict[str, str],
) -> None:
    """Rather than be an open door."""
    with pytest.raises(SettingWrong, match=next(iter(environment))):
        doors_from(environment)


async def test_what_the_database_refuses_where_the_code_did_not_is_403_and_somebody_is_told(
    ledger: Ledger, database: Database
) -> None:
    """Never 500, and nothing of what was asked."""
    token = await token_of(ledger)
    owner = await asyncpg.connect(database.dsn("superuser"))
    await owner.execute("REVOKE SELECT ON action FROM nanduti_app")
    await owner.close()
    async with served(ledger) as port, client(port, token) as known:
        with structlog.testing.capture_logs() as logs:
            answer = await known.get("/v1/actions?q=secreto")
    problem(answer, 403, "not_allowed")
    (told,) = [one for one in logs if one["event"] == "row_refused"]
    assert (told["log_level"], told["act"]) == ("error", "register.read")
    assert "secreto" not in str(logs)
