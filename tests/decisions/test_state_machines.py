"""The table of a handoff's states, and the reference page that is drawn from it and from the procedure."""

from decisions.state_machine_page import PAGE, page

from nanduti.vocabulary import HandoffState
from nanduti_hub.handoffs.transitions import BEGINNINGS, ENDS, TRANSITIONS


def test_the_table_has_a_row_for_every_state_and_every_state_is_reached() -> None:
    """And from every state an end can be reached, so that no handoff waits for ever."""
    assert set(TRANSITIONS) == set(HandoffState)
    reached = set(BEGINNINGS.values())
    while True:
        further = reached | {after for state in reached for after in TRANSITIONS[state].values()}
        if further == reached:
            break
        reached = further
    assert reached == set(HandoffState)
    ending = set(ENDS)
    for _ in HandoffState:
        ending |= {state for state in HandoffState if ending & set(TRANSITIONS[state].values())}
    assert ending == set(HandoffState)


def test_a_handoff_is_accepted_only_from_an_offer() -> None:
    """Custody moves nowhere else."""
    before = [state for state, events in TRANSITIONS.items() if "accepted" in events]
    assert before == [HandoffState.OFFERED]


def test_the_reference_page_is_current() -> None:
    """docs/reference/state-machines.md is written by `python tests/decisions/state_machine_page.py`."""
    assert PAGE.read_text("utf-8") == page()
