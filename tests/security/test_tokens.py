"""API tokens over HTTP: made, listed without their secret, rotated, revoked, each by whom it may be."""

import asyncio
import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from browser import Browser, somebody
from databases import Database
from hub_api import Api, problem

from nanduti_hub import migrations
from nanduti_hub.embedded.postgres import Postgres

NOBODY = "01900000-0000-7000-8000-00000000dead"
WANTED = {"name": "Sistema sintético", "role": "observer", "scope": "mtess"}


@pytest.fixture(scope="module")
async def mtess(anyone: httpx.AsyncClient, steward: Api) -> Browser:
    """The administrator of an institution, signed in."""
    browser = Browser(anyone)
    assert (
        await browser.sign_in(await somebody(steward, anyone, ("administrator", "mtess")))
    ).status_code == 201
    return browser


async def status_of(client: httpx.AsyncClient, token: str) -> int:
    """How the API answers a token."""
    answer = await client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


async def test_a_token_is_shown_once_and_listed_without_its_secret(
    mtess: Browser, anyone: httpx.AsyncClient
) -> None:
    """The list says whose it is, who made it, and when it was last used."""
    made = await mtess.call("POST", "/v1/tokens", json=WANTED)
    assert made.status_code == 201, made.text
    assert made.headers["cache-control"] == "no-store"
    token = made.json()
    secret = token.pop("token")
    assert secret.startswith("nan_")
    assert token["last_used_at"] is None
    assert await status_of(anyone, secret) == 200
    answer = await mtess.call("GET", "/v1/tokens?limit=500")
    (listed,) = (item for item in answer.json()["items"] if item["id"] == token["id"])
    assert listed["last_used_at"] is not None
    assert {name: value for name, value in listed.items() if name != "last_used_at"} == {
        name: value for name, value in token.items() if name != "last_used_at"
    }
    me = (await mtess.call("GET", "/v1/me")).json()
    assert listed["created_by_name"] == me["name"]
    assert listed["created_by"].startswith("person:")
    assert secret not in answer.text
    assert "sha256" not in answer.text


async def test_use_is_noted_once_a_minute(
    mtess: Browser, anyone: httpx.AsyncClient, superuser: asyncpg.Connection
) -> None:
    """So that reading does not write."""
    token = (await mtess.call("POST", "/v1/tokens", json=WANTED)).json()
    used = "SELECT last_used_at FROM token WHERE id = $1"
    assert await status_of(anyone, token["token"]) == 200
    first = await superuser.fetchval(used, token["id"])
    for _ in range(3):
        await superuser.fetch(
            "SELECT * FROM find_token((SELECT sha256 FROM token WHERE id = $1))", token["id"]
        )
    assert await superuser.fetchval(used, token["id"]) == first
    await superuser.execute(
        "UPDATE token SET last_used_at = $2 WHERE id = $1", token["id"], first - timedelta(minutes=2)
    )
    await superuser.fetch("SELECT * FROM find_token((SELECT sha256 FROM token WHERE id = $1))", token["id"])
    assert await superuser.fetchval(used, token["id"]) >= first


async def test_a_revoked_token_is_out_at_once(mtess: Browser, anyone: httpx.AsyncClient) -> None:
    """In the process that did it; again changes nothing; the list still shows it."""
    token = (await mtess.call("POST", "/v1/tokens", json=WANTED)).json()
    assert await status_of(anyone, token["token"]) == 200
    for _ in range(2):
        assert (await mtess.call("DELETE", f"/v1/tokens/{token['id']}")).status_code == 204
        assert await status_of(anyone, token["token"]) == 401
    listed = (await mtess.call("GET", "/v1/tokens?limit=500")).json()["items"]
    assert next(item for item in listed if item["id"] == token["id"])["revoked_at"] is not None
    answer = await mtess.call("POST", f"/v1/tokens/{token['id']}/rotate", json={})
    problem(answer, 409, "token_ended")


@pytest.mark.slow
async def test_revoked_elsewhere_it_is_out_within_seconds(
    mtess: Browser, anyone: httpx.AsyncClient, superuser: asyncpg.Connection
) -> None:
    """What was looked up stands for five seconds."""
    token = (await mtess.call("POST", "/v1/tokens", json=WANTED)).json()
    assert await status_of(anyone, token["token"]) == 200
    await superuser.execute("UPDATE token SET revoked_at = now() WHERE id = $1", token["id"])
    async with asyncio.timeout(30):
        while await status_of(anyone, token["token"]) == 200:
            await asyncio.sleep(0.1)


async def test_a_rotated_token_goes_on_beside_its_successor_until_the_overlap_ends(
    mtess: Browser, anyone: httpx.AsyncClient
) -> None:
    """Same name, role, scope and lifetime; once only, even where two try at the same time."""
    expires = datetime.now(UTC) + timedelta(days=30)
    wanted = WANTED | {"expires_at": expires.isoformat()}
    old = (await mtess.call("POST", "/v1/tokens", json=wanted)).json()
    path = f"/v1/tokens/{old['id']}/rotate"
    answers = await asyncio.gather(*(mtess.call("POST", path, json={"overlap_hours": 1}) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    problem(next(answer for answer in answers if answer.status_code == 409), 409, "token_rotated")
    new = next(answer.json() for answer in answers if answer.status_code == 201)
    assert {await status_of(anyone, token["token"]) for token in (old, new)} == {200}
    for name in ("name", "role", "scope"):
        assert new[name] == old[name]
    lasts = datetime.fromisoformat(new["expires_at"]) - datetime.fromisoformat(new["created_at"])
    assert abs(lasts - timedelta(days=30)) < timedelta(minutes=1)
    listed = (await mtess.call("GET", "/v1/tokens?limit=500")).json()["items"]
    old_now = next(item for item in listed if item["id"] == old["id"])
    assert old_now["replaced_by"] == new["id"]
    assert datetime.fromisoformat(old_now["expires_at"]) < datetime.now(UTC) + timedelta(hours=1, minutes=1)


async def test_who_says_nothing_of_an_overlap_gets_a_day(mtess: Browser, anyone: httpx.AsyncClient) -> None:
    """With an empty body or with none; one that is there must still be what it should be."""
    for sent in ({}, {"json": {}}):
        old = (await mtess.call("POST", "/v1/tokens", json=WANTED)).json()
        made = await mtess.call("POST", f"/v1/tokens/{old['id']}/rotate", **sent)
        assert made.status_code == 201, made.text
        assert await status_of(anyone, made.json()["token"]) == await status_of(anyone, old["token"]) == 200
    for content in (b"null", b"{", b" "):
        answer = await mtess.call("POST", f"/v1/tokens/{old['id']}/rotate", content=content)
        problem(answer, 400, "invalid")


async def test_without_an_overlap_the_old_token_ends_at_once(
    mtess: Browser, anyone: httpx.AsyncClient
) -> None:
    """For a secret that has got out."""
    old = (await mtess.call("POST", "/v1/tokens", json=WANTED)).json()
    assert await status_of(anyone, old["token"]) == 200
    new = (await mtess.call("POST", f"/v1/tokens/{old['id']}/rotate", json={"overlap_hours": 0})).json()
    assert await status_of(anyone, old["token"]) == 401
    assert await status_of(anyone, new["token"]) == 200


async def test_a_token_ends_when_it_was_said_to(mtess: Browser, anyone: httpx.AsyncClient) -> None:
    """Even while it is remembered."""
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    token = (await mtess.call("POST", "/v1/tokens", json=WANTED | {"expires_at": soon})).json()
    async with asyncio.timeout(30):
        while await status_of(anyone, token["token"]) == 200:
            await asyncio.sleep(0.05)


async def test_what_a_token_makes_ends_with_it_at_the_latest(
    mtess: Browser, anyone: httpx.AsyncClient, steward: Api
) -> None:
    """Made or rotated, its own successor too: what gets out for a day is not good for ever."""
    soon = datetime.now(UTC) + timedelta(hours=1)
    ruling = {"name": "Sistema sintético", "role": "administrator", "scope": "mtess"}
    short = await steward.made("/v1/tokens", ruling | {"expires_at": soon.isoformat()})
    endless = await steward.made("/v1/tokens", WANTED)
    assert endless["expires_at"] is None
    api = httpx.Headers({"Authorization": f"Bearer {short['token']}"})
    later, sooner = soon + timedelta(days=1), soon - timedelta(minutes=30)
    for wanted, ends in ((None, soon), (later, soon), (sooner, sooner)):
        sent = WANTED | ({"expires_at": wanted.isoformat()} if wanted else {})
        made = await anyone.post("/v1/tokens", json=sent, headers=api)
        assert datetime.fromisoformat(made.json()["expires_at"]) == ends
    for id_ in (endless["id"], short["id"]):
        made = await anyone.post(f"/v1/tokens/{id_}/rotate", json={"overlap_hours": 0}, headers=api)
        assert datetime.fromisoformat(made.json()["expires_at"]) == soon
    assert (await mtess.call("POST", "/v1/tokens", json=WANTED)).json()["expires_at"] is None


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"name": "ana@mtess"}, 422, "token_name_unfit"),
        ({"name": "ana\uff20hub"}, 422, "token_name_unfit"),
        ({"role": "steward", "scope": "*"}, 403, "not_yours"),
        ({"role": "steward"}, 422, "scope_unfit"),
        ({"role": "coordinator", "scope": "mesa"}, 403, "not_yours"),
        ({"role": "coordinator"}, 422, "scope_unfit"),
        ({"scope": "nadie"}, 403, "not_yours"),
        ({"role": "worker"}, 400, "invalid"),
        ({"name": ""}, 400, "invalid"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "expiry_past"),
        ({"expires_at": "2020-01-01T00:00:00"}, 400, "invalid"),
    ],
)
async def test_an_administrator_makes_tokens_of_its_own_only(
    mtess: Browser, changes: dict[str, Any], status: int, code: str
) -> None:
    """Neither a steward's nor another's."""
    problem(await mtess.call("POST", "/v1/tokens", json=WANTED | changes), status, code)


async def test_anothers_token_does_not_exist(mtess: Browser, steward: Api, anyone: httpx.AsyncClient) -> None:
    """The same words as for one that is none; and nothing has happened to it."""
    wanted = {"name": "Sistema sintético", "role": "coordinator", "scope": "mesa"}
    other = await steward.made("/v1/tokens", wanted)
    for id_ in (other["id"], NOBODY):
        problem(await mtess.call("DELETE", f"/v1/tokens/{id_}"), 404, "token_unknown")
        problem(await mtess.call("POST", f"/v1/tokens/{id_}/rotate", json={}), 404, "token_unknown")
    assert await status_of(anyone, other["token"]) == 200
    scopes = {item["scope"] for item in (await mtess.call("GET", "/v1/tokens?limit=500")).json()["items"]}
    assert scopes == {"mtess"}
    everybodys = {item["id"] for item in await steward.pages("/v1/tokens", limit=50)}
    assert other["id"] in everybodys


async def test_tokens_stay_when_who_made_them_goes(steward: Api, anyone: httpx.AsyncClient) -> None:
    """They are the institution's, and the list still says who it was."""
    account = await somebody(steward, anyone, ("administrator", "mtess"))
    browser = Browser(anyone)
    await browser.sign_in(account)
    token = (await browser.call("POST", "/v1/tokens", json=WANTED)).json()
    assert (await steward.call("DELETE", f"/v1/people/{account.person['id']}")).status_code == 204
    assert await status_of(anyone, token["token"]) == 200
    listed = await steward.pages("/v1/tokens", limit=500)
    assert next(item for item in listed if item["id"] == token["id"])["created_by_name"] == account.login


async def test_a_token_of_the_first_release_is_an_observers(
    postgres_server: Postgres, template: str, administrator: asyncpg.Connection
) -> None:
    """The reader's role has another name since; who had one goes on reading."""
    assert template, "the roles exist"
    name = f"tokens_{uuid.uuid4().hex[:12]}"
    await administrator.execute(f'CREATE DATABASE "{name}" OWNER nanduti_owner TEMPLATE template0')
    database = Database(postgres_server, name)
    try:
        owner = await asyncpg.connect(database.dsn("owner"))
        await owner.execute("CREATE TABLE migration (name text PRIMARY KEY, sha256 text NOT NULL)")
        await owner.execute("ALTER TABLE migration ADD applied_at timestamptz NOT NULL DEFAULT now()")
        for file, script in list(migrations.scripts().items())[:5]:
            digest = hashlib.sha256(script.encode()).hexdigest()
            await owner.execute(script)
            await owner.execute("INSERT INTO migration (name, sha256) VALUES ($1, $2)", file, digest)
        for role, scope in (("member", "mtess"), ("coordinator", "conaeti"), ("steward", "*")):
            await owner.execute(
                "INSERT INTO token (id, sha256, name, role, scope) VALUES ($1, sha256($2), $1, $1, $3)",
                role,
                role.encode(),
                scope,
            )
        await migrations.migrate(database.dsn("owner"))
        found = await owner.fetch("SELECT name, role, created_by FROM token ORDER BY name")
        await owner.close()
    finally:
        await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    assert [tuple(row) for row in found] == [
        ("coordinator", "coordinator", "hub"),
        ("member", "observer", "hub"),
        ("steward", "steward", "hub"),
    ]
