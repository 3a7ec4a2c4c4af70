"""A person comes in with the account of the own institution, at a provider that really runs, and back."""

import json
from collections.abc import AsyncIterator

import pytest
from browser_people import Open
from chromium import Visit, visit
from databases import Database
from hub_api import Journey
from identity_provider import RULES, running_provider
from playwright.async_api import Browser

from nanduti_hub.hub import listen, running
from nanduti_hub.settings import OidcSettings, Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
async def hub_with_provider(
    hub: Journey, journeys_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """The address of a second process's API over the same hub, which knows an identity provider."""
    state = tmp_path_factory.mktemp("oidc")
    (state / "rules.json").write_text(json.dumps(RULES))
    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    callback = f"{url}/v1/session/oidc/callback"
    async with running_provider(callbacks=[callback]) as identity:
        settings = Settings(
            app_dsn=journeys_database.dsn("app"),
            worker_dsn=journeys_database.dsn("worker"),
            nats_url=hub.bus.server.url,
            keys=hub.bus.keyring.directory,
            state=state,
            source="urn:nanduti:test",
            url=url,
            oidc=OidcSettings(
                issuer=identity.issuer,
                claims=state / "rules.json",
                client_id="public",
                redirect_uri=callback,
                scopes="openid profile groups",
            ),
        )
        async with running(settings, ("api",), listener):
            yield url


async def at_the_provider(guest: Visit, login: str) -> None:
    """Go to the provider from the sign-in page, sign in there, and let the hub have what it asks for."""
    await guest.open("/entrar")
    await guest.page.get_by_role("link", name="Entrar con la cuenta de mi institución").click()
    await guest.page.locator("[name=login]").fill(login)
    await guest.page.locator("[name=password]").fill("cualquiera")
    await guest.page.locator("button[type=submit]").click()
    await guest.page.get_by_role("button", name="Continue").click()
    await guest.page.wait_for_load_state()


async def test_a_person_signs_in_at_the_institutions_provider(
    chromium: Browser, hub_with_provider: str
) -> None:
    """One click away and back: the name and the roles are the provider's; one of them is chosen, and one goes."""
    guest = await visit(chromium, hub_with_provider)
    await at_the_provider(guest, "ana")
    assert (guest.path, await guest.heading()) == ("/cuenta", "ana.sintetica (127.0.0.1)")
    assert "con la cuenta de su institución" in await guest.text()
    assert "Coordinación de la plataforma" in await guest.page.locator("[aria-current=true]").inner_text()
    await guest.page.get_by_role("button", name="Actuar como Responsable del sistema").click()
    assert "Listo: actúa como Responsable del sistema, Todo el sistema" in await guest.text()
    await guest.press("Salir")
    assert guest.path == "/entrar"
    await guest.page.context.close()


async def test_who_has_no_role_is_told_so_on_a_page(chromium: Browser, hub_with_provider: str) -> None:
    """Signed in at the provider, without a group of ours: a page that says whom to ask, and nobody is in."""
    guest = await visit(chromium, hub_with_provider)
    await at_the_provider(guest, "sin-rol")
    assert "no tiene ningún rol" in await guest.heading()
    assert await guest.open("/v1/session/oidc/callback?code=x&state=y") == 401
    assert await guest.heading() == "No se pudo ingresar."
    await guest.open("/cuenta")
    assert guest.path == "/entrar"
    await guest.page.context.close()


async def test_without_a_provider_there_is_no_such_button(somebody: Open) -> None:
    """The button is there only where a provider is configured."""
    guest = await somebody()
    await guest.open("/entrar")
    assert await guest.page.get_by_role("link", name="Entrar con la cuenta de mi institución").count() == 0
