"""Work in a process of its own ends alone, and never keeps the hub from ending."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Callable
from typing import Any

import psutil
import pytest
from structlog.testing import capture_logs

from nanduti_hub import offload as offloading
from nanduti_hub.offload import OffloadBusy, OffloadFailed, kept_ready, measured, offload
from nanduti_hub.work_process import tell

MEGABYTE = 1_000_000
#: A loop of their own: a hub that other tests run keeps a spare process in theirs.
pytestmark = pytest.mark.asyncio(loop_scope="module")


def work_for(seconds: float) -> float:
    """Work without end, as far as a caller can tell."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(1_000))
    return seconds


def take_memory() -> int:
    """More than a process may have."""
    return len(bytearray(offloading.MEMORY * 2))


def fill_memory() -> int:
    """As much as a process gets, in pieces that are really used; answers how many bytes that was."""
    held = []
    try:
        while True:
            held.append(bytearray(os.urandom(1_000)) * 1_000)
    except MemoryError:
        return len(held) * MEGABYTE


def break_down() -> None:
    """End the process, as a parser that aborts does."""
    os.abort()


def refuse(words: str) -> None:
    """Fail with words that quote what was read."""
    raise ValueError(words)


def say_how_far(times: int) -> int:
    """Tell far more often than anybody wants to hear."""
    for time_ in range(times):
        tell(time_, times)
    return times


def environment() -> list[str]:
    """What the process knows of where it runs."""
    return list(os.environ)


def ours() -> set[int]:
    """The processes that work is done in, or is going to be."""
    return {child.pid for child in psutil.Process().children(recursive=True) if _is_ours(child)}


def _is_ours(process: psutil.Process) -> bool:
    try:
        return "work_process" in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


async def until(holds: Callable[[], Any]) -> None:
    """Wait for something that is to happen soon."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.02)


async def test_what_is_worked_out_comes_back() -> None:
    assert await offload(work_for, 0.01) == 0.01
    assert await offload(bytes, 3_000_000) == bytes(3_000_000)


async def test_a_call_that_nobody_waits_for_any_more_ends_its_process() -> None:
    before = ours()
    task = asyncio.ensure_future(offload(work_for, 120.0))
    await until(lambda: ours() - before)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not ours() - before)


@pytest.mark.parametrize("work", [take_memory, break_down])
async def test_work_that_breaks_its_process_is_told_and_the_next_call_works(work: Callable[[], Any]) -> None:
    with pytest.raises(OffloadFailed):
        await offload(work)
    assert await offload(work_for, 0.01) == 0.01


@pytest.mark.slow
async def test_work_that_takes_too_long_is_ended_and_the_next_call_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as hurried:
        hurried.setattr(offloading, "DEADLINE", 1.0)
        begun = time.monotonic()
        with pytest.raises(OffloadFailed):
            await offload(work_for, 120.0)
        assert time.monotonic() - begun < 60
    assert await offload(work_for, 0.01) == 0.01


async def test_work_that_fails_is_logged_by_kind_and_place_and_never_in_its_own_words() -> None:
    with capture_logs() as logs, pytest.raises(OffloadFailed):
        await offload(refuse, "María Sintética, cédula 1.234.567")
    (entry,) = (entry for entry in logs if entry["event"] == "work_failed")
    assert entry["error"] == "ValueError"
    assert "test_offload.py" in entry["at"][-1]
    assert "Sintética" not in repr(logs)


@pytest.mark.slow
async def test_a_process_holds_less_than_500_megabytes_whatever_it_asks_for() -> None:
    done = await measured(None, fill_memory)
    assert done.answer > 200 * MEGABYTE
    assert done.answer < done.peak < 500 * MEGABYTE


@pytest.mark.slow
async def test_work_that_says_how_far_it_is_is_heard_twice_a_second_at_most() -> None:
    heard: list[tuple[int, int | None]] = []
    begun = time.monotonic()
    await measured(lambda done, of: heard.append((done, of)), say_how_far, 1_000_000)
    assert heard[0] == (0, 1_000_000)
    assert len(heard) <= 2 * (time.monotonic() - begun) + 1


async def test_a_process_is_given_nothing_of_the_environment_that_could_be_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NANDUTI_SECRET", "sintético")
    assert "NANDUTI_SECRET" not in await offload(environment)


async def test_a_spare_process_is_kept_ready_and_replaced_and_ended() -> None:
    """Each does one call: nothing of one file is there when the next is read."""
    before = ours()
    async with kept_ready("json"):
        await until(lambda: ours() - before)
        first = ours() - before
        assert await offload(os.getpid) in first
        await until(lambda: ours() - before - first)
        second = ours() - before
        assert await offload(os.getpid) in second
    assert not ours() - before


async def test_a_spare_process_that_was_killed_meanwhile_is_no_loss() -> None:
    before = ours()
    async with kept_ready():
        await until(lambda: ours() - before)
        for spare in ours() - before:
            os.kill(spare, signal.SIGKILL)
        await until(lambda: not ours() - before)
        assert await offload(work_for, 0.01) == 0.01


async def test_who_comes_when_many_wait_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offloading, "MOST_WAITING", 1)
    before = ours()
    calls = [asyncio.ensure_future(offload(work_for, 60.0)) for _ in range(offloading.AT_ONCE + 1)]
    await until(lambda: len(ours() - before) == offloading.AT_ONCE)
    with pytest.raises(OffloadBusy):
        await offload(work_for, 0.01)
    for call in calls:
        call.cancel()
    assert {type(end) for end in await asyncio.gather(*calls, return_exceptions=True)} == {
        asyncio.CancelledError
    }
    assert await offload(work_for, 0.01) == 0.01


OF_A_HUB = """
import asyncio
from nanduti_hub.offload import kept_ready, offload
import time
async def main():
    async with kept_ready("json"):
        await asyncio.gather(offload(time.sleep, 600), offload(time.sleep, 600))
asyncio.run(main())
"""


async def test_one_caller_alone_does_not_take_all_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a caller with as many calls as one may have, when it asks again it is refused, and another is not."""
    monkeypatch.setattr(offloading, "MOST_EACH", 1)

    def call(caller: str, seconds: float) -> asyncio.Task[float]:
        async def on_behalf() -> float:
            offloading.on_behalf_of(caller)
            return await offload(work_for, seconds)

        return asyncio.create_task(on_behalf())

    working = call("token:greedy", 60.0)
    await asyncio.sleep(0)
    with pytest.raises(OffloadBusy):
        await call("token:greedy", 0.01)
    assert await call("token:other", 0.01) == 0.01
    working.cancel()
    await asyncio.wait([working])
    assert await call("token:greedy", 0.01) == 0.01


async def test_a_process_that_has_just_ended_is_nothing_to_warn_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The loop alone takes its end; taken twice, it is a line in front of who used the command."""
    for _ in range(150):
        process = await asyncio.create_subprocess_exec("true", stdin=PIPE, stdout=PIPE)
        assert process.stdout is not None
        await process.stdout.read()
        await offloading._ended(process)
    assert not caplog.records


async def test_a_hub_that_is_killed_leaves_no_process_behind() -> None:
    """Neither those at work nor the spare one."""
    hub = subprocess.Popen([sys.executable, "-c", OF_A_HUB])

    def children() -> list[psutil.Process]:
        return [child for child in psutil.Process(hub.pid).children(recursive=True) if _is_ours(child)]

    await until(lambda: len(children()) >= 2)
    left = children()
    hub.kill()
    await asyncio.to_thread(hub.wait)
    await until(lambda: not any(child.is_running() and _is_ours(child) for child in left))
