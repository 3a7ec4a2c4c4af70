"""Calendar addresses: whoever has one reads what it names, nothing else, and only while its owner may.

No credential comes with such a request, so the address is the credential: it is not guessed, not told again, not
written down, and it dies with whatever it stands on.
"""

import asyncio
import hashlib
import json
import os
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from bench.register import owner_dsn
from browser import Browser, somebody
from hub_api import Api, Journey, problem
from hub_process import start_hub, stop_servers
from msgspec import Struct
from own_door import OPERATOR, client, served, token_of

from nanduti_hub.access.tokens import create_token
from nanduti_hub.administration import installation_settings
from nanduti_hub.caller import Role
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.limits import Rate, Rates
from nanduti_hub.saved.queries import CalendarSecret

#: What a calendar may see of the hub with the address in whatever place: nothing.
ELSEWHERE = ("/v1/me", "/v1/actions", "/v1/actions.ics", "/v1/queries", "/v1/audit", "/v1/people", "/cuenta")


class Held(Struct):
    """A calendar address, and the query that it is of."""

    path: str
    secret: str
    query: str
    call: Callable[..., Awaitable[httpx.Response]]
    account: Any = None
    token: str = ""


async def given(call: Callable[..., Awaitable[httpx.Response]], query: str = "platform=conaeti") -> Held:
    """An address that was just given to who calls so."""
    made = await call("POST", "/v1/queries", json={"name": "Consulta sintética", "query": query})
    assert made.status_code == 201, made.text
    answer = await call("POST", f"/v1/queries/{made.json()['id']}/calendar")
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    path = re.sub(r"^https?://[^/]+", "", answer.json()["address"])
    return Held(path, path.rpartition("/")[2].removesuffix(".ics"), made.json()["id"], call)


async def of_person(steward: Api, anyone: httpx.AsyncClient) -> Held:
    """The address of somebody who is signed in."""
    account = await somebody(steward, anyone, ("observer", "conaeti"))
    browser = Browser(anyone)
    assert (await browser.sign_in(account)).status_code == 201
    held = await given(browser.call)
    held.account = account
    return held


@asynccontextmanager
async def of_token(hub: Journey, steward: Api) -> AsyncIterator[Held]:
    """The address of a token."""
    made = await steward.made("/v1/tokens", {"name": "sintético", "role": "observer", "scope": "mtess"})
    headers = {"Authorization": f"Bearer {made['token']}"}
    async with httpx.AsyncClient(base_url=hub.url, headers=headers, timeout=60) as client:
        held = await given(client.request)
        held.token = made["id"]
        yield held


async def is_dead(anyone: httpx.AsyncClient, held: Held) -> bool:
    """Whether an address answers as one that never was; else it must answer as a calendar."""
    answer = await anyone.get(held.path)
    if answer.status_code == 200:
        assert answer.text.startswith("BEGIN:VCALENDAR")
        return False
    never = await anyone.get(f"/v1/calendars/cal_{uuid.uuid4().hex}{'x' * 11}.ics")
    assert (answer.status_code, answer.content) == (404, never.content)
    timeless = {name: value for name, value in answer.headers.items() if name != "date"}
    assert timeless == {name: value for name, value in never.headers.items() if name != "date"}
    assert timeless["cache-control"] == "no-store"
    problem(answer, 404, "calendar_unknown")
    return True


async def test_an_address_opens_its_calendar_and_nothing_else(
    anyone: httpx.AsyncClient, conaeti: Api
) -> None:
    """In no place of a request is it a credential; with no other method does it do anything, and it leads nowhere."""
    held = await given(conaeti.call)
    assert not await is_dead(anyone, held)
    for path in ELSEWHERE:
        for headers in (
            {"Authorization": f"Bearer {held.secret}"},
            {"Cookie": f"__Host-nanduti={held.secret}"},
        ):
            answer = await anyone.get(path, headers=headers)
            assert answer.status_code in (401, 303), path
    for path in (f"/v1/queries/{held.secret}", f"/invitacion/{held.secret}"):
        assert (await anyone.get(path)).status_code in (401, 404)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        problem(await anyone.request(method, held.path), 405, "method_not_allowed")
    problem(await anyone.get(held.path, params={"platform": "mesa"}), 400, "invalid")
    # Who has signed in as somebody else reads it as anybody does.
    assert (await anyone.get(held.path, headers={"Authorization": "Bearer x"})).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        lambda path: path.removesuffix(".ics"),
        lambda path: path.upper(),
        lambda path: path.replace("cal_", "nan_"),
        lambda path: path.replace(".ics", "x.ics"),
        lambda path: path[:-5] + ("A" if path[-5] != "A" else "B") + ".ics",
        lambda path: path.replace(".ics", ".ICS"),
        lambda path: path.replace("cal_", "cal_%20"),
        lambda path: path.replace("cal_", ""),
        lambda path: path.replace("cal_", "x" * 150),
    ],
)
async def test_what_is_nearly_an_address_is_none(
    anyone: httpx.AsyncClient, conaeti: Api, changed: Callable[[str], str]
) -> None:
    """As what is nothing like one."""
    held = await given(conaeti.call)
    path = changed(held.path)
    code = "calendar_unknown" if path.startswith("/v1/calendars/") else "not_found"
    problem(await anyone.get(path), 404, code)
    assert not await is_dead(anyone, held)
    await conaeti.call("DELETE", f"/v1/queries/{held.query}")


async def test_a_secret_is_random_and_only_its_hash_is_kept(
    conaeti: Api, superuser: asyncpg.Connection
) -> None:
    """256 bits; an own secret each; printed, it does not show."""
    held = await given(conaeti.call)
    second = await given(conaeti.call)
    assert held.secret != second.secret
    assert re.fullmatch(r"cal_[A-Za-z0-9_-]{43}", held.secret)
    row = await superuser.fetchrow("SELECT * FROM saved_query WHERE id = $1", held.query)
    assert row["calendar_sha256"] == hashlib.sha256(held.secret.encode()).digest()
    assert held.secret not in str(dict(row))
    assert held.secret not in str(await conaeti.read("/v1/queries"))
    assert held.secret not in repr(CalendarSecret(held.secret, datetime.now(UTC)))
    for one in (held, second):
        await conaeti.call("DELETE", f"/v1/queries/{one.query}")


async def test_an_address_dies_when_it_is_ended_or_given_anew_or_its_query_goes(
    anyone: httpx.AsyncClient, conaeti: Api, mesa: Api
) -> None:
    """Nobody else can do any of it."""
    held = await given(conaeti.call)
    path = f"/v1/queries/{held.query}/calendar"
    for method in ("POST", "DELETE"):
        problem(await mesa.call(method, path), 404, "query_unknown")
    assert not await is_dead(anyone, held)
    again = await conaeti.made(path, None)
    assert await is_dead(anyone, held)
    held.path = re.sub(r"^https?://[^/]+", "", again["address"])
    assert not await is_dead(anyone, held)
    for _ in range(2):
        assert (await conaeti.call("DELETE", path)).status_code == 204
        assert await is_dead(anyone, held)
    assert (await conaeti.read(f"/v1/queries/{held.query}"))["calendar"] is None
    again = await conaeti.made(path, None)
    held.path = re.sub(r"^https?://[^/]+", "", again["address"])
    assert not await is_dead(anyone, held)
    await conaeti.call("DELETE", f"/v1/queries/{held.query}")
    assert await is_dead(anyone, held)


async def test_an_address_dies_with_its_person(
    anyone: httpx.AsyncClient, steward: Api, superuser: asyncpg.Connection
) -> None:
    """And what that person has kept is gone."""
    held = await of_person(steward, anyone)
    assert not await is_dead(anyone, held)
    person = held.account.person["id"]
    version = (await steward.read(f"/v1/people/{person}"))["version"]
    gone = await steward.call("DELETE", f"/v1/people/{person}", headers={"If-Match": f'"{version}"'})
    assert gone.status_code == 204, gone.text
    assert await is_dead(anyone, held)
    owned = "SELECT count(*) FROM saved_query WHERE owner = $1"
    assert await superuser.fetchval(owned, f"person:{person}") == 0


async def test_an_address_dies_with_the_last_role_and_does_not_come_back_with_one(
    anyone: httpx.AsyncClient, steward: Api, superuser: asyncpg.Connection
) -> None:
    """Another role in the place of the last keeps it; the session's end does not end it."""
    held = await of_person(steward, anyone)
    person = held.account.person["id"]
    version = (await steward.read(f"/v1/people/{person}"))["version"]
    moved = await steward.call(
        "PUT",
        f"/v1/people/{person}/roles",
        json={"roles": [{"role": "observer", "scope": "mesa"}]},
        headers={"If-Match": f'"{version}"'},
    )
    assert moved.status_code == 200, moved.text
    assert not await is_dead(anyone, held)
    # As a provider's claims take them.
    await superuser.execute("DELETE FROM person_role WHERE person = $1", person)
    assert await is_dead(anyone, held)
    await superuser.execute("INSERT INTO person_role VALUES ($1, 'observer', 'conaeti')", person)
    assert await is_dead(anyone, held)
    kept = await superuser.fetchval("SELECT count(*) FROM saved_query WHERE owner = $1", f"person:{person}")
    assert kept == 1, "the query is still there"


async def test_an_address_dies_with_its_token(
    hub: Journey, anyone: httpx.AsyncClient, steward: Api, superuser: asyncpg.Connection
) -> None:
    """Revoked at once, expired when its time comes; a rotation's successor has none of it."""
    async with of_token(hub, steward) as held:
        assert not await is_dead(anyone, held)
        assert (await steward.call("DELETE", f"/v1/tokens/{held.token}")).status_code == 204
        assert await is_dead(anyone, held)
        owned = "SELECT count(*) FROM saved_query WHERE owner = $1"
        assert await superuser.fetchval(owned, f"token:{held.token}") == 0
    async with of_token(hub, steward) as held:
        rotated = await steward.call("POST", f"/v1/tokens/{held.token}/rotate", json={"overlap_hours": 1})
        assert rotated.status_code == 201, rotated.text
        headers = {"Authorization": f"Bearer {rotated.json()['token']}"}
        answer = await anyone.get("/v1/queries", headers=headers)
        assert answer.json()["items"] == []
        assert not await is_dead(anyone, held)
        past = datetime.now(UTC) - timedelta(seconds=1)
        await superuser.execute("UPDATE token SET expires_at = $2 WHERE id = $1", held.token, past)
        assert await is_dead(anyone, held)


async def test_a_read_by_address_is_recorded_with_its_query_and_never_its_secret(
    anyone: httpx.AsyncClient, steward: Api, superuser: asyncpg.Connection
) -> None:
    """As its owner's, who acts in no role; what is no address as nobody's, and without a target."""
    held = await of_person(steward, anyone)
    before = await superuser.fetchval("SELECT max(id) FROM audit")
    answer = await anyone.get(held.path)
    await anyone.head(held.path)
    await anyone.get(held.path, headers={"If-None-Match": answer.headers["etag"]})
    await anyone.get(f"/v1/calendars/{held.secret}")
    rows = await superuser.fetch("SELECT * FROM audit WHERE id > $1 ORDER BY id", before)
    told = [
        (row["method"], row["actor"], row["role"], row["target"], row["status"], row["code"]) for row in rows
    ]
    owner = f"person:{held.account.person['id']}"
    assert told == [
        ("GET", owner, None, held.query, 200, None),
        ("HEAD", owner, None, held.query, 200, None),
        ("GET", owner, None, held.query, 304, None),
        ("GET", "nobody", None, None, 404, "calendar_unknown"),
    ]
    assert {row["route"] for row in rows} == {"/v1/calendars/{secret}"}
    everything = await superuser.fetch("SELECT row_to_json(a)::text AS line FROM audit a")
    assert not [row["line"] for row in everything if held.secret in row["line"]]


@pytest.mark.slow
async def test_an_address_that_is_read_on_and_on_is_told_to_wait(ledger: Ledger) -> None:
    """From wherever; without more rows in the record, and without harm to another address."""
    token = await token_of(ledger)
    rates = Rates(calendars=Rate(0.001, 2))
    async with served(ledger, rates=rates) as port, client(port, token) as known, client(port) as unknown:
        held, other = [await given(known.request, "status=planned") for _ in range(2)]
        tried = [await unknown.get(held.path) for _ in range(4)]
        assert [answer.status_code for answer in tried] == [200, 200, 429, 429]
        assert int(tried[-1].headers["retry-after"]) > 900
        assert (await unknown.get(other.path)).status_code == 200
    async with transaction(ledger.database, OPERATOR) as connection:
        rows = await connection.fetch("SELECT target FROM audit WHERE method = 'GET' AND target IS NOT NULL")
    assert [row["target"] for row in rows] == [held.query, held.query, other.query]


@pytest.mark.slow
async def test_who_guesses_addresses_is_told_to_wait(ledger: Ledger) -> None:
    """And what is asked there no longer reaches the database."""
    async with served(ledger, rates=Rates(knocks=Rate(0.001, 3))) as port, client(port) as unknown:
        path = "/v1/calendars/cal_{}.ics"
        tried = [(await unknown.get(path.format(str(number) * 43))).status_code for number in range(5)]
    assert tried == [404, 404, 404, 429, 429]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The state directory of a hub that says all that it can."""
    home = tmp_path_factory.mktemp("calendars") / "home"
    yield home
    stop_servers(home)


@pytest.mark.slow
async def test_the_secret_is_nowhere_in_what_a_hub_writes(home: Path) -> None:
    """Its logs, the servers' logs, its record, its errors: read well, wrongly, and while a statement fails."""
    os.environ["PYTHONASYNCIODEBUG"] = "1"
    try:
        process = await asyncio.to_thread(start_hub, home, log_level="debug")
    finally:
        del os.environ["PYTHONASYNCIODEBUG"]
    settings = installation_settings(home)
    database = await open_database(settings.app_dsn, settings.worker_dsn)
    async with transaction(database, OPERATOR) as connection:
        token = await create_token(connection, "test:coordinator", Role.COORDINATOR, "conaeti")
    await close_database(database)
    headers = {"Authorization": f"Bearer {token}"}
    answers = []
    async with httpx.AsyncClient(base_url=process.file["api"], timeout=60) as anyone:
        held = await given(lambda *args, **more: anyone.request(*args, headers=headers, **more))
        answers = [
            await anyone.get(held.path),
            await anyone.head(held.path),
            await anyone.get(held.path, params={"q": held.secret}),
            await anyone.get(held.path.removesuffix(".ics")),
            await anyone.post(held.path, content=held.secret.encode()),
            await anyone.get(f"/v1/{held.secret}"),
        ]
        owner = await asyncpg.connect(owner_dsn(home))
        await owner.execute("ALTER TABLE platform RENAME TO gone")
        answers.append(await anyone.get(held.path))
        await owner.execute("ALTER TABLE gone RENAME TO platform")
        await owner.execute(
            "ALTER TABLE saved_query ADD CONSTRAINT never CHECK (calendar_read_on IS NULL) NOT VALID"
        )
        await owner.execute("ALTER TABLE saved_query DISABLE TRIGGER USER")
        answers.append(await anyone.get(held.path))
        await owner.execute("UPDATE saved_query SET calendar_read_on = NULL")
        answers.append(await anyone.get(held.path))
        rows = await owner.fetch("SELECT row_to_json(a)::text AS line FROM audit a")
        await owner.close()
    await asyncio.to_thread(process.stop)
    assert [answer.status_code for answer in answers] == [200, 200, 400, 404, 405, 404, 500, 200, 500]
    assert not [answer.text for answer in answers if held.secret in answer.text + str(answer.headers)]
    assert not [row["line"] for row in rows if held.secret in row["line"]]
    assert json.loads(rows[-1]["line"])["target"] is None
    files = [home.parent / f"{home.name}.log", *home.rglob("*.log"), *home.rglob("*.log.*")]
    assert len(files) >= 3
    for file in files:
        assert held.secret not in file.read_text(errors="replace"), file.name
