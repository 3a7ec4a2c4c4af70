"""Weeks are counted when they have ended, once, and stay as they were published: on a real database.

What happened to cases is written into the read model directly: how it comes there is another's test.
"""

import asyncio
import io
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import asyncpg
import httpx
import openpyxl
import pytest
from databases import Database as OwnDatabase

from nanduti import wire
from nanduti.flow import FlowCounted
from nanduti.vocabulary import Crime
from nanduti_hub.access.tokens import create_token
from nanduti_hub.caller import WORKER, Caller, Role
from nanduti_hub.directory.project import DECIDERS as DIRECTORY
from nanduti_hub.handoffs.procedure import starting
from nanduti_hub.hub import found_directory, web_application
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.rebuilding import check
from nanduti_hub.ledger.sequencer import number_events
from nanduti_hub.statistics.freezing import FLOW, freeze_due
from nanduti_hub.statistics.suppression import ranges, with_sums

FIRST, SECOND = date(2026, 11, 9), date(2026, 11, 16)
#: A Wednesday noon of the first week, in UTC.
WEDNESDAY = datetime(2026, 11, 11, 15, tzinfo=UTC)
#: Two hours after the second week has ended, in Paraguay.
AFTER_BOTH = datetime(2026, 11, 23, 5, tzinfo=UTC)
STEWARD = Caller(name="test:steward", role=Role.STEWARD, scope="*")


async def cases(
    pools: Database,
    count: int,
    at: datetime,
    *,
    department: str = "PY-ASU",
    crimes: Sequence[Crime] = (Crime.TRAFFICKING,),
    tracks: Sequence[str] = ("criminal",),
) -> None:
    """Synthetic cases that were opened at a moment, each with a handoff that was offered then and taken an hour later."""
    async with transaction(pools, WORKER) as connection:
        for _ in range(count):
            case = str(uuid.uuid4())
            await connection.execute(
                "INSERT INTO case_file (id, version, opened_by, opened_at, procedure, crimes, age_band, sex,"
                " department, channel, consent, synthetic)"
                " VALUES ($1, 1, 'minna', $2, '2026-1', $3, '18+', 'female', $4, '147', 'granted', true)",
                case, at, [crime.value for crime in crimes], department,
            )  # fmt: skip
            for track in tracks:
                await connection.execute(
                    "INSERT INTO track (case_id, track, version, standing, holder, keeper, stage, opened_at)"
                    " VALUES ($1, $2, 1, 'open', 'minna', 'minna', 'reception', $3)",
                    case, track, at,
                )  # fmt: skip
                await connection.execute(
                    "INSERT INTO handoff (id, case_id, track, version, kind, sender, receiver, state, urgency,"
                    " share, offered_at, by_law, answered_at, on_paper, told)"
                    " VALUES ($1, $2, $3, 1, 'transfer', 'minna', 'mp', 'accepted', 'urgent', 'none', $4, false,"
                    " $5, false, true)",
                    str(uuid.uuid4()), case, track, at, at + timedelta(hours=1),
                )  # fmt: skip


async def published(pools: Database, platform: str = "mesa") -> list[FlowCounted]:
    """The events of a platform's stream, in order."""
    async with transaction(pools, WORKER) as connection:
        rows = await connection.fetch(
            "SELECT version, audience, body FROM (SELECT stream, version, audience, body FROM event"
            " UNION ALL SELECT stream, version, audience, body FROM pending) AS written"
            " WHERE stream = $1 ORDER BY version",
            f"flow:{platform}",
        )
    assert {row["audience"] for row in rows} <= {platform}
    events: list[Any] = [wire.decode(row["body"])[1] for row in rows]
    return events


def counts(event: FlowCounted, measure: str) -> dict[tuple[str | None, str | None], int | None]:
    """What an event says of a measure, by track and department."""
    return {(cell.track, cell.department): cell.count for cell in event.cells if cell.measure == measure}


@pytest.fixture
async def founded(ledger: Ledger) -> Ledger:
    """A ledger with the starting directory and procedure in it."""
    await found_directory(ledger)
    return ledger


async def test_a_week_is_published_when_it_has_ended(founded: Ledger, pools: Database) -> None:
    """Not before, and not while what was under way at its end may still be written."""
    await cases(pools, 7, WEDNESDAY)
    ends = datetime(2026, 11, 16, 3, tzinfo=UTC)
    assert await freeze_due(founded, ends) == 0
    assert await freeze_due(founded, ends + timedelta(hours=1)) == 1
    (event,) = await published(pools)
    assert (event.version, event.week, event.platform) == (1, FIRST, "mesa")
    assert counts(event, "opened")[None, None] == counts(event, "accepted")[None, None] == 7
    assert await freeze_due(founded, ends + timedelta(days=6)) == 0


async def test_midnight_in_paraguay_divides_the_weeks(founded: Ledger, pools: Database) -> None:
    midnight = datetime(2026, 11, 16, 3, tzinfo=UTC)
    await cases(pools, 5, midnight - timedelta(milliseconds=1))
    await cases(pools, 6, midnight)
    assert await freeze_due(founded, AFTER_BOTH) == 2
    first, second = await published(pools)
    assert (counts(first, "opened")[None, None], counts(second, "opened")[None, None]) == (5, 6)


async def test_nothing_is_published_before_the_first_case(founded: Ledger, pools: Database) -> None:
    assert await freeze_due(founded, AFTER_BOTH) == 0
    assert await published(pools) == []


async def test_a_week_without_cases_is_published_like_any(founded: Ledger, pools: Database) -> None:
    """So that a week that is missing tells nothing; and every platform has its own."""
    await cases(pools, 1, WEDNESDAY)
    assert await freeze_due(founded, AFTER_BOTH) == 2
    for platform in ("mesa", "conaeti", "contrafor", "mesa_boqueron"):
        events = await published(pools, platform)
        assert [event.week for event in events] == [FIRST, SECOND]
        assert {cell.count for event in events for cell in event.cells} == {None}
        assert events[0].cells == events[1].cells, "one case and none look the same"


async def test_what_was_published_never_changes(
    founded: Ledger, pools: Database, database: OwnDatabase
) -> None:
    """Whatever becomes of the cases later, or is entered for then; the hub itself cannot change it."""
    await cases(pools, 9, WEDNESDAY)
    await freeze_due(founded, AFTER_BOTH - timedelta(days=7))
    before = await published(pools)
    await cases(pools, 20, WEDNESDAY)
    async with transaction(pools, WORKER) as connection:
        await connection.execute("UPDATE case_file SET department = 'PY-19', crimes = '{child_labor}'")
    await freeze_due(founded, AFTER_BOTH)
    after = await published(pools)
    assert after[:1] == before
    assert counts(after[1], "opened") == {(None, None): None}
    for role in ("app", "worker"):
        connection = await asyncpg.connect(database.dsn(role))
        for change in ("UPDATE flow_week SET cells = ''", "DELETE FROM flow_week", "TRUNCATE flow_week"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
        await connection.close()


async def test_two_that_freeze_at_once_publish_once(founded: Ledger, pools: Database) -> None:
    await cases(pools, 8, WEDNESDAY)
    await asyncio.gather(*(freeze_due(founded, AFTER_BOTH) for _ in range(3)))
    assert [event.version for event in await published(pools)] == [1, 2]
    async with transaction(pools, WORKER) as connection:
        assert await connection.fetchval("SELECT count(*) FROM flow_week WHERE platform = 'mesa'") == 2


async def test_a_case_counts_once_for_the_first_of_its_crimes(founded: Ledger, pools: Database) -> None:
    await cases(pools, 6, WEDNESDAY, crimes=(Crime.CHILD_LABOR, Crime.TRAFFICKING))
    await freeze_due(founded, AFTER_BOTH)
    assert counts((await published(pools, "mesa"))[0], "opened")[None, None] == 6
    assert counts((await published(pools, "conaeti"))[0], "opened")[None, None] is None


async def test_only_the_platforms_own_feed_has_its_counts(founded: Ledger, pools: Database) -> None:
    """Members read published weeks at the API; on the bus they go to the platform alone."""
    await cases(pools, 8, WEDNESDAY)
    await freeze_due(founded, AFTER_BOTH)
    await number_events(pools, founded.gate)
    seen = {}
    for scope in ("mesa", "conaeti", "mtess"):
        caller = Caller(name="test", role=Role.COORDINATOR, scope=scope)
        async with transaction(pools, caller) as connection:
            rows = await connection.fetch("SELECT stream FROM event WHERE stream LIKE 'flow:%'")
            seen[scope] = {row["stream"] for row in rows}
    assert seen == {"mesa": {"flow:mesa"}, "conaeti": {"flow:conaeti"}, "mtess": set()}


async def test_two_published_weeks_tell_no_small_count(founded: Ledger, pools: Database) -> None:
    """What the events of both weeks show, margins and all, leaves every small count of either anything up to five."""
    random = Random(5)
    for week in (WEDNESDAY, WEDNESDAY + timedelta(days=7)):
        for place in ("PY-ASU", "PY-11", "PY-10", "PY-19"):
            for track in ("criminal", "protection", "labor"):
                count = random.choice((0, 1, 2, 4, 6, 9))
                await cases(pools, count, week, department=place, tracks=(track,))
    await freeze_due(founded, AFTER_BOTH)
    async with transaction(pools, WORKER) as connection:
        rows = await connection.fetch(
            "SELECT date_trunc('week', track.opened_at AT TIME ZONE 'America/Asuncion')::date AS week, track,"
            " department, count(*) FROM track JOIN case_file ON id = case_id GROUP BY 1, 2, 3"
        )
        places = [row["code"] for row in await connection.fetch("SELECT code FROM department")]
    tracks = [rule.code for rule in starting().tracks]
    for event in await published(pools):
        true = with_sums(
            tracks,
            places,
            {(r["track"], r["department"]): r["count"] for r in rows if r["week"] == event.week},
        )
        seen = {cell: count for cell, count in counts(event, "opened").items() if count is not None}
        assert len(seen) > 1
        assert all(true[cell] == count for cell, count in seen.items())
        for cell, found in ranges(true, seen).items():
            assert true[cell] >= 5 or (found.least == 0 and (found.most is None or found.most >= 5))


async def test_the_published_weeks_follow_from_the_events(founded: Ledger, pools: Database) -> None:
    """All of them, also where a database was put back and has adopted several at once."""
    await cases(pools, 8, WEDNESDAY)
    await freeze_due(founded, AFTER_BOTH)
    await number_events(pools, founded.gate)
    deciders = {decider.kind: decider for decider in DIRECTORY.values()} | {FLOW.kind: FLOW}
    async with transaction(pools, WORKER, snapshot=True) as connection:
        assert await check(connection, deciders) == []


async def test_every_member_reads_the_published_weeks(founded: Ledger, pools: Database) -> None:
    """In the order of the weeks, the latest first, page by page, narrowed by platform and week; as files too."""
    await cases(pools, 8, WEDNESDAY)
    await freeze_due(founded, AFTER_BOTH)
    async with transaction(pools, STEWARD) as connection:
        token = await create_token(connection, "test:indi", Role.OBSERVER, "indi")
    application = web_application(founded)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=application),
        base_url="http://test",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        mine = (await client.get("/v1/flow", params={"platform": "mesa"})).json()
        assert [week["week"] for week in mine["items"]] == [SECOND.isoformat(), FIRST.isoformat()]
        opened = [cell for cell in mine["items"][1]["cells"] if cell["measure"] == "opened"]
        assert opened[0] == {"measure": "opened", "track": None, "department": None, "count": 8}
        of_first = (await client.get("/v1/flow", params={"from": "2026-11-11", "to": "2026-11-15"})).json()
        assert {week["week"] for week in of_first["items"]} == {FIRST.isoformat()}
        everything, address = [], "/v1/flow?limit=3"
        while address:
            page = await client.get(address)
            everything += [(week["week"], week["platform"]) for week in page.json()["items"]]
            address = page.links.get("next", {}).get("url", "")
        assert everything == sorted(
            everything, key=lambda one: (-date.fromisoformat(one[0]).toordinal(), one[1])
        )
        assert len(set(everything)) == len(everything) == 16
        csv = await client.get("/v1/flow.csv", params={"platform": "mesa", "to": "2026-11-15"})
        lines = csv.content.decode("utf-8-sig").splitlines()
        assert lines[0] == "semana;plataforma;medida;via;departamento;cantidad"
        assert any(line.startswith("09/11/2026;") and line.endswith(";todas;todas;8") for line in lines)
        assert any(line.endswith(";todas;todas;") for line in lines), "what is hidden is empty, not nothing"
        xlsx = await client.get("/v1/flow.xlsx", params={"platform": "mesa"})
        sheet = openpyxl.load_workbook(io.BytesIO(xlsx.content))["Derivaciones"]
        assert sheet.cell(1, 1).value == "Semana desde"
        for query, code in (
            ({"platform": "nadie"}, "platform_unknown"),
            ({"from": "2026-11-16", "to": "2026-11-15"}, "dates_reversed"),
            ({"cursor": "w2026-13-45.mesa"}, "invalid"),
        ):
            assert (await client.get("/v1/flow", params=query)).json()["code"] == code
