"""Lines of a file that opens in Excel in Spanish: UTF-8 with BOM, semicolons, and no cell that is a formula."""

import csv
import io
from collections.abc import Iterable

#: A file's first bytes: they tell Excel that it is UTF-8.
BOM = b"\xef\xbb\xbf"
#: With these a formula begins, or what some programs take for one: the wide signs too, and blanks before them.
_BEGINNINGS = "=+-@\t\r\n＝＋－＠"


def guarded_line(cells: Iterable[str | int]) -> bytes:
    """A line in which a text that a spreadsheet would take for a formula has an apostrophe before it; a whole number
    stays one, also below nothing.
    """
    text = io.StringIO()
    guarded = [_guarded(cell) if isinstance(cell, str) else cell for cell in cells]
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(guarded)
    return text.getvalue().encode()


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell[:1] in _BEGINNINGS and cell else cell
