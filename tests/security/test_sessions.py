"""Sessions: how one begins, what its cookie can do alone, in which role it acts, and how it ends."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest
from browser import PASSPHRASE, Account, Browser, somebody
from hub_api import PLAN, Api, problem

from nanduti_hub.ledger.statements import statement

COOKIE = "__Host-nanduti"


@pytest.fixture(scope="module")
async def account(steward: Api, anyone: httpx.AsyncClient) -> Account:
    """A coordinator of CONAETI who is also focal point of an institution."""
    roles = (("coordinator", "conaeti"), ("focal_point", "mtess"))
    return await somebody(steward, anyone, *roles, home="conaeti")


@pytest.fixture
async def browser(anyone: httpx.AsyncClient, account: Account, superuser: asyncpg.Connection) -> Browser:
    """Signed in; codes that earlier tests have used up are good again."""
    await superuser.execute("UPDATE person SET totp_step = 0 WHERE id = $1", account.person["id"])
    browser = Browser(anyone)
    assert (await browser.sign_in(account)).status_code == 201
    return browser


async def test_the_cookie_is_of_this_host_alone_and_out_of_reach_of_scripts(
    anyone: httpx.AsyncClient, account: Account, superuser: asyncpg.Connection
) -> None:
    """Secure, HttpOnly, SameSite, for the whole host and no other; and nothing keeps the answer."""
    await superuser.execute("UPDATE person SET totp_step = 0 WHERE id = $1", account.person["id"])
    answer = await Browser(anyone).sign_in(account)
    assert answer.headers["cache-control"] == "no-store"
    lines = {line.partition("=")[0]: line for line in answer.headers.get_list("set-cookie")}
    session = next(line for name, line in lines.items() if name == COOKIE)
    device = next(line for name, line in lines.items() if name.startswith("__Host-nanduti-device-"))
    for line in (session, device):
        parts = {part.strip().lower() for part in line.split(";")}
        assert {"secure", "httponly", "path=/"} <= parts
        assert not any(part.startswith("domain") for part in parts)
    assert "samesite=lax" in session.lower()
    assert "samesite=strict" in device.lower()
    assert "max-age" not in session.lower()
    assert len(session.partition("=")[2].partition(";")[0]) == 43
    shown = answer.json()
    assert set(shown) == {"id", "account", "name", "home", "role", "scope", "roles", "csrf", "expires_at"}


async def test_whatever_is_wrong_the_answer_is_the_same(
    anyone: httpx.AsyncClient, account: Account, superuser: asyncpg.Connection
) -> None:
    """A wrong passphrase, a wrong code, a code used before, and accounts that are none: the same bytes."""
    await superuser.execute("UPDATE person SET totp_step = 0 WHERE id = $1", account.person["id"])
    assert (await Browser(anyone).sign_in(account)).status_code == 201
    wrong: list[dict[str, Any]] = [
        {"passphrase": "otra frase larga cualquiera"},
        {"code": account.code(50)},
        {},
        {"login": "nadie@conaeti"},
        {"login": account.person["login"]},
        {"login": f"{account.person['login']}@mesa"},
        {"login": "@"},
        {"passphrase": "otra frase larga cualquiera", "code": account.code(50)},
    ]
    bodies = set()
    for number, changes in enumerate(wrong, start=1):
        # Each from a place of its own: after a few failures a place waits.
        transport = httpx.AsyncHTTPTransport(local_address=f"127.0.1.{number}")
        async with httpx.AsyncClient(transport=transport, base_url=anyone.base_url, timeout=60) as client:
            answer = await Browser(client).sign_in(account, **changes)
        problem(answer, 401, "sign_in_refused")
        assert "set-cookie" not in answer.headers
        bodies.add(answer.content)
    assert len(bodies) == 1


async def test_of_two_who_use_a_code_at_the_same_time_one_is_let_in(
    anyone: httpx.AsyncClient, account: Account, superuser: asyncpg.Connection
) -> None:
    """And a code of before the one that was used last is used up, too."""
    await superuser.execute("UPDATE person SET totp_step = 0 WHERE id = $1", account.person["id"])
    both = await asyncio.gather(Browser(anyone).sign_in(account), Browser(anyone).sign_in(account))
    assert sorted(answer.status_code for answer in both) == [201, 401]
    problem(await Browser(anyone).sign_in(account, steps=-1), 401, "sign_in_refused")
    assert (await Browser(anyone).sign_in(account, steps=1)).status_code == 201


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-CSRF-Token": ""}, "csrf_refused"),
        ({"X-CSRF-Token": "A" * 32}, "csrf_refused"),
        ({"X-CSRF-Token": "\xff"}, "csrf_refused"),
        ({"Sec-Fetch-Site": "cross-site"}, "cross_site"),
        ({"Sec-Fetch-Site": "same-site"}, "cross_site"),
        ({"Origin": "https://otro.example"}, "cross_site"),
        ({"Origin": "null"}, "cross_site"),
    ],
)
async def test_a_cookie_alone_changes_nothing(browser: Browser, headers: dict[str, str], code: str) -> None:
    """A change needs the session's own token, and must come from the hub's own page."""
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    for method, path in (("POST", "/v1/plans"), ("DELETE", "/v1/session"), ("PUT", "/v1/session/role")):
        answer = await browser.call(method, path, content=b"{}", headers=raw)
        problem(answer, 403, code)
    assert (await browser.call("GET", "/v1/me", headers=raw)).status_code == 200


async def test_the_token_of_another_session_is_none(
    browser: Browser, anyone: httpx.AsyncClient, account: Account
) -> None:
    """Not even of the same person's."""
    other = Browser(anyone)
    assert (await other.sign_in(account, steps=1)).status_code == 201
    answer = await browser.call("POST", "/v1/plans", json=PLAN, headers={"X-CSRF-Token": other.csrf})
    problem(answer, 403, "csrf_refused")
    same_page = {"Sec-Fetch-Site": "same-origin", "Origin": str(anyone.base_url).rstrip("/")}
    assert (await browser.call("POST", "/v1/plans", json=PLAN, headers=same_page)).status_code == 201


async def test_signing_in_from_another_site_is_refused(anyone: httpx.AsyncClient, account: Account) -> None:
    """Else a page could sign somebody in as somebody else."""
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://otro.example"}):
        sent = {"login": account.login, "passphrase": PASSPHRASE, "code": account.code()}
        problem(await anyone.post("/v1/session", json=sent, headers=headers), 403, "cross_site")


async def test_a_person_acts_in_one_role_at_a_time(browser: Browser) -> None:
    """What is allowed follows the role that was chosen, at once, and a role that one has not cannot be chosen."""
    assert (await browser.call("GET", "/v1/session")).json()["role"] == "coordinator"
    assert (await browser.call("POST", "/v1/plans", json=PLAN)).status_code == 201
    chosen = await browser.call("PUT", "/v1/session/role", json={"role": "focal_point", "scope": "mtess"})
    assert (chosen.json()["role"], chosen.json()["scope"]) == ("focal_point", "mtess")
    assert (await browser.call("GET", "/v1/me")).json()["scope"] == "mtess"
    problem(await browser.call("POST", "/v1/plans", json=PLAN), 403, "not_allowed")
    for role, scope in (("steward", "*"), ("coordinator", "mesa"), ("focal_point", "conaeti")):
        sent = {"role": role, "scope": scope}
        problem(await browser.call("PUT", "/v1/session/role", json=sent), 403, "role_not_held")
    back = {"role": "coordinator", "scope": "conaeti"}
    assert (await browser.call("PUT", "/v1/session/role", json=back)).status_code == 200
    assert (await browser.call("POST", "/v1/plans", json=PLAN)).status_code == 201


async def test_a_session_in_a_role_that_was_taken_does_not_come_back_with_the_role(
    steward: Api, anyone: httpx.AsyncClient
) -> None:
    """One in a role that was kept goes on."""
    roles = [{"role": role, "scope": "mtess"} for role in ("administrator", "observer")]
    account = await somebody(steward, anyone, ("observer", "mtess"), ("administrator", "mtess"))
    kept, taken = Browser(anyone), Browser(anyone)
    for steps, browser, role in ((0, kept, roles[1]), (1, taken, roles[0])):
        assert (await browser.sign_in(account, steps)).status_code == 201
        assert (await browser.call("PUT", "/v1/session/role", json=role)).status_code == 200
    path = f"/v1/people/{account.person['id']}/roles"
    for version, given in ((1, roles[1:]), (2, roles)):
        tag = {"If-Match": f'"{version}"'}
        assert (await steward.call("PUT", path, json={"roles": given}, headers=tag)).status_code == 200
        problem(await taken.call("GET", "/v1/me"), 401, "session_ended")
        assert (await kept.call("GET", "/v1/me")).status_code == 200


@pytest.mark.slow
async def test_a_look_up_that_began_before_somebody_was_removed_is_not_remembered_after(
    browser: Browser, anyone: httpx.AsyncClient, steward: Api, superuser: asyncpg.Connection
) -> None:
    """It ends after the removal with what it has read before; the next request is refused at once."""
    account = await somebody(steward, anyone, ("observer", "mesa"))
    browser = Browser(anyone)
    assert (await browser.sign_in(account)).status_code == 201
    person = account.person["id"]
    # What the look-up notes is committed only when we let it: until then it has read, and not answered.
    await superuser.execute(
        """CREATE FUNCTION held_back() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$"""
    )
    await superuser.execute(
        """CREATE CONSTRAINT TRIGGER held_back AFTER UPDATE ON session DEFERRABLE INITIALLY DEFERRED
           FOR EACH ROW EXECUTE FUNCTION held_back()"""
    )
    try:
        await superuser.execute("SET session_replication_role = replica")
        await superuser.execute(
            "UPDATE session SET last_used_at = now() - interval '2 minutes' WHERE person = $1", person
        )
        await superuser.execute("SET session_replication_role = DEFAULT")
        await superuser.execute("SELECT pg_advisory_lock(4711)")
        async with asyncio.timeout(30):
            # What was remembered of the session at sign-in stands for five seconds.
            waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            call = asyncio.ensure_future(browser.call("GET", "/v1/me"))
            while not await superuser.fetchval(waits):
                if call.done():
                    call = asyncio.ensure_future(browser.call("GET", "/v1/me"))
                await asyncio.sleep(0.05)
        assert (await steward.call("DELETE", f"/v1/people/{person}")).status_code == 204
        await superuser.execute("SELECT pg_advisory_unlock(4711)")
        assert (await call).status_code == 200
        problem(await browser.call("GET", "/v1/me"), 401, "session_ended")
    finally:
        await superuser.execute("SELECT pg_advisory_unlock_all()")
        await superuser.execute("DROP FUNCTION held_back CASCADE")


async def test_a_token_is_no_session(conaeti: Api) -> None:
    """What a session can do, a token cannot."""
    for method, path, sent in (
        ("GET", "/v1/session", {}),
        ("PUT", "/v1/session/role", {"json": {"role": "coordinator", "scope": "conaeti"}}),
        ("DELETE", "/v1/session", {}),
    ):
        problem(await conaeti.call(method, path, **sent), 404, "session_missing")


async def test_where_there_is_an_authorization_header_the_cookie_counts_for_nothing(
    browser: Browser, conaeti: Api
) -> None:
    """A good token acts as itself and needs no CSRF token; a bad one is not saved by the cookie."""
    headers = {"Authorization": f"Bearer {conaeti.token}", "X-CSRF-Token": ""}
    assert (await browser.call("GET", "/v1/me", headers=headers)).json()["name"] == "test:conaeti"
    assert (await browser.call("POST", "/v1/plans", json=PLAN, headers=headers)).status_code == 201
    problem(
        await browser.call("GET", "/v1/me", headers={"Authorization": "Bearer nan_x"}), 401, "token_invalid"
    )
    problem(await browser.call("GET", "/v1/me", headers={"Authorization": ""}), 401, "token_missing")


async def test_signing_out_ends_the_session_and_not_only_the_cookie(browser: Browser) -> None:
    """Whoever has kept the cookie has nothing."""
    kept = dict(browser.cookies)
    answer = await browser.call("DELETE", "/v1/session")
    assert answer.status_code == 204
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    browser.cookies = kept
    problem(await browser.call("GET", "/v1/me"), 401, "session_ended")


async def test_signing_in_again_ends_the_session_that_the_browser_had(
    browser: Browser, account: Account
) -> None:
    """And gives the browser a cookie that nobody could have known before."""
    before = dict(browser.cookies)
    assert (await browser.sign_in(account, steps=1)).status_code == 201
    after, browser.cookies = browser.cookies, before
    problem(await browser.call("GET", "/v1/me"), 401, "session_ended")
    browser.cookies = after
    assert (await browser.call("GET", "/v1/me")).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "change", ["expires_at = now()", "last_used_at = now() - interval '61 minutes'", "ended_at = now()"]
)
async def test_a_session_ends_after_twelve_hours_and_after_one_without_use(
    browser: Browser, account: Account, superuser: asyncpg.Connection, change: str
) -> None:
    """Within five seconds of it, in every process; the same is told of a session that never was."""
    await superuser.execute(f"UPDATE session SET {change} WHERE person = $1", account.person["id"])
    async with asyncio.timeout(30):
        while (answer := await browser.call("GET", "/v1/me")).status_code == 200:
            await asyncio.sleep(0.1)
    never = Browser(browser.client, {COOKIE: "A" * 43})
    assert problem(answer, 401, "session_ended") == problem(
        await never.call("GET", "/v1/me"), 401, "session_ended"
    )


async def test_use_keeps_a_session_alive(
    browser: Browser, account: Account, superuser: asyncpg.Connection
) -> None:
    """It is noted at most once a minute."""
    stamp = "SELECT max(last_used_at) > now() - interval '1 minute' FROM session WHERE person = $1"
    await superuser.execute(
        "UPDATE session SET last_used_at = now() - interval '50 minutes' WHERE person = $1 AND ended_at IS NULL",
        account.person["id"],
    )
    async with asyncio.timeout(30):
        while not await superuser.fetchval(stamp, account.person["id"]):
            assert (await browser.call("GET", "/v1/me")).status_code == 200
            await asyncio.sleep(0.1)


async def test_only_what_has_ended_long_ago_is_cleared_away(
    browser: Browser, account: Account, superuser: asyncpg.Connection, journeys_database: Any
) -> None:
    """By the worker, who can read no secret either."""
    person = account.person["id"]
    await superuser.execute(
        "UPDATE session SET ended_at = NULL, expires_at = now() + interval '1 hour' WHERE person = $1", person
    )
    await superuser.execute(
        "INSERT INTO session (id, sha256, person, role, scope, csrf, expires_at, ended_at)"
        " VALUES ('old', sha256('old'), $1, 'observer', 'mesa', 'x', now(), now() - interval '2 days')",
        person,
    )
    worker = await asyncpg.connect(journeys_database.dsn("worker"))
    try:
        assert await worker.execute(statement("nanduti_hub.access", "clear_sessions")) == "DELETE 1"
        await worker.execute(statement("nanduti_hub.access", "clear_invitations"))
        for secret in (
            "SELECT sha256 FROM session",
            "SELECT sha256 FROM invitation",
            "SELECT name FROM person",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await worker.execute(secret)
    finally:
        await worker.close()
    assert (await browser.call("GET", "/v1/me")).status_code == 200
