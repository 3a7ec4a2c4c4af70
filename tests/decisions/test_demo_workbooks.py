"""The demo's workbooks mean what their authors meant, to the last field.

What they mean was written down from the invented data, not from what a reader made of the workbooks; `axis` is
the plan's own words as the workbook writes them ("EJE 1: ..."). A difference is a mistake of the reader or of
the workbook. The reader was mended with the first eight at hand, so they say little about workbooks not yet seen.
"""

import json
from collections import Counter
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

from nanduti_hub.directory.seed import load
from nanduti_hub.plans.rows import Known, Reading, Row
from nanduti_hub.plans.workbook import read_workbook

FIXTURES = Path(__file__).parent.parent / "fixtures"
DEMO = files("nanduti_hub.demo")
PLANS: list[dict[str, str]] = json.loads(DEMO.joinpath("plans.json").read_text("utf-8"))
FILES = [plan["file"] for plan in PLANS]


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FIXTURES / name).read_text("utf-8").splitlines()]


@cache
def reading(file: str) -> Reading:
    seed = load()
    code = next(plan["platform"] for plan in PLANS if plan["file"] == file)
    known = Known(
        platform=next(platform for platform in seed.platforms if platform.code == code),
        institutions=seed.institutions,
        departments=seed.departments,
        year=2026,
    )
    return read_workbook(DEMO.joinpath("workbooks", file).read_bytes(), file, known)


def stated(row: Row, file: str) -> dict[str, Any]:
    """A row in the shape of the written-down meanings."""
    plain = {"file": file, **msgspec.json.decode(msgspec.json.encode(row))}
    return {name: plain.get(name) for name in lines("demo_expected.jsonl")[0]}


@pytest.mark.parametrize("file", FILES)
def test_no_cell_of_a_demo_workbook_is_an_error(file: str) -> None:
    errors = [finding for finding in reading(file).findings if finding.severity == "error"]
    assert errors == []


@pytest.mark.parametrize("file", FILES)
def test_every_activity_is_read_as_it_was_meant(file: str) -> None:
    meant = {(one["sheet"], one["row"]): one for one in lines("demo_expected.jsonl") if one["file"] == file}
    read = {(row.sheet, row.row): stated(row, file) for row in reading(file).rows}
    differences = [
        f"{place} {name}: meant {meant[place][name]!r}, read {read[place][name]!r}"
        for place in sorted(meant.keys() & read.keys())
        for name in meant[place]
        if meant[place][name] != read[place][name]
    ]
    assert sorted(meant.keys() ^ read.keys()) == []
    assert differences == []


@pytest.mark.parametrize("file", FILES)
def test_every_demo_workbook_names_only_institutions_that_the_directory_knows(file: str) -> None:
    assert [row.other_institutions for row in reading(file).rows if row.other_institutions] == []


def test_the_demo_is_three_national_plans_five_departmental_ones_and_a_project_that_has_ended() -> None:
    levels = {platform.code: platform.level for platform in load().platforms}
    *current, atlas = PLANS
    assert Counter(levels[plan["platform"]] for plan in current) == {"national": 3, "departmental": 5}
    assert (atlas["platform"], atlas["reports"]) == ("mesa", "atlas_reports.json")
    for plan in PLANS:
        assert "sintética" in plan["act"]
        assert date.fromisoformat(plan["term_from"]) < date.fromisoformat(plan["term_to"])


def test_the_counterparts_are_activities_of_different_plans() -> None:
    places = {(one["file"], one["sheet"], one["row"]) for one in lines("demo_expected.jsonl")}
    paired = set()
    for pair in lines("demo_pairs.jsonl"):
        assert pair["label"] in {"duplicate", "overlap", "conflict"}
        assert pair["a"]["file"] != pair["b"]["file"]
        for side in (pair["a"], pair["b"]):
            paired.add((side["file"], side["sheet"], side["row"]))
    assert paired <= places
    assert 0.25 <= len(paired) / len(places) <= 0.30
