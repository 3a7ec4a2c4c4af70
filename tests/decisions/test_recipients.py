"""What a command does to the keys of an institution."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from public_keys_written import written

from nanduti.directory import Recipients, RecipientsChanged
from nanduti.envelope import MAX_BYTES
from nanduti.public_keys import fingerprint
from nanduti.recipients import active, can_receive
from nanduti.vocabulary import RecipientKind
from nanduti.wire import Context, encode
from nanduti_hub.directory.recipients import (
    MOST,
    MOST_ACTIVE,
    RecipientsCommand,
    RegisterKey,
    RevokeKey,
    decide,
    evolve,
)
from nanduti_hub.refusal import Refusal

DAY, LATER = date(2026, 11, 24), date(2026, 12, 1)


def register(number: int, label: RecipientKind = RecipientKind.OFFICER) -> RegisterKey:
    return RegisterKey(institution="mtess", public_key=written(1000 + number), label=label, on=DAY)


def revoke(number: int, day: date = LATER) -> RevokeKey:
    return RevokeKey(fingerprint=fingerprint(written(1000 + number)), on=day)


def after(*commands: RecipientsCommand, state: RecipientsChanged | None = None) -> RecipientsChanged:
    for command in commands:
        decided = decide(state, command)
        assert not isinstance(decided, Refusal), decided
        for event in decided:
            state = evolve(state, event)
    assert state is not None
    return state


def refused(state: RecipientsChanged | None, command: RecipientsCommand) -> str:
    decided = decide(state, command)
    assert isinstance(decided, Refusal)
    assert not any("age1" in str(value) for value in decided.values.values())
    return decided.code


def test_a_key_is_registered_with_the_hubs_own_fingerprint_and_number() -> None:
    """Numbers count by what a key is for, and a revoked key's is never given again."""
    state = after(register(1), register(2), register(3, RecipientKind.RECOVERY), revoke(2), register(4))
    assert state.version == 5
    assert [(each.label, each.number, each.revoked) for each in state.recipients.recipients] == [
        ("officer", 1, None),
        ("officer", 2, LATER),
        ("recovery", 1, None),
        ("officer", 3, None),
    ]
    assert [each.fingerprint for each in state.recipients.recipients] == [
        fingerprint(written(1000 + number)) for number in (1, 2, 3, 4)
    ]
    assert [each.number for each in active(state.recipients)] == [1, 1, 3]


def test_what_is_no_key_and_what_is_there_already_is_refused() -> None:
    """A revoked key is there for ever; somebody who sends the secret one is told at once."""
    state = after(register(1), register(2), revoke(2))
    assert refused(state, register(1)) == refused(state, register(2)) == "key_repeated"
    for text, code in (("age1nada", "key_unfit"), ("AGE-SECRET-KEY-1" + "Q" * 58, "key_secret")):
        wrong = RegisterKey(institution="mtess", public_key=text, label=RecipientKind.OFFICER, on=DAY)
        assert refused(state, wrong) == code


def test_revoking_twice_is_once_and_what_is_not_there_cannot_be() -> None:
    """The first day stays."""
    state = after(register(1), revoke(1), revoke(1, date(2027, 1, 1)))
    assert (state.version, state.recipients.recipients[0].revoked) == (2, LATER)
    assert refused(state, revoke(2)) == refused(None, revoke(1)) == "key_unknown"


def test_an_institution_has_so_many_keys_and_no_more_and_their_event_is_never_too_large() -> None:
    """In use, and in all."""
    state = after(*(register(number, RecipientKind.WORKSTATION) for number in range(MOST_ACTIVE)))
    assert refused(state, register(MOST_ACTIVE)) == "keys_many"
    for number in range(MOST_ACTIVE, MOST):
        state = after(revoke(number - MOST_ACTIVE), register(number, RecipientKind.WORKSTATION), state=state)
    state = after(revoke(MOST - 1), state=state)
    assert refused(state, register(MOST)) == "keys_many"
    context = Context(id="x" * 36, source="urn:nanduti:x", time="2026-11-24T12:00:00Z", traceparent="x" * 55)
    assert len(encode(state, context).body) < MAX_BYTES - 2_000


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 6), st.sampled_from(RecipientKind)), max_size=30))
def test_whatever_is_done_no_key_is_lost_and_versions_are_dense(
    steps: list[tuple[bool, int, RecipientKind]],
) -> None:
    """And no key, nor its name, comes twice."""
    state: RecipientsChanged | None = None
    for is_new, number, label in steps:
        before = state.recipients.recipients if state else ()
        decided = decide(state, register(number, label) if is_new else revoke(number))
        if isinstance(decided, Refusal) or not decided:
            continue
        (event,) = decided
        assert event.version == (state.version + 1 if state else 1)
        state = evolve(state, event)
        now = state.recipients.recipients
        assert [each.public_key for each in now[: len(before)]] == [each.public_key for each in before]
        assert len({each.fingerprint for each in now}) == len(now)
        assert len({(each.label, each.number) for each in now}) == len(now)


@pytest.mark.parametrize(
    ("commands", "receives"),
    [
        ([register(1)], False),
        ([register(1, RecipientKind.RECOVERY)], False),
        ([register(1), register(2, RecipientKind.RECOVERY)], True),
        ([register(1, RecipientKind.WORKSTATION), register(2, RecipientKind.RECOVERY)], True),
        ([register(1), register(2, RecipientKind.RECOVERY), revoke(1)], False),
        ([register(1), register(2, RecipientKind.RECOVERY), revoke(2)], False),
    ],
)
def test_it_can_receive_with_a_key_in_use_and_a_recovery_key(
    commands: list[RecipientsCommand], *, receives: bool
) -> None:
    """One without the other is a lost machine away from a lost case, or nobody's to open."""
    assert can_receive(after(*commands).recipients) is receives


def test_an_institution_without_keys_cannot_receive() -> None:
    """Nobody is sealed to by chance."""
    assert not can_receive(Recipients(institution="mtess"))
