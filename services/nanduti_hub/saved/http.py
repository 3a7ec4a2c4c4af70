"""Saved queries over HTTP: keep, list, change and forget them, and give one a calendar address.

What is kept is the query of an address of `GET /v1/actions`, held to the same rules as the list holds it to, so
that its links open what was meant, here and in somebody else's hands: the address is the state. Absent: as_of. A
saved query asks about the register as it is.
"""

import hashlib
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qsl

import asyncpg
import msgspec
from litestar import Response, delete, get, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from nanduti_hub.access.policy import Act
from nanduti_hub.actions.queries import check_filters
from nanduti_hub.documented import CHANGE, MAKE, PageOf, Takes, answers
from nanduti_hub.ledger.answers import Answer
from nanduti_hub.ledger.database import transaction
from nanduti_hub.problems import language_of
from nanduti_hub.saved.calendar_http import OF_CALENDARS, question_in
from nanduti_hub.saved.queries import (
    Kept,
    change_query,
    end_calendar,
    forget_query,
    give_calendar,
    keep_query,
    list_queries,
    query_with,
)
from nanduti_hub.serving import (
    InPath,
    Limit,
    RequestOf,
    caller_from,
    command,
    expected_version,
    hub_of,
    json_answer,
    next_link,
    not_modified,
    recorded_transaction,
    respond,
)

ONE_QUERY = "/v1/queries/{query_id}"
#: The id of the query to go on after.
Cursor = Annotated[str | None, QueryParameter(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]


class QueryWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query to keep: its name, for its owner's eyes, and what follows the `?` of an address of GET /v1/actions.

    Of that, `cursor` and `limit` are left away. A query for a calendar may also say `mine` and `begins`, as
    `GET /v1/actions.ics` takes them.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
    query: Annotated[str, Meta(max_length=2_000)]


class Links(Struct, frozen=True, kw_only=True):
    """Where the query is answered now, as paths; null where only a calendar can say `mine` or `begins`."""

    list: str | None
    csv: str | None
    xlsx: str | None
    ndjson: str | None
    ics: str


class SavedQuery(Kept, frozen=True, kw_only=True):
    """A saved query, ready to open; its calendar address is shown only when it is made."""

    links: Links


class CalendarMade(Struct, frozen=True, kw_only=True):
    """A calendar address that was just made, which is shown this once."""

    address: str
    since: datetime


@get(
    "/v1/queries",
    summary="Las consultas guardadas de quien llama",
    opt={"act": Act.READ_SELF},
    responses=answers(200, PageOf[SavedQuery], headers=("Link",), leads=[(ONE_QUERY, "/items/0/id")]),
)
async def get_queries(request: RequestOf, cursor: Cursor = None, limit: Limit = 50) -> Response[bytes]:
    """The caller's own, in the order of their making."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        found = await list_queries(connection, caller, cursor or "", limit + 1)
    following = found[limit - 1].id if len(found) > limit else None
    body = {"items": [_shown(kept) for kept in found[:limit]], "next": following}
    return Response(
        msgspec.json.encode(body), media_type="application/json", headers=next_link(request, following)
    )


@get(
    "/v1/queries/{query_id:str}",
    summary="Una consulta guardada",
    opt={"act": Act.READ_SELF},
    responses=answers(
        200, SavedQuery, headers=("ETag",), takes=Takes(known=True), leads=[(ONE_QUERY, "/id")]
    ),
)
async def get_query(request: RequestOf, query_id: InPath) -> Response[bytes]:
    """One of the caller's own, with the version that If-Match wants back."""
    async with transaction(hub_of(request).ledger.database, caller_from(request)) as connection:
        kept = await query_with(connection, query_id)
    answer = _answer(request, 200, kept)
    headers = {**answer.headers, "Vary": "Accept-Language"}
    if not_modified(request, headers["ETag"]):
        return Response(b"", status_code=304, headers={"ETag": headers["ETag"], "Vary": headers["Vary"]})
    return respond(Answer(200, headers, answer.body))


@post(
    "/v1/queries",
    summary="Guardar una consulta",
    opt={"act": Act.KEEP_QUERY},
    responses=answers(201, SavedQuery, headers=("ETag", "Location"), takes=MAKE, leads=[(ONE_QUERY, "/id")]),
)
async def post_query(request: RequestOf, data: JSONBody[QueryWanted]) -> Response[bytes]:
    """Keep a query of the register under a name. What the list would refuse is refused here, in the same words."""
    caller = caller_from(request)
    question = await question_in(request, data.query.removeprefix("?"))

    async def work(connection: asyncpg.Connection) -> Answer:
        await check_filters(connection, question.filters)
        kept = await keep_query(connection, caller, _name(data), question.canonical)
        return _answer(request, 201, kept, {"Location": f"/v1/queries/{kept.id}"})

    return await command(request, caller, work)


@put(
    "/v1/queries/{query_id:str}",
    summary="Cambiar una consulta guardada",
    opt={"act": Act.KEEP_QUERY},
    responses=answers(200, SavedQuery, headers=("ETag",), takes=CHANGE, leads=[(ONE_QUERY, "/id")]),
)
async def put_query(request: RequestOf, query_id: InPath, data: JSONBody[QueryWanted]) -> Response[bytes]:
    """Another name, another question. A calendar address that it has stays, and shows what it asks now. Needs
    If-Match.
    """
    caller = caller_from(request)
    expected = expected_version(request)
    question = await question_in(request, data.query.removeprefix("?"))

    async def work(connection: asyncpg.Connection) -> Answer:
        await check_filters(connection, question.filters)
        kept = await change_query(connection, query_id, expected, _name(data), question.canonical)
        return _answer(request, 200, kept)

    return await command(request, caller, work)


@delete(
    "/v1/queries/{query_id:str}",
    status_code=204,
    summary="Borrar una consulta guardada",
    opt={"act": Act.KEEP_QUERY},
    responses=answers(204),
)
async def delete_query(request: RequestOf, query_id: InPath) -> Response[None]:
    """Forget a query; its calendar address ends with it, at once."""
    async with recorded_transaction(request, caller_from(request), 204) as connection:
        await forget_query(connection, query_id)
    return Response(None, status_code=204)


@post(
    "/v1/queries/{query_id:str}/calendar",
    summary="Dar a una consulta una dirección de calendario",
    opt={"act": Act.KEEP_QUERY},
    responses=answers(201, CalendarMade),
)
async def post_calendar(request: RequestOf, query_id: InPath) -> Response[bytes]:
    """An address to which a calendar subscribes without signing in; shown this once. Not idempotent: sent again, it
    makes another, and the one before ends.
    """
    hub = hub_of(request)
    async with recorded_transaction(request, caller_from(request), 201) as connection:
        made = await give_calendar(connection, query_id)
    body = CalendarMade(address=f"{hub.door.url}/v1/calendars/{made.secret}.ics", since=made.since)
    return Response(msgspec.json.encode(body), status_code=201, media_type="application/json")


@delete(
    "/v1/queries/{query_id:str}/calendar",
    status_code=204,
    summary="Terminar la dirección de calendario de una consulta",
    opt={"act": Act.KEEP_QUERY},
    responses=answers(204),
)
async def delete_calendar(request: RequestOf, query_id: InPath) -> Response[None]:
    """End the address, at once; the query stays. Again changes nothing."""
    async with recorded_transaction(request, caller_from(request), 204) as connection:
        await end_calendar(connection, query_id)
    return Response(None, status_code=204)


def _answer(request: RequestOf, status: int, kept: Kept, headers: dict[str, str] | None = None) -> Answer:
    """A query with its tag: when its calendar was read is in the answer, too, and gives it no new version."""
    body = msgspec.json.encode(_shown(kept))
    tag = f'"{kept.version}.{hashlib.sha256(body).hexdigest()[:16]}.{language_of(request)}"'
    return json_answer(status, body, {"ETag": tag, **(headers or {})})


def _name(wanted: QueryWanted) -> str:
    return " ".join(wanted.name.split())


def _shown(kept: Kept) -> SavedQuery:
    is_calendars = any(name in OF_CALENDARS for name, _ in parse_qsl(kept.query, keep_blank_values=True))
    question = f"?{kept.query}" if kept.query else ""

    def path(ending: str) -> str | None:
        return None if is_calendars else f"/v1/actions{ending}{question}"

    links = Links(
        list=path(""),
        csv=path(".csv"),
        xlsx=path(".xlsx"),
        ndjson=path(".ndjson"),
        ics=f"/v1/actions.ics{question}",
    )
    return SavedQuery(**msgspec.structs.asdict(kept), links=links)


ROUTES: list[BaseRouteHandler] = [
    get_queries,
    get_query,
    post_query,
    put_query,
    delete_query,
    post_calendar,
    delete_calendar,
]
