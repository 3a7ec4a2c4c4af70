"""`nanduti-hub up` on the demo's home: how soon it is ready, and what it holds in memory when nothing happens.

Ready is from the process's start to its line READY. Beside it, in alternating rounds: the two servers alone on
the same home. Memory is the sum of PSS over the hub and all processes of its servers (`memory`). What the hub
holds after it has worked is in `latency`.
"""

import asyncio
import time
from pathlib import Path

import psutil
from bench.figures import Figure, figure
from bench.memory import held_by, with_children
from hub_process import start_hub

from nanduti_hub.embedded import nats, postgres
from nanduti_hub.embedded.home import kept_port, open_home


async def measure(directory: Path, *, quick: bool) -> list[Figure]:
    """Seconds to ready, and megabytes when idle."""
    rounds, idle = (2, 3) if quick else (5, 20)
    home = directory / "hub"
    founded = await asyncio.to_thread(start_hub, home, "--demo")
    founding = founded.ready_seconds
    await asyncio.to_thread(founded.stop)
    ready, servers = [], []
    whole: list[float] = []
    parts: dict[str, list[float]] = {}
    for number in range(rounds):
        hub = await asyncio.to_thread(start_hub, home, "--demo")
        ready.append(hub.ready_seconds)
        if number >= rounds - 3:
            await asyncio.sleep(idle)
            held = held_by(with_children(psutil.Process(hub.process.pid)))
            whole.append(sum(held.values()))
            for name, megabytes in held.items():
                parts.setdefault(f"{name} alone", []).append(megabytes)
        await asyncio.to_thread(hub.stop)
        servers.append(await _servers_alone(home))
    return [
        figure(
            "`up` on the demo's home until READY",
            ready,
            {"its two servers alone": servers, "the first time, founding the demo": [founding]},
            "s",
            "under 5 s",
            lambda mine, _: mine < 5,
        ),
        figure(
            f"idle for {idle} s, hub and both servers, PSS",
            whole,
            parts,
            "MB",
            "under 400 MB",
            lambda mine, _: mine < 400,
        ),
    ]


async def _servers_alone(home: Path) -> float:
    """Seconds until both servers take connections, one after the other as `up` starts them."""
    opened = open_home(home)
    begun = time.monotonic()
    database = await postgres.start(opened, kept_port(opened, "postgres"))
    broker = nats.Nats(opened, kept_port(opened, "nats"))
    await broker.launch()
    taken = time.monotonic() - begun
    await broker.stop()
    await database.stop()
    return taken
