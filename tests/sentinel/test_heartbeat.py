"""When the hub was there, and when it was not: each outage is written down once, by the beat that ends it."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
from databases import Database as OwnDatabase

from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.sentinel.heartbeat import AWAY_AFTER, beat, last_beat

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOURS = timedelta(hours=1)


async def outages(database: Database) -> list[tuple[datetime, datetime]]:
    async with transaction(database, WORKER) as connection:
        rows = await connection.fetch("SELECT since, until FROM outage ORDER BY since")
    return [(row["since"], row["until"]) for row in rows]


async def test_a_first_start_is_no_outage(pools: Database) -> None:
    """An installation that never was there was not away either."""
    async with transaction(pools, WORKER) as connection:
        assert await last_beat(connection) is None
    assert await beat(pools, START) is None
    assert await outages(pools) == []


async def test_a_gap_is_an_outage_only_over_the_threshold(pools: Database) -> None:
    """A restart, or a new version, is none."""
    await beat(pools, START)
    short = START + AWAY_AFTER
    assert await beat(pools, short) is None
    assert await beat(pools, short + 3 * HOURS) == short
    assert await beat(pools, short + 3 * HOURS + timedelta(seconds=10)) is None
    assert await outages(pools) == [(short, short + 3 * HOURS)]


async def test_a_clock_that_was_put_back_makes_no_outage(pools: Database) -> None:
    """The last beat stays the latest there was."""
    await beat(pools, START + HOURS)
    assert await beat(pools, START) is None
    assert await beat(pools, START + HOURS + timedelta(seconds=10)) is None
    assert await outages(pools) == []


async def test_processes_that_beat_at_once_write_an_outage_down_once(pools: Database) -> None:
    """Whoever comes second finds that the hub is there."""
    await beat(pools, START)
    ended = [START + 5 * HOURS + timedelta(milliseconds=place) for place in range(6)]
    answers = await asyncio.gather(*(beat(pools, at) for at in ended))
    assert [answer for answer in answers if answer] == [START]
    assert len(await outages(pools)) == 1


async def test_the_api_reads_how_the_hub_stands_and_cannot_change_it(
    database: OwnDatabase, pools: Database
) -> None:
    """Only the hub's own programs beat."""
    await beat(pools, START)
    connection = await asyncpg.connect(database.dsn("app"))
    try:
        for attempt in ("UPDATE heartbeat SET last_alive = now()", "DELETE FROM outage"):
            try:
                await connection.execute(attempt)
            except asyncpg.InsufficientPrivilegeError:
                continue
            raise AssertionError(attempt)
    finally:
        await connection.close()
