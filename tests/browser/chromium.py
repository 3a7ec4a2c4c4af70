"""The system's Chromium, watched: what a page does that it must not is a failure of the test that opened it."""

import shutil
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, field
from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response

NAMES = ("chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """Where the browser is; nothing is ever downloaded."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Visit(Struct):
    """A browser of one person's own, with one page, and what it has done.

    `hosts` are those that were asked for anything, `complaints` what the console said, `weights` the bytes of
    each HTML document.
    """

    url: str
    page: Page
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)

    async def open(self, path: str) -> int:
        """Go to an address, and answer the status."""
        answer = await self.page.goto(path if "://" in path else f"{self.url}{path}")
        assert answer is not None
        return answer.status

    async def press(self, button: str) -> None:
        """Press a button by its name, and wait for what comes."""
        await self.page.get_by_role("button", name=button, exact=True).first.click()
        await self.page.wait_for_load_state()

    async def fill(self, **fields: str) -> None:
        """Type into fields by their names."""
        for name, text in fields.items():
            await self.page.locator(f"[name={name}]").fill(text)

    @property
    def path(self) -> str:
        """The path of the address at which the page is."""
        return urlsplit(self.page.url).path

    async def text(self) -> str:
        """What can be read on the page."""
        return await self.page.locator("body").inner_text()

    async def heading(self) -> str:
        """The page's heading."""
        return await self.page.locator("h1").inner_text()

    async def overflow(self) -> list[str]:
        """What sticks out of the window to the right, by tag and class."""
        found: list[str] = await self.page.evaluate(
            """() => document.documentElement.scrollWidth <= window.innerWidth ? []
              : [...document.querySelectorAll('body *')]
                .filter((each) => each.getBoundingClientRect().right > window.innerWidth)
                .map((each) => `${each.tagName}.${each.className}`)"""
        )
        return found


async def visit(browser: Browser, url: str, **options: Any) -> Visit:
    """A new person's browser; `options` are Playwright's for a context."""
    context = await browser.new_context(locale="es-PY", **options)
    found = Visit(url, await context.new_page())

    def asked(request: Request) -> None:
        found.hosts.add(urlsplit(request.url).netloc)

    def said(message: ConsoleMessage) -> None:
        # That a document came with a 4xx is meant so, and told as an error; anything else is none of ours.
        if (
            message.type in ("error", "warning")
            and "the server responded with a status of 4" not in message.text
        ):
            found.complaints.append(message.text)

    def answered(response: Response) -> None:
        if response.request.is_navigation_request():
            path = urlsplit(response.url).path
            found.weights[path] = max(found.weights.get(path, 0), int(response.headers["content-length"]))

    found.page.on("request", asked)
    found.page.on("console", said)
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("response", answered)
    return found
