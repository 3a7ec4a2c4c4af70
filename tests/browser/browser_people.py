"""Synthetic people at a browser: invited, with a telephone that shows codes, and how they open their account."""

import time
from collections.abc import Awaitable, Callable

import pyotp
from chromium import Visit
from msgspec import Struct

PASSPHRASE = "cuatro palabras bien sintéticas"


class Invited(Struct):
    """A synthetic person: the account, the invitation's link, and the second factor once it is known."""

    account: str
    link: str
    secret: str = ""

    def code(self, later: int = 0) -> str:
        """The code of now, or of some steps later."""
        return pyotp.TOTP(self.secret).at(int(time.time()), counter_offset=later)


Invite = Callable[..., Awaitable[Invited]]
Open = Callable[..., Awaitable[Visit]]


async def secret_on(guest: Visit) -> str:
    """The secret that a link's page shows; each look at the link shows another."""
    return "".join((await guest.page.locator(".secret code").inner_text()).split())


async def accept(guest: Visit, person: Invited) -> None:
    """Open the link of an invitation and the account, as a person would, with the secret that the page shows."""
    assert await guest.open(person.link) == 200
    person.secret = await secret_on(guest)
    await guest.fill(passphrase=PASSPHRASE, again=PASSPHRASE, code=person.code())
    await guest.press("Abrir mi cuenta")
