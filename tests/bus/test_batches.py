"""Batches are stored whole, in order, where the relay expects the ledger to end, or not at all."""

import asyncio

import pytest
from bus.events import action_event, notice
from nats.aio.client import Client
from nats_server import Bus

from nanduti_hub.relay.batch import StreamMissing, WrongLastSequence, publish_batch
from nanduti_hub.relay.keeper import call


async def state(keeper: Client) -> tuple[int, int]:
    found = (await call(keeper, "STREAM.INFO.LEDGER"))["state"]
    return found["messages"], found["last_seq"]


async def test_a_batch_and_a_single_message_are_stored_after_what_was_expected(
    keeper: Client, relay: Client
) -> None:
    """The answer is the sequence of the last of them."""
    assert await publish_batch(relay, [action_event(1, 1)], 0) == 1
    assert await publish_batch(relay, [action_event(number, 1) for number in range(2, 1_002)], 1) == 1_001
    assert await publish_batch(relay, [notice("mtess"), action_event(1, 2)], 1_001) == 1_003
    assert await state(keeper) == (1_003, 1_003)
    stored = await relay.jetstream().get_msg("LEDGER", seq=1_001)
    assert (stored.subject, stored.data) == action_event(1_001, 1)
    assert (stored.headers or {})["Content-Type"] == "application/cloudevents+json"


@pytest.mark.parametrize("size", [1, 2, 300])
@pytest.mark.parametrize("wrong", [0, 2, 4, 99])
async def test_a_wrong_expectation_stores_nothing(
    size: int, wrong: int, keeper: Client, relay: Client
) -> None:
    """And says where the ledger ends."""
    await publish_batch(relay, [action_event(number, 1) for number in range(3)], 0)
    with pytest.raises(WrongLastSequence) as raised:
        await publish_batch(relay, [action_event(9, 1)] * size, wrong)
    assert raised.value.actual in {3, None}
    assert await state(keeper) == (3, 3)
    assert await publish_batch(relay, [action_event(9, 1)] * size, 3) == 3 + size


async def test_of_two_relays_at_once_one_is_fenced_off(bus: Bus, keeper: Client, relay: Client) -> None:
    """Nothing of the loser's batch is stored."""
    other = await bus.connect_as("relay")
    ours, theirs = ([action_event(number, version) for number in range(200)] for version in (1, 2))
    results = await asyncio.gather(
        publish_batch(relay, ours, 0), publish_batch(other, theirs, 0), return_exceptions=True
    )
    assert min(map(str, results)) == "200"
    assert [type(result) for result in results if result != 200] == [WrongLastSequence]
    assert await state(keeper) == (200, 200)


@pytest.mark.parametrize("size", [1, 3])
async def test_a_missing_ledger_is_told_apart(size: int, bare_bus: Bus) -> None:
    """Before the keeper has made it."""
    relay = await bare_bus.connect_as("relay")
    with pytest.raises(StreamMissing):
        await publish_batch(relay, [action_event(1, 1)] * size, 0)


async def test_a_batch_that_was_never_committed_leaves_nothing(keeper: Client, relay: Client) -> None:
    """As when the relay is killed in the middle of one."""
    headers = {"Nats-Batch-Id": "unfinished", "Nats-Batch-Sequence": "1", "Nats-Expected-Last-Sequence": "0"}
    await relay.publish(*action_event(1, 1), headers=headers)
    await relay.flush()
    assert await publish_batch(relay, [action_event(1, 1), action_event(2, 1)], 0) == 2
    assert await state(keeper) == (2, 2)


async def test_a_refusal_of_another_kind_says_why(relay: Client) -> None:
    """A subject that LEDGER does not hold is nobody's; a message that is too large is refused here."""
    with pytest.raises(ValueError, match="1 to 1000"):
        await publish_batch(relay, [], 0)
    with pytest.raises(ValueError, match="1 to 1000"):
        await publish_batch(relay, [action_event(1, 1)] * 1_001, 0)
