"""The register as it was: at a number, at an instant; and what is different between two moments."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hub_api import CONFIRMATION, PLAN, Api, Journey, problem
from msgspec import Struct
from small_workbook import ROWS, workbook

from nanduti.subscribe import digest, snapshot


class Story(Struct, frozen=True):
    """What was done to a plan, and the register after each step: its number, and all that was answered then."""

    plan: str
    numbers: list[int]
    registers: list[bytes]
    pages: list[list[Any]]
    instants: list[str]


async def settled(api: Api, version: dict[str, int]) -> int:
    """The number of the ledger once it has these versions of actions (id: version): the last of theirs."""
    number = 0
    async with asyncio.timeout(30):
        for id_, wanted in version.items():
            while True:
                items = (await api.read(f"/v1/actions/{id_}/history", limit=1))["items"]
                if items and items[0]["event"]["data"]["version"] >= wanted:
                    number = max(number, items[0]["seq"])
                    break
                await asyncio.sleep(0.02)
    return number


@pytest.fixture(scope="module")
async def story(conaeti: Api) -> Story:
    """Two actions; the first corrected, forth and back; the second cancelled; a third one added."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    told = Story(plan, [], [], [], [])

    async def note(*actions: dict[str, Any]) -> None:
        number = await settled(conaeti, {it["id"]: it["version"] for it in actions})
        answer = await conaeti.call("GET", "/v1/register")
        assert answer.json()["number"] == number, "nobody else writes meanwhile"
        told.numbers.append(number)
        told.registers.append(answer.content)
        told.pages.append(await conaeti.pages("/v1/actions", plan=plan))
        told.instants.append(datetime.now(UTC).isoformat().replace("+00:00", "Z"))
        await asyncio.sleep(0.01)  # numbers are given by milliseconds: the next one comes in another

    first, second = await conaeti.added(plan), await conaeti.added(plan, title="Segunda (sintética)")
    await note(first, second)
    first = await conaeti.changed(
        "PATCH", first, "", {"title": "Otro título (sintético)", "budget": 1, "departments": ["PY-1", "PY-2"]}
    )
    await note(first)
    first = await conaeti.changed(
        "PATCH", first, "", {"title": told.pages[0][0]["title"], "observations": "Nota sintética"}
    )
    second = await conaeti.changed(
        "POST", second, "/status", {"status": "cancelled", "reason": "Sin fondos (sintético)"}
    )
    await note(first, second)
    third = await conaeti.added(plan, title="Tercera (sintética)")
    await note(third)
    return told


async def test_a_number_and_an_instant_stand_for_the_register_of_then(conaeti: Api, story: Story) -> None:
    """One action, the list and the digest are what was answered then; so are the pages of a list."""
    for number, register, page, instant in zip(
        story.numbers, story.registers, story.pages, story.instants, strict=True
    ):
        for as_of in (str(number), instant):
            answer = await conaeti.call("GET", "/v1/register", params={"as_of": as_of})
            assert (answer.status_code, answer.content) == (200, register)
            assert answer.headers["nanduti-register"] == str(number)
            assert await conaeti.pages("/v1/actions", plan=story.plan, as_of=as_of) == page
            assert await conaeti.pages("/v1/actions", plan=story.plan, as_of=as_of, limit=1) == page
            for one in page:
                then = await conaeti.call("GET", f"/v1/actions/{one['code']}", params={"as_of": as_of})
                assert then.json() == one
                assert then.headers["nanduti-register"] == str(number)
                assert then.headers["etag"].startswith(f'"{one["version"]}.')
                known = {"If-None-Match": then.headers["etag"]}
                again = await conaeti.call(
                    "GET", f"/v1/actions/{one['id']}", params={"as_of": as_of}, headers=known
                )
                assert again.status_code == 304


async def test_the_digest_of_then_is_what_the_kit_has_at_that_number(
    hub: Journey, conaeti: Api, story: Story
) -> None:
    """A subscriber's copy, compared later: the register may have moved on meanwhile."""
    async with asyncio.timeout(30):
        while True:
            copy = await snapshot(hub.bus.server.url, credentials=hub.bus.credentials("conaeti"))
            if copy.seq >= story.numbers[-1]:
                break
    await conaeti.added(story.plan, title="Más tarde (sintética)", axis="SAN")
    told = await conaeti.read("/v1/register", as_of=copy.seq)
    assert told == {"number": copy.seq, "digest": digest(copy.actions), "actions": len(copy.actions)}


async def test_of_the_past_one_platform_or_all_can_be_asked_for(conaeti: Api, story: Story) -> None:
    """The list narrows by platform and plan alone."""
    number = story.numbers[1]
    ours = {one["id"] for one in await conaeti.pages("/v1/actions", platform="conaeti", as_of=number)}
    every = {one["id"] for one in await conaeti.pages("/v1/actions", as_of=number, limit=500)}
    assert {one["id"] for one in story.pages[1]} <= ours <= every
    assert await conaeti.pages("/v1/actions", plan=story.plan, platform="mesa", as_of=number) == [], (
        "both at once"
    )


MISUSES: list[tuple[str, int, str]] = [
    ("/v1/actions?as_of=ayer", 400, "invalid"),
    ("/v1/actions?as_of=2026-01-01", 400, "invalid"),
    ("/v1/actions?as_of=2026-01-01T00:00:00", 400, "invalid"),
    ("/v1/actions?as_of=-1", 400, "invalid"),
    ("/v1/actions?as_of=1.5", 400, "invalid"),
    ("/v1/actions?as_of=", 400, "invalid"),
    ("/v1/actions?as_of=0001-01-01T00:00:00%2B14:00", 422, "moment_before"),
    ("/v1/actions?as_of=9999-12-31T23:59:59-14:00", 422, "moment_future"),
    ("/v1/actions?as_of=999999999999999", 422, "moment_ahead"),
    ("/v1/actions?as_of=9999999999999999", 400, "invalid"),
    ("/v1/actions?as_of=IN_TWO_DAYS", 422, "moment_future"),
    ("/v1/actions?as_of=9999-12-31T23:59:59Z", 422, "moment_future"),
    ("/v1/actions?as_of=0", 422, "moment_before"),
    ("/v1/actions?as_of=1999-01-01T00:00:00-03:00", 422, "moment_before"),
    ("/v1/actions?as_of=1&axis=PRE", 422, "filter_not_then"),
    ("/v1/actions?as_of=1&stale=false", 422, "filter_not_then"),
    ("/v1/actions?as_of=1&from=2026-01-01", 422, "filter_not_then"),
    ("/v1/actions/facets?as_of=1", 400, "invalid"),
    ("/v1/actions.csv?as_of=1", 400, "invalid"),
    ("/v1/register?as_of=0", 422, "moment_before"),
    ("/v1/register/changes", 400, "invalid"),
    ("/v1/register/changes?from=nunca", 400, "invalid"),
    ("/v1/register/changes?from=5&to=4", 422, "moments_reversed"),
    ("/v1/register/changes?from=1&to=999999999999999", 422, "moment_ahead"),
    ("/v1/register/changes?from=0&axis=PRE", 400, "invalid"),
    ("/v1/actions/ACC-1999-0001?as_of=1", 404, "action_unknown"),
]


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(("path", "status", "code"), MISUSES, ids=str)
async def test_a_moment_that_is_none_is_refused(conaeti: Api, path: str, status: int, code: str) -> None:
    """What has not come, what was before everything, what cannot be read, and filters that know no past."""
    soon = (datetime.now(UTC) + timedelta(days=2)).isoformat().replace("+00:00", "Z")
    problem(await conaeti.call("GET", path.replace("IN_TWO_DAYS", soon)), status, code)


async def test_an_action_that_came_later_did_not_exist_then(conaeti: Api, story: Story) -> None:
    """Which is told apart from one that never existed; the refusal names the number."""
    third = story.pages[-1][-1]
    for as_of in (story.numbers[0], story.instants[0]):
        answer = await conaeti.call("GET", f"/v1/actions/{third['id']}", params={"as_of": as_of})
        assert problem(answer, 404, "action_unknown_then")["number"] == story.numbers[0]


async def changes(api: Api, story: Story, **query: Any) -> dict[str, Any]:
    """The differences of the story's plan, by title."""
    items = await api.pages("/v1/register/changes", plan=story.plan, **query)
    return {item["title"]: item for item in items}


async def test_differences_are_net_and_say_what_stood_before_and_after(conaeti: Api, story: Story) -> None:
    """A title that was changed and changed back is none; what was cancelled says so; what is new has no before."""
    first, second, third = (one["title"] for one in story.pages[-1])
    told = await changes(conaeti, story, **{"from": story.numbers[0], "to": story.numbers[3]})
    assert {title: it["happened"] for title, it in told.items()} == {
        first: "changed",
        second: "cancelled",
        third: "added",
    }
    assert told[first]["fields"] == [
        {"field": "departments", "before": ["PY-7"], "after": ["PY-1", "PY-2"]},
        {"field": "budget", "before": 12_500_000, "after": 1},
        {"field": "observations", "before": "", "after": "Nota sintética"},
    ]
    assert (told[first]["version_before"], told[first]["version_after"]) == (1, 3)
    assert told[second]["fields"] == [
        {"field": "status", "before": "planned", "after": "cancelled"},
        {"field": "status_reason", "before": "", "after": "Sin fondos (sintético)"},
    ]
    assert (told[third]["fields"], told[third]["version_before"]) == ([], None)
    assert await changes(conaeti, story, **{"from": story.numbers[1], "to": story.numbers[1]}) == {}


async def test_differences_by_instants_and_pages_are_the_same(conaeti: Api, story: Story) -> None:
    """And an open end is now, for all pages the same now."""
    by_number = await changes(conaeti, story, **{"from": story.numbers[0], "to": story.numbers[3]})
    by_instant = await changes(
        conaeti, story, **{"from": story.instants[0], "to": story.instants[3], "limit": 1}
    )
    assert by_instant == by_number
    answer = await conaeti.call(
        "GET", "/v1/register/changes", params={"from": "0", "plan": story.plan, "limit": 1}
    )
    page = answer.json()
    assert page["from"] == {"number": 0, "at": None}
    assert f"to={page['to']['number']}" in answer.links["next"]["url"]
    everything = await changes(conaeti, story, **{"from": "0"})
    assert {it["happened"] for it in everything.values()} == {"added"}


async def test_differences_of_another_platform_are_left_out(conaeti: Api, story: Story) -> None:
    """By platform as by plan."""
    query = {"from": story.numbers[0], "to": story.numbers[3]}
    told = await conaeti.pages("/v1/register/changes", **query, platform="conaeti")
    assert {it["plan"] for it in told} == {story.plan}
    assert await conaeti.pages("/v1/register/changes", **query, platform="mesa") == []


async def revised(api: Api, plan: str, rows: list[list[Any]], **more: Any) -> None:
    """The next revision of a plan."""
    draft = await api.call("POST", f"/v1/plans/{plan}/imports", content=workbook(rows))
    assert draft.status_code == 201, draft.text
    done = await api.call("POST", f"/v1/imports/{draft.json()['id']}/confirm", json=CONFIRMATION | more)
    assert done.status_code == 200, done.text


@pytest.mark.slow
async def test_two_revisions_of_a_plan_are_compared(conaeti: Api) -> None:
    """A row changed, a row added, a row cancelled, and a correction in the register between them."""
    plan = (await conaeti.made("/v1/plans", PLAN))["id"]
    path = f"/v1/plans/{plan}/changes"
    assert await conaeti.pages(path) == []
    await revised(conaeti, plan, ROWS)
    actions = await conaeti.pages("/v1/actions", plan=plan)
    corrected = await conaeti.changed("PATCH", actions[1], "", {"observations": "Corregida (sintética)"})
    new = ["1.4", "Atención", "Abrir un albergue transitorio (acción sintética)", "MINNA", "01/06/2026", "30/09/2026",
           "Albergues", 2, 5_000_000]  # fmt: skip
    dearer = [*ROWS[0][:8], 13_000_000]
    await revised(conaeti, plan, [dearer, ROWS[1], new], cancel=[actions[2]["id"]])

    async def told(**query: Any) -> dict[str, Any]:
        return {it["title"]: it for it in await conaeti.pages(path, limit=2, **query)}

    async with asyncio.timeout(30):
        while (await conaeti.call("GET", path)).status_code == 503:
            await asyncio.sleep(0.02)
    latest = await told()
    assert latest == await told(**{"from": 1, "to": 2}) == await told(**{"from": 1})
    assert {title: it["happened"] for title, it in latest.items()} == {
        actions[0]["title"]: "changed",
        actions[1]["title"]: "changed",
        actions[2]["title"]: "cancelled",
        new[2]: "added",
    }
    assert latest[actions[0]["title"]]["fields"] == [
        {"field": "budget", "before": 12_500_000, "after": 13_000_000}
    ]
    assert latest[corrected["title"]]["fields"] == [
        {"field": "observations", "before": "", "after": "Corregida (sintética)"}
    ]
    first = await told(to=1)
    assert [(it["happened"], it["version_after"]) for it in first.values()] == [("added", 1)] * 3
    assert {it["happened"] for it in (await told(**{"from": 0})).values()} == {"added"}
    for query, status, code in (
        ("from=2&to=1", 422, "moments_reversed"),
        ("to=3", 404, "revision_unknown"),
        ("from=7&to=8", 404, "revision_unknown"),
        ("from=-1", 400, "invalid"),
        ("from=uno", 400, "invalid"),
        ("as_of=1", 400, "invalid"),
    ):
        problem(await conaeti.call("GET", f"{path}?{query}"), status, code)
    unknown = await conaeti.call("GET", "/v1/plans/01900000-0000-7000-8000-00000000dead/changes")
    problem(unknown, 404, "plan_unknown")
