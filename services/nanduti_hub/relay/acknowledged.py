"""The last acknowledged seq, kept in a file: it stands in for LEDGER where the broker cannot be reached.

Only the relay writes it. Written in place; it is brought to the disk at each comparison, so that after a power
cut it is at most as old as the last one.
"""

import os
from pathlib import Path


class Acknowledged:
    """A number in a file that only grows."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def read(self) -> int | None:
        """The last number written, or None where there is none."""
        text = os.pread(self._file, 32, 0).strip()
        return int(text) if text.isdigit() else None

    def write(self, seq: int, *, durably: bool = False) -> None:
        """Keep a number, unless a higher one is kept; `durably` waits for the disk."""
        if seq > (self.read() or -1):
            os.pwrite(self._file, b"%020d\n" % seq, 0)
        if durably:
            os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
