"""Heavy or risky work on its own: one call, one process, with a memory limit and a deadline.

Nothing that a file contains can stop or slow the hub: a call that takes too long, too much memory or the
whole process with it ends alone, and the caller is told so. A process does one call, so that nothing is left
for the next; where a hub runs, a spare one is kept ready, since starting Python takes longer than most calls.
So many run at a time, some more wait, and who comes after them is refused at once; so is who has taken most
of the places already, so that there are some left for others.
"""

import asyncio
import contextlib
import os
import pickle
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import msgspec
import structlog
from msgspec import Struct

from nanduti_hub.work_process import BEGUN, DATA, FAILED, HEAD, PEAK, PROGRESS, RAW

log = structlog.get_logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

#: Bytes of data that a process may hold; with the code that is mapped beside it, it stays under 500 MB.
MEMORY = 420_000_000
#: Seconds.
DEADLINE = 90.0
#: How many such processes may run at a time, and how many calls may wait for one.
AT_ONCE, MOST_WAITING = 2, 8
#: How many of them may be of one caller.
MOST_EACH = 6
#: Bytes of an answer; a process that sends more is no process of ours any more.
MOST_ANSWERED = 200_000_000
_PROGRAM = "from nanduti_hub.work_process import main; main()"
#: What a process is given of our environment: nothing that is secret.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")


class OffloadFailed(RuntimeError):
    """The work ended without an answer: it was too long, too large, failed, or took its process down."""


class OffloadBusy(RuntimeError):
    """So many calls wait already, or so many of the same caller, that this one was not taken."""


class Offloaded(Struct, Generic[T], frozen=True):
    """What came of a call, and the most bytes that its process held."""

    answer: T
    peak: int


class _Desk(Struct):
    """The processes of one event loop: who runs, how many wait, and the spare one with what it has imported."""

    turns: asyncio.Semaphore
    waiting: int = 0
    #: How many calls of each caller run or wait.
    held: dict[str, int] = {}
    keepers: list[tuple[str, ...]] = []
    spare: asyncio.Task[Process] | None = None


_DESKS: WeakKeyDictionary[asyncio.AbstractEventLoop, _Desk] = WeakKeyDictionary()
#: For whom this task works, by the caller's id; the hub's own calls are not counted.
_CALLER: ContextVar[str] = ContextVar("caller", default="")


def on_behalf_of(caller: str) -> None:
    """Count the calls of this task, and of those that it starts, for a caller."""
    _CALLER.set(caller)


async def offload(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a module-level function in a process of its own. Not to be waited for inside a transaction.

    It answers bytes, or plain data (a tuple arrives as a list).

    Raises:
        OffloadFailed: it gave no answer.
        OffloadBusy: too many wait already.

    """
    return (await measured(None, work, *args, **kwargs)).answer


async def measured(
    told: Callable[[int, int | None], None] | None, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> Offloaded[T]:
    """The same, with the peak of its memory; `told` hears how far the work says it is.

    Raises:
        OffloadFailed: it gave no answer.
        OffloadBusy: too many wait already.

    """
    desk = _desk()
    check_room()
    with _counted(desk):
        return await _carried_out(desk, told, work, args, kwargs)


@contextlib.contextmanager
def _counted(desk: _Desk) -> Iterator[None]:
    """Count a call for its caller while it waits and runs."""
    caller = _CALLER.get()
    desk.held[caller] = desk.held.get(caller, 0) + 1
    try:
        yield
    finally:
        desk.held[caller] -= 1
        if not desk.held[caller]:
            del desk.held[caller]


async def _carried_out(
    desk: _Desk,
    told: Callable[[int, int | None], None] | None,
    work: Callable[..., T],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Offloaded[T]:
    desk.waiting += 1
    try:
        await desk.turns.acquire()
    finally:
        desk.waiting -= 1
    try:
        call = pickle.dumps((work, args, kwargs), protocol=5)
        try:
            return await _done(await _taken(desk), told, call)
        except _NotBegunError:
            # The spare process had ended, whoever ended it.
            return await _done(await _started(*_wanted(desk)), told, call)
    except _NotBegunError as error:
        raise OffloadFailed("its process did not even begin") from error
    finally:
        desk.turns.release()
        _prepare(desk)


def check_room() -> None:
    """Whether a call would be taken now.

    Raises:
        OffloadBusy: too many wait already.

    """
    desk = _desk()
    if desk.turns.locked() and desk.waiting >= MOST_WAITING:
        raise OffloadBusy
    if (caller := _CALLER.get()) and desk.held.get(caller, 0) >= MOST_EACH:
        raise OffloadBusy


@asynccontextmanager
async def kept_ready(*modules: str) -> AsyncIterator[None]:
    """Keep a spare process that has imported these modules until the block ends; none is left then."""
    desk = _desk()
    desk.keepers.append(modules)
    _prepare(desk)
    try:
        yield
    finally:
        desk.keepers.remove(modules)
        if not desk.keepers and (spare := desk.spare) is not None:
            desk.spare = None
            with contextlib.suppress(OSError):
                await _ended(await spare)


def _desk() -> _Desk:
    loop = asyncio.get_running_loop()
    desk = _DESKS.get(loop)
    if desk is None:
        desk = _DESKS[loop] = _Desk(asyncio.Semaphore(AT_ONCE))
    return desk


def _prepare(desk: _Desk) -> None:
    if desk.keepers and desk.spare is None:
        desk.spare = asyncio.ensure_future(_started(*_wanted(desk)))


async def _taken(desk: _Desk) -> Process:
    """The spare process, or one that is started now."""
    spare, desk.spare = desk.spare, None
    if spare is not None:
        try:
            process = await asyncio.shield(spare)
        except asyncio.CancelledError:
            spare.add_done_callback(_forgotten)
            raise
        except OSError:
            log.warning("spare_process_missing")
        else:
            if process.returncode is None:
                return process
    return await _started(*_wanted(desk))


def _wanted(desk: _Desk) -> tuple[str, ...]:
    """What a process imports before it is needed."""
    return desk.keepers[-1] if desk.keepers else ()


def _forgotten(spare: asyncio.Task[Process]) -> None:
    """A spare process whose caller went away while it was being started."""
    if not spare.cancelled() and spare.exception() is None:
        _kill(spare.result())


async def _started(*modules: str) -> Process:
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(place or str(Path.cwd()) for place in sys.path)
    limits = (str(os.getpid()), str(MEMORY), str(int(DEADLINE) + 5))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", _PROGRAM, *limits, *modules),
        stdin=PIPE,
        stdout=PIPE,
        # What a library prints when it breaks can quote the file.
        stderr=DEVNULL,
        env=environment,
        limit=1 << 20,
    )


class _NotBegunError(Exception):
    """A process ended before it took its call."""


async def _done(
    process: Process, told: Callable[[int, int | None], None] | None, call: bytes
) -> Offloaded[Any]:
    try:
        async with asyncio.timeout(DEADLINE):
            await _given(process, call)
            return await _answered(process, told)
    except TimeoutError as error:
        raise OffloadFailed("it took too long") from error
    except (asyncio.IncompleteReadError, OSError) as error:
        raise OffloadFailed("it needed too much memory or broke its process") from error
    finally:
        # Also where nobody waits for it any more: it must not go on, nor keep the hub from ending.
        await _ended(process)


async def _given(process: Process, call: bytes) -> None:
    if process.stdin is None or process.stdout is None:
        raise _NotBegunError
    try:
        process.stdin.write(len(call).to_bytes(8))
        process.stdin.write(call)
        await process.stdin.drain()
        begun = await process.stdout.readexactly(HEAD.size)
    except (asyncio.IncompleteReadError, OSError) as error:
        raise _NotBegunError from error
    if begun != HEAD.pack(BEGUN, 0):
        raise _NotBegunError


async def _answered(process: Process, told: Callable[[int, int | None], None] | None) -> Offloaded[Any]:
    if process.stdout is None:
        raise OSError("a process without pipes")
    while True:
        kind, length = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
        if length > MOST_ANSWERED:
            raise OffloadFailed("it answered too much")
        body = await process.stdout.readexactly(length)
        if kind == PROGRESS:
            if told is not None:
                told(*msgspec.msgpack.decode(body, type=tuple[int, int | None]))
            continue
        (peak,), answer = PEAK.unpack_from(body), memoryview(body)[PEAK.size :]
        if kind == RAW:
            return Offloaded(bytes(answer), peak)
        if kind == DATA:
            return Offloaded(msgspec.msgpack.decode(answer), peak)
        if kind == FAILED:
            error, places = msgspec.msgpack.decode(answer, type=tuple[str, list[str]])
            log.error("work_failed", error=error, at=places)
        raise OffloadFailed("it failed")


async def _ended(process: Process) -> None:
    _kill(process)
    await process.wait()


def _kill(process: Process) -> None:
    # Not `process.kill()`: it looks whether the process has ended, and then the loop, which waits for it, cannot know how.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
