"""Queries that somebody keeps, whose links open what was meant, and calendars of them."""

import uuid
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from browser import Browser, somebody
from hub_api import PLAN, Api, Journey, problem
from icalendar import Calendar

from nanduti_hub.saved.queries import MOST_QUERIES
from nanduti_hub.serving import today

SOON = (today() + timedelta(days=20)).isoformat()


async def kept(api: Api, query: str, name: str = "Mis vencimientos") -> dict[str, Any]:
    """A query that was just saved, in the place of those before."""
    for one in await api.pages("/v1/queries"):
        assert (await api.call("DELETE", f"/v1/queries/{one['id']}")).status_code == 204
    saved: dict[str, Any] = await api.made("/v1/queries", {"name": name, "query": query})
    return saved


def events(answer: httpx.Response) -> dict[str, Any]:
    """The events of a calendar that was answered, by what begins their UIDs."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return {
        str(event["UID"]).partition("@")[0]: event
        for event in Calendar.from_ical(answer.content).walk("VEVENT")
    }


async def test_a_query_is_kept_and_its_links_open_it(conaeti: Api, open_plan: str) -> None:
    """Canonical, so that two ways of writing it are one; where the list is asked, it answers the same."""
    word = f"sintagma{uuid.uuid4().hex[:8]}"
    action = await conaeti.added(open_plan, title=f"Acción sintética {word}", end=SOON)
    saved = await kept(conaeti, f"?status=planned&limit=7&q={word}&cursor=n3&overdue=False", "  Lo   mío ")
    assert (saved["name"], saved["query"]) == ("Lo mío", f"overdue=false&q={word}&status=planned")
    assert saved["version"] == 1
    assert saved["calendar"] is None
    for form in ("list", "csv", "ndjson", "ics"):
        answer = await conaeti.call("GET", saved["links"][form])
        assert answer.status_code == 200, form
        assert word in answer.text.replace("\r\n ", ""), form
    found = (await conaeti.call("GET", saved["links"]["list"])).json()["items"]
    assert [item["id"] for item in found] == [action["id"]]
    assert await conaeti.read("/v1/queries") == {"items": [saved], "next": None}
    answer = await conaeti.call("GET", f"/v1/queries/{saved['id']}")
    assert answer.json() == saved
    again = await conaeti.call(
        "GET", f"/v1/queries/{saved['id']}", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "query",
    [
        "plataforma=conaeti", "crime=robo", "overdue=quizas", "due_soon=null", "platform=mesa&platform=conaeti",
        f"q={'x' * 201}", "q=%00", "limite=3", "q=%ff",
    ],
)  # fmt: skip
async def test_what_the_list_refuses_is_refused_at_saving(conaeti: Api, query: str) -> None:
    """With the same words, where it is a query at all."""
    refused = await conaeti.call("POST", "/v1/queries", json={"name": "x", "query": query})
    told = problem(refused, 400, "invalid")
    if query != "q=%ff":
        assert told == problem(await conaeti.call("GET", f"/v1/actions?{query}"), 400, "invalid")


async def test_a_query_about_the_register_as_it_was_is_not_kept(conaeti: Api) -> None:
    """Nor one with a blank name, or of more than there is room for."""
    for name, query in (("x", "as_of=12"), (" ", ""), ("x" * 101, ""), ("x", "q=" + "%41" * 700)):
        answer = await conaeti.call("POST", "/v1/queries", json={"name": name, "query": query})
        problem(answer, 400, "invalid")


@pytest.mark.slow
async def test_every_filter_of_the_list_can_be_kept(conaeti: Api) -> None:
    """Whatever the list takes by its document, with a value that it takes, comes back in the links."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    document = await conaeti.read("/v1/docs/openapi.json")
    parameters = document["paths"]["/v1/actions.csv"]["get"]["parameters"]
    for parameter in (one for one in parameters if one.get("in") == "query"):
        schema = parameter["schema"]
        for _ in range(3):
            schema = (
                document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
                if "$ref" in schema
                else schema
            )
        options = schema.get("enum") or {
            "boolean": [True], "integer": [1], "string": ["2026-03-01", "n1", "conaeti", "mtess", "PY-7", plan],
        }[schema.get("type", "string")]  # fmt: skip
        tried = []
        for value in options:
            text = str(value).lower() if value is True else str(value)
            listed = await conaeti.call("GET", "/v1/actions.csv", params={parameter["name"]: text})
            body = {"name": "x", "query": f"{parameter['name']}={text}"}
            saved = await conaeti.call("POST", "/v1/queries", json=body)
            assert (saved.status_code == 201) == (listed.status_code == 200), (parameter["name"], saved.text)
            if saved.status_code == 201:
                assert saved.json()["query"] == f"{parameter['name']}={text}"
                await conaeti.call("DELETE", f"/v1/queries/{saved.json()['id']}")
                tried.append(text)
                break
        assert tried, parameter["name"]


async def test_a_query_is_changed_at_the_version_that_was_seen(conaeti: Api, mesa: Api) -> None:
    """Not without saying which; nobody else knows of it."""
    saved = await kept(conaeti, "platform=conaeti")
    path, body = f"/v1/queries/{saved['id']}", {"name": "Otro nombre", "query": "platform=mesa"}
    problem(await conaeti.call("PUT", path, json=body), 428, "version_missing")
    changed = await conaeti.call("PUT", path, json=body, headers={"If-Match": '"1"'})
    assert changed.json()["links"]["list"] == "/v1/actions?platform=mesa"
    assert changed.json()["version"] == 2
    late = problem(
        await conaeti.call("PUT", path, json=body, headers={"If-Match": '"1"'}), 412, "version_conflict"
    )
    assert (late["expected"], late["current"]) == (1, 2)
    for method in ("GET", "PUT", "DELETE"):
        sent = {"json": body, "headers": {"If-Match": '"2"'}} if method == "PUT" else {}
        problem(await mesa.call(method, path, **sent), 404, "query_unknown")
    assert await conaeti.read(path) == changed.json()


async def test_a_query_sent_twice_is_kept_once(conaeti: Api) -> None:
    """With an Idempotency-Key."""
    await kept(conaeti, "")
    body, headers = {"name": "Una", "query": "axis=DET"}, {"Idempotency-Key": uuid.uuid4().hex}
    first = await conaeti.call("POST", "/v1/queries", json=body, headers=headers)
    second = await conaeti.call("POST", "/v1/queries", json=body, headers=headers)
    assert first.json() == second.json()
    assert len((await conaeti.read("/v1/queries"))["items"]) == 2


@pytest.mark.slow
async def test_nobody_keeps_more_than_there_is_room_for(member: Api) -> None:
    """And the list of them comes in pages."""
    await kept(member, "", "0")
    for number in range(1, MOST_QUERIES):
        await member.made("/v1/queries", {"name": str(number), "query": ""})
    refused = await member.call("POST", "/v1/queries", json={"name": "x", "query": ""})
    assert problem(refused, 409, "queries_many")["most"] == MOST_QUERIES
    pages = await member.pages("/v1/queries", limit=30)
    assert [item["name"] for item in pages] == [str(number) for number in range(MOST_QUERIES)]
    for cursor in ("", "n1", f"{pages[0]['id']}x", "é"):
        problem(await member.call("GET", "/v1/queries", params={"cursor": cursor}), 400, "invalid")
    await kept(member, "")


async def test_a_calendar_has_the_ends_and_milestones_of_a_query(
    conaeti: Api, open_plan: str, anyone: httpx.AsyncClient
) -> None:
    """At an address that asks for no credential; it follows the register, and costs nothing where it did not move."""
    word = f"sintagma{uuid.uuid4().hex[:8]}"
    action = await conaeti.added(open_plan, title=f"Acción sintética {word}", end=SOON)
    milestones = {"milestones": [{"number": 1, "title": "Informe sintético", "due": SOON}]}
    action = await conaeti.changed("PUT", action, "/milestones", milestones)
    saved = await kept(conaeti, f"q={word}")
    given = await conaeti.made(f"/v1/queries/{saved['id']}/calendar", None)
    path = "/" + given["address"].partition("://")[2].partition("/")[2]
    shown = (await conaeti.read("/v1/queries"))["items"][0]["calendar"]
    assert (shown["since"], shown["read_on"]) == (given["since"], None)

    answer = await anyone.get(path)
    found = events(answer)
    assert set(found) == {f"{action['id']}-end", f"{action['id']}-milestone-1"}
    end = found[f"{action['id']}-end"]
    assert end["DTSTART"].dt == date.fromisoformat(SOON)
    assert str(end["URL"]).endswith(f"/v1/actions/{action['code']}")
    assert Calendar.from_ical(answer.content)["X-WR-CALNAME"] == "Mis vencimientos"
    assert answer.headers["cache-control"] == "private, no-cache"
    shown = (await conaeti.read("/v1/queries"))["items"][0]["calendar"]
    assert shown["read_on"] == today().isoformat()

    head = await anyone.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.content))
    known = {"If-None-Match": answer.headers["etag"]}
    assert (await anyone.get(path, headers=known)).status_code == 304
    moved = await conaeti.changed("POST", action, "/status", {"status": "cancelled", "reason": "sintético"})
    changed = await anyone.get(path, headers=known)
    end = events(changed)[f"{action['id']}-end"]
    assert (str(end["STATUS"]), end["SEQUENCE"]) == ("CANCELLED", moved["version"])
    assert end["UID"] == found[f"{action['id']}-end"]["UID"]


@pytest.mark.slow
async def test_a_calendar_of_ones_own_follows_ones_roles(
    hub: Journey, conaeti: Api, mesa: Api, steward: Api, anyone: httpx.AsyncClient, open_plan: str
) -> None:
    """Of a person all platforms and institutions, whatever the role of the moment; of a token its own."""
    word = f"sintagma{uuid.uuid4().hex[:8]}"
    mesas = await mesa.made("/v1/plans", {
        "platform": "mesa", "title": "Plan sintético", "term_from": "2026-01-01", "term_to": "2026-12-31",
    })  # fmt: skip
    ours = await conaeti.added(open_plan, title=f"{word} uno", lead="minna", end=SOON)
    helped = await conaeti.added(
        open_plan, title=f"{word} dos", lead="minna", collaborators=["mtess"], end=SOON
    )
    theirs = await mesa.added(mesas["id"], title=f"{word} tres", lead="minna", end=SOON)
    query = f"q={word}&mine=true"

    account = await somebody(steward, anyone, ("observer", "mesa"), ("focal_point", "mtess"))
    person = Browser(anyone)
    assert (await person.sign_in(account)).status_code == 201
    made = await person.call("POST", "/v1/queries", json={"name": "Lo mío", "query": query})
    assert made.status_code == 201, made.text
    links = made.json()["links"]
    assert (links["list"], links["xlsx"]) == (None, None)
    assert set(events(await person.call("GET", links["ics"]))) == {
        f"{helped['id']}-end",
        f"{theirs['id']}-end",
    }
    given = await person.call("POST", f"/v1/queries/{made.json()['id']}/calendar")
    address = given.json()["address"].replace(given.json()["address"].partition("/v1")[0], hub.url)
    assert set(events(await anyone.get(address))) == {f"{helped['id']}-end", f"{theirs['id']}-end"}
    roles = {"roles": [{"role": "observer", "scope": "conaeti"}]}
    version = (await steward.read(f"/v1/people/{account.person['id']}"))["version"]
    moved = await steward.call(
        "PUT", f"/v1/people/{account.person['id']}/roles", json=roles, headers={"If-Match": f'"{version}"'}
    )
    assert moved.status_code == 200, moved.text
    assert set(events(await anyone.get(address))) == {f"{ours['id']}-end", f"{helped['id']}-end"}

    assert set(events(await conaeti.call("GET", f"/v1/actions.ics?{query}"))) == {
        f"{ours['id']}-end",
        f"{helped['id']}-end",
    }
    narrowed = await conaeti.call("GET", f"/v1/actions.ics?{query}&institution=mtess&begins=true")
    assert set(events(narrowed)) == {f"{helped['id']}-end", f"{helped['id']}-begin"}
    assert events(await steward.call("GET", f"/v1/actions.ics?{query}")) == {}
    problem(await conaeti.call("GET", "/v1/actions?mine=true"), 400, "invalid")
