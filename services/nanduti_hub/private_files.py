"""Files that hold secrets or what the hub must find again: readable by their owner alone, whole, and on disk.

Rule that stays true: whoever reads sees the old content or the new one, never a part of it, after a crash too.
Absent: what is in them, and which directories they lie in.
"""

import os
import tempfile
from pathlib import Path


def replace(path: Path, content: bytes | str) -> None:
    """Write a file, in place of the one that is there, if any."""
    temporary = _temporary(path, content)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _bring_to_disk(path.parent)


def write_once(path: Path, content: bytes | str) -> None:
    """Write a file, unless there is one: then that one stays, also where another process has just made it."""
    temporary = _temporary(path, content)
    try:
        # A hard link, unlike a rename, does not replace what is there.
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    _bring_to_disk(path.parent)


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    path.unlink(missing_ok=True)
    _bring_to_disk(path.parent)


def _temporary(path: Path, content: bytes | str) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _bring_to_disk(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
