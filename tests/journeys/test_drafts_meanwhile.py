"""What happens around a borrador while it is read, or while the ledger has yet to give its numbers."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from hub_api import CONFIRMATION, PLAN, Api, problem
from small_workbook import BUDGET, ROWS, workbook

from nanduti_hub import offload
from nanduti_hub.plans import background, uploads

#: Many workbooks are read here, each in a process.
pytestmark = pytest.mark.slow


def budgets(first: int, second: int) -> bytes:
    """The workbook with the budgets of its first two rows changed."""
    rows = [list(row) for row in ROWS]
    rows[0][BUDGET], rows[1][BUDGET] = first, second
    return workbook(rows)


#: The workbook as it is, with its second row changed, and with its first row changed.
PLAIN = workbook(ROWS)
EARLY = budgets(ROWS[0][BUDGET], 31_000_000)
OTHER = budgets(15_000_000, ROWS[1][BUDGET])


async def upload(api: Api, plan: str, content: bytes) -> Any:
    answer = await api.call("POST", f"/v1/plans/{plan}/imports", content=content)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def confirm(api: Api, draft: Any) -> Any:
    answer = await api.call("POST", f"/v1/imports/{draft['id']}/confirm", json=CONFIRMATION)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def imported(api: Api) -> str:
    """A new plan with a first revision."""
    plan: str = (await api.made("/v1/plans", PLAN))["id"]
    await confirm(api, await upload(api, plan, PLAIN))
    return plan


@asynccontextmanager
async def no_numbers(superuser: asyncpg.Connection) -> AsyncIterator[None]:
    """Hold the sequencer: what is written meanwhile waits for its number."""
    async with superuser.transaction():
        await superuser.execute("SELECT FROM ledger_head FOR UPDATE")
        yield


async def test_a_borrador_waits_for_the_number_of_what_it_was_uploaded_after(
    conaeti: Api, superuser: asyncpg.Connection
) -> None:
    """Until then nobody can say what it was made from: it is not taken to be made from what came since."""
    plan: str = (await conaeti.made("/v1/plans", PLAN))["id"]
    async with no_numbers(superuser):
        await confirm(conaeti, await upload(conaeti, plan, PLAIN))
        early = await upload(conaeti, plan, EARLY)
        await confirm(conaeti, await upload(conaeti, plan, OTHER))
        path = f"/v1/imports/{early['id']}"
        problem(await conaeti.call("GET", path), 503, "busy")
        problem(await conaeti.call("POST", f"{path}/confirm", json=CONFIRMATION), 503, "busy")
    async with asyncio.timeout(20):
        while (seen := await conaeti.call("GET", path)).status_code == 503:
            await asyncio.sleep(0.02)
    outcomes = [row["outcome"] for row in seen.json()["rows"]]
    assert outcomes == ["unchanged", "changed", "unchanged"]


async def test_what_is_confirmed_while_a_workbook_is_read_is_not_undone_by_it(
    conaeti: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was made before that, however long it takes to read it."""
    plan = await imported(conaeti)
    begun, let_go = asyncio.Event(), asyncio.Event()
    measured = uploads.measured

    async def slowly(*of_reading: Any) -> Any:
        if EARLY in of_reading:
            begun.set()
            await let_go.wait()
        return await measured(*of_reading)

    monkeypatch.setattr(uploads, "measured", slowly)
    reading = asyncio.ensure_future(upload(conaeti, plan, EARLY))
    async with asyncio.timeout(20):
        await begun.wait()
        await confirm(conaeti, await upload(conaeti, plan, OTHER))
        let_go.set()
        early = await reading
    assert [row["outcome"] for row in early["rows"]] == ["unchanged", "changed", "unchanged"]


async def test_reading_in_the_background_waits_for_the_number_too(
    conaeti: Api, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of the file's, and does not count against it."""
    let_go, tries = asyncio.Event(), 0

    async def slowly(*of_reading: Any) -> Any:
        nonlocal tries
        tries += 1
        await let_go.wait()
        return await uploads.read(*of_reading)

    monkeypatch.setattr(background, "read", slowly)
    plan: str = (await conaeti.made("/v1/plans", PLAN))["id"]
    async with no_numbers(superuser):
        await confirm(conaeti, await upload(conaeti, plan, PLAIN))
        later = {"Prefer": "respond-async"}
        answer = await conaeti.call("POST", f"/v1/plans/{plan}/imports", content=EARLY, headers=later)
        assert answer.status_code == 202, answer.text
        await confirm(conaeti, await upload(conaeti, plan, OTHER))
        let_go.set()
        async with asyncio.timeout(20):
            while tries < 2:
                await asyncio.sleep(0.02)
    async with asyncio.timeout(20):
        while (seen := await conaeti.read(answer.headers["location"]))["state"] != "read":
            await asyncio.sleep(0.02)
    assert [row["outcome"] for row in seen["rows"]] == ["unchanged", "changed", "unchanged"]
    starts = "SELECT read_starts FROM import WHERE id = $1"
    assert await superuser.fetchval(starts, answer.json()["id"]) == 1


async def test_a_confirmed_borrador_with_the_same_tag_has_the_same_bytes(conaeti: Api) -> None:
    """Also after a later revision of its plan: it stays the revision that it is."""
    plan = await imported(conaeti)
    draft = await upload(conaeti, plan, OTHER)
    await confirm(conaeti, draft)
    first = await conaeti.call("GET", f"/v1/imports/{draft['id']}")
    assert (first.json()["confirmed_as"], first.json()["same_as_revision"]) == (2, 2)
    await confirm(conaeti, await upload(conaeti, plan, EARLY))
    later = await conaeti.call("GET", f"/v1/imports/{draft['id']}")
    assert (later.headers["etag"], later.content) == (first.headers["etag"], first.content)


async def test_no_report_is_invented_for_what_an_older_hub_confirmed(
    conaeti: Api, superuser: asyncpg.Connection
) -> None:
    """What is seen of it now is not kept as what was decided then."""
    plan: str = (await conaeti.made("/v1/plans", PLAN))["id"]
    draft = await upload(conaeti, plan, PLAIN)
    await confirm(conaeti, draft)
    # As 0.2.0 left it: it kept no comparison.
    forget = "UPDATE import SET compared = NULL, fingerprint = NULL WHERE id = $1"
    await superuser.execute(forget, draft["id"])
    seen = await conaeti.read(f"/v1/imports/{draft['id']}")
    assert (seen["confirmed_as"], seen["counts"]["unchanged"]) == (1, 3)
    kept = await superuser.fetchrow("SELECT compared, fingerprint FROM import WHERE id = $1", draft["id"])
    assert tuple(kept) == (None, None)


@pytest.mark.parametrize("below", ["pairs", "ticks"])
async def test_a_decision_is_not_written_where_its_answer_cannot_be_worked_out(
    conaeti: Api, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    """Who is told to come again comes again with the same tag, and it holds."""
    draft = await upload(conaeti, await imported(conaeti), OTHER)
    path, body = f"/v1/imports/{draft['id']}", {below: {}}
    seen = {"If-Match": f'"{draft["version"]}"'}
    monkeypatch.setattr(offload, "MOST_WAITING", 0)
    working = [asyncio.ensure_future(offload.offload(time.sleep, 60)) for _ in range(offload.AT_ONCE)]
    await asyncio.sleep(0)
    problem(await conaeti.call("PUT", f"{path}/{below}", json=body, headers=seen), 503, "busy")
    for work in working:
        work.cancel()
    await asyncio.gather(*working, return_exceptions=True)
    again = await conaeti.call("PUT", f"{path}/{below}", json=body, headers=seen)
    assert (again.status_code, again.json()["version"]) == (200, draft["version"] + 1)


@pytest.mark.parametrize("below", ["pairs", "ticks"])
async def test_the_same_decision_again_at_the_same_version_is_the_decision_that_it_was(
    conaeti: Api, below: str
) -> None:
    """Whoever did not hear the answer asks again; another decision at that version is refused."""
    draft = await upload(conaeti, await imported(conaeti), OTHER)
    path = f"/v1/imports/{draft['id']}/{below}"
    seen = {"If-Match": f'"{draft["version"]}"'}
    key = draft["rows"][2]["key"]
    body: dict[str, Any] = {"pairs": {key: None}} if below == "pairs" else {"ticks": {}}
    first, again = [await conaeti.call("PUT", path, json=body, headers=seen) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    other: dict[str, Any] = {"pairs": {}} if below == "pairs" else {"ticks": {}, "others": "register"}
    late = await conaeti.call("PUT", path, json=other, headers=seen)
    if below == "pairs":
        problem(late, 412, "version_conflict")
