"""Wrong sign-ins make who tried wait, and nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from browser import Account, Browser, invited, opened, somebody
from hub_api import Api, Journey, problem

from nanduti_hub.access.door import new_door
from nanduti_hub.access.passphrases import MOST_WAITING
from nanduti_hub.access.throttle import (
    ALLOWANCE,
    FIRST_WAIT,
    FORGET,
    FREE,
    LONGEST_WAIT,
    attempt,
    network_of,
    new_throttle,
    succeeded,
)
from nanduti_hub.hub import web_application

pytestmark = pytest.mark.slow


@asynccontextmanager
async def at(hub: Journey, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose requests come from an address of this machine."""
    transport = httpx.AsyncHTTPTransport(local_address=address)
    async with httpx.AsyncClient(transport=transport, base_url=hub.url, timeout=60) as client:
        yield client


@pytest.fixture
async def account(steward: Api, anyone: httpx.AsyncClient) -> Account:
    """Somebody's account."""
    return await somebody(steward, anyone, ("observer", "mesa"))


async def failing(client: httpx.AsyncClient, account: Account, times: int) -> list[int]:
    """The statuses of wrong sign-ins, sent all at once."""
    answers = await asyncio.gather(
        *(Browser(client).sign_in(account, passphrase="no es esta frase") for _ in range(times))
    )
    return sorted(answer.status_code for answer in answers)


async def test_who_guesses_waits_and_the_owner_does_not(
    hub: Journey, account: Account, anyone: httpx.AsyncClient
) -> None:
    """However many are sent at once, five are looked at; from another address the owner comes in."""
    async with at(hub, "127.0.0.2") as attacker:
        assert await failing(attacker, account, 20) == [401] * FREE + [429] * (20 - FREE)
        told = await Browser(attacker).sign_in(account)
        problem(told, 429, "sign_in_waits")
        assert 0 < int(told.headers["retry-after"]) <= FIRST_WAIT + 1
    assert (await Browser(anyone).sign_in(account)).status_code == 201


async def test_a_device_that_was_let_in_before_is_not_locked_out_by_its_neighbours(
    hub: Journey, account: Account, superuser: asyncpg.Connection
) -> None:
    """A ministry has one address: who guesses from it waits, who has signed in from here before does not."""
    async with at(hub, "127.0.0.3") as client:
        owner = Browser(client)
        assert (await owner.sign_in(account)).status_code == 201
        assert 429 in await failing(client, account, 10)
        problem(await Browser(client).sign_in(account, steps=1), 429, "sign_in_waits")
        assert (await owner.sign_in(account, steps=1)).status_code == 201
        await superuser.execute("UPDATE person SET totp_step = 0 WHERE id = $1", account.person["id"])
        # A cookie that we have not given is none.
        forged = Browser(client)
        forged.cookies = {name: f"x{value}" for name, value in owner.cookies.items() if "device" in name}
        assert forged.cookies
        problem(await forged.sign_in(account), 429, "sign_in_waits")


async def test_a_device_waits_for_its_own_failures(hub: Journey, account: Account) -> None:
    """A stolen device may not guess any more than others."""
    async with at(hub, "127.0.0.4") as client:
        owner = Browser(client)
        assert (await owner.sign_in(account)).status_code == 201
        for _ in range(FREE):
            problem(await owner.sign_in(account, passphrase="no es esta frase"), 401, "sign_in_refused")
        problem(await owner.sign_in(account, steps=1), 429, "sign_in_waits")


async def test_an_account_that_does_not_exist_waits_alike(hub: Journey, account: Account) -> None:
    """So that waiting tells nothing."""
    account.person = {**account.person, "account": "nadie@mesa"}
    async with at(hub, "127.0.0.5") as client:
        assert await failing(client, account, 8) == [401] * FREE + [429] * 3


async def test_a_success_forgets_the_failures_before_it(hub: Journey, account: Account) -> None:
    """Somebody who mistypes now and then is never made to wait."""
    async with at(hub, "127.0.0.6") as client:
        assert await failing(client, account, FREE - 1) == [401] * (FREE - 1)
        assert (await Browser(client).sign_in(account)).status_code == 201
        assert await failing(client, account, FREE) == [401] * FREE


async def test_who_knows_the_passphrase_cannot_guess_the_code_from_many_places(
    hub: Journey, account: Account, anyone: httpx.AsyncClient, steward: Api, superuser: asyncpg.Connection
) -> None:
    """After a few wrong codes none is looked at but from a device that was let in before; and nothing tells so."""
    owner = Browser(anyone)
    assert (await owner.sign_in(account)).status_code == 201
    await superuser.execute("UPDATE person SET totp_step = 0 WHERE id = $1", account.person["id"])
    bodies = set()
    for number in range(FREE):
        async with at(hub, f"127.0.4.{number + 1}") as guesser:
            answer = await Browser(guesser).sign_in(account, code=account.code(50 + number))
            problem(answer, 401, "sign_in_refused")
            bodies.add(answer.content)
    async with at(hub, "127.0.4.99") as guesser:
        right = await Browser(guesser).sign_in(account)
        problem(right, 401, "sign_in_refused")
    assert bodies == {right.content}
    assert (await owner.sign_in(account)).status_code == 201
    link = await steward.made(f"/v1/people/{account.person['id']}/recovery", None)
    anew = await opened(anyone, link)
    async with at(hub, "127.0.4.99") as elsewhere:
        assert (await Browser(elsewhere).sign_in(anew)).status_code == 201


async def test_strangers_keep_nobody_from_a_new_place(
    hub: Journey, account: Account, anyone: httpx.AsyncClient
) -> None:
    """Who has not the passphrase counts only where it is."""
    for number in range(FREE + 1):
        async with at(hub, f"127.0.5.{number + 1}") as stranger:
            sent: dict[str, Any] = {"passphrase": "no es esta frase", "code": account.code(50)}
            problem(await Browser(stranger).sign_in(account, **sent), 401, "sign_in_refused")
    assert (await Browser(anyone).sign_in(account)).status_code == 201


async def test_who_has_been_here_has_a_place_when_strangers_fill_the_queue(
    hub: Journey, steward: Api
) -> None:
    """A known device, and who uses a link; a stranger is told to come again."""
    door = new_door()
    transport = httpx.ASGITransport(app=web_application(hub.running.ledger, door=door))
    async with httpx.AsyncClient(transport=transport, base_url="https://hub.example") as client:
        account = await opened(client, await invited(steward, [{"role": "observer", "scope": "mesa"}]))
        owner = Browser(client)
        assert (await owner.sign_in(account)).status_code == 201
        door.hasher.waiting = MOST_WAITING
        problem(await Browser(client).sign_in(account, steps=1), 503, "busy")
        assert (await owner.sign_in(account, steps=1)).status_code == 201
        await opened(client, await invited(steward, [{"role": "observer", "scope": "mesa"}]))


def test_each_wait_is_twice_the_last_up_to_a_quarter_of_an_hour() -> None:
    """By the clock that is given; after a day without any the count begins anew."""
    throttle, now, waits = new_throttle(), 0.0, []
    for _ in range(FREE + 8):
        assert attempt(throttle, "ana@mesa", "198.51.100.7", None, now) == 0
        wait = attempt(throttle, "ana@mesa", "198.51.100.7", None, now)
        waits.append(wait)
        # A place that did not wait has been counted twice.
        if wait == 0:
            succeeded(throttle, "ana@mesa", "198.51.100.7", None)
            for _ in range(len(waits)):
                attempt(throttle, "ana@mesa", "198.51.100.7", None, now)
        now += wait
    waits = [wait for wait in waits if wait]
    assert waits[:4] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT, 8 * FIRST_WAIT]
    assert max(waits) == LONGEST_WAIT
    assert attempt(throttle, "ana@mesa", "198.51.100.7", None, now + FORGET + 1) == 0
    assert attempt(throttle, "ana@mesa", "198.51.100.7", None, now + FORGET + 1) == 0


def test_an_address_has_an_allowance_over_all_accounts() -> None:
    """Who tries one passphrase on many accounts waits too; a known device does not pay for it."""
    throttle = new_throttle()
    for number in range(int(ALLOWANCE)):
        assert attempt(throttle, f"s{number}@mesa", "198.51.100.7", None, 0.0) == 0
    assert attempt(throttle, "otra@mesa", "198.51.100.7", None, 0.0) > 0
    assert attempt(throttle, "otra@mesa", "198.51.100.8", None, 0.0) == 0
    assert attempt(throttle, "otra@mesa", "198.51.100.7", "a device", 0.0) == 0
    assert attempt(throttle, "otra@mesa", "198.51.100.7", None, 60.0) == 0


def test_an_ipv6_customer_is_one_address() -> None:
    """With the /56 that many are given: of the least that anybody has, 256."""
    assert network_of("2001:db8::1") == network_of("2001:db8:0:ff::1") != network_of("2001:db8:0:100::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")
    assert network_of("no es una dirección") == "no es una dirección"
