"""The inner side of `offload`: what runs in a process that does one call and ends.

Rule that stays true: what it hands back is plain data in frames, never code and never an object to unpickle,
since it has read what strangers send. It ends when who started it ends, and can tell nobody else anything: it
has no secrets in its environment, and its prints go nowhere.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import pickle
import resource
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

#: A frame is its kind and length, then its bytes.
HEAD = struct.Struct(">cI")
#: The call is taken; how far it is; an answer of bytes, another of plain data, or a failure, each after the peak of its memory.
BEGUN, PROGRESS, RAW, DATA, FAILED = b"s", b"p", b"b", b"d", b"f"
PEAK = struct.Struct(">Q")
#: Seconds between two tellings of how far it is.
TELL_EVERY = 0.5
#: Bytes of a file that it may write, and of address space, whatever it holds of it.
MOST_WRITTEN, MOST_MAPPED = 200_000_000, 2_000_000_000
_KILLED_WITH_PARENT = 1


class _Teller:
    """Where progress goes: nowhere, but in such a process."""

    out: BinaryIO | None = None
    last = 0.0


def tell(done: int, of: int | None) -> None:
    """Say how far the work is, twice a second at most; outside such a process nobody hears it."""
    now = time.monotonic()
    if _Teller.out is None or now - _Teller.last < TELL_EVERY:
        return
    _Teller.last = now
    _send(_Teller.out, PROGRESS, msgspec.msgpack.encode((done, of)))


def main() -> None:
    """Prepare, wait for the one call, do it, answer, end.

    The command line names the parent's process id, the bytes of memory, the seconds, and modules to import.
    """
    parent, memory, seconds, *modules = sys.argv[1:]
    _end_with(int(parent))
    # What is printed must not get among the frames.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    _limit(int(memory), int(seconds))
    # The process ends with its one call: looking for garbage would only take a tenth of its time.
    gc.disable()
    # A thread that has compressed, or read a sheet, gets its turn at once and not after the usual 5 ms.
    sys.setswitchinterval(0.0005)
    for module in modules:
        importlib.import_module(module)
    taken = sys.stdin.buffer.read(8)
    if len(taken) < 8:
        os._exit(0)
    work, arguments, named = pickle.loads(sys.stdin.buffer.read(int.from_bytes(taken)))  # noqa: S301  # our parent's
    _Teller.out = out
    _send(out, BEGUN)
    kind, answer = _done(work, arguments, named)
    _send(out, kind, PEAK.pack(peak_memory()), answer)
    # Nothing is tidied up: what the process holds goes with it.
    os._exit(0)


def peak_memory() -> int:
    """The most bytes that this process has held: resident, what it shares with others counted too."""
    # What getrusage says begins with what the parent held when it was forked.
    with contextlib.suppress(OSError, ValueError, IndexError), Path("/proc/self/status").open() as status:
        return int(status.read().partition("VmHWM:")[2].split(maxsplit=1)[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _done(work: Callable[..., Any], arguments: Any, named: Any) -> tuple[bytes, bytes]:
    try:
        answer = work(*arguments, **named)
        return (RAW, answer) if isinstance(answer, bytes) else (DATA, msgspec.msgpack.encode(answer))
    except BaseException as error:  # noqa: BLE001  # told to the parent, whatever it is
        # Where and what kind, never what was said: it can quote the file.
        places = [
            f"{Path(frame.filename).name}:{frame.lineno}"
            for frame in traceback.extract_tb(error.__traceback__)[-3:]
        ]
        return FAILED, msgspec.msgpack.encode((type(error).__name__, places))


def _send(out: BinaryIO, kind: bytes, *parts: bytes) -> None:
    for part in (HEAD.pack(kind, sum(map(len, parts))), *parts):
        view = memoryview(part)
        while view:
            view = view[out.write(view) :]


def _end_with(parent: int) -> None:
    """Be killed when the parent ends, however it ends; other systems than Linux leave it to the pipe and the clock."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_KILLED_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _limit(memory: int, seconds: int) -> None:
    for kind, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_AS, MOST_MAPPED),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
    # People who wait for a page come before a workbook.
    os.nice(5)
