"""The record: who did what, when, from where; nothing is written without it, and nobody rewrites it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from browser import (
    OF_MESA,
    PASSPHRASE,
    Browser,
    administrator_of,
    code_of,
    invited,
    opened,
    secret_of,
    somebody,
)
from databases import Database
from hub_api import ACTION, CONFIRMATION, PLAN, Api, problem
from matrix_requests import REQUESTS, WORKBOOK
from matrix_world import World
from test_matrix import ROWS, everything
from test_matrix import world as world  # a fixture  # noqa: PLC0414

from nanduti_hub.caller import WORKER, Caller, Role
from nanduti_hub.ledger.database import Database as HubDatabase
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.statements import statement

COLUMNS = "actor, name, role, scope, method, route, act, target, status, code, address"
STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*", id="token:e")
PERSON = "Juana-Benitez-Sintetica"


@pytest.fixture
async def superuser(journeys_database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees the whole record."""
    connection = await asyncpg.connect(journeys_database.dsn("superuser"))
    yield connection
    await connection.close()


async def last(superuser: asyncpg.Connection) -> int:
    """The number of the last row."""
    return int(await superuser.fetchval("SELECT coalesce(max(id), 0) FROM audit"))


async def since(superuser: asyncpg.Connection, row: int) -> list[dict[str, Any]]:
    """The rows after one, in order."""
    found = await superuser.fetch("SELECT * FROM audit WHERE id > $1 ORDER BY id", row)
    return [{name: one[name] for name in COLUMNS.split(", ")} for one in found]


@asynccontextmanager
async def no_record(superuser: asyncpg.Connection) -> AsyncIterator[None]:
    """While nobody can write into the record."""
    await superuser.execute("REVOKE INSERT ON audit FROM nanduti_app")
    await superuser.execute(f"REVOKE INSERT ({COLUMNS}) ON audit FROM nanduti_app")
    try:
        yield
    finally:
        await superuser.execute(f"GRANT INSERT ({COLUMNS}) ON audit TO nanduti_app")


async def test_every_write_leaves_one_row_that_says_who_did_what_to_which_thing_from_where(
    conaeti: Api, superuser: asyncpg.Connection
) -> None:
    """By the route's template, the act, and the id of what was made or changed."""
    start = await last(superuser)
    plan = await conaeti.made("/v1/plans", PLAN)
    action = await conaeti.added(plan["id"])
    changed = await conaeti.call(
        "PATCH", f"/v1/actions/{action['code']}", json={"title": "Otro"}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200
    draft = (await conaeti.call("POST", f"/v1/plans/{plan['id']}/imports", content=WORKBOOK)).json()["id"]
    await conaeti.call("PUT", f"/v1/imports/{draft}/pairs", json={"pairs": {}}, headers={"If-Match": '"1"'})
    await conaeti.call("POST", f"/v1/imports/{draft}/confirm", json=CONFIRMATION)
    rows = await since(superuser, start)
    assert [(row["method"], row["route"], row["act"], row["target"], row["status"]) for row in rows] == [
        ("POST", "/v1/plans", "plan.change", plan["id"], 201),
        ("POST", "/v1/plans/{plan_id}/actions", "action.change", action["id"], 201),
        ("PATCH", "/v1/actions/{name}", "action.change", action["id"], 200),
        ("POST", "/v1/plans/{plan_id}/imports", "plan.change", draft, 201),
        ("PUT", "/v1/imports/{import_id}/pairs", "plan.change", draft, 200),
        ("POST", "/v1/imports/{import_id}/confirm", "plan.change", draft, 200),
    ]
    for row in rows:
        assert row["actor"].startswith("token:")
        assert (row["name"], row["role"], row["scope"]) == ("test:conaeti", "coordinator", "conaeti")
        assert (row["code"], row["address"]) == (None, "127.0.0.1")


async def test_what_was_refused_is_recorded_with_its_reason(
    conaeti: Api, mesa: Api, member: Api, open_plan: str, superuser: asyncpg.Connection
) -> None:
    """The thing is named only where it was found: a path can contain anything, a person's name too."""
    action = await conaeti.added(open_plan)
    path = f"/v1/actions/{action['id']}"
    start = await last(superuser)
    await mesa.call("PATCH", path, json={"title": "x"}, headers={"If-Match": '"1"'})
    await conaeti.call("PATCH", path, json={"title": "x"}, headers={"If-Match": '"9"'})
    await member.call("PATCH", f"/v1/actions/{PERSON}", json={"title": "x"})
    await conaeti.call(
        "PATCH", f"/v1/actions/{PERSON}", json={"title": "x"}, headers={"If-Match": '"1"', "X-Extra": PERSON}
    )
    await conaeti.call("POST", f"/v1/plans?q={PERSON}", content=b'{"title": "Juana')
    rows = await since(superuser, start)
    assert [(row["status"], row["code"], row["target"]) for row in rows] == [
        (403, "not_yours", action["id"]),
        (412, "version_conflict", action["id"]),
        (403, "not_allowed", None),
        (404, "action_unknown", None),
        (400, "invalid", None),
    ]
    assert PERSON not in json.dumps(rows)


async def test_what_every_member_may_read_leaves_no_row_and_a_borrador_does(
    conaeti: Api, mesa: Api, open_plan: str, anyone: httpx.AsyncClient, superuser: asyncpg.Connection
) -> None:
    """Nor do those whom nobody knows, who would fill it; a look at what is hidden from one does."""
    answer = await conaeti.call("POST", f"/v1/plans/{open_plan}/imports", content=WORKBOOK)
    path = f"/v1/imports/{answer.json()['id']}"
    start = await last(superuser)
    for public in ("/v1/me", "/v1/actions", "/v1/actions.csv", "/v1/plans", "/v1/register", "/v1/actions/x"):
        await mesa.call("GET", public)
    await anyone.get(path)
    await anyone.get(path, headers={"Authorization": "Bearer nan_x"})
    await anyone.post("/v1/plans", json=PLAN)
    assert await since(superuser, start) == []
    await conaeti.call("GET", path)
    await mesa.call("GET", path)
    await mesa.call("GET", "/v1/audit")
    assert [
        (row["act"], row["status"], row["code"], row["target"]) for row in await since(superuser, start)
    ] == [
        ("import.read", 200, None, path.rpartition("/")[2]),
        ("import.read", 404, "import_unknown", None),
        ("audit.read", 403, "not_allowed", None),
    ]


async def test_who_signs_in_and_out_and_who_fails_to_is_recorded_and_never_what_was_typed(
    steward: Api, anyone: httpx.AsyncClient, superuser: asyncpg.Connection
) -> None:
    """A failure names the account where there is one; a login that is none could be a passphrase."""
    account = await somebody(steward, anyone, ("coordinator", "conaeti"), home="conaeti")
    person, typed = f"person:{account.person['id']}", "zafiro9 una frase secreta"
    start = await last(superuser)
    browser = Browser(anyone)
    for changes in ({"passphrase": typed}, {"login": f"{typed}@conaeti"}, {"login": "nadie@conaeti"}):
        problem(await browser.sign_in(account, **changes), 401, "sign_in_refused")
    assert (await browser.sign_in(account)).status_code == 201
    assert (await browser.call("DELETE", "/v1/session")).status_code == 204
    rows = await since(superuser, start)
    assert [(row["method"], row["route"], row["actor"], row["role"], row["status"]) for row in rows] == [
        ("POST", "/v1/session", person, None, 401),
        ("POST", "/v1/session", "nobody", None, 401),
        ("POST", "/v1/session", "nobody", None, 401),
        ("POST", "/v1/session", person, "coordinator", 201),
        ("DELETE", "/v1/session", person, "coordinator", 204),
    ]
    assert [row["name"] for row in rows[:3]] == [account.login, "", ""]
    everything_said = json.dumps(rows)
    for secret in (typed, account.passphrase, account.invitation, account.totp):
        assert secret not in everything_said


async def test_a_change_by_cookie_without_its_token_is_recorded_as_that_persons(
    steward: Api, anyone: httpx.AsyncClient, superuser: asyncpg.Connection
) -> None:
    """Whose session it was to be is known; so is that somebody may be forging."""
    account = await somebody(steward, anyone, ("coordinator", "conaeti"), home="conaeti")
    browser = Browser(anyone)
    assert (await browser.sign_in(account)).status_code == 201
    start = await last(superuser)
    role = {"role": "coordinator", "scope": "conaeti"}
    for headers, code in (
        ({"X-CSRF-Token": "x"}, "csrf_refused"),
        ({"Origin": "https://evil.example"}, "cross_site"),
    ):
        problem(await browser.call("PUT", "/v1/session/role", json=role, headers=headers), 403, code)
    rows = await since(superuser, start)
    assert [(row["actor"], row["route"], row["status"], row["code"]) for row in rows] == [
        (f"person:{account.person['id']}", "/v1/session/role", 403, "csrf_refused"),
        (f"person:{account.person['id']}", "/v1/session/role", 403, "cross_site"),
    ]


async def test_nobody_comes_in_without_a_row_and_what_they_came_with_is_not_used_up(
    anyone: httpx.AsyncClient, steward: Api, superuser: asyncpg.Connection
) -> None:
    """Where the record cannot be written, a link stays good and a code unused: the row is in their transaction."""
    person = await invited(steward, [{"role": "observer", "scope": "conaeti"}])
    shown = (await anyone.post("/v1/invitations/open", json={"invitation": secret_of(person)})).json()
    used = {
        "invitation": secret_of(person),
        "enrolment": shown["enrolment"],
        "passphrase": PASSPHRASE,
        "code": code_of(shown["totp_secret"], -1),
    }
    sign_in = {"login": person["account"], "passphrase": PASSPHRASE, "code": code_of(shown["totp_secret"])}
    for path, sent in (("/v1/invitations/accept", used), ("/v1/session", sign_in)):
        async with no_record(superuser):
            assert (await anyone.post(path, json=sent)).status_code == 503
        open_sessions = await superuser.fetchval(
            "SELECT count(*) FROM session WHERE person = $1 AND ended_at IS NULL", person["id"]
        )
        assert open_sessions == (path == "/v1/session")
        assert (await anyone.post(path, json=sent)).status_code < 300


async def test_a_link_is_never_in_the_record_though_it_is_in_a_path(
    steward: Api, anyone: httpx.AsyncClient, superuser: asyncpg.Connection
) -> None:
    """The person whom it is for is, once the link was used."""
    person = await invited(steward, [{"role": "observer", "scope": "mtess"}], home="mtess")
    start = await last(superuser)
    secret = secret_of(person)
    await anyone.get(f"/invitacion/{secret}")
    await anyone.post(f"/invitacion/{secret}", data={"passphrase": "x", "again": "y", "code": "1"})
    account = await opened(anyone, person)
    rows = await since(superuser, start)
    assert len(rows) >= 3
    assert account.invitation not in json.dumps(rows)
    assert secret not in json.dumps(rows)


WRITES = [
    (method, route)
    for method, route in ROWS
    if method != "GET" and any(cell == "ok" for name, cell in ROWS[method, route].items() if name != "nobody")
]
#: What is open writes its row, if not in its transaction, before its secret is handed over.
OPEN = {(method, route) for method, route in ROWS if ROWS[method, route]["nobody"] == "ok"}


@pytest.mark.parametrize(("method", "route"), [one for one in WRITES if one not in OPEN])
async def test_nothing_is_written_without_its_row(world: World, method: str, route: str) -> None:
    """While the record takes nothing, a write is refused in its own transaction, and nothing of it is there."""
    column = next(name for name, cell in ROWS[method, route].items() if cell == "ok")
    request = await REQUESTS[method, route](world)
    before = await everything(world.superuser)
    async with no_record(world.superuser):
        answer = await world.callers[column].request(method, request.path, **request.sent)
    problem(answer, 503, "record_away")
    assert await everything(world.superuser) == before


async def test_nothing_that_is_not_public_is_shown_without_its_row(
    conaeti: Api, steward: Api, open_plan: str, superuser: asyncpg.Connection
) -> None:
    """Not even the beginning of an export; what is public is."""
    draft = (await conaeti.call("POST", f"/v1/plans/{open_plan}/imports", content=WORKBOOK)).json()["id"]
    async with no_record(superuser):
        problem(await conaeti.call("GET", f"/v1/imports/{draft}"), 503, "record_away")
        for path in ("/v1/audit", "/v1/audit.csv", "/v1/audit.ndjson", "/v1/audit.xlsx"):
            problem(await steward.call("GET", path), 503, "record_away")
        assert (await conaeti.call("GET", "/v1/actions")).status_code == 200
    assert (await conaeti.call("GET", f"/v1/imports/{draft}")).status_code == 200


async def test_a_command_that_was_decided_again_or_repeated_has_a_row_for_each_request(
    conaeti: Api, open_plan: str, superuser: asyncpg.Connection
) -> None:
    """As many rows as requests, whatever the transactions went through."""
    start = await last(superuser)
    await asyncio.gather(*(conaeti.added(open_plan) for _ in range(8)))
    for _ in range(2):
        answer = await conaeti.call(
            "POST", f"/v1/plans/{open_plan}/actions", json=ACTION, headers={"Idempotency-Key": "una-vez"}
        )
        assert answer.status_code == 201
    rows = await since(superuser, start)
    assert [row["status"] for row in rows] == [201] * 10
    assert len({row["target"] for row in rows}) == 9
    assert rows[-1]["target"] == rows[-2]["target"] == answer.json()["id"]


async def values(actor: str = STEWARD.id, role: str = "steward", scope: str = "*") -> list[Any]:
    """A row as `put_audit` takes it."""
    return [actor, "x", role, scope, "GET", "/v1/me", None, None, 200, None, None]


async def test_the_database_itself_takes_rows_about_oneself_alone_and_never_changes_one(
    pools: HubDatabase,
) -> None:
    """Neither the API's role nor the worker's; the time and the number are the database's."""
    put = statement("nanduti_hub.access", "put_audit")
    async with transaction(pools, STEWARD) as connection:
        await connection.execute(put, *await values())
    for row in (
        await values(actor="token:another"),
        await values(role="coordinator"),
        await values(scope="mesa"),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(pools, STEWARD) as connection:
                await connection.execute(put, *row)
    for caller in (STEWARD, WORKER):
        for attack in (
            "UPDATE audit SET name = 'y'",
            "DELETE FROM audit",
            "TRUNCATE audit",
            "INSERT INTO audit (actor, name, method, route, status, at) VALUES ('hub', '', 'GET', '', 200, now())",
            "INSERT INTO audit (id, actor, name, method, route, status) VALUES (1, 'hub', '', 'GET', '', 200)",
            "ALTER TABLE audit DISABLE ROW LEVEL SECURITY",
            "DROP TABLE audit",
        ):
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.GeneratedAlwaysError)):
                async with transaction(pools, caller) as connection:
                    await connection.execute(attack)
    async with transaction(pools, STEWARD) as connection:
        assert await connection.fetchval("SELECT count(*) FROM audit") == 1
    for role in (Role.ADMINISTRATOR, Role.COORDINATOR, Role.FOCAL_POINT, Role.CASE_OFFICER, Role.OBSERVER):
        other = Caller(name="test:other", role=role, scope="mesa", id="token:f")
        async with transaction(pools, other) as connection:
            assert await connection.fetchval("SELECT count(*) FROM audit") == 0


async def test_the_owner_of_the_database_alone_takes_old_rows_away(
    pools: HubDatabase, database: Database
) -> None:
    """As docs/howto/dar-acceso.md says, since the record grows for years."""
    async with transaction(pools, STEWARD) as connection:
        await connection.execute(statement("nanduti_hub.access", "put_audit"), *await values())
    owner = await asyncpg.connect(database.dsn("owner"))
    assert await owner.execute("DELETE FROM audit WHERE at < '2026-01-01'") == "DELETE 0"
    assert await owner.fetchval("SELECT count(*) FROM audit") == 1
    assert await owner.execute("DELETE FROM audit WHERE at < now()") == "DELETE 1"
    await owner.close()


async def test_an_attempt_on_people_and_tokens_names_whom_it_was_on_where_there_is_one(
    steward: Api, anyone: httpx.AsyncClient, conaeti: Api, superuser: asyncpg.Connection
) -> None:
    """Also where the caller is told of no such thing: the record is the steward's. What is not there is not named."""
    other = (await invited(steward, OF_MESA))["id"]
    roles = [{"role": "observer", "scope": "mtess"}, {"role": "observer", "scope": "mesa"}]
    shared = (await invited(steward, roles, home="mtess"))["id"]
    token = (await steward.made("/v1/tokens", {"name": "Sistema", "role": "observer", "scope": "mesa"}))["id"]
    mtess = await administrator_of(anyone, steward, "mtess")
    start = await last(superuser)
    for call, method, path, sent, status in (
        (mtess.call, "DELETE", f"/v1/people/{shared}", {}, 403),
        (mtess.call, "POST", f"/v1/people/{shared}/recovery", {}, 403),
        (mtess.call, "GET", f"/v1/people/{other}", {}, 404),
        (mtess.call, "PUT", f"/v1/people/{other}/roles", {"json": {"roles": OF_MESA}}, 404),
        (mtess.call, "PUT", f"/v1/people/{other}/roles", {"json": {"roles": "x"}}, 400),
        (mtess.call, "DELETE", f"/v1/tokens/{token}", {}, 404),
        (steward.call, "POST", f"/v1/tokens/{token}/rotate", {"json": {"overlap_hours": -1}}, 400),
        (conaeti.call, "DELETE", f"/v1/people/{other}", {}, 403),
        (mtess.call, "GET", f"/v1/people/{PERSON}", {}, 404),
        (mtess.call, "DELETE", f"/v1/tokens/{shared}", {}, 404),
    ):
        answer = await call(method, path, **sent)
        assert answer.status_code == status, answer.text
    rows = await since(superuser, start)
    assert [row["target"] for row in rows] == [
        shared,
        shared,
        other,
        other,
        other,
        token,
        token,
        other,
        None,
        None,
    ]
