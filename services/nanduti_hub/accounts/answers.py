"""Answers about who may call: never kept by anything on the way, pages of lists, and links for people."""

from typing import Any

import msgspec
from litestar import Response
from litestar.datastructures import Cookie

from nanduti_hub.access.invitations import NewLink, path_of
from nanduti_hub.serving import RequestOf, hub_of, next_link


def answered(
    status: int, body: Any, headers: dict[str, str] | None = None, cookies: list[Cookie] | None = None
) -> Response[bytes]:
    """A JSON answer that nobody keeps."""
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
        cookies=cookies,
    )


def nothing(cookies: list[Cookie] | None = None) -> Response[None]:
    """An answer without a body."""
    return Response(None, status_code=204, headers={"Cache-Control": "no-store"}, cookies=cookies)


def page(request: RequestOf, found: list[Any], limit: int) -> Response[bytes]:
    """A page of a list in the order of ids, of which one more than the limit was asked for."""
    shown = found[:limit]
    following = shown[-1].id if len(found) > limit else None
    return answered(200, {"items": shown, "next": following}, next_link(request, following))


def address_of(request: RequestOf, link: NewLink) -> str:
    """A link as it is handed to its person: where the hub is said to be, never where the asker's Host header says."""
    return hub_of(request).door.url + path_of(link.secret)
