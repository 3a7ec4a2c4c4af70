"""A borrador is read in the background where that is asked for, answered in pages, and always of the register as it is."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from hub_api import CONFIRMATION, PLAN, Api, Journey, problem
from small_workbook import BUDGET, ROWS, workbook

from nanduti_hub import offload
from nanduti_hub.plans import background, drafts
from nanduti_hub.plans.uploads import read

pytestmark = pytest.mark.slow

LATER = {"Prefer": "respond-async, wait=5"}


def many(count: int) -> list[list[Any]]:
    """So many different rows; every third one names an institution that there is not."""
    nobody = "Ministerio de la Nada"
    return [
        [
            f"{number}",
            ROWS[0][1],
            f"Capacitar al grupo sintético número {number}",
            nobody if number % 3 == 0 else ROWS[0][3],
            *ROWS[0][4:],
        ]
        for number in range(1, count + 1)
    ]


async def uploaded(api: Api, content: bytes, **headers: str) -> tuple[str, Any]:
    """A new plan and the borrador of its first workbook, as it was answered."""
    plan = (await api.made("/v1/plans", PLAN))["id"]
    answer = await api.call("POST", f"/v1/plans/{plan}/imports", content=content, headers=headers)
    assert answer.status_code in (201, 202), answer.text
    return plan, answer


async def when_read(api: Api, path: str) -> Any:
    """A borrador when it is read."""
    async with asyncio.timeout(60):
        while (draft := await api.read(path))["state"] != "read":
            await asyncio.sleep(0.02)
    return draft


class Held:
    """Readings that go on only when they are let: each has then said that 5 of 10 rows are done."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()

    async def read(self, *of_read: Any) -> Any:
        """Say how far it is, wait, and read as ever."""
        of_read[-1](5, 10)
        await self.let_go.wait()
        return await read(*of_read)


@pytest.fixture
async def held(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Held]:
    """Readings in the background that are held."""
    held = Held()
    monkeypatch.setattr(background, "read", held.read)
    yield held
    held.let_go.set()


async def test_an_upload_can_be_answered_before_it_is_read_and_tells_how_far_it_is(
    conaeti: Api, held: Held
) -> None:
    """202 with its place; nothing can be decided meanwhile; then it is what it had been at once."""
    plan, answer = await uploaded(conaeti, workbook(ROWS), **LATER)
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async")
    draft = answer.json()
    path = answer.headers["location"]
    assert (draft["state"], draft["outcome"], draft["rows"]) == ("reading", "reading", [])
    async with asyncio.timeout(20):
        while (seen := await conaeti.read(path))["progress"] != {"done": 5, "of": 10}:
            await asyncio.sleep(0.02)
    assert (seen["state"], seen["counts"]) == ("reading", {})
    late = await conaeti.call("POST", f"{path}/confirm", json=CONFIRMATION)
    problem(late, 409, "import_reading")
    pairing = {"json": {"pairs": {}}, "headers": {"If-Match": '"1"'}}
    problem(await conaeti.call("PUT", f"{path}/pairs", **pairing), 409, "import_reading")
    held.let_go.set()
    done = await when_read(conaeti, path)
    assert (done["progress"], done["outcome"], done["version"]) == (None, "ready", 1)
    at_once = await conaeti.call("POST", f"/v1/plans/{plan}/imports", content=workbook(ROWS))
    assert at_once.status_code == 201
    same = ("counts", "outcome", "findings", "absent", "next", "state")
    assert [at_once.json()[name] for name in same] == [done[name] for name in same]
    assert [row["key"] for row in at_once.json()["rows"]] == [row["key"] for row in done["rows"]]


async def test_what_nobody_reads_any_more_is_read_after_the_next_look(
    hub: Journey, conaeti: Api, held: Held, superuser: asyncpg.Connection
) -> None:
    """As after the end of the hub that was reading it: the content is kept, and read by whoever is there."""
    _, answer = await uploaded(conaeti, workbook(ROWS), **LATER)
    path = answer.headers["location"]
    await starts_of(superuser, answer.json()["id"], 1)
    await hub_forgets(superuser, answer.json()["id"])
    held.let_go.set()
    assert (await when_read(conaeti, path))["counts"]["new"] == 3
    assert hub.running.port


async def test_a_file_that_ended_the_hub_twice_is_not_begun_again(
    conaeti: Api, held: Held, superuser: asyncpg.Connection
) -> None:
    """It is in error, with what to do about it."""
    _, answer = await uploaded(conaeti, workbook(ROWS), **LATER)
    id_, path = answer.json()["id"], answer.headers["location"]
    await starts_of(superuser, id_, 1)
    async with asyncio.timeout(60):
        # Who holds a reading here goes on saying so: it is made to be silent again before each look.
        while (draft := await conaeti.read(path))["state"] != "read":
            if await superuser.fetchval("SELECT read_starts FROM import WHERE id = $1", id_) <= 2:
                await hub_forgets(superuser, id_)
            await asyncio.sleep(0.02)
    assert await superuser.fetchval("SELECT read_starts FROM import WHERE id = $1", id_) > 2
    assert (draft["outcome"], [one["code"] for one in draft["findings"]]) == (
        "rejected",
        ["file_unreadable"],
    )
    assert not held.let_go.is_set()


async def starts_of(superuser: asyncpg.Connection, id_: str, starts: int) -> None:
    """Wait until a reading was begun so many times."""
    async with asyncio.timeout(20):
        while await superuser.fetchval("SELECT read_starts FROM import WHERE id = $1", id_) < starts:
            await asyncio.sleep(0.02)


async def hub_forgets(superuser: asyncpg.Connection, id_: str) -> None:
    """Make it long ago that anything was heard of a reading."""
    await superuser.execute("UPDATE import SET heard_at = now() - interval '1 hour' WHERE id = $1", id_)


async def test_pages_have_every_row_once_and_one_outcome_where_that_is_asked_for(conaeti: Api) -> None:
    """In the order of the workbook, whatever the page's length; the first page comes with the upload."""
    _, answer = await uploaded(conaeti, workbook(many(1_203)))
    first = answer.json()
    path = answer.headers["location"]
    assert (len(first["rows"]), first["counts"]["error"], first["counts"]["new"]) == (500, 401, 802)
    errors = [one for one in first["findings"] if one["severity"] == "error"]
    assert len(errors) == 401 <= len(first["findings"]) <= first["findings_total"]
    whole = await pages(conaeti, path)
    assert whole[:500] == first["rows"]
    assert [row["row"]["code"] for row in whole] == [str(number) for number in range(1, 1_204)]
    assert len({row["key"] for row in whole}) == 1_203
    assert all(row["key"] == f"{row['row']['sheet']}!{row['row']['row']}" for row in whole)
    for outcome in ("error", "new", "changed"):
        wanted = [row for row in whole if row["outcome"] == outcome]
        assert await pages(conaeti, path, outcome=outcome, limit=97) == wanted
    beyond = await conaeti.read(path, cursor="f99999")
    assert (beyond["rows"], beyond["next"]) == ([], None)
    problem(await conaeti.call("GET", path, params={"cursor": "otro"}), 400, "invalid")
    problem(await conaeti.call("GET", path, params={"outcome": "otro"}), 400, "invalid")


async def pages(api: Api, path: str, **query: Any) -> list[Any]:
    """All rows of a borrador, page after page, by its links."""
    rows: list[Any] = []
    following: str | None = str(api.client.base_url.join(path).copy_merge_params(query))
    while following:
        answer = await api.client.get(following)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["rows"]
        following = answer.links.get("next", {}).get("url")
        assert (following is None) == (answer.json()["next"] is None)
    return rows


async def test_more_findings_than_are_shown_are_counted_and_errors_come_before_the_rest(
    conaeti: Api,
) -> None:
    """What stands in the way is seen, however much else is told."""
    rows = [[*row[:5], "31/02/2026", *row[6:]] for row in many(1_500)]
    _, answer = await uploaded(conaeti, workbook(rows))
    draft = answer.json()
    assert len(draft["findings"]) == 1_000 < draft["findings_total"]
    severities = [one["severity"] for one in draft["findings"]]
    assert severities == sorted(severities, key=lambda severity: severity != "error")


async def test_a_comparison_is_kept_until_the_register_changes(
    conaeti: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is made anew, once, and the tag is another."""
    made = 0

    async def counted(*of_compare: Any, **named: Any) -> Any:
        nonlocal made
        made += 1
        return await compare(*of_compare, **named)

    compare = drafts.compare
    monkeypatch.setattr(drafts, "compare", counted)
    plan, answer = await uploaded(conaeti, workbook(ROWS))
    done = await conaeti.call("POST", f"{answer.headers['location']}/confirm", json=CONFIRMATION)
    assert done.status_code == 200, done.text
    corrected = [[*row[:BUDGET], 99, *row[BUDGET + 1 :]] for row in ROWS]
    again = await conaeti.call("POST", f"/v1/plans/{plan}/imports", content=workbook(corrected))
    path = again.headers["location"]
    first, second = [await conaeti.call("GET", path) for _ in range(2)]
    assert made == 0
    assert first.content == second.content == again.content
    assert first.headers["etag"] == second.headers["etag"] == again.headers["etag"]
    same = await conaeti.call("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert first.headers["vary"] == same.headers["vary"] == "Accept-Language"

    (action, *_) = await conaeti.pages("/v1/actions", plan=plan)
    await conaeti.changed("PATCH", action, "", {"budget": 99})
    third, fourth = [await conaeti.call("GET", path) for _ in range(2)]
    assert made == 1
    assert third.content == fourth.content != second.content
    assert third.headers["etag"] == fourth.headers["etag"] != second.headers["etag"]
    before, after = (answer.json()["rows"][0]["outcome"] for answer in (second, third))
    assert (before, after) == ("changed", "unchanged")


async def test_who_comes_when_many_workbooks_wait_is_told_to_come_again(
    conaeti: Api, open_plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is to be read later: what nobody can read soon is not kept."""
    monkeypatch.setattr(offload, "MOST_WAITING", 0)
    working = [asyncio.ensure_future(offload.offload(time.sleep, 60)) for _ in range(offload.AT_ONCE)]
    await asyncio.sleep(0)
    for headers in ({}, LATER):
        answer = await conaeti.call(
            "POST", f"/v1/plans/{open_plan}/imports", content=workbook(ROWS), headers=headers
        )
        problem(answer, 503, "busy")
        assert int(answer.headers["retry-after"]) > 0
    for work in working:
        work.cancel()
    await asyncio.gather(*working, return_exceptions=True)
    answer = await conaeti.call("POST", f"/v1/plans/{open_plan}/imports", content=workbook(ROWS))
    assert answer.status_code == 201
