"""Stewards: of the hub alone, and never none."""

import asyncio

import httpx
import pytest
from browser import OF_MESA, Browser, invited, somebody
from hub_api import Api, problem

from nanduti_hub.access import people
from nanduti_hub.access.sessions import Held
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.refusal import Refused

STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*")


async def test_the_first_steward_belongs_to_the_hub(steward: Api, anyone: httpx.AsyncClient) -> None:
    """And signs in as such; its role reaches everybody's people."""
    account = await somebody(steward, anyone, ("steward", "*"))
    assert account.login.endswith("@hub")
    browser = Browser(anyone)
    session = (await browser.sign_in(account)).json()
    assert (session["role"], session["scope"], session["home"]) == ("steward", "*", "*")
    assert (await browser.call("GET", "/v1/people")).status_code == 200


async def test_a_steward_belongs_to_the_hub_alone(steward: Api) -> None:
    """Neither invited elsewhere nor made one of another home's people."""
    role = [{"role": "steward", "scope": "*"}]
    wanted = {"login": "ana", "name": "Ana Sintética", "home": "mtess", "roles": role}
    problem(await steward.call("POST", "/v1/people", json=wanted), 422, "steward_elsewhere")
    person = await invited(steward, OF_MESA)
    path = f"/v1/people/{person['id']}/roles"
    sent = {"json": {"roles": [*OF_MESA, *role]}, "headers": {"If-Match": '"1"'}}
    problem(await steward.call("PUT", path, **sent), 422, "steward_elsewhere")
    assert (await invited(steward, [*OF_MESA, *role]))["account"].endswith("@hub")


async def test_the_last_steward_stays_even_where_two_go_at_the_same_time(pools: Database) -> None:
    """By removal and by roles; an invited one counts, and so the operator can always put another in first."""
    role = [Held(Role.STEWARD, "*")]

    async def made(login: str) -> people.Person:
        async with transaction(pools, STEWARD) as connection:
            return await people.enter(connection, STEWARD, "*", login, "Persona Sintética", role)

    async def removed(person: people.Person) -> str:
        try:
            async with transaction(pools, STEWARD) as connection:
                await people.remove(connection, STEWARD, person.id)
        except Refused as refused:
            return refused.refusal.code
        return "removed"

    both = [await made("una"), await made("otra")]
    done = await asyncio.gather(*(removed(person) for person in both))
    assert sorted(done) == ["last_steward", "removed"]
    stays = both[done.index("last_steward")]
    assert await removed(stays) == "last_steward"
    with pytest.raises(Refused, match="last_steward"):
        async with transaction(pools, STEWARD) as connection:
            await people.give_roles(connection, STEWARD, stays.id, [], 1)
    await made("tercera")
    assert await removed(stays) == "removed"
