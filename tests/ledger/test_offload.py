"""Work in a process of its own ends alone, and never keeps the hub from ending."""

import asyncio
import os
import time

import psutil
import pytest

from nanduti_hub import offload as offloading
from nanduti_hub.offload import OffloadFailed, offload


def work_for(seconds: float) -> float:
    """Work without end, as far as a caller can tell."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(1_000))
    return seconds


def take_memory() -> int:
    """More than a process may have."""
    return len(bytearray(offloading.MEMORY * 2))


def break_down() -> None:
    """End the process, as a parser that aborts does."""
    os.abort()


async def test_what_is_worked_out_comes_back() -> None:
    assert await offload(work_for, 0.01) == 0.01


async def test_a_call_that_nobody_waits_for_any_more_ends_its_process() -> None:
    task = asyncio.ensure_future(offload(work_for, 120.0))
    async with asyncio.timeout(20):
        while not [child for child in psutil.Process().children(recursive=True) if _is_ours(child)]:
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while [child for child in psutil.Process().children(recursive=True) if _is_ours(child)]:
            await asyncio.sleep(0.02)


def _is_ours(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


@pytest.mark.parametrize("work", [take_memory, break_down])
async def test_work_that_breaks_its_process_is_told(work: object) -> None:
    with pytest.raises(OffloadFailed):
        await offload(work)  # type: ignore[arg-type]


async def test_work_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offloading, "DEADLINE", 1.0)
    begun = time.monotonic()
    with pytest.raises(OffloadFailed):
        await offload(work_for, 120.0)
    assert time.monotonic() - begun < 60
