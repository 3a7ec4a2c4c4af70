"""What a conflict says of a cell is in the words that a cell is read in: whoever puts it there has said that."""

from typing import Any

import pytest
from second_upload import Register, row

from nanduti.phrases import STATUS_WORDS
from nanduti.vocabulary import Axis, Crime, Kind, Status
from nanduti_hub.plans.notices import conflict, spoken
from nanduti_hub.plans.three_way import Conflict
from nanduti_hub.plans.workbook import notation
from nanduti_hub.plans.workbook.text import fold

LISTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "axis": (Axis, notation.AXES),
    "kind": (Kind, notation.KINDS),
    "status": (Status, notation.STATUSES),
}


@pytest.mark.parametrize("field", LISTS)
def test_a_word_of_a_list_is_the_word_that_is_read_as_it(field: str) -> None:
    meanings, words = LISTS[field]
    for meant in meanings:
        assert words[fold(spoken(field, meant.value))] is meant


def test_several_in_a_cell_are_read_back_as_they_were() -> None:
    crimes = spoken("crimes", ["child_labor", "trafficking"])
    assert [notation.CRIMES[fold(part)] for part in notation.parted(crimes)] == [
        Crime.CHILD_LABOR,
        Crime.TRAFFICKING,
    ]
    assert spoken("crimes", []) == notation.NO_CRIME
    assert spoken("departments", []) == notation.NATIONAL
    assert notation.parted(spoken("departments", ["PY-7", "PY-ASU"])) == ("PY-7", "PY-ASU")
    assert notation.parted(spoken("other_institutions", ["Una; dos", "Tres"])) == ("Una; dos", "Tres")
    assert spoken("collaborators", ["mtess", "mp"]) == "MTESS; MP"


def test_numbers_and_days_are_as_people_write_them() -> None:
    assert [spoken("target", 40.0), spoken("baseline", 2.5), spoken("budget", 12_500_000)] == [
        "40",
        "2,5",
        "12.500.000",
    ]
    assert spoken("start", "2026-03-01") == "01/03/2026"


def test_a_cell_that_the_register_has_empty_is_to_be_left_empty() -> None:
    """Nobody is told to write «(vacío)» in it."""
    register = Register()
    register.confirm([row(1)])
    found = Conflict(field="budget", base=1, register=None, workbook=2)
    said = conflict(row(1), register.actions[0], found)
    assert "deje vacía la celda" in said.suggestion
    assert "(vacío)" not in said.suggestion


def test_a_status_is_called_the_same_wherever_it_is_told() -> None:
    """By the words that the register's own events are told in."""
    for status in Status:
        assert spoken("status", status.value) == STATUS_WORDS[status]
