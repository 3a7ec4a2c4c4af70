"""What is true of every page: nobody is shut out by a small screen, a dark one, another language, or a reader."""

from collections.abc import AsyncIterator

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from browser_people import Invite, Invited, Open, secret_on
from chromium import Visit
from hub_api import Journey

pytestmark = pytest.mark.slow

#: The accessibility rules that a page must keep.
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


async def every_page(guest: Visit, invite: Invite, lang: str) -> AsyncIterator[str]:
    """Shows the pages one after the other; each is named when it is there. The guest is in at the end."""
    query = f"?lang={lang}"
    for path in ("/entrar", "/entrar?aviso=antes", "/entrar?aviso=fin", "/no-hay", "/invitacion/inv_nadie"):
        await guest.open(path.partition("?")[0] + query + path.partition("?")[2].replace("aviso", "&aviso"))
        yield path
    await guest.open("/entrar" + query)
    await guest.page.locator("form button").click()
    yield "/entrar with errors"
    person = await invite(
        ("focal_point", "mtess"), ("coordinator", "conaeti"), ("coordinator", "mesa_neembucu")
    )
    await guest.open(person.link + query)
    yield "/invitacion"
    await guest.page.locator("form button").click()
    yield "/invitacion with errors"
    await _accept(guest, person)
    yield "/cuenta"
    await guest.page.locator(".role button").first.click()
    yield "/cuenta after a choice"


async def _accept(guest: Visit, person: Invited) -> None:
    person.secret = await secret_on(guest)
    await guest.fill(passphrase="cuatro palabras bien sintéticas", again="cuatro palabras bien sintéticas")
    await guest.fill(code=person.code())
    await guest.page.locator("form button").click()
    await guest.page.wait_for_load_state()


@pytest.mark.parametrize(("lang", "scheme"), [("es", "light"), ("en", "dark")])
async def test_a_page_fits_a_small_screen_and_axe_finds_nothing(
    somebody: Open, invite: Invite, lang: str, scheme: str
) -> None:
    """At 320 px nothing sticks out, and no accessibility rule is broken, in both languages and both schemes."""
    guest = await somebody(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    broken: dict[str, object] = {}
    async for name in every_page(guest, invite, lang):
        assert await guest.page.locator("html").get_attribute("lang") == lang
        if sticking := await guest.overflow():
            broken[name] = sticking
        found = await Axe().run(guest.page, options=AXE)
        if found.violations_count:
            broken[f"{name} (axe)"] = [
                (each["id"], [node["target"] for node in each["nodes"]])
                for each in found.response["violations"]
            ]
    assert broken == {}


async def test_a_page_needs_no_javascript(somebody: Open, invite: Invite) -> None:
    """With JavaScript off, a person opens the account, chooses a role and signs out."""
    guest = await somebody(java_script_enabled=False)
    names = [name async for name in every_page(guest, invite, "es")]
    assert names[-1] == "/cuenta after a choice"
    assert "Listo: actúa como" in await guest.text()
    await guest.press("Salir")
    assert guest.path == "/entrar"


async def test_the_language_is_the_browsers_or_the_one_chosen(somebody: Open) -> None:
    """Spanish, unless the browser asks for English or a person does; a choice goes along."""
    guest = await somebody()
    await guest.open("/entrar")
    assert await guest.heading() == "Entrar"
    await guest.page.get_by_role("link", name="Read this page in English").click()
    assert await guest.heading() == "Sign in"
    await guest.press("Sign in")
    assert "Something needs correcting" in await guest.text()


async def test_pages_are_kept_by_nobody_and_their_files_by_everybody(hub: Journey) -> None:
    """A page says no-store and has a strict policy; its style sheet may be kept for a year, and is no path."""
    async with httpx.AsyncClient(base_url=hub.url, headers={"Accept": "text/html"}) as client:
        page = await client.get("/entrar")
        assert page.headers["cache-control"] == "no-store"
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        address = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        sheet = await client.get(address)
        assert sheet.headers["content-type"].startswith("text/css")
        assert "immutable" in sheet.headers["cache-control"]
        again = await client.get(address, headers={"If-None-Match": sheet.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        for name in ("..%2fhttp.py", "%2e%2e/http.py", "nada.css", "..%5chttp.py", "__init__.py"):
            assert (await client.get(f"/static/{name}")).status_code == 404


async def test_a_program_gets_problems_as_json_at_pages_too(hub: Journey) -> None:
    """Who does not ask for HTML gets a problem document, also where a browser is sent to sign in."""
    async with httpx.AsyncClient(base_url=hub.url) as client:
        for path, status, code in (
            ("/cuenta", 401, "token_missing"),
            ("/invitacion/inv_nadie", 404, "invitation_invalid"),
            ("/no-hay", 404, "not_found"),
        ):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
        browser = await client.get("/v1/no-hay", headers={"Accept": "text/html"})
        assert browser.headers["content-type"] == "application/problem+json"
