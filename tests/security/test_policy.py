"""The policy table: what is not in it is refused, and the page that shows it is the table."""

import pytest
from policy_page import PAGE, page

from nanduti.subjects import JOINT
from nanduti_hub.access.policy import TABLE, Act, Whose, allowed, permit, whose
from nanduti_hub.caller import WORKER, Caller, Role
from nanduti_hub.refusal import Refusal, Refused

CONAETI = Caller(name="test", role=Role.COORDINATOR, scope="conaeti")


def test_the_page_shows_the_table() -> None:
    """docs/reference/policy.md is written by `python tests/security/policy_page.py`."""
    assert PAGE.read_text("utf-8") == page()


def test_every_act_is_somebodys() -> None:
    """An act that nobody may do is a mistake, and the worker comes through no door."""
    assert set(TABLE) == set(Act)
    assert all(roles and Role.WORKER not in roles for roles in TABLE.values())


def test_a_role_that_is_not_in_the_row_may_not() -> None:
    """Whoever's the thing is."""
    for owner in (None, "conaeti", JOINT, "mesa"):
        with pytest.raises(Refused) as refused:
            permit(CONAETI, Act.CHANGE_DIRECTORY, owner)
        assert refused.value.refusal.code == "not_allowed"
    with pytest.raises(Refused):
        permit(WORKER, Act.READ_REGISTER)


def test_what_is_anothers_is_refused_as_such_or_as_if_it_were_not_there() -> None:
    """The route says which."""
    permit(CONAETI, Act.CHANGE_PLAN, "conaeti")
    for owner in ("mesa", JOINT, "*", ""):
        with pytest.raises(Refused) as refused:
            permit(CONAETI, Act.CHANGE_PLAN, owner)
        assert refused.value.refusal.code == "not_yours"
    with pytest.raises(Refused) as refused:
        permit(CONAETI, Act.READ_IMPORT, "mesa", hidden=Refusal("import_unknown"))
    assert refused.value.refusal == Refusal("import_unknown")


def test_whose_a_thing_is_depends_on_who_asks() -> None:
    """A steward's scope is no platform, so that nothing is a steward's own but the hub's."""
    steward = Caller(name="test", role=Role.STEWARD, scope="*")
    assert [whose(CONAETI, owner) for owner in ("conaeti", JOINT, "mesa")] == list(Whose)
    assert whose(steward, "conaeti") is Whose.OTHER
    assert allowed(steward)["directory.change"] == ["own", "shared", "other"]
    assert "plan.change" not in allowed(steward)
