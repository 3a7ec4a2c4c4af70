"""A plan taken out as a workbook and brought back says what it said: nothing is changed, nothing is told."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hostile_plan import FILES, REGISTER, demo, hostile, template_of, told
from libreoffice import saved_again

from nanduti.actions import Action
from nanduti.plans import Plan
from nanduti_hub.actions.cells import cells, json_values
from nanduti_hub.plans.pairing import Basis
from nanduti_hub.plans.revision import Outcome, preview
from nanduti_hub.plans.row_values import said_by
from nanduti_hub.plans.rows import Known, Reading
from nanduti_hub.plans.workbook import read_workbook

Taken = tuple[Known, Plan, tuple[Action, ...]]


def differences(reading: Reading, actions: Sequence[Action]) -> list[str]:
    """Every cell of the rows that says otherwise than the action of the row."""
    by_code = {action.code: action for action in actions}
    found = []
    for row in reading.rows:
        action = by_code.get(row.id_accion)
        if action is None:
            found.append(f"row {row.row}: no action {row.id_accion!r}")
            continue
        now, said = cells(action), said_by(row)
        stood, says = json_values(now), json_values(said)
        number = action.citations[0].number if action.citations else ""
        if row.code != number:
            found.append(f"{action.code} number: {number!r} came back as {row.code!r}")
        found.extend(
            f"{action.code} {name}: {now[name]!r} came back as {value!r}"
            for name, value in said.items()
            if says[name] != stood[name]
        )
        found.extend(
            f"{action.code} {name}: {value!r} did not come back"
            for name, value in now.items()
            if name not in said and value not in ((), "") and name != "kind"
        )
    return found


def assert_unchanged(content: bytes, name: str, taken: Taken) -> None:
    known, plan, actions = taken
    reading = read_workbook(content, name, known)
    assert told(reading) == []
    assert [row.id_accion for row in reading.rows] == [action.code for action in actions]
    assert differences(reading, actions) == []
    compared = preview(reading, actions, {})
    assert {row.outcome for row in compared.rows} == {Outcome.UNCHANGED}
    assert {row.basis for row in compared.rows} == {Basis.ID}
    assert (compared.absent, [one for one in compared.findings if one not in reading.findings]) == ((), [])
    assert reading.base is not None
    assert (reading.base.plan, reading.base.revision, reading.base.register) == (plan.id, 3, REGISTER)


def written(taken: Taken) -> bytes:
    known, plan, actions = taken
    return template_of(plan, actions, known)


@pytest.mark.parametrize("file", FILES)
def test_a_demo_plan_comes_back_as_it_was(file: str) -> None:
    assert_unchanged(written(demo(file)), "plan.xlsx", demo(file))


def test_a_plan_whose_every_text_is_hostile_comes_back_as_it_was() -> None:
    assert_unchanged(written(hostile()), "plan.xlsx", hostile())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_every_plan_comes_back_as_it_was_after_libreoffice_opened_and_saved_it(
    kind: str, tmp_path: Path
) -> None:
    taken = {"hostile": hostile()} | {file.removesuffix(".xlsx"): demo(file) for file in FILES}
    came_back = saved_again(tmp_path, kind, {name: written(plan) for name, plan in taken.items()})
    for name, content in came_back.items():
        assert_unchanged(content, f"{name}.{kind}", taken[name])
