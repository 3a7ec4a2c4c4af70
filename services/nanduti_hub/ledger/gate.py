"""The hold: no number is given and no command is accepted until LEDGER has been compared.

After a restore from an older backup, or a fail-over, the stream can hold events that the database has lost.
Writing then would give a number twice. So a comparison holds for one running PostgreSQL server, told by the
instant at which it started, and the statements that write check that instant themselves: a new server, and
everything is held until it has been compared too.
"""

import asyncio
from datetime import datetime


class LedgerHeld(RuntimeError):
    """Writing is held until LEDGER is compared; the caller may try again in a moment."""


class Gate:
    """What is known of the comparison, in this process: the server start for which it came out well."""

    def __init__(self) -> None:
        self._compared: datetime | None = None
        self.reason = "the ledger has not been compared with the stream yet"
        #: Set while a comparison is wanted.
        self.doubted = asyncio.Event()
        self.doubted.set()
        #: Set once a comparison has come out, well or not.
        self.judged = asyncio.Event()
        #: The highest number that this process has seen given: a database that stands lower was put back.
        self.highest = 0

    @property
    def compared(self) -> datetime:
        """The start of the server that was compared.

        Raises:
            LedgerHeld: none has been.

        """
        if self._compared is None:
            raise LedgerHeld(self.reason)
        return self._compared

    @property
    def is_open(self) -> bool:
        """Whether commands are accepted, as far as this process knows."""
        return self._compared is not None

    def open(self, server_start: datetime) -> None:
        """The comparison came out well for the server that started then."""
        self._compared = server_start
        self.doubted.clear()
        self.judged.set()

    def see(self, head: int, before: int) -> None:
        """Take note of the last number given; `before` is `highest` as it was when the database was asked.

        Raises:
            LedgerHeld: it is lower than one seen before: an older database was put in place.

        """
        if head < before:
            self.hold(f"the database went back from {before} to {head}")
            raise LedgerHeld(self.reason)
        self.highest = max(self.highest, head)

    def check_server(self, server_start: datetime) -> None:
        """Hold everything if the server is another than the one that was compared.

        Raises:
            LedgerHeld: it is.

        """
        if server_start == self._compared:
            return
        if self.is_open:
            self.hold("the database server is another than the one that was compared")
        # Where something else has held it meanwhile, that stays the reason.
        raise LedgerHeld(self.reason)

    def hold(self, reason: str) -> None:
        """Hold everything and ask for a comparison."""
        self._compared = None
        self.reason = reason
        self.doubted.set()
