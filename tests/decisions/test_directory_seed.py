"""The starting directory keeps its own promises: every fact has a source, and every reference resolves."""

import re
import unicodedata
from collections import Counter

import pytest

from nanduti.directory import Coordinator, Department, Institution, Platform, Seat
from nanduti.vocabulary import CODE, Axis, Level
from nanduti_hub.directory.seed import Seed, load

# The tile map, as the domain notes draw it: columns from 0 to 4, rows from 0 to 5.
GRID = """
.. AG .. .. ..
BQ PH CN AM ..
.. AS SP CY ..
.. CE CR CG AA
.. NE PG GU ..
.. .. MI CZ IT
"""


Sourced = Department | Institution | Platform | Seat | Coordinator
Named = Institution | Platform


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load()


def fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", plain).strip()


def test_the_files_decode_into_the_structs_of_the_contract(seed: Seed) -> None:
    assert len(seed.departments) == 18
    assert {platform.code for platform in seed.platforms} >= {"conaeti", "contrafor", "mesa"}
    assert sum(platform.level is Level.DEPARTMENTAL for platform in seed.platforms) == 5
    assert len([one for one in seed.institutions if one.code.startswith("gob_")]) == 17


def test_codes_are_well_formed_and_unique_over_platforms_and_institutions(seed: Seed) -> None:
    named: tuple[Named, ...] = (*seed.platforms, *seed.institutions)
    codes = [one.code for one in named]
    assert all(CODE.fullmatch(code) for code in codes)
    assert [code for code, count in Counter(codes).items() if count > 1] == []
    departments = [one.code for one in seed.departments]
    assert len(set(departments)) == len(departments)
    assert "PY-ASU" in departments
    assert {"PY-17", "PY-18"}.isdisjoint(departments)


def test_every_reference_resolves(seed: Seed) -> None:
    departments = {one.code for one in seed.departments}
    institutions = {one.code for one in seed.institutions}
    platforms = {one.code for one in seed.platforms}
    for institution in seed.institutions:
        assert departments.issuperset(institution.departments), institution.code
    for platform in seed.platforms:
        assert (platform.department in departments) == (platform.level is Level.DEPARTMENTAL), platform.code
        assert institutions.issuperset(one.institution for one in platform.coordinators), platform.code
    for seat in seed.seats:
        assert seat.platform in platforms, seat
        assert seat.institution in institutions, seat
    seats = [(seat.platform, seat.institution) for seat in seed.seats]
    assert len(set(seats)) == len(seats)


def test_every_record_says_where_it_comes_from_or_that_it_is_an_assumption(seed: Seed) -> None:
    coordinators = [one for platform in seed.platforms for one in platform.coordinators]
    records: tuple[Sourced, ...] = (
        *seed.departments,
        *seed.institutions,
        *seed.platforms,
        *seed.seats,
        *coordinators,
    )
    for record in records:
        assert re.search(r"\bS\d+[a-z]? |ISO 3166-2:PY|supuesto: ", record.source), record


def test_a_coordinator_sits_on_the_platform_that_it_coordinates(seed: Seed) -> None:
    seats = {(seat.platform, seat.institution) for seat in seed.seats}
    for platform in seed.platforms:
        assert platform.coordinators, platform.code
        for coordinator in platform.coordinators:
            assert (platform.code, coordinator.institution) in seats


def test_the_departments_stand_on_the_grid_with_one_on_each_tile(seed: Seed) -> None:
    drawn = {
        short: (column, row)
        for row, line in enumerate(GRID.split("\n")[1:-1])
        for column, short in enumerate(line.split())
        if short != ".."
    }
    assert {one.short: (one.column, one.row) for one in seed.departments} == drawn
    assert len(set(drawn.values())) == len(drawn) == 18


def test_neighbours_are_neighbours_both_ways(seed: Seed) -> None:
    neighbours = {one.code: set(one.neighbours) for one in seed.departments}
    for code, others in neighbours.items():
        assert others, code
        for other in others:
            assert code in neighbours[other], (code, other)
    assert sum(map(len, neighbours.values())) == 2 * 39


def test_no_two_institutions_are_written_the_same_way(seed: Seed) -> None:
    owner: dict[str, str] = {}
    for one in seed.institutions:
        for name in (one.code, one.acronym, one.name, *one.aliases):
            assert owner.setdefault(fold(name), one.code) == one.code, name


def test_no_two_platforms_are_written_the_same_way(seed: Seed) -> None:
    owner: dict[str, str] = {}
    for one in seed.platforms:
        for name in (one.code, one.acronym, one.name, *one.aliases):
            assert owner.setdefault(fold(name), one.code) == one.code, name


def test_a_plan_s_own_axis_leads_to_one_common_axis(seed: Seed) -> None:
    for platform in seed.platforms:
        owner: dict[str, Axis] = {}
        for name in platform.axes:
            for own in (name.own, *name.aliases):
                assert owner.setdefault(fold(own), name.axis) is name.axis, (platform.code, own)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("SNNA", "minna"),
        ("la Fiscalía", "mp"),
        ("Cancillería", "mre"),
        ("Ministerio de Trabajo", "mtess"),
        ("DGPNA", "mtess"),
        ("DGIF", "mtess"),
        ("PAIVTES", "minna"),
        ("Ministerio de Salud", "mspbs"),
        ("Policía", "pn"),
        ("Corte Suprema", "csj"),
        ("PJ", "csj"),
        ("CONATRAFOR", "contrafor"),
        ("Gobernación de Ñeembucú", "gob_neembucu"),
    ],
)
def test_what_people_write_is_among_the_names(seed: Seed, written: str, code: str) -> None:
    named: tuple[Named, ...] = (*seed.institutions, *seed.platforms)
    known = {fold(name): one.code for one in named for name in (one.acronym, one.name, *one.aliases)}
    assert known[fold(written)] == code
