"""What confirming a workbook would do: cell by cell, three ways."""

from datetime import date
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from samples import action

from nanduti.actions import Action, Change, Citation, Indicator
from nanduti.vocabulary import Axis, Crime, Status
from nanduti_hub.actions.cells import remember_cited
from nanduti_hub.plans.allowed import COLUMN_NAMES
from nanduti_hub.plans.pairing import Basis
from nanduti_hub.plans.revision import Outcome, Preview, preview
from nanduti_hub.plans.row_values import filled, planned, revised, values_of
from nanduti_hub.plans.rows import Finding, Reading, Row, Severity, cells_at

PLAN = "01900000-0000-7000-8000-000000000001"
CITATION = Citation(plan=PLAN, revision=1, sheet="POA", row=5, number="1.1")
GIVEN = frozenset(
    {
        "title",
        "axis",
        "lead",
        "collaborators",
        "start",
        "end",
        "indicator",
        "target",
        "budget_pyg",
        "progress",
    }
)
ROW = Row(
    sheet="POA", row=5, code="1.1", title="Capacitar a inspectores de trabajo (sintético)", axis="Detección",
    axis_common=Axis.DETECTION, lead="mtess", collaborators=("mp",), start=date(2026, 3, 1), end=date(2026, 6, 30),
    indicator="Inspectores capacitados", unit="personas", target=40, budget_pyg=12_500_000, progress=0, given=GIVEN,
    cells=cells_at({"budget_pyg": "K5", "title": "C5"}),
)  # fmt: skip


def reading(*rows: Row, findings: tuple[Finding, ...] = ()) -> Reading:
    return Reading(rows=rows, findings=findings)


def imported(row: Row = ROW, **changes: Any) -> Action:
    """The action as the first import of a row made it, and perhaps as somebody corrected it since."""
    blank = action(indicators=(), citations=(CITATION,), title=row.title, plan=PLAN)
    made = planned(row, values_of(row), blank)
    return stored(remember_cited(made, replace(made, **changes)) if changes else made)


def stored(one: Action) -> Action:
    """As it comes back from the database."""
    return msgspec.json.decode(msgspec.json.encode(one), type=Action)


def only(compared: Preview) -> tuple[Outcome, tuple[Change, ...], list[str]]:
    (outcome,) = compared.rows
    return outcome.outcome, outcome.changes, [finding.code for finding in compared.findings]


def confirmed(before: Action, row: Row, revision: int = 2) -> Action:
    """The action after confirming the one row."""
    (outcome,) = preview(reading(row), [before], {}).rows
    if not outcome.changes and not outcome.settled:
        return before
    values = filled(row, outcome.taken, before)
    return stored(revised(before, row, values, replace(CITATION, revision=revision, number=row.code)))


def test_the_same_row_again_changes_nothing() -> None:
    """Given the first import, when the same row comes again, then it is unchanged."""
    assert only(preview(reading(ROW), [imported()], {})) == (Outcome.UNCHANGED, (), [])


def test_a_cell_that_the_workbook_never_changed_does_not_undo_a_correction() -> None:
    """Given a correction in the register, when the old row comes again, then the correction stays."""
    corrected = imported(budget=99_000_000)
    assert only(preview(reading(ROW), [corrected], {})) == (Outcome.UNCHANGED, (), [])
    assert confirmed(corrected, ROW) == corrected


CHANGED: list[tuple[str, Any, str, Any]] = [
    ("budget_pyg", 20_000_000, "budget", 12_500_000),
    ("budget_pyg", None, "budget", 12_500_000),
    ("title", "Capacitar a inspectores de trabajo (sintético), segunda etapa", "title", ROW.title),
    ("lead", "minna", "lead", "mtess"),
    ("collaborators", (), "collaborators", ["mp"]),
    ("end", date(2026, 7, 31), "end", "2026-06-30"),
    ("indicator", "Inspectores", "indicator", "Inspectores capacitados"),
    ("unit", "inspectores", "unit", "personas"),
    ("target", 50.0, "target", 40.0),
    ("axis_common", Axis.PREVENTION, "axis", "DET"),
]


@pytest.mark.parametrize(("field", "value", "cell", "before"), CHANGED)
def test_a_cell_that_is_new_in_the_workbook_is_followed(
    field: str, value: Any, cell: str, before: Any
) -> None:
    """Given nobody touched it, when the cell changes, then the register does, and knows what stood there."""
    stood = imported()
    changed = replace(ROW, **{field: value})
    outcome, changes, findings = only(preview(reading(changed), [stood], {}))
    assert (outcome, changes, findings) == (Outcome.CHANGED, (Change(field=cell, before=before),), [])
    after = confirmed(stood, changed)
    assert only(preview(reading(changed), [after], {})) == (Outcome.UNCHANGED, (), [])
    assert after.citations[0].differs == ()


def test_progress_says_what_has_begun_where_there_is_no_column_for_the_status() -> None:
    """And nothing where there is one."""
    begun = replace(ROW, progress=10)
    outcome, changes, _ = only(preview(reading(begun), [imported()], {}))
    assert (outcome, {change.field for change in changes}) == (Outcome.CHANGED, {"progress", "status"})
    assert confirmed(imported(), begun).status is Status.IN_PROGRESS
    with_status = replace(begun, status=Status.PLANNED, given=GIVEN | {"status"})
    assert values_of(with_status)["status"] is Status.PLANNED


CORRECTED: list[tuple[str, Any]] = [
    ("collaborators", ("mp", "minna")), ("departments", ("PY-12",)), ("crimes", (Crime.TRAFFICKING,)), ("end", None), ("target", None),
    ("axis", Axis.CARE), ("title", "Otro título (sintético)"), ("other_institutions", ("Una gobernación",)),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "value"), CORRECTED)
def test_every_kind_of_cell_can_be_corrected_without_the_old_workbook_coming_in_its_way(
    cell: str, value: Any
) -> None:
    """Lists too, which come back from the database as JSON has them; and corrected back nothing is noted."""
    full = replace(ROW, given=GIVEN | {"departments", "crimes", "other_institutions"})
    stood = imported(full)
    changes = (
        {"indicators": (replace(stood.indicators[0], target=value),)} if cell == "target" else {cell: value}
    )
    corrected = imported(full, **changes)
    assert [differs.field for differs in corrected.citations[0].differs] == [cell]
    assert only(preview(reading(full), [corrected], {})) == (Outcome.UNCHANGED, (), [])
    assert remember_cited(corrected, replace(stood, id=corrected.id)).citations[0].differs == ()


def test_a_row_whose_action_is_cancelled_is_shown_to_be_so() -> None:
    """A row that comes back does not take an action up again in silence, nor stay cancelled in silence."""
    compared = preview(reading(ROW), [imported(status=Status.CANCELLED)], {})
    (finding,) = compared.findings
    assert (finding.code, finding.severity, finding.cell) == ("action_cancelled", Severity.WARNING, "C5")
    assert not compared.rejected


def test_a_cell_that_both_changed_is_a_conflict_and_points_at_the_cell() -> None:
    """Given a correction, when the workbook changes the same cell otherwise, then nothing is overwritten."""
    corrected = imported(budget=99_000_000)
    compared = preview(reading(replace(ROW, budget_pyg=20_000_000)), [corrected], {})
    assert only(compared) == (Outcome.CONFLICT, (), ["conflict"])
    (finding,) = compared.findings
    assert (finding.sheet, finding.cell, finding.column, finding.value) == (
        "POA",
        "K5",
        "Presupuesto (Gs.)",
        "20.000.000",
    )
    assert finding.severity is Severity.ERROR
    assert all(number in finding.message for number in ("12.500.000", "99.000.000", "20.000.000"))
    assert finding.suggestion
    assert compared.rejected


def test_a_cell_that_says_what_the_register_says_settles_the_matter() -> None:
    """Given a correction, when the workbook follows it, then only the citation moves, and later changes flow."""
    corrected = imported(budget=99_000_000)
    follows = replace(ROW, budget_pyg=99_000_000)
    compared = preview(reading(follows), [corrected], {})
    assert only(compared) == (Outcome.UNCHANGED, (), [])
    assert compared.rows[0].settled
    after = confirmed(corrected, follows)
    assert after.citations[0].differs == ()
    assert after.budget == 99_000_000
    later = only(preview(reading(replace(ROW, budget_pyg=1)), [after], {}))
    assert later == (Outcome.CHANGED, (Change(field="budget", before=99_000_000),), [])


def test_a_change_beside_a_correction_takes_the_one_and_keeps_the_other() -> None:
    """Given a corrected budget, when the title changes, then the title follows and the budget stays noted."""
    corrected = imported(budget=99_000_000)
    changed = replace(ROW, title="Capacitar a inspectores de trabajo (sintético) y fiscales")
    after = confirmed(corrected, changed)
    assert (after.title, after.budget) == (changed.title, 99_000_000)
    assert [(cell.field, cell.value) for cell in after.citations[0].differs] == [("budget", 12_500_000)]
    assert only(preview(reading(changed), [after], {}))[0] is Outcome.UNCHANGED


def test_a_column_that_the_workbook_does_not_have_says_nothing() -> None:
    """Given a workbook without a budget column, when it comes, then the budget stays."""
    narrow = replace(ROW, budget_pyg=None, target=None, unit="", given=frozenset({"title", "axis", "lead"}))
    assert set(values_of(narrow)) == {"title", "plan_axis", "axis", "lead"}
    assert only(preview(reading(narrow), [imported()], {}))[0] is Outcome.UNCHANGED


@pytest.mark.parametrize("field", ["lead", "progress", "axis", "axis_common"])
def test_a_blank_in_some_columns_says_nothing(field: str) -> None:
    """A blank progress is no progress of zero, a blank lead no orphan."""
    blank = replace(ROW, **{field: "" if field == "axis" else None})
    assert only(preview(reading(blank), [imported(progress=30)], {}))[0] is Outcome.UNCHANGED


def test_an_action_whose_row_is_gone_is_absent_and_nothing_more() -> None:
    """Cancelled ones are not counted again."""
    gone = action(2, title="Otra acción sintética de otro tema", citations=(replace(CITATION, number="7"),))
    cancelled = replace(gone, id="01900000-0000-7000-8000-000000000009", status=Status.CANCELLED)
    compared = preview(reading(ROW), [imported(), gone, cancelled], {})
    assert compared.absent == (gone.id,)
    assert not compared.rejected


def test_a_row_in_error_is_in_error_whatever_it_would_do() -> None:
    """And the others come out as they would, so that all is seen at once."""
    error = Finding(
        sheet="POA",
        cell="D6",
        severity=Severity.ERROR,
        code="lead_unknown",
        message="No se reconoce.",
        value="X",
    )
    other = replace(ROW, row=6, code="1.2", title="Imprimir materiales de otra campaña sintética")
    compared = preview(reading(ROW, other, findings=(error,)), [imported()], {})
    assert [row.outcome for row in compared.rows] == [Outcome.UNCHANGED, Outcome.ERROR]
    assert compared.rejected


def test_what_a_person_decided_on_a_pair_decides_what_changes() -> None:
    """A row that was taken for an action can be made a new one, and the action is then absent."""
    stood = imported()
    compared = preview(reading(ROW), [stood], {"POA!5": None})
    assert (compared.rows[0].outcome, compared.rows[0].basis) == (Outcome.NEW, Basis.PERSON)
    assert compared.absent == (stood.id,)


def test_an_action_that_the_register_added_is_taken_up_by_its_row() -> None:
    """Given an action in no workbook, when a row says the same, then the action begins to cite it."""
    added = replace(imported(), citations=())
    compared = preview(reading(ROW), [added], {})
    assert compared.rows[0].action == added.id
    assert compared.rows[0].settled
    assert confirmed(added, ROW).citations[0].number == "1.1"


def test_a_row_that_was_renumbered_moves_its_citation() -> None:
    """Or the next workbook would look for the number that nobody uses any more."""
    renumbered = replace(ROW, code="1.2", row=6)
    compared = preview(reading(renumbered), [imported()], {})
    assert (compared.rows[0].outcome, compared.rows[0].settled) == (Outcome.UNCHANGED, True)


def test_a_new_status_in_the_workbook_leaves_no_stale_reason_behind() -> None:
    """The reason why it was suspended does not explain why it runs."""
    given = replace(ROW, status=Status.SUSPENDED, given=GIVEN | {"status"})
    stood = replace(imported(given), status_reason="Falta de fondos (sintético)")
    after = confirmed(stood, replace(given, status=Status.IN_PROGRESS))
    assert (after.status, after.status_reason) == (Status.IN_PROGRESS, "")


TOO_LONG: list[tuple[str, Any]] = [
    ("title", "x" * 1_001),
    ("description", "x" * 4_001),
    ("other_institutions", ("x" * 1_001,)),
    ("indicator", "x" * 1_001),
    ("budget_pyg", 10**20),
    ("observations", "a\x00b"),
    ("progress", 101),
]


@pytest.mark.parametrize(("field", "value"), TOO_LONG)
def test_a_row_that_no_reader_of_the_register_could_decode_is_an_error(field: str, value: Any) -> None:
    """What the contract does not allow never becomes an event."""
    row = replace(ROW, **{field: value}, given=GIVEN | {field}, cells=cells_at({field: "D5"}))
    compared = preview(reading(row), [], {})
    assert compared.rows[0].outcome is Outcome.ERROR
    (finding,) = compared.findings
    assert (finding.code, finding.cell, finding.column) == ("value_not_allowed", "D5", COLUMN_NAMES[field])
    assert len(finding.value) <= 200


def test_a_row_whose_event_would_be_too_large_is_an_error_of_that_row() -> None:
    """Each text alone would do; all of them would refuse the whole workbook without saying where."""
    long = {"description": "😀" * 3_000, "observations": "😀" * 2_500}
    compared = preview(reading(replace(ROW, **long, given=GIVEN | frozenset(long))), [], {})
    assert [(finding.code, finding.cell) for finding in compared.findings] == [("row_too_long", "C5")]
    assert (compared.rows[0].outcome, compared.file_errors) == (Outcome.ERROR, 0)


def test_a_control_character_in_the_name_of_an_institution_is_an_error_too() -> None:
    """Names that the directory does not know are kept as written."""
    row = replace(
        ROW, other_institutions=("Una\x1bgobernación",), cells=cells_at({"other_institutions": "E5"})
    )
    (finding,) = preview(reading(row), [], {}).findings
    assert (finding.code, finding.cell) == ("value_not_allowed", "E5")


def test_a_new_row_gives_the_whole_action_and_cites_itself() -> None:
    """With its first indicator; what it does not say keeps its default."""
    made = imported()
    assert made.indicators == (
        Indicator(number=1, text="Inspectores capacitados", unit="personas", target=40),
    )
    assert (made.status, made.citations) == (Status.PLANNED, (CITATION,))
    assert msgspec.json.decode(msgspec.json.encode(made), type=Action) == made
