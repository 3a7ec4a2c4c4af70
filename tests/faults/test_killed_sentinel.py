"""A hub that is killed while it fires clocks: the next one goes on, nothing is lost and nothing is done twice.

`NANDUTI_FAULT_KILLS` makes it longer (`make faults`).
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from case_work import firings, offer, open_case, overdue, tally
from hub_process import HubProcess, start_hub, stop_servers

from nanduti_hub.caller import WORKER
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.gate import Gate

KILLS = int(os.environ.get("NANDUTI_FAULT_KILLS", "2"))
CASES = 60 * KILLS
HOUR = timedelta(hours=1)
DEADLINE = 240.0


@pytest.fixture
def home() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="nanduti-faults-"))
    yield directory / "hub"
    print((directory / "hub.log").read_text()[-20_000:])  # shown only where the test fails
    stop_servers(directory / "hub")
    shutil.rmtree(directory, ignore_errors=True)


@asynccontextmanager
async def ledger_of(home: Path) -> AsyncIterator[Ledger]:
    """A hand of our own in the hub's database, to date what no API dates."""
    settings = json.loads((home / "settings.json").read_text())
    pools = await open_database(settings["app_dsn"], settings["worker_dsn"])
    gate = Gate()
    async with transaction(pools, WORKER) as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    yield Ledger(pools, gate, "urn:nanduti:test", lambda: None)
    await close_database(pools)


async def undone(ledger: Ledger) -> int:
    async with transaction(ledger.database, WORKER) as connection:
        count: int = await connection.fetchval("SELECT count(*) FROM outage WHERE done_at IS NULL")
    return count


async def left(ledger: Ledger) -> int:
    """How many clocks were due when we looked, and have not fired."""
    return await overdue(ledger.database, datetime.now(UTC))


async def begun(ledger: Ledger) -> int:
    return sum((await firings(ledger.database)).values())


async def killed_midway(hub: HubProcess, ledger: Ledger) -> None:
    """Kill a hub once it has fired a few more clocks than had been fired."""
    before = await begun(ledger)
    while await begun(ledger) == before and await left(ledger):
        assert hub.process.poll() is None
        await asyncio.sleep(0.01)
    hub.kill()


def rebuild_check(home: Path) -> int:
    command = [str(Path(sys.executable).parent / "nanduti-hub"), "rebuild", "--check", "--home", str(home)]
    return subprocess.run(command, check=False).returncode


@pytest.mark.slow
async def test_clocks_fire_once_through_kills_of_the_hub(home: Path) -> None:
    """Offers whose time has passed expire, stages go up the ladder: each once, however often the hub dies at it."""
    hub = await asyncio.to_thread(start_hub, home)
    hub.kill()
    async with asyncio.timeout(DEADLINE), ledger_of(home) as ledger:
        opened = datetime.now(UTC) - 80 * HOUR
        for _ in range(CASES):
            await offer(ledger, await open_case(ledger, opened), opened)
        struck = 0
        for _ in range(KILLS):
            hub = await asyncio.to_thread(start_hub, home)
            await killed_midway(hub, ledger)
            struck += await left(ledger) > 0
        assert struck, "no kill struck in the middle"
        hub = await asyncio.to_thread(start_hub, home)
        while await left(ledger):
            await asyncio.sleep(0.05)
        fired = tally(await firings(ledger.database))
    assert fired["expired"] == CASES
    assert fired["escalated"] == 2 * CASES
    assert await asyncio.to_thread(hub.stop) == 0


@pytest.mark.slow
async def test_an_outage_is_made_good_once_through_kills_of_the_hub(home: Path) -> None:
    """What ended while the hub was away has its time again, and is reminded; nothing has expired."""
    hub = await asyncio.to_thread(start_hub, home)
    hub.kill()
    async with asyncio.timeout(DEADLINE), ledger_of(home) as ledger:
        opened = datetime.now(UTC) - 80 * HOUR
        for _ in range(CASES):
            await offer(ledger, await open_case(ledger, opened), opened)
        async with transaction(ledger.database, WORKER) as connection:
            await connection.execute("UPDATE heartbeat SET last_alive = $1", opened + HOUR)
        for _ in range(KILLS):
            hub = await asyncio.to_thread(start_hub, home)
            await killed_midway(hub, ledger)
        hub = await asyncio.to_thread(start_hub, home)
        while await undone(ledger):
            await asyncio.sleep(0.05)
        fired = tally(await firings(ledger.database))
        assert fired["extended"] == 2 * CASES
        assert "expired" not in fired
        assert "escalated" not in fired
        assert await asyncio.to_thread(rebuild_check, home) == 0
    assert await asyncio.to_thread(hub.stop) == 0
