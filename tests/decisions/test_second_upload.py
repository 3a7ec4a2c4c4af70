"""The coordinator's workbook, uploaded again after work in Excel: which row is which action, without ids and with.

Without ids it is the coordinator's own file; with ids, one that the hub wrote.
"""

import sys
from collections.abc import Sequence
from datetime import date

import pytest
from msgspec.structs import replace
from second_upload import PLAN, ROWS, TITLES, Register, places, registered, renumbered, row, told

from nanduti.vocabulary import Axis
from nanduti_hub.plans.pairing import Basis
from nanduti_hub.plans.revision import Outcome, Preview
from nanduti_hub.plans.rows import Base, Row, cells_at

Workbook = tuple[Register, list[Row], Base | None]
NEW_TITLE = "Firmar un convenio con la Gobernación para campañas"


@pytest.fixture(params=["without ids", "with ids"])
def workbook(request: pytest.FixtureRequest) -> Workbook:
    """A registered plan, and its workbook as it was uploaded, or as the hub wrote it."""
    register = registered()
    if request.param == "without ids":
        return register, list(ROWS), None
    return register, *register.exported()


def has_ids(base: Base | None) -> bool:
    return base is not None


def outcomes(seen: Preview) -> list[Outcome]:
    return [one.outcome for one in seen.rows]


def test_nothing_was_changed(workbook: Workbook) -> None:
    """Nothing is: no event for any action."""
    register, rows, base = workbook
    before = register.actions
    seen = register.confirm(rows, base=base)
    assert places(register, seen) == [1, 2, 3, 4, 5, 6]
    assert outcomes(seen) == [Outcome.UNCHANGED] * 6
    assert (seen.cited_anew, seen.absent, told(seen)) == (0, (), [])
    assert register.actions == before
    assert {one.basis for one in seen.rows} == ({Basis.ID} if has_ids(base) else {Basis.NUMBER})


def test_a_row_was_inserted_and_the_rest_renumbered(workbook: Workbook) -> None:
    """It is new, and every other keeps its action and moves no more than its citation."""
    register, rows, base = workbook
    inserted = renumbered([rows[0], row(2, NEW_TITLE), *rows[1:]])
    seen = register.preview(inserted, base=base)
    assert places(register, seen) == [1, None, 2, 3, 4, 5, 6]
    assert outcomes(seen) == [Outcome.UNCHANGED, Outcome.NEW, *[Outcome.UNCHANGED] * 5]
    assert (seen.cited_anew, seen.absent) == (5, ())


def test_a_row_was_deleted_and_the_rest_renumbered(workbook: Workbook) -> None:
    """Its action is absent, and nobody takes it; confirming leaves it as it was."""
    register, rows, base = workbook
    gone = register.actions[2]
    seen = register.confirm(renumbered([*rows[:2], *rows[3:]]), base=base)
    assert places(register, seen) == [1, 2, 4, 5, 6]
    assert outcomes(seen) == [Outcome.UNCHANGED] * 5
    assert seen.absent == (gone.id,)
    assert register.actions[2] == gone


@pytest.mark.parametrize("anew", [False, True])
def test_the_rows_were_sorted(workbook: Workbook, *, anew: bool) -> None:
    """With the numbers that they had, or numbered anew."""
    register, rows, base = workbook
    order = [5, 2, 4, 1, 6, 3]
    sorted_rows = [rows[place - 1] for place in order]
    seen = register.preview(renumbered(sorted_rows) if anew else sorted_rows, base=base)
    assert places(register, seen) == order
    assert outcomes(seen) == [Outcome.UNCHANGED] * 6


def test_a_row_was_copied_and_the_copy_edited(workbook: Workbook) -> None:
    """Without ids the row that stayed as it was keeps the action; with them both carry its id, and that is said."""
    register, rows, base = workbook
    copy = replace(
        rows[1],
        row=11,
        budget_pyg=77,
        end=date(2026, 11, 30),
        cells=cells_at({"title": "B11", "id_accion": "J11"}),
    )
    seen = register.preview([copy, *rows], base=base)
    if not has_ids(base):
        assert places(register, seen) == [None, 1, 2, 3, 4, 5, 6]
        assert outcomes(seen)[0] is Outcome.NEW
        (finding,) = seen.findings
        assert (finding.code, finding.cell, finding.severity) == ("row_copied", "B11", "warning")
        assert "fila 6" in finding.message
        return
    assert [one.outcome for one in seen.rows] == [
        Outcome.ERROR, Outcome.UNCHANGED, Outcome.ERROR, *[Outcome.UNCHANGED] * 4,
    ]  # fmt: skip
    assert told(seen) == [("J11", "id_repeated"), ("J6", "id_repeated")]
    assert all("fila 11" in finding.message and "fila 6" in finding.message for finding in seen.findings)
    assert all(register.actions[1].code in finding.message for finding in seen.findings)
    assert seen.absent == ()


def test_the_same_id_on_two_sheets_names_the_sheet_too() -> None:
    """So that the person finds it."""
    register = registered()
    rows, base = register.exported()
    seen = register.preview([*rows, replace(rows[0], sheet="Eje 2")], base=base)
    assert {finding.code for finding in seen.findings} == {"id_repeated"}
    assert "fila 5 de la hoja «Eje 2»" in seen.findings[0].message
    assert "fila 5 de la hoja «POA»" in seen.findings[1].message


def test_a_copied_row_is_settled_by_who_says_which_is_which() -> None:
    """The one that a person calls new is no more in the way."""
    register = registered()
    rows, base = register.exported()
    copy = replace(rows[1], row=11, budget_pyg=77)
    seen = register.preview([*rows, copy], base=base, decided={"POA!11": None})
    assert places(register, seen) == [1, 2, 3, 4, 5, 6, None]
    assert outcomes(seen)[-1] is Outcome.NEW
    assert not seen.rejected


def test_the_sheet_was_renamed(workbook: Workbook) -> None:
    """A sheet's name says nothing of its rows."""
    register, rows, base = workbook
    seen = register.preview([replace(one, sheet="Plan 2026 (2)") for one in rows], base=base)
    assert places(register, seen) == [1, 2, 3, 4, 5, 6]
    assert outcomes(seen) == [Outcome.UNCHANGED] * 6


def test_the_rows_were_parted_over_sheets(workbook: Workbook) -> None:
    """One sheet for each axis, each numbered from 1."""
    register, rows, base = workbook
    parted = [
        *renumbered([replace(one, sheet="Eje 1") for one in rows[:3]]),
        *renumbered([replace(one, sheet="Eje 2") for one in rows[3:]]),
    ]
    assert places(register, register.preview(parted, base=base)) == [1, 2, 3, 4, 5, 6]


def test_the_axis_was_corrected(workbook: Workbook) -> None:
    """The row is the same, and its axis changes."""
    register, rows, base = workbook
    moved = replace(rows[2], axis="Prevención", axis_common=Axis.PREVENTION)
    seen = register.preview([*rows[:2], moved, *rows[3:]], base=base)
    assert places(register, seen) == [1, 2, 3, 4, 5, 6]
    assert {change.field for change in seen.rows[2].changes} == {"axis", "plan_axis"}


def test_the_axis_and_a_typo_were_corrected_at_once(workbook: Workbook) -> None:
    """Also where the sheet is numbered anew."""
    register, rows, base = workbook
    moved = replace(
        rows[2],
        axis="Prevención",
        axis_common=Axis.PREVENTION,
        title="Difundir la linea de denuncias 147 en las radios comunitarias",
    )
    mended = renumbered([moved, *rows[:2], *rows[3:]])
    assert places(register, register.preview(mended, base=base)) == [3, 1, 2, 4, 5, 6]


MENDED = (
    "Capasitar a inspetores de trabajo en detección de trabajo infantil",
    "CAPACITAR A INSPECTORES DE TRABAJO EN DETECCION DE TRABAJO INFANTIL.",
    "Capacitar  a inspectores del trabajo en la detección del trabajo infantil",
)


@pytest.mark.parametrize("title", MENDED)
@pytest.mark.parametrize("code", ["1.1", "7.7", ""])
def test_a_typo_in_a_text_was_mended(workbook: Workbook, title: str, code: str) -> None:
    """With its number, with another, with none: the text changes and nothing else."""
    register, rows, base = workbook
    seen = register.preview([replace(rows[0], title=title, code=code), *rows[1:]], base=base)
    assert places(register, seen) == [1, 2, 3, 4, 5, 6]
    assert [change.field for change in seen.rows[0].changes] == ["title"]


def test_typos_were_mended_in_a_series_whose_texts_are_alike(workbook: Workbook) -> None:
    """Each goes to its own, though all of them are much like each other."""
    register, _, base = workbook
    register = registered(
        [row(place, f"Capasitar a docentes, grupo sintético {place}") for place in range(1, 7)]
    )
    rows = [row(place, f"Capacitar a docentes, grupo sintético {place}") for place in range(1, 7)]
    if has_ids(base):
        rows = [
            replace(one, title=mended.title) for one, mended in zip(register.exported()[0], rows, strict=True)
        ]
        base = register.exported()[1]
    rows = renumbered([rows[4], rows[0], rows[1], rows[5], rows[3]])
    seen = register.preview(rows, base=base)
    assert places(register, seen) == [5, 1, 2, 6, 4]


def test_a_row_of_a_series_was_deleted_and_the_rest_renumbered(workbook: Workbook) -> None:
    """The next one now has its number and much the same text, and is still the next one."""
    register, _, base = workbook
    register = registered([row(place, f"Capacitar a docentes, grupo {place}") for place in range(1, 7)])
    rows = [row(place, f"Capacitar a docentes, grupo {place}") for place in range(1, 7)]
    if has_ids(base):
        rows, base = register.exported()
    seen = register.preview(renumbered(rows[1:]), base=base)
    assert places(register, seen) == [2, 3, 4, 5, 6]
    assert seen.absent == (register.actions[0].id,)


def test_a_text_was_written_anew_under_the_same_number(workbook: Workbook) -> None:
    """The rest of the row says that it is the same activity; the person is told to look."""
    register, rows, base = workbook
    seen = register.preview([*rows[:3], replace(rows[3], title=NEW_TITLE), *rows[4:]], base=base)
    assert places(register, seen) == [1, 2, 3, 4, 5, 6]
    assert [change.field for change in seen.rows[3].changes] == ["title"]
    assert told(seen) == [("B8", "title_replaced")]


def test_another_activity_under_the_number_of_a_deleted_one_is_new() -> None:
    """Where the rest of the row is another's too; with an id left in it, it is what the id says, with a warning."""
    register = registered()
    other = row(4, NEW_TITLE, lead="mec", budget_pyg=5, start=date(2026, 2, 2))
    seen = register.preview([*ROWS[:3], other, *ROWS[4:]])
    assert places(register, seen) == [1, 2, 3, None, 5, 6]
    assert seen.absent == (register.actions[3].id,)
    rows, base = register.exported()
    kept = replace(other, id_accion=rows[3].id_accion)
    seen = register.preview([*rows[:3], kept, *rows[4:]], base=base)
    assert places(register, seen) == [1, 2, 3, 4, 5, 6]
    assert told(seen) == [("B8", "title_replaced")]


def test_two_texts_were_exchanged(workbook: Workbook) -> None:
    """Without ids a text is what an activity is; with ids the rows stay what they are and their texts change."""
    register, rows, base = workbook
    swapped = [replace(rows[0], title=TITLES[1]), replace(rows[1], title=TITLES[0]), *rows[2:]]
    seen = register.preview(swapped, base=base)
    if has_ids(base):
        assert places(register, seen)[:2] == [1, 2]
        assert [[change.field for change in one.changes] for one in seen.rows[:2]] == [["title"], ["title"]]
    else:
        assert places(register, seen)[:2] == [2, 1]
        assert "title" not in {change.field for one in seen.rows for change in one.changes}
    assert not seen.rejected


def test_the_sheet_was_sorted_without_the_column_of_the_ids() -> None:
    """Every id stands at another's row: each is an error that says whose the row is, and nothing is taken."""
    register = registered()
    rows, base = register.exported()
    ids = [rows[(place + 1) % 6].id_accion for place in range(6)]
    seen = register.preview(
        [replace(one, id_accion=id_) for one, id_ in zip(rows, ids, strict=True)], base=base
    )
    assert outcomes(seen) == [Outcome.ERROR] * 6
    assert {finding.code for finding in seen.findings} == {"id_misplaced"}
    assert all(code in seen.findings[0].message for code in (rows[0].id_accion, rows[1].id_accion))
    decided = {f"POA!{one.row}": action.id for one, action in zip(rows, register.actions, strict=True)}
    seen = register.preview(
        [replace(one, id_accion=id_) for one, id_ in zip(rows, ids, strict=True)], base=base, decided=decided
    )
    assert outcomes(seen) == [Outcome.UNCHANGED] * 6


def alike(count: int) -> list[Row]:
    """Rows of one text, told apart by responsible, place, dates and budget."""
    return [
        row(place, "Realizar jornadas de sensibilización", budget_pyg=1_000 * (place % 4), code="")
        for place in range(1, count + 1)
    ]


@pytest.mark.parametrize("ids", [False, True])
def test_rows_of_one_text_go_to_those_that_are_most_like_them(*, ids: bool) -> None:
    """However they are sorted, with one edited, one inserted and one deleted."""
    register = registered(alike(20))
    rows, base = register.exported() if ids else (alike(20), None)
    edited = replace(rows[7], budget_pyg=999_999)
    new = row(
        3, "Realizar jornadas de sensibilización", lead="mec", budget_pyg=31, code="", departments=("PY-1",)
    )
    shuffled = [*reversed(rows[8:]), edited, *rows[:2], *rows[3:7]]
    seen = register.preview(renumbered([*shuffled, new]), base=base)
    wanted = [*range(20, 8, -1), 8, 1, 2, 4, 5, 6, 7]
    assert places(register, seen)[:19] == wanted
    if ids:
        assert places(register, seen)[19] is None or seen.rows[19].basis is not Basis.ID
    again = register.preview(renumbered([*shuffled, new]), base=base)
    assert again == seen


def test_two_activities_were_merged_into_one(workbook: Workbook) -> None:
    """The row goes on as the one whose number or id it has; the other is absent."""
    register, rows, base = workbook
    merged = replace(rows[0], title=f"{TITLES[0]} y {TITLES[1].lower()}")
    seen = register.preview([merged, *rows[2:]], base=base)
    assert places(register, seen) == [1, 3, 4, 5, 6]
    assert seen.absent == (register.actions[1].id,)


def test_an_activity_was_split_in_two(workbook: Workbook) -> None:
    """The first part goes on as the action, the second is new."""
    register, rows, base = workbook
    parts = [
        replace(rows[4], title=f"{TITLES[4]}, primer semestre"),
        row(6, f"{TITLES[4]}, segundo semestre", code="1.6", lead=rows[4].lead),
    ]
    seen = register.preview(renumbered([*rows[:4], *parts, rows[5]]), base=base)
    assert places(register, seen) == [1, 2, 3, 4, 5, None, 6]


def test_a_text_that_was_corrected_in_the_register_still_finds_its_row() -> None:
    """The coordinator's file has the old one: it is not taken for a new activity, and undoes nothing."""
    register = registered()
    register.correct(2, title="Protocolo interinstitucional (título corregido en el registro)", lead="mp")
    seen = register.preview([replace(one, code="") for one in ROWS])
    assert places(register, seen) == [1, 2, 3, 4, 5, 6]
    assert outcomes(seen) == [Outcome.UNCHANGED] * 6


@pytest.mark.parametrize(
    ("given", "code"), [("ACC-2026-9999", "id_unknown"), ("ACC-2025-0001", "id_unknown"), ("3", "id_unknown")]
)
def test_an_id_that_is_none_of_the_plans_is_an_error_and_takes_no_action(given: str, code: str) -> None:
    """Nor is the row quietly taken for the action that it is like."""
    register = registered()
    rows, base = register.exported()
    seen = register.preview([replace(rows[0], id_accion=given), *rows[1:]], base=base)
    assert told(seen) == [("J5", code)]
    assert (seen.rows[0].action, outcomes(seen)[0]) == (None, Outcome.ERROR)


def test_an_id_is_read_as_people_write_it() -> None:
    """In small letters, with spaces around."""
    register = registered()
    rows, base = register.exported()
    seen = register.preview(
        [replace(one, id_accion=f"  {one.id_accion.lower()} ") for one in rows], base=base
    )
    assert {one.basis for one in seen.rows} == {Basis.ID}
    assert not seen.rejected


def test_the_ids_were_deleted_from_a_workbook_of_the_hub() -> None:
    """Then it is paired like any other, and compared with what it was written from."""
    register = registered()
    rows, base = register.exported()
    register.correct(1, budget=5)
    plain = [replace(one, id_accion="") for one in rows]
    seen = register.preview(plain, base=base)
    assert places(register, seen) == [1, 2, 3, 4, 5, 6]
    assert outcomes(seen) == [Outcome.UNCHANGED] * 6


def test_what_a_person_decided_comes_before_an_id_and_who_lost_the_action_is_told() -> None:
    """One action, one row."""
    register = registered()
    rows, base = register.exported()
    seen = register.preview(rows, base=base, decided={"POA!6": register.actions[0].id})
    assert seen.rows[1].basis is Basis.PERSON
    assert told(seen) == [("J5", "id_taken")]
    assert seen.absent == (register.actions[1].id,)


def test_an_action_whose_row_a_person_gave_to_another_is_absent() -> None:
    """Its id stands there, and means nothing any more."""
    register = registered()
    rows, base = register.exported()
    decided = {"POA!5": register.actions[1].id, "POA!6": None}
    seen = register.preview(rows, base=base, decided=decided)
    assert places(register, seen) == [2, None, 3, 4, 5, 6]
    assert seen.absent == (register.actions[0].id,)


def test_a_workbook_that_another_plan_filled_pairs_nothing() -> None:
    """Given ids of another plan, when it comes, then each is an error and no action is absent by it alone."""
    register = registered()
    foreign = [replace(one, id_accion=f"ACC-2024-{place:04d}") for place, one in enumerate(ROWS, 1)]
    seen = register.preview(foreign, base=Base(plan=PLAN, revision=1, register=1))
    assert outcomes(seen) == [Outcome.ERROR] * 6


def many(count: int, title: str) -> list[Row]:
    return [
        row(1, title.format(place % 50, place), row=place, code=f"{place}", budget_pyg=place)
        for place in range(count)
    ]


LARGE: list[tuple[str, str, str]] = [
    ("unchanged", "Capacitar a docentes de la zona {} sintética {}", "Capacitar a docentes de la zona {} sintética {}"),
    ("of one text", "Capacitar a docentes", "Capacitar a docentes"),
    ("all rewritten", "Capacitar a docentes de la zona {} sintética {}", "Formación docente, zona {}, lugar {}, nuevo"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("_name", "before", "after"), LARGE, ids=[name for name, _, _ in LARGE])
def test_work_grows_with_the_rows_and_not_with_their_square(_name: str, before: str, after: str) -> None:
    """Four times the rows need nowhere near sixteen times the calls."""

    def calls(count: int) -> int:
        register = Register()
        register.confirm(many(count, before))
        rows = [replace(one, code=str(place + 1)) for place, one in enumerate(many(count, after))]
        made = 0

        def note(_frame: object, _event: str, _what: object) -> None:
            nonlocal made
            made += 1

        sys.setprofile(note)
        try:
            seen = register.preview(rows)
        finally:
            sys.setprofile(None)
        assert len(seen.rows) == count
        return made

    assert calls(2_000) < 8 * calls(500)


def test_pairs_are_the_same_in_every_run() -> None:
    """Whatever the order in which actions are handed over, as long as it is the plan's."""
    register = registered(alike(12))
    seen: Sequence[Preview] = [register.preview(list(reversed(alike(12)))) for _ in range(3)]
    assert seen[0] == seen[1] == seen[2]
    assert sorted(place for place in places(register, seen[0]) if place) == list(range(1, 13))


def test_a_workbook_with_nothing_of_the_plan_is_told_and_not_refused(workbook: Workbook) -> None:
    """Another platform's file looks so; who has paired a row by hand has looked."""
    register, _, _ = workbook
    others = [row(place, f"{word} sin relación con lo anterior", lead="ine", code="") for place, word in enumerate(
        ("Zafra", "Fútbol", "Museo", "Puente", "Orquesta", "Vivero"), 1
    )]  # fmt: skip
    seen = register.preview(others)
    assert outcomes(seen) == [Outcome.NEW] * 6
    assert told(seen) == [("", "plan_unlike")]
    assert not seen.rejected
    assert told(register.preview(others, decided={"POA!5": None})) == []
    assert told(register.preview(others[:4])) == []


def test_of_a_file_in_which_nothing_was_read_nothing_is_absent(workbook: Workbook) -> None:
    """It says nothing of the plan."""
    register, _, _ = workbook
    assert register.preview([]).absent == ()


def test_days_that_a_row_itself_reverses_are_told_once(workbook: Workbook) -> None:
    """By its reader, who knows its cells; the row is in error all the same."""
    register, rows, base = workbook
    seen = register.preview([replace(rows[0], end=date(2025, 1, 1)), *rows[1:]], base=base)
    assert (outcomes(seen)[0], told(seen)) == (Outcome.ERROR, [])
