"""One server process of ours: how it is started, waited for and ended.

Rule that stays true: a child is in a session of its own, so that a Ctrl-C at the terminal reaches the hub
alone, which then ends its servers in order.
Absent on purpose: asyncio's own subprocesses. Their watchers differ between event loops (uvloop cannot start
a process as another user), and a thread that waits costs nothing.
"""

import asyncio
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

LOG_LIMIT = 16 * 1024 * 1024  # bytes; a longer log is put aside at the next start, the one before is dropped


class ServerFailed(Exception):
    """A server could not be started or configured; the text says why, in Spanish, and where its log is."""


@dataclass(frozen=True)
class Identity:
    """The account that a child runs as, where it is not our own."""

    uid: int
    gid: int


@dataclass
class Child:
    process: subprocess.Popen[bytes]
    exited: asyncio.Event

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    async def stop(self, ladder: Sequence[tuple[signal.Signals, float]]) -> None:
        """Sends each signal in turn, waiting that many seconds for the end, and SIGKILL at last."""
        for signal_number, seconds in (*ladder, (signal.SIGKILL, 10.0)):
            if not self.running:
                break
            self.process.send_signal(signal_number)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.exited.wait(), seconds)
        await self.exited.wait()


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    directory: Path,
    environment: Mapping[str, str],
    identity: Identity | None = None,
) -> Child:
    """Starts the command with its output appended to `log`. Call it in the event loop."""
    loop = asyncio.get_running_loop()
    descriptor = open_log(log)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env=dict(environment),
            start_new_session=True,
            user=identity.uid if identity else None,
            group=identity.gid if identity else None,
            extra_groups=[] if identity else None,
        )
    finally:
        os.close(descriptor)
    child = Child(process, asyncio.Event())

    def wait() -> None:
        process.wait()
        with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            loop.call_soon_threadsafe(child.exited.set)

    threading.Thread(target=wait, name=f"wait-{Path(command[0]).name}", daemon=True).start()
    return child


def open_log(path: Path) -> int:
    """A descriptor that appends to the log, 0600; a log that has grown too long is put aside first."""
    with suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def log_tail(path: Path, lines: int = 8) -> str:
    """The last lines of a log, for an error's text."""
    with suppress(FileNotFoundError):
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    return ""


async def stop_foreign(
    processes: Sequence[psutil.Process], ladder: Sequence[tuple[signal.Signals, float]]
) -> None:
    """Ends processes that are not our children (left over from a hub that was killed): as Child.stop does."""
    alive = list(processes)
    for signal_number, seconds in (*ladder, (signal.SIGKILL, 10.0)):
        for process in alive:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal_number)  # psutil checks that the pid was not given to another
        until = time.monotonic() + seconds
        alive = [process for process in alive if not ended(process)]
        while alive and time.monotonic() < until:
            await asyncio.sleep(0.01)
            alive = [process for process in alive if not ended(process)]
    if alive:
        pids = ", ".join(str(process.pid) for process in alive)
        raise ServerFailed(f"No se pudo detener un servidor de una ejecución anterior (pid {pids}).")


def ended(process: psutil.Process) -> bool:
    """Whether it runs no more; one that its new parent, the init process, has not buried yet has ended."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
