"""People at a real hub with a real browser: the system's Chromium, driven by Playwright.

Where there is no Chromium the tests are skipped and say so, but never where NANDUTI_BROWSER is `required` or CI
is set. All people are synthetic.
"""

import os
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from browser_people import Invite, Invited, Open, accept
from chromium import Visit, program, visit
from hub_api import Api, Journey
from playwright.async_api import Browser, async_playwright

#: What a page may weigh.
MOST_HTML = 30_000


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser, which finds no other host than this machine."""
    path = program()
    if path is None:
        reason = "no Chromium here (apt-get install chromium): the pages were not tried in a browser"
        if os.environ.get("CI") == "true" or os.environ.get("NANDUTI_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def somebody(chromium: Browser, hub: Journey) -> AsyncIterator[Open]:
    """Opens browsers of people; at the end each must have asked this machine only, and complained of nothing."""
    opened: list[Visit] = []

    async def begin(**options: Any) -> Visit:
        opened.append(await visit(chromium, hub.url, **options))
        return opened[-1]

    yield begin
    for each in opened:
        await each.page.context.close()
        assert each.complaints == []
        assert each.hosts <= {hub.url.removeprefix("http://")}
        assert all(weight < MOST_HTML for weight in each.weights.values()), each.weights


@pytest.fixture
async def invite(steward: Api) -> Invite:
    """Invites a synthetic person, who works at the MTESS unless roles say otherwise."""

    async def make(*roles: tuple[str, str], home: str = "mtess") -> Invited:
        wanted = roles or (("focal_point", "mtess"),)
        body = {
            "login": f"ana.{uuid.uuid4().hex[:8]}",
            "name": "Ana Sintética de Prueba",
            "home": home,
            "roles": [{"role": role, "scope": scope} for role, scope in wanted],
        }
        made = await steward.made("/v1/people", body)
        return Invited(made["account"], made["invitation"])

    return make


@pytest.fixture
async def member(somebody: Open, invite: Invite) -> tuple[Visit, Invited]:
    """A person who has opened the account and is in, with two roles."""
    person = await invite(("focal_point", "mtess"), ("coordinator", "conaeti"))
    guest = await somebody()
    await accept(guest, person)
    assert guest.path == "/cuenta"
    return guest, person
