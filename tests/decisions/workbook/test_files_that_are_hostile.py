"""No file stops, fills or misleads the reader: each gets its own error, soon, in under 500 MB of memory."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from archives import PLAN, ods, ods_plan
from hostile_files import HOSTILE, MANY, SLOW
from measured_reading import MOST, errors_of
from workbook_shelf import KNOWN, read, told

from nanduti_hub.offload import measured
from nanduti_hub.plans.workbook import fields

QUICK = [name for name in HOSTILE if name not in SLOW]


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in sorted(SLOW))]
)
def test_a_hostile_file_gets_its_own_error_or_is_read_as_if_it_were_not(name: str) -> None:
    make, code = HOSTILE[name]
    reading = read(make())
    errors = [one for one in reading.findings if one.severity == "error"]
    if code == MANY:
        assert {one.code for one in errors} - {"axis_unknown"} == {"sheet_too_large"}
        assert reading.rows
    elif code:
        assert [one.code for one in errors] == [code]
        assert errors[0].message
        assert errors[0].suggestion
        assert not reading.rows
    else:
        assert {row.title for row in reading.rows} >= {"Una", "Otra"}


async def peak(names: Iterable[str], directory: Path) -> int:
    """The most bytes that the process held that read these files, and gave each of them its own errors."""
    files = []
    for index, name in enumerate(names):
        file = directory / str(index)
        file.write_bytes(HOSTILE[name][0]())
        files.append(str(file))
    done = await measured(None, errors_of, files, KNOWN)
    expected = [code for code in (HOSTILE[name][1] for name in names) if code and code != MANY]
    assert [codes[0] for codes in done.answer if codes and codes[0] in expected] == expected
    return done.peak


async def test_the_quick_hostile_files_take_no_memory(tmp_path: Path) -> None:
    assert 0 < await peak(QUICK, tmp_path) < MOST


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SLOW))
async def test_a_large_hostile_file_is_read_in_half_a_gigabyte(name: str, tmp_path: Path) -> None:
    assert 0 < await peak([name], tmp_path) < MOST


def test_texts_too_long_to_be_searched_for_names_are_refused_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "MAX_SEARCHED", 20_000)
    rows = [[str(n), "Eje 1", f"Actividad {n}", f"MTESS y otros {n} " * 200, "T1"] for n in range(1, 20)]
    reading = read(ods(ods_plan(rows=[*PLAN, *rows])))
    assert [one.code for one in reading.findings] == ["file_too_large"]


def test_signs_that_stand_for_many_letters_are_counted_as_these(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "MAX_SEARCHED", 20_000)
    rows = [[str(n), "Eje 1", f"Actividad {n}", f"MTESS {n} " + "\ufdfa" * 300, "T1"] for n in range(1, 20)]
    reading = read(ods(ods_plan(rows=[*PLAN, *rows])))
    assert [one.code for one in reading.findings] == ["file_too_large"]


def test_a_file_of_which_nothing_is_understood_is_refused_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "MAX_FINDINGS", 30)
    rows = [[f"{n}", f"eje {n}", f"Actividad {n}", f"Nadie {n}", f"Nunca {n}"] for n in range(20)]
    reading = read(ods(ods_plan(rows=[*PLAN, *rows])))
    assert [one.code for one in reading.findings] == ["findings_too_many"]


def test_a_cell_with_more_names_than_are_read_is_told() -> None:
    row = ["3", "Eje 1", "Tercera", "MTESS, " + "MINNA, " * 400, "T1"]
    assert ("D5", "text_too_long") in told(read(ods(ods_plan(rows=[*PLAN, row]))))
