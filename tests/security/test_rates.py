"""How often somebody may ask, and that nobody pays for what others ask."""

import asyncio
import contextlib
import secrets

import asyncpg
import pytest
from browser import Browser, invited, opened
from databases import Database
from hub_api import Api, problem
from own_door import OPERATOR, client, served, token_of

from nanduti_hub.access.door import COOKIE
from nanduti_hub.api_client import ApiProblem, HubAddress, publish_workbook
from nanduti_hub.caller import Role
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.limits import Buckets, Rate, Rates
from nanduti_hub.refusal import Refused


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
            publish_workbook(
                address, "x.xlsx", b"x", "conaeti", None, "Acta sintética", "2026-01-01", lambda *_: None
            )
        return told.value.code

    async with served(ledger, rates=Rates(requests=Rate(1, 1))) as port:
        assert await asyncio.to_thread(publish, port) == "plan_unknown"
        assert await asyncio.to_thread(publish, port) == "plan_unknown"
    async with served(ledger, rates=Rates(requests=Rate(0.001, 1))) as port:
        assert await asyncio.to_thread(publish, port) == "plan_unknown"
        assert await asyncio.to_thread(publish, port) == "too_many"
