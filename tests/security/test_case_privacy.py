"""Nothing that somebody may write about a person stays anywhere but in a sealed dossier.

Recognisable personal data (a name, a number of an identity card, a telephone, an address, each in many shapes, those
that fit our codes and ids among them) is put into every string, key, header, file name and query of every route about
cases, of a real server. No answer repeats it, and afterwards it is in no message, log line, row of the record, span or
column of the database. It is not looked for in `dossier.ciphertext` alone, where nobody could read it.
"""

import asyncio
import contextlib
import copy
import logging
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest
import structlog
from case_api import CONTENTS, Officer
from case_fixtures import CaseHub
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from nanduti_hub import telemetry
from nanduti_hub.access.policy import ABOUT_PEOPLE
from nanduti_hub.hub import web_application
from nanduti_hub.openapi import documented

#: What is looked for, in lower case and without what writes a number apart.
NEEDLES = ("xiomarasintet", "48213975", "981913577", "kurusuveve")
#: The same in many shapes: as people write it, and as our own codes, ids and numbers could hold it.
PERSONAL: tuple[Any, ...] = (
    "Xiomarasintetica Ybarra",
    "xiomarasintetica_ybarra",
    "xiomarasintetica",
    "XIOMARASINTETICA",
    "Xiomarasintetica\nYbarra",
    "Xiomarasintetica\u2028Ybarra'\"`<b>",
    "Xiomarasintetica Ñandejára",
    "48213975",
    "48.213.975",
    48213975,
    "4821-3975-4821-3975",
    "48213975-0000-4000-8000-000000000000",
    "48213975-4821-4975-8000-981913577000",
    "age1xiomarasintetica",
    "0981 913 577",
    "+595981913577",
    "Calle Kurusuveve 3391 casi Yvapovó",
    "kurusuveve_3391",
    {"Xiomarasintetica": "48213975"},
    ["Xiomarasintetica", 48213975],
)
TEXTS = tuple(value for value in PERSONAL if isinstance(value, str))
HEADERS = (
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Accept",
    "Accept-Language",
    "Content-Type",
    "Content-Disposition",
    "Content-Encoding",
    "Cookie",
    "Nanduti-Role",
    "Prefer",
    "Range",
    "Referer",
    "User-Agent",
    "X-CSRF-Token",
    "X-Forwarded-For",
    "X-Request-Id",
    "X-Xiomarasintetica",
    "baggage",
    "traceparent",
    "tracestate",
)
#: A trace whose ids are digits that could be somebody's.
TRACE = "00-48213975482139754821397548213975-4821397598191357-01"
EXAMPLES = 500


class Door(Struct, frozen=True):
    """A route about cases: its parameters, and a body that is understood."""

    method: str
    path: str
    query: tuple[str, ...]
    body: Any


class Attack(Struct, frozen=True):
    """One request: a route, and where personal data is put into it."""

    door: Door
    place: str
    value: Any


class Watched(Struct, frozen=True):
    """What the server leaves behind while it is attacked."""

    hub: CaseHub
    logs: list[Any]
    spans: InMemorySpanExporter
    #: What the path parameters are called with where they are right.
    right: dict[str, str]


def doors() -> list[Door]:
    """Every route about cases."""
    application = web_application(None)  # type: ignore[arg-type]  # nothing of it is served here
    found = []
    for route in documented(application):
        if route.handler.opt.get("act") in ABOUT_PEOPLE:
            operation = application.openapi_schema.to_schema()["paths"][route.path][route.method]
            query = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
            body = route.handler.opt.get("example")
            found.append(Door(route.method.upper(), route.path, tuple(query), body))
    return found


DOORS = doors()


def leaves(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all values of a body."""
    if path:
        yield path
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in items:
        yield from leaves(value, (*path, key))


def places(door: Door) -> list[str]:
    """Where something can be put into a request."""
    found = [f"path:{name}" for name in re.findall(r"{(\w+)}", door.path)]
    found += [f"query:{name}" for name in door.query] + ["query-name", "query-text"]
    found += [f"header:{name}" for name in HEADERS]
    if door.method != "GET":
        found += ["whole", "text", "file", "form", "more", "twice"]
        found += [f"leaf:{number}" for number, _ in enumerate(leaves(door.body))]
        found += [f"key:{number}" for number, _ in enumerate(leaves(door.body))]
    return found


@st.composite
def attacks(draw: st.DrawFn) -> Attack:
    """An attack on some route."""
    door = draw(st.sampled_from(DOORS))
    place = draw(st.sampled_from(places(door)))
    is_text = place.startswith(("path", "query", "header"))
    value = draw(st.sampled_from(TEXTS if is_text else PERSONAL))
    return Attack(door, place, TRACE if place == "header:traceparent" else value)


def spoilt(body: Any, kind: str, number: int, value: Any) -> Any:
    """A body with a value, or the name of one, replaced."""
    whole = copy.deepcopy(body)
    way = list(leaves(whole))[number]
    at = whole
    for step in way[:-1]:
        at = at[step]
    if kind == "leaf":
        at[way[-1]] = value
    elif isinstance(at, dict):
        at[str(value)] = at.pop(way[-1])
    return whole


def request_of(attack: Attack, right: dict[str, str], client: httpx.AsyncClient) -> httpx.Request:
    """The request of an attack."""
    door, value = attack.door, attack.value
    kind, _, name = attack.place.partition(":")
    path = re.sub(
        r"{(\w+)}",
        lambda found: (
            quote(str(value), safe="") if (kind, name) == ("path", found[1]) else right.get(found[1], "1")
        ),
        door.path,
    )
    query: dict[str, Any] = {"kind": "transfer"} if door.path.endswith("receivers") else {}
    headers: dict[str, Any] = {"If-Match": '"1"'}
    sent: dict[str, Any] = {} if door.method == "GET" else {"json": door.body}
    match kind:
        case "query":
            query[name] = value
        case "query-name":
            query[str(value)] = "1"
        case "query-text":
            path, query = f"{path}?{quote(str(value))}", {}
        case "header":
            headers[name] = " ".join(str(value).split()).encode("utf-8")
        case "whole":
            sent = {"json": value}
        case "text":
            sent = {"content": f'{{"facts": {value}'.encode()}
        case "file":
            sent = {"files": {"file": (str(value), str(value).encode())}}
        case "form":
            sent = {"data": {str(value).replace("\n", " "): str(value)}}
        case "more" if isinstance(door.body, dict):
            sent = {"json": door.body | {str(value): value}}
        case "twice" if isinstance(door.body, dict):
            sent = {"json": door.body | {"facts": {str(value): 1}, "document": {"number": value}}}
        case "leaf" | "key":
            sent = {"json": spoilt(door.body, kind, int(name), value)}
    return client.build_request(door.method, path, params=query or None, headers=headers, **sent)


def told(text: str) -> list[str]:
    """Which of the needles a text holds, whatever is written between digits."""
    lowered = text.lower()
    joined = re.sub(r"[-. +]", "", lowered)
    return [needle for needle in NEEDLES if needle in lowered or needle in joined]


@pytest.fixture
async def watched(case_hub: CaseHub, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    """The hub, with all that it logs and every span that it makes kept, and things for requests to be about."""
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    mtess = case_hub.officer("mtess")
    case = await mtess.opened("protection", consent="granted")
    handoff = await mtess.offered(case, "protection", "minna", share="full")
    opening = {"facts": case_facts(case), "tracks": ["protection"], "synthetic": True}
    group = (await mtess.call("POST", "/v1/groups", json={"cases": [opening]})).json()
    right = {
        "reference": case["reference"],
        "track": "protection",
        "handoff_id": handoff["id"],
        "group_id": group["id"],
        "bundle_id": handoff["id"],
        "number": "1",
    }
    library = telemetry._FromLibraries()  # as the hub's own process hears its libraries
    root = logging.getLogger()
    root.addHandler(library)
    with structlog.testing.capture_logs() as logs:
        yield Watched(case_hub, logs, spans, right)
    root.removeHandler(library)


def case_facts(case: dict[str, Any]) -> dict[str, Any]:
    """The facts of a case as a request says them."""
    facts = case["facts"]
    return {
        name: [one["code"] for one in value] if isinstance(value, list) else value["code"]
        for name, value in facts.items()
    }


@pytest.mark.slow
async def test_personal_data_in_any_place_of_any_request_stays_nowhere(
    watched: Watched, short_directory: Path
) -> None:
    """Neither what was refused nor what was done."""
    loop = asyncio.get_running_loop()
    mtess = watched.hub.officer("mtess")
    statuses: list[int] = []

    async def sent(attack: Attack) -> httpx.Response | None:
        with contextlib.suppress(httpx.LocalProtocolError, httpx.InvalidURL, UnicodeEncodeError):
            return await mtess.client.send(request_of(attack, watched.right, mtess.client))
        return None

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(attacks())
    def nothing_is_repeated(attack: Attack) -> None:
        so_far = len(watched.logs)
        answer = asyncio.run_coroutine_threadsafe(sent(attack), loop).result(60)
        if answer is None:
            return
        statuses.append(answer.status_code)
        assert answer.status_code != 500, (attack, answer.text)
        assert not told(answer.text + str(answer.headers)), (attack, answer.status_code, answer.text)
        assert not told(str(watched.logs[so_far:])), (attack, watched.logs[so_far:])

    await asyncio.to_thread(nothing_is_repeated)
    assert {200, 201, 400, 404} <= set(statuses)
    await done_well(watched)
    await asyncio.sleep(0)

    assert not told(str(watched.logs))
    finished = watched.spans.get_finished_spans()
    assert finished
    for span in finished:
        assert not told(span.to_json()), span.to_json()
    superuser = await asyncpg.connect(watched.hub.database.dsn("superuser"))
    try:
        assert not [found async for found in columns_with(superuser)]
    finally:
        await superuser.close()
    for file in short_directory.rglob("*.log"):
        for line in file.read_text(errors="replace").splitlines():
            assert not told(line), f"{file.name}: {line[:300]}"


async def done_well(watched: Watched) -> None:
    """A whole story, with personal data in every header that may have any and in the dossier, that is carried out."""
    number = 0

    async def laden(request: httpx.Request) -> None:
        nonlocal number
        number += 1
        request.headers["Idempotency-Key"] = f"Xiomarasintetica 48213975 {number}"
        request.headers["User-Agent"] = "Calle Kurusuveve 3391"
        request.headers["traceparent"] = TRACE
        request.headers["tracestate"] = "xiomarasintetica=48213975"
        request.headers["baggage"] = "name=Xiomarasintetica"

    content = CONTENTS["full"] | {"prs_FirstName": "Xiomarasintetica", "prs_SecondName": "48213975"}
    async with contextlib.AsyncExitStack() as stack:
        officers = {}
        for code in ("mtess", "minna"):
            token = watched.hub.officer(code).token
            client = httpx.AsyncClient(
                base_url=watched.hub.url,
                headers={"Authorization": f"Bearer {token}"},
                timeout=60,
                event_hooks={"request": [laden]},
            )
            officers[code] = Officer(await stack.enter_async_context(client), token, code)
        mtess, minna = officers["mtess"], officers["minna"]
        case = await mtess.opened("protection", "criminal", consent="granted")
        handoff = await mtess.offered(case, "protection", "minna", share="full", content=content)
        await minna.did(handoff, "questions", {"question": "immediate_risk"})
        await mtess.did(handoff, "questions/1/answer", {"answer": "yes"})
        await minna.did(handoff, "accept")
        fetched = await minna.call("GET", f"/v1/handoffs/{handoff['id']}/dossier")
        assert fetched.status_code == 200
        assert not told(fetched.text)


async def columns_with(superuser: asyncpg.Connection) -> AsyncIterator[str]:
    """Columns that hold something of a person, of every table."""
    columns = await superuser.fetch(
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')"
    )
    assert len(columns) > 100
    for table, column, kind in columns:
        if (table, column) == ("dossier", "ciphertext"):
            continue
        text = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
        rows = await superuser.fetch(f'SELECT {text} AS said FROM "{table}"')  # names of our own
        for row in rows:
            if row["said"] and told_in_column(row["said"], kind):
                yield f"{table}.{column}: {told(row['said'])}"


def told_in_column(said: str, kind: str) -> list[str]:
    """Which needles a value holds; in numbers and times, only as they stand."""
    if kind in ("bytea", "text", "ARRAY", "jsonb", "json", "character varying"):
        return told(said)
    return [needle for needle in NEEDLES if needle in said]
