"""A filtered page of 50 out of 10,000 actions: requests a second of the API, over kept connections.

The hub is a process of its own, as `up` starts it, and so are its peer (`bare_application`, same uvicorn, one
asyncpg query, the same bytes) and the load. Rounds alternate.
"""

import asyncio
import sys
import urllib.request
from pathlib import Path

import asyncpg
from bench.figures import Figure, figure
from bench.register import enter, is_published, ledger_beside, owner_dsn, synthetic
from hub_process import start_hub
from nats_server import until

from nanduti_hub.access.tokens import create_token
from nanduti_hub.administration import installation_settings
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.database import close_database, transaction

PAGE = "/v1/actions?axis=PRE&limit=50"
ACTIONS = 10_000
CONNECTIONS = 8
STEWARD = Caller(name="bench", role=Role.STEWARD, scope="*")


async def measure(directory: Path, *, quick: bool) -> list[Figure]:
    """Requests a second of five rounds."""
    seconds, rounds = (2, 3) if quick else (6, 5)
    home = directory / "hub"
    hub = await asyncio.to_thread(start_hub, home)
    try:
        token = await _filled(home)
        port = int(hub.file["api"].rpartition(":")[2])
        answer = await asyncio.to_thread(_get, f"{hub.file['api']}{PAGE}", token)
        owner = await asyncpg.connect(owner_dsn(home))
        await owner.execute("CREATE SCHEMA floor")
        await owner.execute("CREATE TABLE floor.page (body bytea)")
        await owner.execute("INSERT INTO floor.page VALUES ($1)", answer)
        await owner.execute("ANALYZE")
        await owner.close()
        return [await _compared(home, port, token, len(answer), seconds, rounds)]
    finally:
        await asyncio.to_thread(hub.stop)


async def _compared(home: Path, port: int, token: str, size: int, seconds: int, rounds: int) -> Figure:
    peer = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.bare_application", owner_dsn(home)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if peer.stdin is None or peer.stdout is None:
        raise RuntimeError("the peer has no pipes")
    peer_port = int((await peer.stdout.readline()).split()[1])
    for path in ("/stored", "/rows"):
        found = len(await asyncio.to_thread(_get, f"http://127.0.0.1:{peer_port}{path}", ""))
        if abs(found - size) > 100:
            raise RuntimeError(f"{path} answers {found} bytes and not {size}")
    for measured_port, path in ((port, PAGE), (peer_port, "/stored"), (peer_port, "/rows")):
        await _load(measured_port, path, token, 1)
    ours, stored, rows = [], [], []
    for _ in range(rounds):
        ours.append(await _load(port, PAGE, token, seconds))
        stored.append(await _load(peer_port, "/stored", token, seconds))
        rows.append(await _load(peer_port, "/rows", token, seconds))
    peer.stdin.write(b"\n")
    await peer.wait()
    name = "bare route, one query of the same bytes"
    return figure(
        f"page of 50 of {ACTIONS:,} actions by axis, {size / 1000:.0f} kB, {CONNECTIONS} connections",
        ours,
        {name: stored, "bare route, one query of the same rows, joined": rows},
        "requests/s",
        "at least 0.6 x the bare route",
        lambda mine, others: mine >= 0.6 * others[name],
    )


async def _filled(home: Path) -> str:
    """10,000 actions entered and published, and a token to read them."""
    ledger = await ledger_beside(installation_settings(home))
    try:
        await enter(ledger, synthetic(ACTIONS))
        await until(lambda: is_published(ledger.database), 60)
        await asyncio.sleep(10)  # the members' copies follow; nobody tells when, and nothing is measured yet
        async with transaction(ledger.database, STEWARD) as connection:
            return await create_token(connection, "bench", Role.OBSERVER, "mtess")
    finally:
        await close_database(ledger.database)


def _get(address: str, token: str) -> bytes:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # our own address
        body: bytes = answer.read()
    return body


async def _load(port: int, path: str, token: str, seconds: int) -> float:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.load", "127.0.0.1", str(port), path, token, str(CONNECTIONS), str(seconds)),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    requests, taken = output.split()
    return int(requests) / float(taken)
