"""People at a browser, for the tests of accounts: every person, passphrase and secret is synthetic."""

import time
import uuid
from typing import Any

import httpx
import pyotp
from hub_api import Api
from msgspec import Struct, field

PASSPHRASE = "cuatro mates al amanecer (sintética)"
OF_MESA: list[dict[str, str]] = [{"role": "observer", "scope": "mesa"}]
OF_MTESS: list[dict[str, str]] = [{"role": "observer", "scope": "mtess"}]


class Account(Struct):
    """An account that somebody has opened."""

    person: dict[str, Any]
    passphrase: str
    totp: str
    invitation: str

    @property
    def login(self) -> str:
        """What its person signs in with."""
        return str(self.person["account"])

    def code(self, steps: int = 0) -> str:
        """The code of now, or of some steps later. Each is good once, so a test names which it uses."""
        return code_of(self.totp, steps)


class Browser(Struct):
    """A browser at the hub: keeps cookies and shows the session's token with every change."""

    client: httpx.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request, as the hub's own page would send it."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method not in ("GET", "HEAD"):
            headers["X-CSRF-Token"] = self.csrf
        headers |= options.pop("headers", {})
        answer = await self.client.request(method, path, headers=headers, **options)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        if path in ("/v1/session", "/v1/invitations/accept") and answer.status_code in (200, 201):
            self.csrf = answer.json()["csrf"]
        return answer

    async def sign_in(self, account: Account, steps: int = 0, **changes: Any) -> httpx.Response:
        """Sign in, with the code of now or of some steps later."""
        sent = {"login": account.login, "passphrase": account.passphrase, "code": account.code(steps)}
        return await self.call("POST", "/v1/session", json=sent | changes)


def code_of(secret: str, steps: int = 0) -> str:
    """The code of a secret, of now or of some steps later."""
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)


async def invited(by: Api, roles: list[dict[str, str]], **changes: Any) -> dict[str, Any]:
    """Somebody whom an administrator or a steward has just invited; the answer has the link."""
    wanted = {"login": f"s{uuid.uuid4().hex[:10]}", "name": "Persona Sintética", "roles": roles}
    person: dict[str, Any] = await by.made("/v1/people", wanted | changes)
    return person


def secret_of(person: dict[str, Any]) -> str:
    """The secret of the link that an answer has."""
    return str(person["invitation"]).rpartition("/")[2]


async def opened(client: httpx.AsyncClient, person: dict[str, Any], passphrase: str = PASSPHRASE) -> Account:
    """The account of somebody who has used the link; the code of the step before now is used up."""
    invitation = secret_of(person)
    shown = await client.post("/v1/invitations/open", json={"invitation": invitation})
    assert shown.status_code == 200, shown.text
    account = Account(person, passphrase, shown.json()["totp_secret"], invitation)
    sent = {"invitation": invitation, "enrolment": shown.json()["enrolment"]}
    sent |= {"passphrase": passphrase, "code": account.code(-1)}
    done = await client.post("/v1/invitations/accept", json=sent)
    assert done.status_code == 200, done.text
    return account


async def somebody(by: Api, client: httpx.AsyncClient, *roles: tuple[str, str], **changes: Any) -> Account:
    """Somebody with these roles and scopes, and an open account."""
    wanted = [{"role": role, "scope": scope} for role, scope in roles]
    return await opened(client, await invited(by, wanted, **changes))


def somebody_new() -> dict[str, Any]:
    """An observer of the MTESS to invite."""
    return {"login": f"s{uuid.uuid4().hex[:10]}", "name": "Persona Sintética", "roles": OF_MTESS}


async def administrator_of(anyone: httpx.AsyncClient, steward: Api, scope: str) -> Browser:
    """The administrator of a scope, signed in."""
    account = await somebody(steward, anyone, ("administrator", scope))
    browser = Browser(anyone)
    assert (await browser.sign_in(account)).status_code == 201
    return browser
