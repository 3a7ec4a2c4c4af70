"""What anybody may ask: whether the sentinel is there and keeps up. And that its looks are cheap."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from case_work import here, offer, open_case
from databases import Database as OwnDatabase
from hub_api import Api

from nanduti_hub.caller import WORKER, Caller, Role
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.statements import statement
from nanduti_hub.sentinel.heartbeat import beat
from nanduti_hub.sentinel.standing import Standing, standing_of
from nanduti_hub.sentinel.watch import Sentinel

pytestmark = pytest.mark.slow
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OBSERVER = Caller(name="test:observer", role=Role.OBSERVER, scope="oit", id="token:o")


async def asked(pools: Database, at: datetime) -> Standing:
    async with transaction(pools, OBSERVER) as connection:
        return await standing_of(connection, at)


async def test_whoever_asks_is_told_whether_a_clock_is_late_and_not_how_many(
    ledger: Ledger, pools: Database
) -> None:
    """Two minutes are no lateness."""
    await offer(ledger, await open_case(ledger, START), START)
    await here(pools, START + 2 * HOUR)
    assert not (await asked(pools, START + 2 * HOUR + timedelta(minutes=1))).late
    assert (await asked(pools, START + 2 * HOUR + timedelta(minutes=2))).late
    await Sentinel(ledger).look(START + 2 * HOUR)
    now = await asked(pools, START + 2 * HOUR + timedelta(minutes=2))
    assert now == Standing(
        last_alive=START + 2 * HOUR, looked_at=START + 2 * HOUR, late=False, failing=False, outage=None
    )


async def test_an_outage_that_is_not_made_good_yet_is_told(ledger: Ledger, pools: Database) -> None:
    """Since when it was, until the sentinel has seen to it."""
    await here(pools, START)
    await beat(pools, START + HOUR)
    assert (await asked(pools, START + HOUR)).outage == START
    await Sentinel(ledger).look(START + HOUR)
    assert (await asked(pools, START + HOUR)).outage is None


async def test_a_running_hub_beats_and_looks(member: Api) -> None:
    """`running` has a sentinel among its services."""
    until = time.monotonic() + 20
    while True:
        status = (await member.call("GET", "/v1/status")).json()
        if status["looked_at"] is not None:
            break
        assert time.monotonic() < until
        await asyncio.sleep(0.05)
    assert status["status"] == "ready"
    assert status["last_alive"] is not None
    assert not status["late"]
    assert not status["failing"]


async def test_what_is_due_is_found_by_an_index(database: OwnDatabase, pools: Database) -> None:
    """However many clocks run, a look costs what is due."""
    async with transaction(pools, WORKER) as connection:
        await connection.execute(
            "INSERT INTO track (case_id, track, version, standing, holder, keeper, stage, opened_at, next_at)"
            " SELECT gen_random_uuid()::text, 'protection', 1, 'open', 'minna', 'minna', 'reception', $1,"
            " $1::timestamptz + n * interval '1 minute' FROM generate_series(1, 20000) AS n",
            START,
        )
    superuser = await asyncpg.connect(database.dsn("superuser"))
    await superuser.execute("ANALYZE track")
    await superuser.close()
    for name, binds in (("due_cases", (START + HOUR, [], 200)), ("next_due", ([],))):
        async with transaction(pools, WORKER) as connection:
            rows = await connection.fetch(f"EXPLAIN {statement('nanduti_hub.sentinel', name)}", *binds)
        plan = "\n".join(row[0] for row in rows)
        assert "track_next" in plan, plan
        assert "Seq Scan" not in plan, plan
