"""An identity provider at the hub's own door: its tokens as credentials, and sessions from its sign-in pages."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
import httpx
import pytest
from browser import Browser
from hub_api import PLAN, Api, Journey, problem
from identity_provider import IdentityProvider, claims_for, known_to_hub, running_provider, signed, signs_in
from msgspec import Struct

from nanduti_hub.access.claims import Rule
from nanduti_hub.access.door import Door, new_door
from nanduti_hub.caller import Role
from nanduti_hub.hub import web_application

#: A real identity provider is installed and run.
pytestmark = pytest.mark.slow

CALLBACK = "/v1/session/oidc/callback"
#: Both roles of the provider's rules.
ANA = {"sub": "ana-door", "groups": ["conaeti-coordinacion"], "realm_access": {"roles": ["hub-steward"]}}


#: A platform's role for an institution, and one for a code that nobody has.
UNFIT = (
    Rule("groups", "mtess-coordinacion", Role.COORDINATOR, "mtess"),
    Rule("groups", "nadie-observa", Role.OBSERVER, "nadie"),
)


class Entrance(Struct, frozen=True):
    """A hub with a provider, called without a network, and its provider."""

    client: httpx.AsyncClient
    identity: IdentityProvider
    door: Door

    async def me(self, token: str, role: str = "") -> httpx.Response:
        """What a token of the provider's is told about itself."""
        headers = {"Authorization": f"Bearer {token}"} | ({"Nanduti-Role": role} if role else {})
        return await self.client.get("/v1/me", headers=headers)

    def token(self, **claims: object) -> str:
        """A token that the provider could have made."""
        return signed(claims_for(self.identity, **claims), self.identity.key("-rsa"))


@pytest.fixture(scope="module")
async def entrance(hub: Journey, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Entrance]:
    """The journeys' hub behind a door that knows a provider."""
    directory: Path = tmp_path_factory.mktemp("rules")
    async with (
        running_provider() as identity,
        known_to_hub(identity.issuer, directory, scopes="openid profile groups") as provider,
    ):
        provider.rules = [*provider.rules, *UNFIT]
        door = new_door(provider=provider)
        transport = httpx.ASGITransport(app=web_application(hub.running.ledger, door=door))
        async with httpx.AsyncClient(transport=transport, base_url="https://hub.example") as client:
            yield Entrance(client, identity, door)


async def signed_in(entrance: Entrance, person: str) -> tuple[Browser, httpx.Response]:
    """A browser that has been at the provider and come back, and what it was answered."""
    browser = Browser(entrance.client)
    gone = await browser.call("GET", "/v1/session/oidc")
    assert gone.status_code == 302, gone.text
    answer = await signs_in(gone.headers["location"], person)
    return browser, await browser.call("GET", f"{CALLBACK}?{urlencode(answer)}")


async def test_a_provider_token_acts_in_the_one_role_that_it_gives(entrance: Entrance) -> None:
    """As a person whom the hub knows from then on."""
    answer = await entrance.me(entrance.token())
    assert answer.status_code == 200, answer.text
    assert (answer.json()["role"], answer.json()["scope"]) == ("coordinator", "conaeti")
    headers = {"Authorization": f"Bearer {entrance.token()}"}
    assert (await entrance.client.post("/v1/plans", json=PLAN, headers=headers)).status_code == 201


async def test_a_person_of_a_provider_is_named_with_its_host_so_that_nobody_passes_for_another(
    entrance: Entrance, superuser: asyncpg.Connection
) -> None:
    """To itself, in the list of people and in the record: `jefa@hub` of a provider is not ours."""
    token = entrance.token(sub="jefa-door", preferred_username="jefa@hub")
    assert (await entrance.me(token)).json()["name"] == "jefa@hub (127.0.0.1)"
    headers = {"Authorization": f"Bearer {token}"}
    assert (await entrance.client.post("/v1/plans", json=PLAN, headers=headers)).status_code == 201
    for query in (
        "SELECT name FROM person WHERE subject = 'jefa-door'",
        "SELECT name FROM audit ORDER BY id DESC LIMIT 1",
    ):
        assert await superuser.fetchval(query) == "jefa@hub (127.0.0.1)"


async def test_a_role_that_nobody_can_have_is_given_to_no_token(entrance: Entrance) -> None:
    """A rule's scope must be a platform or an institution of the directory, as for whoever is invited."""
    claims = {"sub": "unfit-door", "groups": ["mtess-coordinacion", "nadie-observa"]}
    problem(await entrance.me(entrance.token(**claims)), 403, "role_missing")
    with_fit = entrance.token(**claims | {"groups": [*claims["groups"], "conaeti-coordinacion"]})
    assert (await entrance.me(with_fit)).json()["scope"] == "conaeti"
    problem(await entrance.me(with_fit, "coordinator:mtess"), 403, "role_unchosen")


async def test_a_session_in_a_role_that_the_provider_takes_does_not_come_back_with_it(
    entrance: Entrance, superuser: asyncpg.Connection
) -> None:
    """Taken and given again while the browser was away."""
    browser, _ = await signed_in(entrance, "ana")
    browser.csrf = (await browser.call("GET", "/v1/session")).json()["csrf"]
    person = await superuser.fetchval("SELECT id FROM person WHERE subject = 'ana'")
    acts = {"role": "observer", "scope": "mesa"}
    await superuser.execute("INSERT INTO person_role VALUES ($1, 'observer', 'mesa')", person)
    assert (await browser.call("PUT", "/v1/session/role", json=acts)).status_code == 200
    await signed_in(entrance, "ana")
    await superuser.execute("INSERT INTO person_role VALUES ($1, 'observer', 'mesa')", person)
    entrance.door.known.clear()
    problem(await browser.call("GET", "/v1/me"), 401, "session_ended")


async def test_a_provider_token_of_several_roles_must_name_one(entrance: Entrance) -> None:
    """The choices are told; none but them can be named."""
    token = entrance.token(**ANA)
    told = problem(await entrance.me(token), 403, "role_unchosen")
    assert told["roles"] == "coordinator:conaeti, steward:*"
    for role, name in (("coordinator:conaeti", "coordinator"), ("steward:*", "steward")):
        assert (await entrance.me(token, role)).json()["role"] == name
    for role in ("coordinator:mesa", "administrator:conaeti", "steward"):
        problem(await entrance.me(token, role), 403, "role_unchosen")
    problem(await entrance.me(entrance.token(groups=["otros"])), 403, "role_missing")


@pytest.mark.parametrize("changes", [{"exp": 1}, {"aud": "other"}, {"iss": "https://otro.example"}])
async def test_a_provider_token_that_is_not_to_be_believed_is_no_token(
    entrance: Entrance, changes: dict[str, object]
) -> None:
    """Nothing tells why."""
    problem(await entrance.me(entrance.token(**changes)), 401, "token_invalid")


async def test_who_is_removed_here_is_out_whatever_the_provider_says(
    entrance: Entrance, superuser: asyncpg.Connection, steward: Api
) -> None:
    """The provider need not hear of it."""
    token = entrance.token(sub="removed-door")
    assert (await entrance.me(token)).status_code == 200
    person = await superuser.fetchval("SELECT id FROM person WHERE subject = 'removed-door'")
    assert (await steward.call("DELETE", f"/v1/people/{person}")).status_code == 204
    entrance.door.known.clear()
    problem(await entrance.me(token), 401, "sign_in_refused")


async def test_signing_in_at_the_provider_opens_a_session_in_the_roles_of_its_claims(
    entrance: Entrance,
) -> None:
    """And the session is like any other: one role at a time, changes with the CSRF token."""
    browser, answer = await signed_in(entrance, "ana")
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith("/")
    shown = (await browser.call("GET", "/v1/session")).json()
    assert [f"{held['role']}:{held['scope']}" for held in shown["roles"]] == [
        "coordinator:conaeti",
        "steward:*",
    ]
    assert (shown["role"], shown["account"], shown["name"]) == (
        "coordinator",
        None,
        "ana.sintetica (127.0.0.1)",
    )
    assert (await browser.call("GET", "/v1/me")).json()["name"] == "ana.sintetica (127.0.0.1)"
    browser.csrf = ""
    problem(await browser.call("POST", "/v1/plans", json=PLAN), 403, "csrf_refused")
    browser.csrf = shown["csrf"]
    assert (await browser.call("POST", "/v1/plans", json=PLAN)).status_code == 201


async def test_a_role_that_the_provider_takes_is_gone_with_the_next_sign_in(
    entrance: Entrance, superuser: asyncpg.Connection, steward: Api
) -> None:
    """The roles are the provider's to give: here they cannot be changed, nor a link be made."""
    browser, _ = await signed_in(entrance, "ana")
    person = await superuser.fetchval("SELECT id FROM person WHERE subject = 'ana'")
    await superuser.execute("INSERT INTO person_role VALUES ($1, 'observer', 'mesa')", person)
    await signed_in(entrance, "ana")
    roles = await superuser.fetch("SELECT role FROM person_role WHERE person = $1 ORDER BY role", person)
    assert [row["role"] for row in roles] == ["coordinator", "steward"]
    sent = {"roles": [{"role": "observer", "scope": "mesa"}]}
    answer = await steward.call("PUT", f"/v1/people/{person}/roles", json=sent, headers={"If-Match": '"1"'})
    problem(answer, 409, "person_from_provider")
    problem(await steward.call("POST", f"/v1/people/{person}/recovery"), 409, "person_from_provider")
    assert (await browser.call("GET", "/v1/me")).status_code == 200


async def test_who_has_no_role_of_ours_is_told_so(entrance: Entrance) -> None:
    """Known to the provider, and nobody here."""
    browser, answer = await signed_in(entrance, "sin-rol")
    problem(answer, 403, "role_missing")
    problem(await browser.call("GET", "/v1/me"), 401, "token_missing")


async def test_coming_back_without_having_gone_is_refused(entrance: Entrance) -> None:
    """No cookie, another's, another state, no code: the same answer."""
    browser = Browser(entrance.client)
    gone = await browser.call("GET", "/v1/session/oidc")
    answer = await signs_in(gone.headers["location"], "ana")
    stranger, other = Browser(entrance.client), Browser(entrance.client)
    await other.call("GET", "/v1/session/oidc")
    spoiled = Browser(
        entrance.client, {name: f"{value[:-6]}AAAA==" for name, value in browser.cookies.items()}
    )
    tries: Sequence[tuple[Browser, dict[str, str]]] = (
        (stranger, answer),
        (other, answer),
        (spoiled, answer),
        (browser, answer | {"state": "x"}),
        (browser, {"state": answer["state"], "error": "access_denied"}),
        (browser, answer | {"iss": "https://otro.example"}),
        (browser, answer | {"code": "x"}),
    )
    for who, query in tries:
        problem(await who.call("GET", f"{CALLBACK}?{urlencode(query)}"), 401, "sign_in_refused")


async def test_without_a_provider_there_is_no_such_door(anyone: httpx.AsyncClient) -> None:
    """As with any address that does not exist."""
    for path in ("/v1/session/oidc", CALLBACK):
        problem(await anyone.get(path), 404, "not_found")
