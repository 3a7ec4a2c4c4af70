"""A file that was cut anywhere, or whose bytes were changed, never raises and never holds the reader up."""

import random
import signal
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from archives import WHOLE, archive, by_xlsxwriter, cells, ods, ods_plan, parts, xls
from odd_workbook import ROWS
from workbook_shelf import read

FIXTURES = Path(__file__).parents[2] / "fixtures" / "workbooks"
WHOLES = {
    "xlsx": WHOLE,
    "xlsx of XlsxWriter": by_xlsxwriter(),
    "xlsx of LibreOffice": (FIXTURES / "odd.xlsx").read_bytes(),
    "ods": ods(ods_plan()),
    "ods of LibreOffice": (FIXTURES / "odd.ods").read_bytes(),
    "xls": xls({"POA": cells([row[:5] for row in ROWS])}),
    "xls of LibreOffice": (FIXTURES / "odd.xls").read_bytes(),
}
#: Seconds for one reading, whatever else the machine does: no reading of these takes a tenth of one.
PATIENCE = 20


@contextmanager
def patience() -> Iterator[None]:
    def tired(_number: int, _frame: types.FrameType | None) -> None:
        raise TimeoutError("a reading hangs")

    before = signal.signal(signal.SIGALRM, tired)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("kind", WHOLES)
def test_a_file_cut_anywhere_is_never_an_exception(kind: str) -> None:
    whole = WHOLES[kind]
    places = random.Random(f"cut {kind}")
    for _ in range(60):
        with patience():
            reading = read(whole[: places.randrange(len(whole))])
        assert reading.rejected or reading.rows


@pytest.mark.parametrize("kind", WHOLES)
@pytest.mark.parametrize("rounds", [20, pytest.param(600, marks=pytest.mark.slow)])
def test_changed_bytes_are_never_an_exception(kind: str, rounds: int) -> None:
    places = random.Random(f"flip {kind}")
    for _ in range(rounds):
        content = bytearray(WHOLES[kind])
        for _ in range(places.randint(1, 12)):
            content[places.randrange(len(content))] = places.randrange(256)
        with patience():
            read(bytes(content))


@pytest.mark.parametrize("kind", [kind for kind in WHOLES if WHOLES[kind].startswith(b"PK")])
@pytest.mark.parametrize("rounds", [20, pytest.param(600, marks=pytest.mark.slow)])
def test_changed_parts_are_never_an_exception(kind: str, rounds: int) -> None:
    """The same inside the archive, where no checksum finds it first."""
    places = random.Random(f"part {kind}")
    inside = {
        name: piece for name, piece in parts(WHOLES[kind]).items() if piece and not name.endswith(".png")
    }
    for _ in range(rounds):
        name = places.choice([name for name in inside if name.endswith(".xml")])
        piece = bytearray(inside[name])
        for _ in range(places.randint(1, 6)):
            at = places.randrange(len(piece) + 1)
            piece[at : at + places.randint(0, 20)] = places.choice(
                [
                    b"",
                    b"<",
                    b">",
                    b'"',
                    b"\0",
                    b"&#0;",
                    b"&x;",
                    b"99999999999",
                    b"-1",
                    b"</c>",
                    b"<row>",
                    b"\xff\xfe",
                ]
            )
        with patience():
            read(archive({**inside, name: bytes(piece)}))
