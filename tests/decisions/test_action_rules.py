"""What a command does to an action: the table of status steps, corrections, milestones, reports, and no event
where nothing changes."""

from datetime import date
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from samples import FACTS, action, planned

from nanduti.actions import (
    Action,
    ActionEvent,
    ActionIndicatorReported,
    ActionMilestonesChanged,
    ActionPlanned,
    ActionProgressReported,
    ActionRevised,
    ActionStatusChanged,
    Change,
    Citation,
    CitedCell,
    Indicator,
    Milestone,
    Report,
)
from nanduti.vocabulary import Axis, Crime, Kind, Status
from nanduti_hub.actions.cells import cells, cited, json_values, remember_cited, with_cells
from nanduti_hub.actions.commands import (
    ActionCommand,
    ChangeStatus,
    Correct,
    Correction,
    ReportIndicator,
    ReportProgress,
    SetMilestones,
)
from nanduti_hub.actions.decide import STEPS, decide
from nanduti_hub.actions.state import Current, evolve
from nanduti_hub.refusal import Refusal

CITED = (Citation(plan="01900000-0000-7000-8000-000000000001", revision=1, sheet="POA", row=9, number="2.1"),)


def standing(version: int = 3, **changes: Any) -> Current:
    return Current(version, action(**changes))


def event_of(state: Current, command: ActionCommand) -> ActionEvent:
    """The one event of a command that must change something."""
    decided = decide(state, command)
    assert not isinstance(decided, Refusal), decided
    (event,) = decided
    return event


def correction(**fields: Any) -> Correct:
    """A merge patch as it comes in: through JSON."""
    return Correct(correction=msgspec.json.decode(msgspec.json.encode(fields), type=Correction), facts=FACTS)


def refusal_of(state: Current | None, command: ActionCommand) -> tuple[str, dict[str, Any]]:
    decided = decide(state, command)
    assert isinstance(decided, Refusal), decided
    return decided.code, decided.values


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", Status)
def test_a_status_step_is_taken_only_where_the_table_has_it(before: Status, after: Status) -> None:
    """Given a reason, a step is taken or refused by the table alone; staying is no step."""
    state = standing(status=before)
    command = ChangeStatus(status=after, reason="Acta sintética 4/2026")
    if after is before:
        assert decide(state, command) == ()
    elif after in STEPS[before]:
        event = event_of(state, command)
        assert isinstance(event, ActionStatusChanged)
        assert (event.version, event.action.status) == (4, after)
        assert event.action.status_reason == "Acta sintética 4/2026"
        assert Change(field="status", before=before.value) in event.changes
    else:
        assert refusal_of(state, command) == (
            "status_step_refused",
            {"from": before.value, "to": after.value},
        )


@pytest.mark.parametrize(
    ("before", "after"),
    [(before, after) for before in STEPS for after, needs in STEPS[before].items() if needs],
)
@pytest.mark.parametrize("reason", ["", "   ", "\t\n"])
def test_a_step_that_needs_a_reason_is_refused_without_one(
    before: Status, after: Status, reason: str
) -> None:
    """Blanks are no reason."""
    command = ChangeStatus(status=after, reason=reason)
    assert refusal_of(standing(status=before), command) == ("status_reason_missing", {"to": after.value})


def test_nobody_joins_an_action_by_changing_its_status() -> None:
    """Joining is agreed between platforms; it is no step that one of them takes."""
    assert all(Status.JOINED not in steps for steps in STEPS.values())
    assert STEPS[Status.JOINED] == {}


def test_a_completed_action_is_at_a_hundred_percent() -> None:
    """And the change of its progress is told with the status."""
    event = event_of(standing(progress=40), ChangeStatus(status=Status.COMPLETED))
    assert event.action.progress == 100
    assert {change.field for change in event.changes} == {"status", "progress"}


COMMANDS: list[ActionCommand] = [
    Correct(correction=Correction(), facts=FACTS),
    ChangeStatus(status=Status.COMPLETED),
    ReportProgress(progress=1),
    SetMilestones(milestones=()),
    ReportIndicator(number=1, report=Report(on=date(2026, 5, 1), value=1), facts=FACTS),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_nothing_happens_to_an_action_that_does_not_exist(command: ActionCommand) -> None:
    """It is refused."""
    assert refusal_of(None, command) == ("action_unknown", {})


def test_an_action_is_planned_once() -> None:
    """The second time is refused with its code."""
    command = planned()
    event = decide(None, command)
    assert event == (ActionPlanned(version=1, action=command.action),)
    assert refusal_of(evolve(None, event[0]), command) == ("action_exists", {"code": command.action.code})


WRONG: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"title": " \n "}, "title_missing", {}),
    ({"start": date(2026, 7, 1)}, "dates_reversed", {"start": "2026-07-01", "end": "2026-06-30"}),
    ({"lead": "nadie"}, "institution_unknown", {"institution": "nadie"}),
    ({"collaborators": ["minna", "nadie"]}, "institution_unknown", {"institution": "nadie"}),
    ({"departments": ["PY-7", "PY-99"]}, "department_unknown", {"department": "PY-99"}),
]


@pytest.mark.parametrize(("fields", "code", "values"), WRONG)
def test_what_must_be_true_of_every_action_holds_for_a_new_one_and_a_corrected_one(
    fields: dict[str, Any], code: str, values: dict[str, Any]
) -> None:
    """Both are refused alike."""
    assert refusal_of(standing(), correction(**fields)) == (code, values)
    wrong = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    assert refusal_of(None, planned(**wrong)) == (code, values)


def test_an_action_may_begin_and_end_on_one_day() -> None:
    """Days are inclusive."""
    event = event_of(standing(), correction(start="2026-06-30"))
    assert event.action.start == event.action.end


CORRECTIONS: list[tuple[str, Any, Any]] = [
    ("title", "Otro título sintético", "Otro título sintético"),
    ("description", "Descripción", "Descripción"),
    ("crimes", ["trafficking", "child_labor"], (Crime.TRAFFICKING, Crime.CHILD_LABOR)),
    ("axis", "SAN", Axis.PUNISHMENT),
    ("objective", "Objetivo", "Objetivo"),
    ("kind", "training", Kind.TRAINING),
    ("departments", ["PY-12"], ("PY-12",)),
    ("lead", "minna", "minna"),
    ("collaborators", ["mp"], ("mp",)),
    ("other_institutions", ["Gobernación (sintética)"], ("Gobernación (sintética)",)),
    ("start", "2026-04-01", date(2026, 4, 1)),
    ("budget", 0, 0),
    ("observations", "Con «comillas» y ñandutí", "Con «comillas» y ñandutí"),
]


@pytest.mark.parametrize(("field", "sent", "stored"), CORRECTIONS)
def test_a_correction_changes_the_field_that_it_names_and_no_other(
    field: str, sent: Any, stored: Any
) -> None:
    """The event carries the whole action and what stood there before."""
    state = standing()
    event = event_of(state, correction(**{field: sent}))
    assert isinstance(event, ActionRevised)
    assert event.action == replace(state.action, **{field: stored})
    assert event.changes == (Change(field=field, before=msgspec.to_builtins(getattr(state.action, field))),)


@pytest.mark.parametrize(
    ("field", "empty"),
    [("start", None), ("end", None), ("budget", None), ("departments", ()), ("collaborators", ())],
)
def test_null_empties_a_field_that_can_be_empty(field: str, empty: Any) -> None:
    """As a merge patch says."""
    event = event_of(standing(collaborators=("mp",)), correction(**{field: None}))
    assert getattr(event.action, field) == empty


@pytest.mark.parametrize("field", ["title", "axis", "kind", "lead", "crimes"])
def test_null_is_not_understood_for_a_field_that_an_action_cannot_be_without(field: str) -> None:
    """The patch itself does not fit."""
    with pytest.raises(msgspec.ValidationError):
        correction(**{field: None})


def test_the_cells_of_the_first_indicator_are_corrected_in_place() -> None:
    """Its reports stay, and so do the other indicators."""
    first = Indicator(
        number=1, text="Talleres", unit="", target=4, reports=(Report(on=date(2026, 4, 1), value=2),)
    )
    second = Indicator(number=2, text="Personas", target=90)
    state = standing(indicators=(first, second))
    event = event_of(state, correction(unit="talleres", target=None))
    assert event.action.indicators == (replace(first, unit="talleres", target=None), second)
    assert [change.field for change in event.changes] == ["indicators"]


def test_an_action_without_indicators_gets_one_by_correction_and_loses_it_when_all_of_it_is_emptied() -> None:
    """There is no indicator that says nothing."""
    event = event_of(standing(indicators=()), correction(indicator="Talleres", target=3))
    assert event.action.indicators == (Indicator(number=1, text="Talleres", target=3),)
    emptied = event_of(Current(2, event.action), correction(indicator=None, target=None))
    assert emptied.action.indicators == ()


SAME: list[tuple[str, ActionCommand]] = [
    ("an empty patch", correction()),
    ("the same values", correction(title=action().title, budget=12_500_000, departments=["PY-7"])),
    ("null where nothing is", correction(description=None, observations=None, collaborators=None)),
    ("the same status", ChangeStatus(status=Status.PLANNED, reason="otra vez")),
    ("the same progress", ReportProgress(progress=0)),
    ("the same milestones", SetMilestones(milestones=())),
]


@pytest.mark.parametrize(("what", "command"), SAME)
def test_asking_for_what_is_so_already_makes_no_event(what: str, command: ActionCommand) -> None:
    """The second click of a double click changes nothing."""
    assert decide(standing(), command) == (), what


def test_milestones_are_numbered_by_their_order() -> None:
    """Whatever numbers were sent."""
    sent = (
        Milestone(number=9, title="Convocatoria", due=date(2026, 4, 1), done=date(2026, 3, 30)),
        Milestone(number=9, title="Cierre", due=date(2026, 6, 1)),
    )
    event = event_of(standing(), SetMilestones(milestones=sent))
    assert isinstance(event, ActionMilestonesChanged)
    assert [milestone.number for milestone in event.action.milestones] == [1, 2]
    assert decide(Current(4, event.action), SetMilestones(milestones=sent)) == ()


def test_reports_are_kept_by_day_and_one_for_the_same_day_replaces_it() -> None:
    """In the order of the days, not of their sending."""
    state = standing()
    for on, value in ((5, 10.0), (4, 4.0), (5, 12.0)):
        event = event_of(
            state, ReportIndicator(number=1, report=Report(on=date(2026, on, 1), value=value), facts=FACTS)
        )
        assert isinstance(event, ActionIndicatorReported)
        state = evolve(state, event)
    (indicator,) = state.action.indicators
    assert [(report.on.month, report.value) for report in indicator.reports] == [(4, 4.0), (5, 12.0)]
    again = ReportIndicator(number=1, report=Report(on=date(2026, 5, 1), value=12.0), facts=FACTS)
    assert decide(state, again) == ()
    assert state.version == 6


@pytest.mark.parametrize("number", [0, 2, -1, 10**20])
def test_a_report_on_an_indicator_that_is_not_there_is_refused(number: int) -> None:
    """With its number."""
    report = ReportIndicator(number=number, report=Report(on=date(2026, 5, 1), value=1), facts=FACTS)
    assert refusal_of(standing(), report) == ("indicator_unknown", {"number": number})


def test_progress_is_reported_in_percent() -> None:
    """With what it was before."""
    event = event_of(standing(progress=10), ReportProgress(progress=55))
    assert isinstance(event, ActionProgressReported)
    assert event.changes == (Change(field="progress", before=10),)


def test_a_correction_leaves_a_note_of_what_the_workbook_says() -> None:
    """And correcting it back takes the note away: the citation is bookkeeping, not a change of its own."""
    state = standing(citations=CITED)
    moved = event_of(state, correction(budget=1_000, title="Título corregido"))
    assert moved.action.citations[0].differs == (
        CitedCell(field="title", value=state.action.title),
        CitedCell(field="budget", value=12_500_000),
    )
    assert "citations" not in {change.field for change in moved.changes}
    again = event_of(evolve(state, moved), correction(budget=2_000))
    assert CitedCell(field="budget", value=12_500_000) in again.action.citations[0].differs
    back = event_of(evolve(state, again), correction(budget=12_500_000, title=state.action.title))
    assert back.action.citations == CITED


def test_what_the_workbook_said_is_read_through_the_citation() -> None:
    """Where nothing differs it is what the register says."""
    after = remember_cited(action(citations=CITED), replace(action(citations=CITED), progress=80))
    assert cited(after)["progress"] == 0
    assert cells(after)["progress"] == 80
    assert cited(action(citations=CITED)) == json_values(cells(action(citations=CITED)))


def test_an_action_that_is_in_no_workbook_keeps_no_notes() -> None:
    """There is nothing that it could differ from."""
    before = action()
    assert remember_cited(before, replace(before, progress=3)).citations == ()


def test_cells_written_back_give_the_same_action() -> None:
    """Reading all cells and writing them is no change."""
    for one in (action(), action(indicators=()), action(citations=CITED, progress=7)):
        assert with_cells(one, cells(one)) == one


def test_every_event_is_one_version_more_and_holds_the_action_whole() -> None:
    """So that folding is taking the last."""
    state: Current | None = None
    commands = [
        planned(),
        correction(title="Dos"),
        ReportProgress(progress=3),
        ChangeStatus(status=Status.COMPLETED),
    ]
    for version, command in enumerate(commands, 1):
        decided = decide(state, command)
        assert not isinstance(decided, Refusal)
        state = evolve(state, decided[0])
        assert state.version == version
        assert isinstance(state.action, Action)
