"""What a command does to an action's indicators and to what has been reported of them."""

from datetime import date
from typing import Any

import msgspec
import pytest
from samples import FACTS, action, planned

from nanduti.actions import Action, ActionIndicatorReported, ActionRevised, Citation, Indicator, Report
from nanduti.vocabulary import Measure
from nanduti_hub.actions.cells import with_cells
from nanduti_hub.actions.commands import (
    ActionCommand,
    IndicatorSet,
    ReportIndicator,
    SetIndicators,
    WithdrawReport,
)
from nanduti_hub.actions.decide import decide
from nanduti_hub.actions.reports import rows_of
from nanduti_hub.actions.state import Current
from nanduti_hub.refusal import Refusal

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 31)


def standing(*indicators: Indicator, **changes: Any) -> Current:
    return Current(3, action(indicators=indicators, **changes))


def people(*reports: Report, number: int = 1) -> Indicator:
    return Indicator(number=number, text="Personas sintéticas", measure=Measure.PEOPLE, reports=reports)


def report(value: float = 5, on: date = JUNE, number: int = 1, **fields: Any) -> ReportIndicator:
    return ReportIndicator(number=number, report=Report(on=on, value=value, **fields), facts=FACTS)


def after(state: Current, *commands: ActionCommand) -> Action:
    for command in commands:
        events = decide(state, command)
        assert not isinstance(events, Refusal), events
        for event in events:
            state = Current(event.version, event.action)
    return state.action


def refused(state: Current, command: ActionCommand) -> tuple[str, dict[str, Any]]:
    decided = decide(state, command)
    assert isinstance(decided, Refusal), decided
    return decided.code, dict(decided.values)


def test_a_department_and_a_category_have_reports_of_their_own() -> None:
    """One of the same day, department and category is replaced; the others stay."""
    changed = after(
        standing(people()),
        report(5),
        report(7, department="PY-12"),
        report(8, department="PY-12", category="  docentes  de   aula "),
        report(9, department="PY-12"),
    )
    assert changed.indicators[0].reports == (
        Report(on=JUNE, value=5),
        Report(on=JUNE, value=9, department="PY-12"),
        Report(on=JUNE, value=8, department="PY-12", category="docentes de aula"),
    )


def test_an_empty_category_is_none() -> None:
    """So that the same report is the same bytes, whoever sends it."""
    state = standing(people())
    assert after(state, report(5, category=" ")) == after(state, report(5))
    assert b"category" not in msgspec.json.encode(after(state, report(5, category="")))


@pytest.mark.parametrize("value", [-1, 0.5, 1e13, -1e-300])
@pytest.mark.parametrize("measure", [measure for measure in Measure if measure is not Measure.OTHER])
def test_what_counts_things_counts_whole_ones(measure: Measure, value: float) -> None:
    """And not fewer than none."""
    counted = Indicator(number=1, text="Sintético", measure=measure)
    expected = ("report_not_a_count", {"number": 1, "measure": measure.value})
    assert refused(standing(counted), report(value)) == expected


def test_what_counts_nothing_known_takes_any_number() -> None:
    """A percentage, an index, a change for the worse."""
    other = Indicator(number=1, text="Índice sintético")
    assert after(standing(other), report(-1.5)).indicators[0].reports[0].value == -1.5


def test_a_report_is_of_a_day_that_has_come_and_a_department_that_is_there() -> None:
    """Today is the last day that can be reported."""
    state = standing(people())
    assert after(state, report(on=FACTS.today))
    ahead = refused(state, report(on=date(2026, 11, 25)))
    assert ahead == ("report_ahead", {"on": "2026-11-25", "today": "2026-11-24"})
    assert refused(state, report(department="PY-99")) == ("department_unknown", {"department": "PY-99"})


def test_a_value_may_be_lower_than_the_one_before() -> None:
    """That is a correction."""
    changed = after(standing(people()), report(9), report(4, on=JULY))
    assert [one.value for one in changed.indicators[0].reports] == [9, 4]


def test_a_wrong_report_is_withdrawn_and_the_others_stay() -> None:
    """As an event of its own, which says what was there before."""
    state = Current(5, after(standing(people()), report(5), report(7, department="PY-12", category="x")))
    command = WithdrawReport(number=1, on=JUNE, department="PY-12", category=" x ")
    decided = decide(state, command)
    assert not isinstance(decided, Refusal)
    (event,) = decided
    assert isinstance(event, ActionIndicatorReported)
    assert event.action.indicators[0].reports == (Report(on=JUNE, value=5),)
    assert len(event.changes[0].before[0]["reports"]) == 2
    unknown = ("report_unknown", {"number": 1, "on": "2026-06-30"})
    assert refused(Current(6, event.action), command) == unknown
    assert refused(state, WithdrawReport(number=2, on=JUNE)) == ("indicator_unknown", {"number": 2})


def test_reports_stay_with_the_number_of_their_indicator() -> None:
    """Whatever else of it changes, and in whatever order they are sent; a new one follows the last number."""
    state = standing(people(Report(on=JUNE, value=5)), people(number=4))
    wanted = SetIndicators(
        indicators=(
            IndicatorSet(text="Nuevo", measure=Measure.MATERIALS, unit="tipos"),
            IndicatorSet(number=4, text="Cuarto"),
            IndicatorSet(number=1, text="Primero", measure=Measure.AUDIENCE, target=9),
        )
    )
    decided = decide(state, wanted)
    assert not isinstance(decided, Refusal)
    (event,) = decided
    assert isinstance(event, ActionRevised)
    assert event.action.indicators == (
        Indicator(
            number=1,
            text="Primero",
            measure=Measure.AUDIENCE,
            target=9,
            reports=(Report(on=JUNE, value=5),),
        ),
        Indicator(number=4, text="Cuarto"),
        Indicator(number=5, text="Nuevo", measure=Measure.MATERIALS, unit="tipos"),
    )


def test_the_same_indicators_again_change_nothing() -> None:
    """Saying `other` is saying nothing."""
    state = standing(Indicator(number=1, text="Uno"))
    assert decide(state, SetIndicators(indicators=(IndicatorSet(number=1, text="Uno"),))) == ()


REFUSED_SETS: list[tuple[str, tuple[IndicatorSet, ...], dict[str, Any]]] = [
    ("indicator_has_reports", (), {"number": 1, "reports": 1}),
    ("indicator_has_reports", (IndicatorSet(text="Personas sintéticas"),), {"number": 1, "reports": 1}),
    (
        "indicator_unknown",
        (IndicatorSet(number=1, text="x"), IndicatorSet(number=2, text="x")),
        {"number": 2},
    ),
    ("indicator_repeated", (IndicatorSet(number=1, text="x"),) * 2, {"number": 1}),
    ("indicator_text_missing", (IndicatorSet(number=1, text=" "),), {"number": 1}),
    ("indicator_text_missing", (IndicatorSet(number=1, text="x"), IndicatorSet(text="")), {"number": 2}),
]


@pytest.mark.parametrize(("code", "wanted", "values"), REFUSED_SETS)
def test_indicators_that_cannot_be_so_are_refused(
    code: str, wanted: tuple[IndicatorSet, ...], values: dict[str, Any]
) -> None:
    """Above all: none is dropped with its reports."""
    state = standing(people(Report(on=JUNE, value=5)))
    assert refused(state, SetIndicators(indicators=wanted)) == (code, values)


def test_an_indicator_becomes_a_count_only_if_what_was_reported_is_one() -> None:
    """Half a person was a percentage, or a mistake."""
    state = standing(Indicator(number=1, text="Uno", reports=(Report(on=JUNE, value=0.5),)))
    wanted = SetIndicators(indicators=(IndicatorSet(number=1, text="Uno", measure=Measure.PEOPLE),))
    assert refused(state, wanted) == ("report_not_a_count", {"number": 1, "measure": "people"})


def test_an_action_that_is_planned_with_reports_is_held_to_the_same() -> None:
    """There is no way around the rules."""
    twice = people(Report(on=JUNE, value=5), Report(on=JUNE, value=6, category=" "))
    for indicator, code in (
        (twice, "report_repeated"),
        (people(Report(on=date(2027, 1, 1), value=5)), "report_ahead"),
        (people(Report(on=JUNE, value=5, department="PY-99")), "department_unknown"),
        (people(Report(on=JUNE, value=-5)), "report_not_a_count"),
    ):
        decided = decide(None, planned(indicators=(indicator,)))
        assert isinstance(decided, Refusal)
        assert decided.code == code


def test_what_a_workbook_says_of_an_indicator_leaves_its_measure_and_reports() -> None:
    """Also where it empties it."""
    before = action(indicators=(people(Report(on=JUNE, value=5)),))
    said = {"indicator": "Otras palabras", "target": 9.0, "unit": "personas"}
    (changed,) = with_cells(before, said).indicators
    assert (changed.text, changed.measure, changed.reports) == (
        "Otras palabras",
        Measure.PEOPLE,
        before.indicators[0].reports,
    )
    (emptied,) = with_cells(before, {"indicator": "", "target": None, "unit": ""}).indicators
    assert (emptied.text, emptied.reports) == ("", before.indicators[0].reports)


def test_a_workbook_keeps_what_it_said_of_an_indicator_that_was_set_in_the_register() -> None:
    """So that its next revision can tell a change from a cell that was never updated."""
    cited = (Citation(plan=action().plan, revision=1, sheet="POA", row=9),)
    state = standing(Indicator(number=1, text="Uno", target=4), citations=cited)
    changed = after(state, SetIndicators(indicators=(IndicatorSet(number=1, text="Dos", target=4),)))
    assert [(cell.field, cell.value) for cell in changed.citations[0].differs] == [("indicator", "Uno")]


def test_a_report_counts_in_its_own_department_or_else_in_the_actions_only_one() -> None:
    """In none where the action is national or has several."""
    reports = (Report(on=JUNE, value=5), Report(on=JUNE, value=6, department="PY-12"))
    for departments, expected in (
        (("PY-7",), ["PY-7", "PY-12"]),
        ((), [None, "PY-12"]),
        (("PY-7", "PY-12"), [None, "PY-12"]),
    ):
        rows = list(rows_of(action(indicators=(people(*reports),), departments=departments)))
        assert [row.counted_in for row in rows] == expected


def test_what_was_stored_before_there_were_measures_is_the_same_bytes_again() -> None:
    """States, rows and events of 0.2.0 are not touched by this version."""
    stored = (
        b'{"number":1,"text":"Uno","unit":"","baseline":null,"target":40.0,"means_of_verification":"",'
        b'"reports":[{"on":"2026-06-30","value":37.5,"evidence":""}]}'
    )
    assert msgspec.json.encode(msgspec.json.decode(stored, type=Indicator)) == stored
