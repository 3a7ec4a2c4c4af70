"""A page as it leaves the server: its language, its templates, its headers, and the files beside it.

Rules that stay true: a page works without JavaScript, and nothing in it comes from another host or runs or
styles inline (`headers` says so to the browser); no page with somebody's data is kept by a browser or a proxy.
A static file is one of the package's own, found by its whole name in a table, never by a path.
"""

import functools
import hashlib
import re
from importlib.resources import files
from typing import Any, cast
from urllib.parse import urlencode

import jinja2
from litestar import Response
from litestar.connection import ASGIConnection
from msgspec import Struct

from nanduti_hub.dashboard import words
from nanduti_hub.dashboard.words import Language
from nanduti_hub.exercising import is_exercise
from nanduti_hub.problems import language_of
from nanduti_hub.serving import RequestOf, hub_of, not_modified

#: What every page says beside the headers that all answers have. `same-origin`, not `no-referrer`: with that a
#: browser says `Origin: null` of our own forms, and the door takes them for another site's.
PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept, Accept-Language, Cookie",
}
_KINDS = {"css": "text/css", "svg": "image/svg+xml"}
_FOREVER, _SHORT = "public, max-age=31536000, immutable", "public, max-age=3600"


class StaticFile(Struct, frozen=True):
    """A file of the package: its bytes, its media type, and the beginning of their SHA-256."""

    body: bytes
    kind: str
    mark: str


@functools.cache
def static_files() -> dict[str, StaticFile]:
    """The static files by name."""
    found = {}
    for entry in files("nanduti_hub.dashboard").joinpath("static").iterdir():
        kind = _KINDS.get(entry.name.rpartition(".")[2])
        if kind is not None:
            body = entry.read_bytes()
            found[entry.name] = StaticFile(body, kind, hashlib.sha256(body).hexdigest()[:12])
    return found


def static_answer(request: RequestOf, name: str) -> Response[bytes] | None:
    """A static file, kept for a year where its address names its content; nothing where there is none."""
    file = static_files().get(name)
    if file is None:
        return None
    tag = f'"{file.mark}"'
    headers = {
        "Cache-Control": _FOREVER if request.query_params.get("v") == file.mark else _SHORT,
        "ETag": tag,
    }
    if not_modified(request, tag):
        return Response(b"", status_code=304, headers=headers)
    return Response(file.body, headers=headers, media_type=file.kind)


def language(request: RequestOf) -> Language:
    """The language of a page: what its address says, else what the browser asks for."""
    chosen = _chosen(request)
    return chosen or cast("Language", language_of(request))


def here(request: RequestOf, path: str, **query: str) -> str:
    """A path of ours that keeps the language that was chosen by hand."""
    chosen = _chosen(request)
    values = query | ({"lang": chosen} if chosen else {})
    return f"{path}?{urlencode(values)}" if values else path


def wants_page(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether a browser asks, to show what comes to a person: programs do not say text/html."""
    return "text/html" in connection.headers.get("accept", "")


def page(
    request: RequestOf, template: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Response[bytes]:
    """A page made of a template."""
    chosen = language(request)
    other = "en" if chosen == "es" else "es"
    text = (
        _templates()
        .get_template(template)
        .render(
            lang=chosen,
            t=functools.partial(words.said, chosen),
            role_name=functools.partial(words.role_name, chosen),
            role_purpose=functools.partial(words.role_purpose, chosen),
            moment=functools.partial(words.moment, chosen),
            here=functools.partial(here, request),
            static=_static_address,
            exercise=is_exercise(hub_of(request).ledger.source),
            other=other,
            # Relative: an address that begins with two slashes would lead elsewhere.
            switch=f"?lang={other}",
            **values,
        )
    )
    return Response(
        text.encode(),
        status_code=status,
        media_type="text/html",
        headers=PAGE_HEADERS | {"Content-Language": chosen} | (headers or {}),
    )


def redirect(location: str) -> Response[bytes]:
    """Send the browser on, with GET."""
    headers = {"Location": location, "Cache-Control": "no-store"}
    return Response(b"", status_code=303, headers=headers, media_type="text/plain")


def grouped(secret: str) -> str:
    """A secret in groups of four, as a person types it."""
    return " ".join(re.findall(".{1,4}", secret))


def _chosen(request: RequestOf) -> Language | None:
    wanted = request.query_params.get("lang")
    return cast("Language", wanted) if wanted in ("es", "en") else None


def _static_address(name: str) -> str:
    return f"/static/{name}?v={static_files()[name].mark}"


@functools.cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("nanduti_hub.dashboard", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
