"""Numbers: dense, in stream order, given once; and the ledger that nobody can rewrite."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from databases import Database
from samples import COORDINATOR, planned

from nanduti_hub.actions.commands import ReportProgress
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.actions.queries import register_state
from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger, execute, run
from nanduti_hub.ledger.gate import LedgerHeld
from nanduti_hub.ledger.rebuilding import check
from nanduti_hub.ledger.sequencer import number_events


async def write(ledger: Ledger, number: int, reports: int) -> None:
    command = planned(number)
    id_ = command.action.id
    await run(ledger, COORDINATOR, lambda c: execute(c, ledger, ACTIONS, id_, command))
    for progress in range(1, reports + 1):
        report = ReportProgress(progress=progress)
        await run(ledger, COORDINATOR, lambda c, r=report: execute(c, ledger, ACTIONS, id_, r))


async def test_numbers_are_dense_and_keep_each_streams_order_under_two_sequencers(ledger: Ledger) -> None:
    writing = asyncio.gather(*(write(ledger, number, 8) for number in range(1, 11)))

    async def number_until_done() -> None:
        while not writing.done() or await number_events(ledger.database, ledger.gate, 7):
            await number_events(ledger.database, ledger.gate, 7)
            await asyncio.sleep(0)

    await asyncio.gather(writing, number_until_done(), number_until_done())
    async with transaction(ledger.database, WORKER) as connection:
        rows = await connection.fetch("SELECT seq, stream, version, recorded_at FROM event ORDER BY seq")
        assert await connection.fetchval("SELECT count(*) FROM pending") == 0
        assert await connection.fetchval("SELECT seq FROM ledger_head") == 90
    assert [row["seq"] for row in rows] == list(range(1, 91))
    assert [row["recorded_at"] for row in rows] == sorted(row["recorded_at"] for row in rows)
    seen: dict[str, int] = {}
    for row in rows:
        assert row["version"] == seen.get(row["stream"], 0) + 1
        seen[row["stream"]] = row["version"]


async def test_the_register_head_is_the_latest_event_of_every_action(ledger: Ledger) -> None:
    await asyncio.gather(*(write(ledger, number, 3) for number in range(1, 5)))
    assert await number_events(ledger.database, ledger.gate) == 16
    async with transaction(ledger.database, WORKER, snapshot=True) as connection:
        state = await register_state(connection)
        assert (state.number, state.actions) == (16, 4)
        assert await check(connection, {"action": ACTIONS}) == []


async def test_a_sequencer_on_a_server_that_was_not_compared_numbers_nothing(ledger: Ledger) -> None:
    await write(ledger, 1, 0)
    ledger.gate.open(datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(LedgerHeld):
        await number_events(ledger.database, ledger.gate)
    assert not ledger.gate.is_open


@pytest.mark.parametrize("role", ["app", "worker"])
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE event SET body = '\\x00'",
        "DELETE FROM event",
        "TRUNCATE event",
        "DROP TABLE event",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "UPDATE pending SET body = '\\x00'",
        "DELETE FROM stream",
    ],
)
async def test_the_ledger_cannot_be_rewritten(
    ledger: Ledger, database: Database, role: str, attack: str
) -> None:
    await write(ledger, 1, 1)
    await number_events(ledger.database, ledger.gate)
    connection = await asyncpg.connect(database.dsn(role))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attack)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "attack",
    [
        "INSERT INTO event SELECT 99, now(), 's', 1, 't', 's', '*', '\\x00'",
        "UPDATE ledger_head SET seq = 0",
        "DELETE FROM pending",
        "DELETE FROM register_head",
    ],
)
async def test_the_api_can_neither_number_nor_unsay(database: Database, attack: str) -> None:
    connection = await asyncpg.connect(database.dsn("app"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attack)
    finally:
        await connection.close()


async def test_a_ledger_that_does_not_say_what_its_bytes_say_is_found(
    ledger: Ledger, database: Database
) -> None:
    await write(ledger, 1, 2)
    await number_events(ledger.database, ledger.gate)
    connection = await asyncpg.connect(database.dsn("owner"))
    try:
        await connection.execute("UPDATE ledger_head SET seq = 50")
        await connection.execute("UPDATE event SET audience = 'mtess' WHERE seq = 1")
        await connection.execute("UPDATE event SET type = 'nanduti.action.revised.v1' WHERE seq = 2")
    finally:
        await connection.close()
    async with transaction(ledger.database, WORKER, snapshot=True) as connection:
        differences = await check(connection, {"action": ACTIONS})
    assert len(differences) == 3
    assert any("ledger_head: 50 given, 3 the last, 3 there" in line for line in differences)


async def test_a_state_that_the_events_do_not_say_is_found(ledger: Ledger, database: Database) -> None:
    await write(ledger, 1, 2)
    await number_events(ledger.database, ledger.gate)
    connection = await asyncpg.connect(database.dsn("owner"))
    try:
        await connection.execute("UPDATE action SET status = 'completed'")
        await connection.execute("UPDATE stream SET state = '{}'")
        await connection.execute("UPDATE register_head SET seq = 1")
    finally:
        await connection.close()
    async with transaction(ledger.database, WORKER, snapshot=True) as connection:
        differences = await check(connection, {"action": ACTIONS})
    assert len(differences) == 3
    assert any("register_head" in line for line in differences)
    assert any("not what its events say" in line for line in differences)
    assert any(line.startswith("action: 2 rows") for line in differences)
