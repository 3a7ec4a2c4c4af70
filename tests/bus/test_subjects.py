"""Subjects are built and taken apart by one grammar."""

import pytest

from nanduti import subjects
from nanduti.subjects import Subject


def test_what_is_built_is_taken_apart_again() -> None:
    """For every entity."""
    assert {
        subject: subjects.parse(subject)
        for subject in (
            subjects.plan("conaeti", "registered", "p1"),
            subjects.action("joint", "planned", "a1"),
            subjects.agreement("proposed", "g1"),
            subjects.directory("department_registered", "PY-ASU"),
            subjects.handoff("mtess", "offered"),
            subjects.flow("conaeti"),
            subjects.case("opened"),
        )
    } == {
        "nanduti.v1.plan.conaeti.registered.p1": Subject("plan", "conaeti", "registered", "p1"),
        "nanduti.v1.action.joint.planned.a1": Subject("action", "joint", "planned", "a1"),
        "nanduti.v1.agreement.joint.proposed.g1": Subject("agreement", "joint", "proposed", "g1"),
        "nanduti.v1.directory.hub.department_registered.PY-ASU": Subject(
            "directory", "hub", "department_registered", "PY-ASU"
        ),
        "nanduti.v1.handoff.mtess.offered": Subject("handoff", "mtess", "offered"),
        "nanduti.v1.flow.conaeti.counted": Subject("flow", "conaeti", "counted"),
        "nanduti.v1.case.opened": Subject("case", "", "opened"),
    }


def test_a_subject_of_an_unknown_entity_is_read_as_well() -> None:
    """A later contract may bring it."""
    assert subjects.parse("nanduti.v1.drill.joint.begun.x.d1") == Subject("drill", "joint", "begun", "d1")


@pytest.mark.parametrize(
    "subject",
    ["", "nanduti.v1", "nanduti.v1.case", "nanduti.v2.case.x", "a.nanduti.v1.case.x", "nanduti.v1.plan..x"],
)
def test_what_is_not_of_this_grammar_is_refused(subject: str) -> None:
    """Another version's, or cut off."""
    with pytest.raises(ValueError, match="not a subject"):
        subjects.parse(subject)


@pytest.mark.parametrize("token", ["", "a.b", "*", ">", "a b", "ñ", "a\r\nPUB"])
def test_a_token_that_is_not_safe_in_nats_is_refused(token: str) -> None:
    """It could name other subjects than its own."""
    with pytest.raises(ValueError, match="not safe"):
        subjects.action("conaeti", "planned", token)
