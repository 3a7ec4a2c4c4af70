"""How far the reading of a workbook is: rows walked, of all rows of the sheets that are read."""

from collections.abc import Callable

from msgspec import Struct

#: Rows between two tellings.
_STEP = 100


def _unheard(_done: int, _of: int | None) -> None:
    """Nobody asks."""


class Progress(Struct):
    """Who hears it, how many rows there are, and how many were in the sheets before this one."""

    told: Callable[[int, int | None], None] = _unheard
    of: int = 0
    before: int = 0

    def walk(self, index: int) -> None:
        """Tell now and then that a row of the sheet is reached."""
        if not index % _STEP:
            self.told(self.before + index, self.of)

    def leave(self, rows: int) -> None:
        """Tell that a sheet of so many rows is done."""
        self.before += rows
        self.told(self.before, self.of)
