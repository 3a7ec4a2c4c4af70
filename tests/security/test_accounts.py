"""People's accounts: invited, opened, helped after a loss, given roles and removed, each by whom it may be."""

import asyncio
import time
import uuid
from typing import Any

import asyncpg
import httpx
import pytest
from browser import (
    OF_MESA,
    Browser,
    administrator_of,
    invited,
    opened,
    secret_of,
    somebody,
    somebody_new,
)
from hub_api import PLAN, Api, Journey, problem

from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.database import transaction

STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*")
NOBODY = "01900000-0000-7000-8000-00000000dead"


@pytest.fixture(scope="module")
async def mtess(anyone: httpx.AsyncClient, steward: Api) -> Browser:
    """The administrator of an institution."""
    return await administrator_of(anyone, steward, "mtess")


async def test_from_the_invitation_to_the_first_change_and_out_again(
    steward: Api, anyone: httpx.AsyncClient
) -> None:
    """A coordinator of CONAETI is invited, sets a passphrase and a second factor, opens a plan, and leaves."""
    person = await invited(steward, [{"role": "coordinator", "scope": "conaeti"}])
    assert (person["home"], person["state"]) == ("conaeti", "invited")
    assert person["account"] == f"{person['login']}@conaeti"
    assert "/invitacion/inv_" in person["invitation"]
    account = await opened(anyone, person)
    browser = Browser(anyone)
    session = (await browser.sign_in(account)).json()
    assert (session["role"], session["scope"], session["account"]) == (
        "coordinator",
        "conaeti",
        account.login,
    )
    made = await browser.call("POST", "/v1/plans", json=PLAN)
    assert made.status_code == 201, made.text
    me = (await browser.call("GET", "/v1/me")).json()
    assert (me["name"], me["role"], me["scope"]) == (account.login, "coordinator", "conaeti")
    assert me["id"] == session["id"] == f"person:{person['id']}", "as the record has it"
    assert (await steward.read(f"/v1/people/{person['id']}"))["state"] == "active"
    assert (await browser.call("DELETE", "/v1/session")).status_code == 204
    problem(await browser.call("GET", "/v1/me"), 401, "token_missing")


@pytest.mark.parametrize("asked", ["removal", "recovery", "roles"])
async def test_an_administrator_who_waits_while_a_steward_gives_another_role_is_refused(
    hub: Journey, mtess: Browser, superuser: asyncpg.Connection, steward: Api, asked: str
) -> None:
    """What was looked up before the wait is looked up again: no answer tells of what did not happen."""
    person = (await mtess.call("POST", "/v1/people", json=somebody_new())).json()
    id_, path = person["id"], f"/v1/people/{person['id']}"
    calls: dict[str, tuple[str, str, dict[str, Any]]] = {
        "removal": ("DELETE", path, {}),
        "recovery": ("POST", f"{path}/recovery", {}),
        "roles": (
            "PUT",
            f"{path}/roles",
            {
                "json": {"roles": [{"role": "case_officer", "scope": "mtess"}]},
                "headers": {"If-Match": '"1"'},
            },
        ),
    }
    method, address, sent = calls[asked]
    waiting = """SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    async with transaction(hub.running.ledger.database, STEWARD) as connection:
        await connection.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", id_)
        await connection.execute("INSERT INTO person_role VALUES ($1, 'coordinator', 'mesa')", id_)
        call = asyncio.ensure_future(mtess.call(method, address, **sent))
        async with asyncio.timeout(20):
            while not await superuser.fetchval(waiting):
                assert not call.done(), (await call).text
                await asyncio.sleep(0.02)
    problem(await call, 403, "person_shared")
    now = await steward.read(path)
    assert (now["state"], now["version"]) == ("invited", 1)
    assert [held["role"] for held in now["roles"]] == ["coordinator", "observer"]


async def test_what_is_removed_twice_at_the_same_time_is_removed(mtess: Browser) -> None:
    """Neither is told of a failure."""
    person = (await mtess.call("POST", "/v1/people", json=somebody_new())).json()
    path = f"/v1/people/{person['id']}"
    answers = await asyncio.gather(*(mtess.call("DELETE", path) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {204}
    assert (await mtess.call("GET", path)).json()["state"] == "removed"


async def test_who_is_removed_is_out_at_once_and_cannot_come_back(
    mtess: Browser, steward: Api, anyone: httpx.AsyncClient
) -> None:
    """The session, the open link and the account; the login is free for somebody else."""
    account = await somebody(steward, anyone, ("case_officer", "mtess"))
    browser = Browser(anyone)
    assert (await browser.sign_in(account)).status_code == 201
    path = f"/v1/people/{account.person['id']}"
    link = (await mtess.call("POST", f"{path}/recovery")).json()
    assert (await mtess.call("DELETE", path)).status_code == 204
    problem(await browser.call("GET", "/v1/me"), 401, "session_ended")
    problem(await Browser(anyone).sign_in(account, steps=1), 401, "sign_in_refused")
    problem(
        await anyone.post("/v1/invitations/open", json={"invitation": secret_of(link)}),
        404,
        "invitation_invalid",
    )
    assert (await mtess.call("DELETE", path)).status_code == 204
    assert (await mtess.call("GET", path)).json()["state"] == "removed"
    listed = [item["id"] for item in await steward.pages("/v1/people", home="mtess")]
    assert account.person["id"] not in listed
    role = [{"role": "observer", "scope": "mtess"}]
    assert await invited(steward, role, login=account.person["login"])


@pytest.mark.slow
async def test_a_removal_in_another_process_cuts_within_seconds(
    steward: Api, anyone: httpx.AsyncClient, superuser: asyncpg.Connection
) -> None:
    """What was looked up stands for five seconds and no longer."""
    account = await somebody(steward, anyone, ("observer", "mesa"))
    browser = Browser(anyone)
    assert (await browser.sign_in(account)).status_code == 201
    assert (await browser.call("GET", "/v1/me")).status_code == 200
    begun = time.monotonic()
    await superuser.execute("UPDATE person SET removed_at = now() WHERE id = $1", account.person["id"])
    while (await browser.call("GET", "/v1/me")).status_code == 200:
        assert time.monotonic() - begun < 30
        await asyncio.sleep(0.1)


async def test_an_administrator_neither_sees_nor_touches_anothers_people(
    mtess: Browser, steward: Api
) -> None:
    """As if they did not exist, in the same words; and the other list is empty."""
    person = await invited(steward, OF_MESA)
    for id_ in (person["id"], NOBODY):
        roles = {"roles": OF_MESA}
        for method, below, sent in (
            ("GET", "", {}),
            ("PUT", "/roles", {"json": roles, "headers": {"If-Match": '"1"'}}),
            ("POST", "/recovery", {}),
            ("DELETE", "", {}),
        ):
            problem(await mtess.call(method, f"/v1/people/{id_}{below}", **sent), 404, "person_unknown")
    mine = (await mtess.call("GET", "/v1/people?limit=500")).json()["items"]
    assert {item["home"] for item in mine} == {"mtess"}
    assert (await mtess.call("GET", "/v1/people?home=mesa")).json()["items"] == []
    assert person["id"] in {item["id"] for item in await steward.pages("/v1/people", limit=20)}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"roles": [{"role": "steward", "scope": "*"}]}, 403, "not_yours"),
        ({"roles": [{"role": "steward", "scope": "mtess"}]}, 422, "scope_unfit"),
        ({"roles": [{"role": "coordinator", "scope": "mesa"}]}, 403, "not_yours"),
        ({"roles": [{"role": "coordinator", "scope": "mtess"}]}, 422, "scope_unfit"),
        ({"home": "mesa"}, 403, "not_yours"),
        ({"home": "*"}, 403, "not_yours"),
        ({"login": "Ana"}, 400, "invalid"),
        ({"login": "ana\n"}, 400, "invalid"),
        ({"name": "  "}, 400, "invalid"),
        ({"roles": []}, 400, "invalid"),
        ({"roles": [{"role": "worker", "scope": "mtess"}]}, 400, "invalid"),
    ],
)
async def test_an_administrator_gives_only_roles_of_its_own(
    mtess: Browser, changes: dict[str, Any], status: int, code: str
) -> None:
    """Neither a steward's nor another's, nor a role that its institution cannot have."""
    problem(await mtess.call("POST", "/v1/people", json=somebody_new() | changes), status, code)


async def test_an_administrator_does_not_touch_who_has_a_role_elsewhere_too(
    mtess: Browser, steward: Api, anyone: httpx.AsyncClient
) -> None:
    """A recovery would hand over the other role: only a steward helps. The person is seen, and said to be shared."""
    shared = await somebody(steward, anyone, ("focal_point", "mtess"), ("coordinator", "mesa"), home="mtess")
    path = f"/v1/people/{shared.person['id']}"
    assert (await mtess.call("GET", path)).json()["home"] == "mtess"
    roles = {"roles": [{"role": "observer", "scope": "mtess"}]}
    for method, below, sent in (
        ("PUT", "/roles", {"json": roles, "headers": {"If-Match": '"1"'}}),
        ("POST", "/recovery", {}),
        ("DELETE", "", {}),
    ):
        problem(await mtess.call(method, path + below, **sent), 403, "person_shared")
    assert (await steward.call("POST", f"{path}/recovery")).status_code == 201


async def test_the_database_itself_keeps_an_administrator_to_its_own(
    hub: Journey, steward: Api, anyone: httpx.AsyncClient
) -> None:
    """Where a check in code were missing: nothing of another is seen, and nothing is written."""
    other = await somebody(steward, anyone, ("observer", "mesa"))
    shared = await somebody(steward, anyone, ("observer", "mtess"), ("observer", "mesa"), home="mtess")
    caller = Caller(name="test", role=Role.ADMINISTRATOR, scope="mtess", id="token:test")
    database = hub.running.ledger.database
    async with transaction(database, caller) as connection:
        assert {row["home"] for row in await connection.fetch("SELECT home FROM person")} == {"mtess"}
        for id_ in (other.person["id"], shared.person["id"]):
            done = await connection.execute("UPDATE person SET removed_at = now() WHERE id = $1", id_)
            assert done == "UPDATE 0"
            assert await connection.execute("DELETE FROM person_role WHERE person = $1", id_) == "DELETE 0"
    attempts = [
        ("INSERT INTO person_role (person, role, scope) VALUES ($1, 'steward', '*')", shared.person["id"]),
        (
            "INSERT INTO person_role (person, role, scope) VALUES ($1, 'observer', 'mtess')",
            other.person["id"],
        ),
        (
            """INSERT INTO invitation (id, sha256, person, created_by, expires_at)
               VALUES ('x', sha256('x'), $1, 'x', now())""",
            shared.person["id"],
        ),
        (
            """INSERT INTO token (id, sha256, name, role, scope, created_by, created_by_name)
               VALUES ($1, sha256('y'), 'x', 'observer', 'mesa', 'x', 'x')""",
            "synthetic",
        ),
    ]
    for sql, value in attempts:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(database, caller) as connection:
                await connection.execute(sql, value)


SECRETS = [
    "SELECT sha256 FROM token",
    "SELECT passphrase FROM person",
    "SELECT totp FROM person",
    "SELECT sha256 FROM invitation",
    "SELECT * FROM session",
    "SELECT csrf FROM session",
    "UPDATE token SET sha256 = sha256",
    "UPDATE person SET passphrase = 'x'",
    "UPDATE token SET role = 'steward'",
    "DELETE FROM token",
    "DELETE FROM person",
    "SELECT roles_of('x')",
]


@pytest.mark.parametrize("sql", SECRETS)
async def test_no_secret_can_be_read_or_written_over_by_the_api(hub: Journey, sql: str) -> None:
    """Not even as a steward: the database refuses the column."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(hub.running.ledger.database, STEWARD) as connection:
            await connection.execute(sql)


@pytest.mark.parametrize(
    ("path", "body", "advice"),
    [
        (
            "/v1/people",
            {"login": "ana", "name": "Ana Sintética", "roles": OF_MESA},
            "administra las cuentas de allá",
        ),
        (
            "/v1/people",
            {"login": "ana", "name": "Ana Sintética", "roles": [{"role": "steward", "scope": "*"}]},
            "un steward",
        ),
        (
            "/v1/tokens",
            {"name": "Sistema", "role": "observer", "scope": "mesa"},
            "administra los tokens de allá",
        ),
    ],
)
async def test_who_reaches_beyond_the_own_institution_is_told_whom_to_ask(
    mtess: Browser, path: str, body: dict[str, Any], advice: str
) -> None:
    """Not to agree on it with a platform, of which nothing was to change."""
    told = problem(await mtess.call("POST", path, json=body), 403, "not_yours")
    assert "plataforma o institución" in told["title"]
    assert advice in told["detail"]


async def test_a_version_and_a_login_that_are_wrong_are_told_in_words_that_fit(
    mtess: Browser, steward: Api
) -> None:
    """Not of an action, where the change is of a person; and what a login looks like, not that it is no code."""
    person = (await mtess.call("POST", "/v1/people", json=somebody_new())).json()
    sent = {"roles": person["roles"]}
    told = problem(
        await mtess.call("PUT", f"/v1/people/{person['id']}/roles", json=sent), 428, "version_missing"
    )
    assert told["detail"].startswith("Lea lo que quiere cambiar")
    told = problem(
        await steward.call("POST", "/v1/people", json=somebody_new() | {"login": "Ana Benítez"}),
        400,
        "invalid",
    )
    assert "login: se espera de 2 a 40 letras minúsculas" in told["title"]
    english = await steward.call(
        "POST", "/v1/people", json=somebody_new() | {"login": "Ana"}, headers={"Accept-Language": "en"}
    )
    assert "login: expected 2 to 40 lower-case letters" in english.json()["title"]


async def test_a_home_that_the_directory_does_not_know_is_told(steward: Api) -> None:
    """Before any role in it: what is wrong is the home."""
    for scope in ("mtess", "nadie"):
        wanted = somebody_new() | {"home": "nadie", "roles": [{"role": "observer", "scope": scope}]}
        told = problem(await steward.call("POST", "/v1/people", json=wanted), 422, "home_unknown")
        assert "«nadie»" in told["title"]


async def test_roles_are_changed_at_the_version_that_was_seen(
    mtess: Browser, steward: Api, anyone: httpx.AsyncClient
) -> None:
    """Of two who change at once the second is told; a session in a role that was taken ends."""
    account = await somebody(steward, anyone, ("case_officer", "mtess"))
    browser = Browser(anyone)
    assert (await browser.sign_in(account)).json()["role"] == "case_officer"
    path = f"/v1/people/{account.person['id']}/roles"
    sent = {"roles": [{"role": "focal_point", "scope": "mtess"}, {"role": "observer", "scope": "mtess"}]}
    problem(await mtess.call("PUT", path, json=sent), 428, "version_missing")
    tag = (await mtess.call("GET", f"/v1/people/{account.person['id']}")).headers["etag"]
    done = await mtess.call("PUT", path, json=sent, headers={"If-Match": tag})
    assert done.status_code == 200, done.text
    assert done.json()["roles"] == sent["roles"]
    problem(await mtess.call("PUT", path, json=sent, headers={"If-Match": tag}), 412, "version_conflict")
    problem(await browser.call("GET", "/v1/me"), 401, "session_ended")


async def test_a_login_is_taken_only_within_its_own_home(steward: Api) -> None:
    """So that inviting somebody does not tell whom another home has."""
    login = f"s{uuid.uuid4().hex[:10]}"
    await invited(steward, [{"role": "observer", "scope": "mtess"}], login=login)
    await invited(steward, OF_MESA, login=login)
    wanted = {"login": login, "name": "Persona Sintética", "roles": OF_MESA}
    told = problem(await steward.call("POST", "/v1/people", json=wanted), 409, "login_taken")
    assert f"{login}@mesa" in told["title"]


async def test_people_are_nobody_elses_business(conaeti: Api, member: Api) -> None:
    """A coordinator and an observer are refused before anything is looked up."""
    for api in (conaeti, member):
        for method, path in (("GET", "/v1/people"), ("GET", f"/v1/people/{NOBODY}"), ("GET", "/v1/tokens")):
            problem(await api.call(method, path), 403, "not_allowed")
