"""A person comes in with a browser, chooses a role, and goes; and what can go wrong on the way."""

import asyncpg
import pytest
from browser_people import PASSPHRASE, Invite, Invited, Open, accept, secret_on
from chromium import Visit
from hub_api import Api, Journey

pytestmark = pytest.mark.slow

COOKIE = "__Host-nanduti"


async def cookies(visit: Visit) -> dict[str, dict[str, object]]:
    """The browser's cookies by name."""
    return {each["name"]: dict(each) for each in await visit.page.context.cookies()}


async def sign_in(visit: Visit, person: Invited, *, passphrase: str = PASSPHRASE, later: int = 0) -> None:
    """Fill in the sign-in form and send it."""
    await visit.open("/entrar")
    await visit.fill(account=person.account, passphrase=passphrase, code=person.code(later))
    await visit.press("Entrar")


async def test_from_the_link_to_signing_out(somebody: Open, invite: Invite) -> None:
    """A link opens the account and one is in; sign out, sign in, choose another role, and sign out again."""
    person = await invite(("focal_point", "mtess"), ("coordinator", "conaeti"))
    guest = await somebody()
    await guest.open(person.link)
    shown = await guest.text()
    assert person.account in shown
    assert "Ministerio de Trabajo, Empleo y Seguridad Social (MTESS)" in shown
    assert await guest.page.get_by_role("img", name="Código QR").locator("svg path").count() >= 1

    await accept(guest, person)
    assert (guest.path, await guest.heading()) == ("/cuenta", "Ana Sintética de Prueba")
    session = (await cookies(guest))[COOKIE]
    assert (session["secure"], session["httpOnly"], session["sameSite"]) == (True, True, "Lax")

    await guest.press("Salir")
    assert guest.path == "/entrar"
    assert "Salió." in await guest.text()
    assert COOKIE not in await cookies(guest)

    await sign_in(guest, person, later=1)
    assert guest.path == "/cuenta"
    acting = guest.page.locator("[aria-current=true]")
    assert "Coordinación de la plataforma" in await acting.inner_text()
    await guest.page.get_by_role("button", name="Actuar como Punto focal").click()
    assert "Punto focal" in await acting.inner_text()
    assert "Listo: actúa como Punto focal" in await guest.text()

    await guest.press("Salir")
    await guest.open("/cuenta")
    assert guest.path == "/entrar"
    assert "entre primero" in await guest.text()


async def test_the_way_in_with_the_keyboard_alone(somebody: Open, invite: Invite) -> None:
    """Every step can be done with Tab and Enter: open the account, sign out, sign in."""
    person = await invite()
    guest = await somebody()
    await guest.open(person.link)
    person.secret = await secret_on(guest)
    keyboard = guest.page.keyboard

    async def reach(name: str) -> None:
        """Tab until the element with this name or text has the focus."""
        for _ in range(20):
            await keyboard.press("Tab")
            focused = await guest.page.evaluate(
                "() => document.activeElement.name || document.activeElement.innerText.trim()"
            )
            if focused == name:
                return
        raise AssertionError(f"{name} cannot be reached by Tab")

    for field, text in (("passphrase", PASSPHRASE), ("again", PASSPHRASE), ("code", person.code())):
        await reach(field)
        await keyboard.type(text)
    async with guest.page.expect_navigation():
        await keyboard.press("Enter")
    assert guest.path == "/cuenta"
    await reach("Ir al contenido")
    await reach("Salir")
    async with guest.page.expect_navigation():
        await keyboard.press("Enter")
    assert guest.path == "/entrar"
    assert await guest.page.evaluate("() => document.activeElement.name") == "account"
    await keyboard.type(person.account)
    for field, text in (("passphrase", PASSPHRASE), ("code", person.code(1))):
        await reach(field)
        await keyboard.type(text)
    async with guest.page.expect_navigation():
        await keyboard.press("Enter")
    assert guest.path == "/cuenta"


async def test_a_wrong_passphrase_keeps_the_account_and_nothing_else(
    member: tuple[Visit, Invited], somebody: Open
) -> None:
    """The page says what to do; the account stays typed, passphrase and code never; a few more, and one waits."""
    _, person = member
    guest = await somebody()
    await sign_in(guest, person, passphrase="otra frase que no es la suya")
    alert = guest.page.get_by_role("alert")
    assert "no coinciden" in await alert.inner_text()
    assert guest.path == "/entrar"
    assert await guest.page.locator("[name=account]").input_value() == person.account
    assert await guest.page.locator("[name=passphrase]").input_value() == ""
    assert await guest.page.locator("[name=code]").input_value() == ""
    assert COOKIE not in await cookies(guest)
    for _ in range(5):
        await guest.fill(passphrase="otra frase que no es la suya", code="000000")
        await guest.press("Entrar")
    assert "Espere" in await alert.inner_text()
    assert "segundos" in await alert.inner_text()


async def test_errors_lead_to_their_fields(somebody: Open, invite: Invite) -> None:
    """What is missing is said in a summary, whose links lead to the fields, and at each field."""
    guest = await somebody()
    await guest.open("/entrar")
    await guest.press("Entrar")
    assert await guest.page.get_by_role("alert").get_by_role("link").count() == 3
    await guest.page.get_by_role("link", name="Escriba las seis cifras").click()
    assert await guest.page.evaluate("() => document.activeElement.name") == "code"
    field = guest.page.locator("[name=code]")
    assert await field.get_attribute("aria-invalid") == "true"
    described = (await field.get_attribute("aria-describedby") or "").split()
    assert "Escriba las seis cifras" in await guest.page.locator(f"#{described[-1]}").inner_text()

    person = await invite()
    await guest.open(person.link)
    person.secret = await secret_on(guest)
    for passphrase, again, code, said in (
        ("corta", "corta", person.code(), "entre 14 y 256 caracteres"),
        (PASSPHRASE, PASSPHRASE.upper(), person.code(), "no son iguales"),
        (PASSPHRASE, PASSPHRASE, person.code(-9), "no es el que corresponde ahora"),
    ):
        await guest.fill(passphrase=passphrase, again=again, code=code)
        await guest.press("Abrir mi cuenta")
        assert said in await guest.page.get_by_role("alert").inner_text()
        assert await guest.page.locator("[name=passphrase]").input_value() == ""
        assert await secret_on(guest) == person.secret
    await guest.fill(passphrase=PASSPHRASE, again=PASSPHRASE, code=person.code())
    await guest.press("Abrir mi cuenta")
    assert guest.path == "/cuenta"


async def test_a_second_factor_of_long_ago_is_shown_anew(somebody: Open, invite: Invite) -> None:
    """A page that was left open, or whose field was changed: it says what to do, and shows another key."""
    person, guest = await invite(), await somebody()
    await guest.open(person.link)
    person.secret = await secret_on(guest)
    await guest.page.locator("[name=enrolment]").evaluate("(field) => { field.value = 'otra' }")
    await guest.fill(passphrase=PASSPHRASE, again=PASSPHRASE, code=person.code())
    await guest.press("Abrir mi cuenta")
    assert "ya no vale" in await guest.page.get_by_role("alert").inner_text()
    before, person.secret = person.secret, await secret_on(guest)
    assert before != person.secret
    await guest.fill(passphrase=PASSPHRASE, again=PASSPHRASE, code=person.code())
    await guest.press("Abrir mi cuenta")
    assert guest.path == "/cuenta"


async def test_a_link_that_is_no_good_says_whom_to_ask(
    somebody: Open, invite: Invite, superuser: asyncpg.Connection
) -> None:
    """Expired, used and unknown links show one and the same page."""
    guest = await somebody()
    expired, used = await invite(), await invite()
    async with superuser.transaction():
        await superuser.execute(
            "UPDATE invitation SET expires_at = now() - interval '1 second' WHERE person = "
            "(SELECT id FROM person WHERE login = $1)",
            expired.account.partition("@")[0],
        )
    await accept(guest, used)
    pages = []
    for link in (expired.link, used.link, "/invitacion/inv_nadie"):
        assert await guest.open(link) == 404
        pages.append(await guest.text())
    assert len(set(pages)) == 1
    assert "pida un enlace nuevo a quien administra las cuentas" in pages[0]


async def test_a_form_that_is_sent_twice_ends_on_a_sensible_page(
    member: tuple[Visit, Invited], somebody: Open, invite: Invite
) -> None:
    """The second sign-out is a sign-out; the second acceptance says that the link was used, one click from the account."""
    guest, _ = member
    other = await guest.page.context.new_page()
    await other.goto(f"{guest.url}/cuenta")
    await guest.press("Salir")
    await other.get_by_role("button", name="Salir", exact=True).first.click()
    await other.wait_for_load_state()
    assert "Salió." in await other.locator("body").inner_text()
    await other.close()

    person, twice = await invite(), await somebody()
    await twice.open(person.link)
    person.secret = await secret_on(twice)
    second = await twice.page.context.new_page()
    await second.goto(person.link)
    await accept(twice, person)
    for name, text in (("passphrase", PASSPHRASE), ("again", PASSPHRASE), ("code", person.code())):
        await second.locator(f"[name={name}]").fill(text)
    await second.get_by_role("button", name="Abrir mi cuenta").click()
    await second.wait_for_load_state()
    assert await second.locator("h1").inner_text() == "Este enlace ya no sirve"
    await second.get_by_role("link", name="Ir a la página de entrada").click()
    assert second.url.endswith("/cuenta")


async def test_another_site_can_send_no_form(
    member: tuple[Visit, Invited], somebody: Open, hub: Journey
) -> None:
    """A form that another site sends is refused on a page, and changes nothing; so is one without its token."""
    guest, person = member
    stranger = await somebody()
    # `localhost` is another site than 127.0.0.1, and reaches the same hub.
    elsewhere = hub.url.replace("127.0.0.1", "localhost")
    form = f"""<form method=post action="{hub.url}/entrar"><input name=account value="{person.account}">
      <input name=passphrase value=x><input name=code value=123456><button>Entrar</button></form>"""
    await stranger.page.route(
        f"{elsewhere}/ajeno", lambda route: route.fulfill(body=form, content_type="text/html")
    )
    await stranger.open(f"{elsewhere}/ajeno")
    await stranger.press("Entrar")
    assert "viene de otro sitio" in await stranger.text()
    stranger.hosts.discard(elsewhere.removeprefix("http://"))

    await guest.page.locator("[name=csrf]").first.evaluate("(field) => { field.value = 'otro' }")
    await guest.press("Salir")
    assert await guest.heading() == "Esta página quedó vieja"
    assert await guest.open("/cuenta") == 200
    assert guest.path == "/cuenta"


async def test_a_link_for_who_has_lost_access_says_so(
    member: tuple[Visit, Invited], somebody: Open, steward: Api
) -> None:
    """It welcomes nobody: the account is there, and what was used before ends when the link is used."""
    _, person = member
    people = await steward.pages("/v1/people", home="mtess", limit=500)
    (found,) = (one for one in people if one["account"] == person.account)
    link = (await steward.made(f"/v1/people/{found['id']}/recovery", None))["invitation"]
    guest = await somebody()
    await guest.open(link)
    assert await guest.heading() == "Recupere su acceso"
    text = await guest.text()
    assert "bienvenida" not in text
    assert "lo que usaba antes sigue valiendo" in text
    assert await guest.page.get_by_role("button", name="Abrir mi cuenta").count() == 0
    person.secret = await secret_on(guest)
    await guest.fill(passphrase=PASSPHRASE, again=PASSPHRASE, code=person.code())
    await guest.press("Recuperar mi acceso")
    assert guest.path == "/cuenta"


async def test_who_opens_the_link_of_somebody_else_is_told_who_is_in(
    member: tuple[Visit, Invited], invite: Invite
) -> None:
    """Before the form is used: going on ends that session, and the other account is in."""
    guest, person = member
    other = await invite()
    await guest.open(other.link)
    notice = guest.page.get_by_role("status")
    assert person.account in await notice.inner_text()
    assert "esa sesión se cierra" in await notice.inner_text()
    await accept(guest, other)
    assert other.account in await guest.text()


@pytest.mark.parametrize("path", ["/cuenta/rol", "/cuenta/salir"])
async def test_the_address_of_a_form_that_is_typed_or_reloaded_leads_to_the_account(
    member: tuple[Visit, Invited], somebody: Open, path: str
) -> None:
    """And signs nobody out; who is not in comes to the sign-in page."""
    guest, _ = member
    assert await guest.open(path) == 200
    assert guest.path == "/cuenta"
    stranger = await somebody()
    await stranger.open(path)
    assert stranger.path == "/entrar"


@pytest.mark.parametrize("path", ["/cuenta", "/", "/entrar"])
async def test_whose_session_has_ended_is_told_so_once(somebody: Open, path: str) -> None:
    """Not as if nobody had been in; the cookie is gone then, and the next look is like the first."""
    guest = await somebody()
    host = guest.url.partition("://")[2].partition(":")[0]
    ended = {"name": COOKIE, "value": "x" * 43, "domain": host, "path": "/", "secure": True}
    await guest.page.context.add_cookies([ended])  # type: ignore[list-item]  # a cookie's fields
    await guest.open(path)
    assert guest.path == "/entrar"
    assert "Su sesión terminó" in await guest.text()
    assert COOKIE not in await cookies(guest)
    await guest.open("/entrar")
    assert "Su sesión terminó" not in await guest.text()
