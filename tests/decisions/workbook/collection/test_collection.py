"""A coordinator's workbook is read as a person would read it: a collection made by hand, in many layouts."""

from datetime import date
from itertools import chain
from typing import Any

import days_of_cells
import departmental_plans
import grouped_plans
import handed_in_plans
import headings_of_plans
import national_plans
import pytest
import rows_and_sheets
import tangled_plans
import values_of_cells
from collection_shelf import Activity, Collected, Sheet, workbook
from msgspec.structs import replace

from nanduti_hub.directory import seed
from nanduti_hub.plans.personal import look
from nanduti_hub.plans.rows import Finding, Known, Reading, Row, Severity
from nanduti_hub.plans.workbook import read_workbook

COLLECTION = {
    f"{module.__name__}.{name.lower()}": one
    for module in (
        national_plans,
        departmental_plans,
        headings_of_plans,
        grouped_plans,
        tangled_plans,
        rows_and_sheets,
        days_of_cells,
        values_of_cells,
        handed_in_plans,
    )
    for name, one in vars(module).items()
    if isinstance(one, Collected)
}
DIRECTORY = seed.load()


def reading_of(collected: Collected) -> Reading:
    """What the reader makes of it, with the starting directory."""
    known = Known(
        platform=next(one for one in DIRECTORY.platforms if one.code == collected.platform),
        institutions=DIRECTORY.institutions,
        departments=DIRECTORY.departments,
        year=collected.year,
    )
    reading = read_workbook(workbook(collected), "poa.xlsx", known)
    personal = tuple(finding for row in reading.rows for finding in look(row))
    return replace(reading, findings=reading.findings + personal)


@pytest.mark.parametrize("name", COLLECTION)
def test_a_workbook_is_read_as_a_person_reads_it(name: str) -> None:
    """Every activity with its axis, lead, partners, dates, places and budget; every doubt at its cell."""
    collected = COLLECTION[name]
    reading = reading_of(collected)
    assert differences(collected, reading) == [], collected.says


def differences(collected: Collected, reading: Reading) -> list[str]:
    """What a person would object to."""
    whole = {_name(one) for one in reading.findings if not one.sheet and one.severity is not Severity.INFO}
    objections = [f"the file: {one}" for one in sorted(whole ^ set(collected.told.split()))]
    return objections + list(chain.from_iterable(_of_sheet(sheet, reading) for sheet in collected.sheets))


def _of_sheet(sheet: Sheet, reading: Reading) -> list[str]:
    rows = {row.row: row for row in reading.rows if row.sheet == sheet.name}
    wanted = {one.row: one for one in sheet.activities}
    found = [one for one in reading.findings if one.sheet == sheet.name]
    objections = [f"{sheet.name}!{row}: no activity is read" for row in wanted.keys() - rows.keys()]
    objections += [f"{sheet.name}!{row}: is no activity" for row in rows.keys() - wanted.keys()]
    for number in sorted(wanted.keys() & rows.keys()):
        objections += [f"{sheet.name}!{number}: {one}" for one in _of_row(wanted[number], rows[number])]
    loud = {_name(one) for one in found if one.severity is not Severity.INFO}
    quiet = {_name(one) for one in found if one.severity is Severity.INFO}
    objections += [f"{sheet.name}: not told: {one}" for one in sorted(set(sheet.told.split()) - loud)]
    objections += [f"{sheet.name}: told in vain: {one}" for one in sorted(loud - set(sheet.told.split()))]
    objections += [f"{sheet.name}: not said: {one}" for one in sorted(set(sheet.also.split()) - quiet)]
    return objections


def _name(finding: Finding) -> str:
    return f"{finding.cell}:{finding.code}{'!' * (finding.severity is Severity.ERROR)}"


def _of_row(wanted: Activity, row: Row) -> list[str]:
    start, end = (date.fromisoformat(day) if day else None for day in wanted.dates.split("/"))
    fields: dict[str, Any] = {
        "title": wanted.title,
        "axis_common": wanted.axis,
        "lead": wanted.lead,
        "collaborators": tuple(wanted.partners.split()),
        "departments": tuple(wanted.departments.split()),
        "start": start,
        "end": end,
        "budget_pyg": wanted.budget,
    }
    return [
        f"{field} is {getattr(row, field)!r}, not {value!r}"
        for field, value in (fields | wanted.more).items()
        if getattr(row, field) != value
    ]
