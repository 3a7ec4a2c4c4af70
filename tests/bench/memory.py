"""What processes hold in memory, as PSS: a page that several share is counted once, divided among them.

RSS would count PostgreSQL's shared memory once for each of its processes. Needs Linux.
"""

from collections.abc import Iterable

import psutil

MEGABYTE = 1_000_000
SERVERS = ("postgres", "nats-server")


def held_by(processes: Iterable[psutil.Process]) -> dict[str, float]:
    """Megabytes by program; what is not a server is the hub."""
    held: dict[str, float] = {}
    for process in processes:
        name = process.name() if process.name() in SERVERS else "hub"
        held[name] = held.get(name, 0.0) + process.memory_full_info().pss / MEGABYTE
    return held


def with_children(process: psutil.Process) -> list[psutil.Process]:
    """A process and all that came of it."""
    return [process, *process.children(recursive=True)]
