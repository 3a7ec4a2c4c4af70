"""Cells that the workbook, the register or both changed: what is taken, what stays, and what a person decides."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from second_upload import GIVEN, ROWS, TITLES, Register, registered, row, told

from nanduti.vocabulary import Axis, Status
from nanduti_hub.plans.revision import Outcome, Preview, preview
from nanduti_hub.plans.row_values import said_by
from nanduti_hub.plans.rows import Finding, Reading, Row, Severity
from nanduti_hub.plans.three_way import Bases, Take, Tick

KEY = "POA!5"


def first(rows: list[Row], **changes: Any) -> list[Row]:
    """The rows with cells of the first changed."""
    return [replace(rows[0], **changes), *rows[1:]]


def tick(register: Register, take: Take, over: Any, place: int = 1) -> dict[str, dict[str, Tick]]:
    """The budget's conflict of the first row, decided."""
    return {KEY: {"budget": Tick(take=take, action=register.actions[place - 1].id, register=over)}}


def conflict(seen: Preview) -> tuple[str, Any, Any, Any, str, Take | None]:
    (found,) = seen.rows[0].conflicts
    return found.field, found.base, found.register, found.workbook, found.cell, found.ticked


def test_a_conflict_shows_what_the_cell_was_what_each_says_and_where() -> None:
    """And its row is in conflict, not in error; the others come out as they would."""
    register = registered()
    register.correct(1, budget=99)
    seen = register.preview(first(ROWS, budget_pyg=20))
    assert conflict(seen) == ("budget", 1_000_000, 99, 20, "G5", None)
    assert [one.outcome for one in seen.rows] == [Outcome.CONFLICT, *[Outcome.UNCHANGED] * 5]
    assert told(seen) == [("G5", "conflict")]
    assert (seen.rejected, seen.errors, seen.left_out, seen.file_errors) == (True, 1, 1, 0)


def test_a_conflict_that_is_ticked_for_the_workbook_is_taken() -> None:
    """And the next time nothing differs."""
    register = registered()
    register.correct(1, budget=99)
    rows = first(ROWS, budget_pyg=20)
    seen = register.confirm(rows, ticks=tick(register, Take.WORKBOOK, 99))
    assert conflict(seen)[-1] is Take.WORKBOOK
    assert seen.rows[0].outcome is Outcome.CHANGED
    assert (register.actions[0].budget, register.actions[0].citations[0].differs) == (20, ())
    assert not register.preview(rows).rows[0].conflicts


def test_a_conflict_that_is_ticked_for_the_register_is_not_asked_again() -> None:
    """Given the same cell in the next workbook; a new value there is a conflict again."""
    register = registered()
    register.correct(1, budget=99)
    rows = first(ROWS, budget_pyg=20)
    seen = register.confirm(rows, ticks=tick(register, Take.REGISTER, 99))
    assert (seen.rows[0].outcome, seen.rows[0].settled) == (Outcome.UNCHANGED, True)
    assert register.actions[0].budget == 99
    assert [(one.field, one.value) for one in register.actions[0].citations[0].differs] == [("budget", 20)]
    assert register.preview(rows).rows[0].outcome is Outcome.UNCHANGED
    assert register.preview(first(ROWS, budget_pyg=30)).rows[0].outcome is Outcome.CONFLICT


def test_one_cell_is_decided_and_the_other_still_asked() -> None:
    """A row has as many conflicts as cells that both changed."""
    register = registered()
    register.correct(1, budget=99, lead="mec")
    seen = register.preview(first(ROWS, budget_pyg=20, lead="mp"), ticks=tick(register, Take.WORKBOOK, 99))
    assert [(one.field, one.ticked) for one in seen.rows[0].conflicts] == [
        ("lead", None),
        ("budget", Take.WORKBOOK),
    ]
    assert seen.rows[0].outcome is Outcome.CONFLICT
    assert told(seen) == [("D5", "conflict")]


def test_a_tick_does_not_outlive_what_it_was_made_for() -> None:
    """The register changed again, or the row is another action by now: it is asked anew."""
    register = registered()
    register.correct(1, budget=99)
    rows = first(ROWS, budget_pyg=20)
    ticks = tick(register, Take.WORKBOOK, 99)
    register.correct(1, budget=100)
    assert conflict(register.preview(rows, ticks=ticks))[-1] is None
    register.correct(2, budget=99)
    seen = register.preview(rows, ticks=ticks, decided={KEY: register.actions[1].id})
    assert seen.rows[0].outcome is Outcome.CONFLICT


def test_a_tick_for_a_cell_that_both_say_alike_by_now_changes_nothing() -> None:
    """The register came to what the workbook says."""
    register = registered()
    register.correct(1, budget=99)
    ticks = tick(register, Take.REGISTER, 99)
    register.correct(1, budget=20)
    seen = register.preview(first(ROWS, budget_pyg=20), ticks=ticks)
    assert (seen.rows[0].outcome, seen.rows[0].conflicts) == (Outcome.UNCHANGED, ())


# A workbook that the hub wrote is compared with the register of that day.


def test_a_cell_that_was_exported_and_left_alone_never_changes_the_register() -> None:
    """Whatever the register says by now: also where the last confirmed workbook said something else."""
    register = registered()
    register.correct(1, budget=50)
    rows, base = register.exported()
    assert [one.outcome for one in register.preview(rows, base=base).rows] == [Outcome.UNCHANGED] * 6
    register.correct(1, budget=60)
    seen = register.confirm(rows, base=base)
    assert seen.rows[0].outcome is Outcome.UNCHANGED
    assert register.actions[0].budget == 60


def test_a_correction_that_was_exported_can_be_set_back() -> None:
    """To what the last confirmed workbook said: in an own file that would say nothing, here it is a change."""
    register = registered()
    register.correct(1, budget=50)
    rows, base = register.exported()
    seen = register.preview(first(rows, budget_pyg=1_000_000), base=base)
    assert [change.field for change in seen.rows[0].changes] == ["budget"]


def test_a_cell_that_was_exported_and_changed_by_both_is_a_conflict() -> None:
    """With what was exported as its base."""
    register = registered()
    register.correct(1, budget=50)
    rows, base = register.exported()
    register.correct(1, budget=60)
    assert conflict(register.preview(first(rows, budget_pyg=70), base=base))[:4] == ("budget", 50, 60, 70)


def test_an_exported_file_is_worked_on_and_uploaded_again_and_again() -> None:
    """Given its first upload was confirmed, when it comes again, then that upload is what its cells were."""
    register = registered()
    rows, base = register.exported()
    edited = first(rows, budget_pyg=20, lead="mp", observations="Primera entrega (sintética)")
    register.confirm(edited, base=base)
    assert [one.outcome for one in register.preview(edited, base=base).rows] == [Outcome.UNCHANGED] * 6

    register.correct(1, budget=25)
    assert register.preview(edited, base=base).rows[0].outcome is Outcome.UNCHANGED

    again = first(edited, lead="mec", budget_pyg=30)
    seen = register.preview(again, base=base)
    assert [change.field for change in seen.rows[0].changes] == ["lead"]
    assert conflict(seen)[:4] == ("budget", 20, 25, 30)


def test_the_one_cell_that_was_uploaded_is_changed_again() -> None:
    """No cell tells whose file it is; that the last revision came from the same export does."""
    register = registered()
    rows, base = register.exported()
    register.confirm(first(rows, budget_pyg=20), base=base)
    again = first(rows, budget_pyg=30)
    assert register.preview(again, base=base, resumed=True).rows[0].outcome is Outcome.CHANGED
    assert register.preview(again, base=base).rows[0].outcome is Outcome.CONFLICT


def test_a_colleagues_copy_of_the_same_export_does_not_undo_what_was_uploaded_since() -> None:
    """Its untouched cells say what was exported: they are left alone."""
    register = registered()
    rows, base = register.exported()
    register.confirm(first(rows, budget_pyg=20, lead="mp"), base=base)
    colleague = [*rows[:5], replace(rows[5], budget_pyg=7)]
    seen = register.confirm(colleague, base=base, resumed=True)
    assert [one.outcome for one in seen.rows] == [*[Outcome.UNCHANGED] * 5, Outcome.CHANGED]
    assert (register.actions[0].budget, register.actions[0].lead, register.actions[5].budget) == (20, "mp", 7)


def test_a_file_that_follows_one_upload_and_not_the_next_asks_about_the_cells_between() -> None:
    """Set back, or never touched: nobody can tell, so nothing is done in silence."""
    register = registered()
    rows, base = register.exported()
    mine = first(rows, budget_pyg=20)
    register.confirm(mine, base=base)
    newer, newer_base = register.exported()
    register.confirm([*newer[:5], replace(newer[5], budget_pyg=7)], base=newer_base)
    seen = register.preview(first(mine, observations="Más (sintético)"), base=base)
    assert [one.outcome for one in seen.rows] == [
        Outcome.CHANGED, *[Outcome.UNCHANGED] * 4, Outcome.CONFLICT,
    ]  # fmt: skip
    (found,) = seen.rows[5].conflicts
    assert (found.register, found.workbook) == (7, 6_000_000)


def test_an_empty_plans_template_is_filled_uploaded_and_filled_further() -> None:
    """Rows that the first upload planned are its own."""
    register = Register()
    _, base = register.exported()
    register.confirm(ROWS[:4], base=base)
    more = [*first(ROWS, budget_pyg=5)[:4], *ROWS[4:]]
    seen = register.preview(more, base=base)
    assert [one.outcome for one in seen.rows] == [
        Outcome.CHANGED, *[Outcome.UNCHANGED] * 3, Outcome.NEW, Outcome.NEW,
    ]  # fmt: skip


def test_an_action_that_came_after_the_export_is_not_absent_for_it() -> None:
    """Nobody deleted its row: the workbook never had one. In one that follows the last upload it is."""
    register = registered()
    rows, base = register.exported()
    newer, newer_base = register.exported()
    register.confirm([*newer, row(7, "Otra actividad sintética")], base=newer_base)
    assert register.preview(rows, base=base).absent == ()
    assert register.preview(rows[1:], base=base).absent == (register.actions[0].id,)
    assert register.preview(rows).absent == (register.actions[6].id,)


def test_an_action_that_came_after_the_upload_is_not_absent_for_it() -> None:
    """Nor in a borrador that was left open."""
    register = registered()
    uploaded_at = register.number
    register.confirm([*ROWS, row(7, "Otra actividad sintética")])
    assert register.preview(ROWS, uploaded_at=uploaded_at).absent == ()
    assert register.preview(ROWS).absent == (register.actions[6].id,)


CHANGED: list[tuple[str, str, Any, Any, str]] = [
    ("end", "end", date(2026, 10, 9), date(2026, 11, 5), "05/11/2026"),
    ("budget", "budget_pyg", 1_234_567, 7_654_321, "7.654.321"),
    ("status", "status", Status.SUSPENDED, Status.IN_PROGRESS, "en ejecución"),
    ("lead", "lead", "mec", "minmujer", "MINMUJER"),
    ("departments", "departments", ("PY-1",), ("PY-2", "PY-3"), "PY-2; PY-3"),
    ("title", "title", "Otro título (sintético)", f"{TITLES[0]} rural", f"{TITLES[0]} rural"),
    ("observations", "observations", "Ya se hizo (sintético)", "Falta (sintético)", "Falta (sintético)"),
]


@pytest.mark.parametrize(("cell", "field", "corrected", "written", "words"), CHANGED)
def test_a_conflict_is_said_as_people_write_it(
    cell: str, field: str, corrected: Any, written: Any, words: str
) -> None:
    """Days, amounts and statuses in Spanish; every kind of cell can be in conflict."""
    register = registered(first(ROWS, status=Status.PLANNED))
    register.correct(1, **{cell: corrected})
    seen = register.preview(first(ROWS, **{"status": Status.PLANNED, field: written}))
    (finding,) = seen.findings
    assert (finding.code, seen.rows[0].conflicts[0].field) == ("conflict", cell)
    assert f"esta planilla dice «{words}»" in finding.message


# A borrador that was left open while another was confirmed.


def test_a_borrador_that_was_left_open_undoes_nothing_that_came_in_between() -> None:
    """Its untouched cells are those of the revision before; what both changed is a conflict."""
    register = registered()
    uploaded_at = register.number
    register.confirm(first(ROWS, budget_pyg=20))
    late = first(ROWS, lead="mec")
    seen = register.preview(late, uploaded_at=uploaded_at)
    assert [change.field for change in seen.rows[0].changes] == ["lead"]
    late = first(ROWS, budget_pyg=30)
    assert conflict(register.preview(late, uploaded_at=uploaded_at))[:4] == ("budget", 1_000_000, 20, 30)
    assert register.preview(late).rows[0].outcome is Outcome.CHANGED


def test_of_two_first_workbooks_the_second_is_compared_with_nothing() -> None:
    """What they say otherwise is a conflict: nobody knows which of them is right."""
    register = Register()
    register.confirm(ROWS)
    seen = register.preview(first(ROWS, budget_pyg=30), uploaded_at=0)
    assert conflict(seen)[:4] == ("budget", None, 1_000_000, 30)
    assert [one.outcome for one in seen.rows[1:]] == [Outcome.UNCHANGED] * 5


# Statuses and progress.


def standing(status: Status, progress: int = 0, **changes: Any) -> tuple[Register, list[Row]]:
    """A plan whose first action stands so, and its workbook, which says so."""
    rows = first(ROWS, status=status, progress=progress, **changes)
    return registered(rows), rows


REFUSED = [
    (Status.COMPLETED, Status.PLANNED), (Status.COMPLETED, Status.SUSPENDED), (Status.COMPLETED, Status.CANCELLED),
    (Status.SUSPENDED, Status.COMPLETED), (Status.CANCELLED, Status.COMPLETED), (Status.CANCELLED, Status.SUSPENDED),
    (Status.PLANNED, Status.JOINED),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), REFUSED)
def test_a_step_that_the_register_does_not_know_is_an_error_at_its_cell(
    before: Status, after: Status
) -> None:
    """As it is refused to whoever asks for it at the API."""
    register, rows = standing(before)
    seen = register.preview(first(rows, status=after))
    assert seen.rows[0].outcome is Outcome.ERROR
    assert told(seen) == [("I5", "status_step_refused")]


ALLOWED = [
    (Status.PLANNED, Status.SUSPENDED, "Acta"), (Status.IN_PROGRESS, Status.CANCELLED, "Acta"),
    (Status.CANCELLED, Status.IN_PROGRESS, "Acta"), (Status.PLANNED, Status.IN_PROGRESS, ""),
    (Status.SUSPENDED, Status.IN_PROGRESS, ""), (Status.IN_PROGRESS, Status.COMPLETED, ""),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "reason"), ALLOWED)
def test_a_step_that_needs_a_reason_gets_the_act(before: Status, after: Status, reason: str) -> None:
    """The act that approves the workbook is why."""
    register, rows = standing(before)
    register.confirm(first(rows, status=after, progress=None))
    assert (register.actions[0].status, register.actions[0].status_reason) == (after, reason)


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.CANCELLED])
def test_a_new_row_that_is_suspended_or_cancelled_gives_the_act_as_its_reason(status: Status) -> None:
    """A new one may stand anywhere but joined."""
    register, _ = standing(status)
    assert register.actions[0].status_reason == "Acta"
    seen = Register().preview(first(ROWS, status=Status.JOINED))
    assert told(seen) == [("I5", "status_step_refused")]


def test_the_status_of_a_joined_action_is_not_the_workbooks() -> None:
    """A changed cell is told, an unchanged one passes in silence, and progress is still the platform's own."""
    register, rows = standing(Status.IN_PROGRESS, 10)
    register.correct(1, status=Status.JOINED)
    assert told(register.preview(rows)) == []
    seen = register.confirm(first(rows, status=Status.COMPLETED, progress=100))
    assert told(seen) == [("I5", "action_joined")]
    assert (register.actions[0].status, register.actions[0].progress) == (Status.JOINED, 100)


def without_status(rows: list[Row]) -> list[Row]:
    return [replace(one, status=None, given=GIVEN - {"status"}) for one in rows]


def test_progress_moves_a_status_that_no_column_states() -> None:
    """Begun, completed, and taken up again with the act as its reason."""
    register = registered(without_status(ROWS))
    for progress, status, reason in (
        (10, Status.IN_PROGRESS, ""), (100, Status.COMPLETED, ""), (0, Status.IN_PROGRESS, "Acta"),
    ):  # fmt: skip
        register.confirm(without_status(first(ROWS, progress=progress)))
        assert (register.actions[0].status, register.actions[0].progress) == (status, progress)
        assert register.actions[0].status_reason == reason


def test_progress_moves_a_status_whose_cell_is_blank() -> None:
    """A blank says nothing, column or not."""
    register = registered(first(ROWS, status=None))
    register.confirm(first(ROWS, status=None, progress=10))
    assert (register.actions[0].status, register.actions[0].progress) == (Status.IN_PROGRESS, 10)


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.CANCELLED])
def test_progress_takes_up_nothing_that_was_suspended_or_cancelled(status: Status) -> None:
    """Nobody said so."""
    register = registered(without_status(first(ROWS, progress=30)))
    register.correct(1, status=status, status_reason="Falta de fondos (sintético)")
    register.confirm(without_status(first(ROWS, progress=40)))
    stands = register.actions[0]
    assert (stands.status, stands.status_reason, stands.progress) == (
        status,
        "Falta de fondos (sintético)",
        40,
    )


def test_an_untouched_progress_says_nothing_of_the_status() -> None:
    """Also in a workbook of the hub from which the column of the status was deleted."""
    register = registered(without_status(first(ROWS, progress=30)))
    register.correct(1, status=Status.SUSPENDED)
    rows, base = register.exported()
    seen = register.preview(without_status(rows), base=base)
    assert [one.outcome for one in seen.rows] == [Outcome.UNCHANGED] * 6


def test_what_is_completed_is_at_a_hundred_percent_unless_the_workbook_says_otherwise() -> None:
    """Where it does, both are taken as they stand, and the contradiction is told."""
    rows = [replace(one, progress=None, given=GIVEN - {"progress"}) for one in ROWS]
    register = registered(first(rows, status=Status.PLANNED))
    seen = register.confirm(first(rows, status=Status.COMPLETED))
    assert {change.field for change in seen.rows[0].changes} == {"status", "progress"}
    assert register.actions[0].progress == 100
    register = registered()
    seen = register.confirm(first(ROWS, status=Status.COMPLETED, progress=60))
    assert told(seen) == [("H5", "progress_contradicts")]
    assert (register.actions[0].status, register.actions[0].progress) == (Status.COMPLETED, 60)
    assert told(register.preview(first(ROWS, status=Status.COMPLETED, progress=60))) == []


def test_dates_that_only_together_with_the_registers_are_reversed_are_an_error() -> None:
    """The workbook has no column for the other one."""
    register = registered()
    register.correct(1, start=date(2026, 10, 1))
    rows = [replace(one, given=GIVEN - {"start"}) for one in ROWS]
    seen = register.preview(first(rows, end=date(2026, 9, 1)))
    assert told(seen) == [("F5", "dates_reversed")]
    assert seen.rows[0].outcome is Outcome.ERROR


# Only the valid rows.


def error(cell: str, code: str = "lead_unknown", sheet: str = "POA") -> Finding:
    return Finding(sheet=sheet, cell=cell, severity=Severity.ERROR, code=code, message="…")


def test_only_the_valid_rows_leave_the_others_as_they_are() -> None:
    """Neither changed nor absent; and the same file again, mended, brings them in."""
    register = registered()
    register.correct(1, budget=99)
    wrong = replace(ROWS[1], observations="x" * 4_001)
    rows = [replace(ROWS[0], budget_pyg=20), wrong, *ROWS[2:6], row(7, "Otra actividad sintética")]
    before = register.actions
    seen = register.confirm(rows, only_valid=True)
    assert [one.outcome for one in seen.rows] == [
        Outcome.CONFLICT, Outcome.ERROR, *[Outcome.UNCHANGED] * 4, Outcome.NEW,
    ]  # fmt: skip
    assert (seen.left_out, seen.absent) == (2, ())
    assert register.actions[:6] == before
    assert len(register.actions) == 7


@pytest.mark.parametrize(
    ("finding", "of_file", "unread"),
    [
        (error("D5"), 0, 0),
        (error("D5:D6"), 0, 0),
        (error("C9", "title_missing"), 0, 0),
        (error("C30", "title_missing"), 0, 1),
        (error("C30", "broken_cell"), 0, 1),
        (error("H5", "broken_cell"), 0, 0),
        (error("C3", "column_missing"), 1, 0),
        (error("", "sheet_too_large"), 1, 0),
        (error("", "file_corrupt", ""), 1, 0),
        (error("D5", sheet="Otra hoja"), 1, 0),
    ],
)
def test_an_error_is_a_rows_or_the_files(finding: Finding, of_file: int, unread: int) -> None:
    """A row's is left out with its row; the file's stands in the way of all."""
    seen = registered().preview(ROWS, findings=(finding,))
    assert (seen.file_errors, seen.unread) == (of_file, unread)
    assert seen.left_out == (0 if of_file else 1)
    assert seen.rejected


def test_a_workbook_of_another_plan_is_told_once() -> None:
    """Though every id in it is unknown."""
    foreign = error("", "workbook_of_other_plan", "")
    register = registered()
    rows = [replace(one, id_accion=f"ACC-2024-{place:04d}") for place, one in enumerate(ROWS, 1)]
    seen = preview(Reading(rows=tuple(rows)), register.actions, {}, {}, Bases(findings=(foreign,)))
    assert told(seen) == [("", "workbook_of_other_plan")]
    assert seen.file_errors == 1


def test_a_new_row_without_axis_or_responsible_is_never_planned() -> None:
    """Whatever the reader has said of it."""
    for missing in ({"lead": None}, {"axis_common": None}):
        seen = Register().preview(first(ROWS, **missing))
        assert seen.rows[0].outcome is Outcome.ERROR


def test_a_row_says_only_what_its_columns_say() -> None:
    """Its progress is not its status."""
    said = said_by(
        replace(ROWS[0], progress=10, axis_common=Axis.CARE, given=frozenset({"title", "progress"}))
    )
    assert said == {"title": ROWS[0].title, "progress": 10}
