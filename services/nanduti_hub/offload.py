"""Heavy or risky work on its own: one call, one process, with a memory limit and a deadline.

Nothing that a file contains can stop or slow the hub: a call that takes too long, too much memory or the
whole process with it ends alone, and the caller is told so.
"""

import asyncio
import gc
import multiprocessing
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: Address space of the process, in bytes.
MEMORY = 1_500_000_000
#: Seconds.
DEADLINE = 90.0


class OffloadFailed(RuntimeError):
    """The work ended without an answer: it was too long, too large, or took its process down."""


#: How many such processes may run at a time; further calls wait.
AT_ONCE = asyncio.Semaphore(2)


async def offload(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a module-level function in a process of its own. Not to be waited for inside a transaction.

    Raises:
        OffloadFailed: it gave no answer. What the function itself raises comes through.

    """
    async with AT_ONCE:
        executor = ProcessPoolExecutor(
            max_workers=1, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare
        )
        future = asyncio.get_running_loop().run_in_executor(executor, _call, work, args, kwargs)
        try:
            async with asyncio.timeout(DEADLINE):
                return await future
        except TimeoutError as error:
            raise OffloadFailed("it took too long") from error
        except (BrokenProcessPool, MemoryError) as error:
            raise OffloadFailed("it needed too much memory or broke its process") from error
        finally:
            if not future.done() or future.cancelled():
                # Nobody waits for it any more: it must not go on, nor keep the hub from ending.
                for process in list(executor._processes.values()):  # noqa: SLF001  # no public way before 3.14
                    process.kill()
            executor.shutdown(wait=False, cancel_futures=True)


def _prepare() -> None:
    # The process ends with its one call: looking for garbage would only take a tenth of its time.
    gc.disable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(DEADLINE), int(DEADLINE) + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _call(work: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
    return work(*args, **kwargs)
