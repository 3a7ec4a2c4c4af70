"""The last acknowledged seq, kept in a file: it stands in for LEDGER where the broker cannot be reached.

Written in place without waiting for the disk: it survives the process, and a power cut costs at most that
the hub waits for the broker.
"""

import os
from pathlib import Path


class Acknowledged:
    """A number in a file that only grows, but for `reset`."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def read(self) -> int | None:
        """The last number written, or None where there is none."""
        text = os.pread(self._file, 32, 0).strip()
        return int(text) if text.isdigit() else None

    def write(self, seq: int) -> None:
        """Keep a number."""
        os.pwrite(self._file, b"%020d\n" % seq, 0)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
