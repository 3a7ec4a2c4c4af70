"""A subscription gives everything once and in order, whatever happens to the server, and leaves nothing behind."""

import asyncio
import contextlib
import hashlib
import shutil
import signal
from collections.abc import Sequence

import nats.errors
import pytest
from bus.events import action_event, action_id, envelope, notice
from nats.aio.client import Client
from nats_server import Bus, until

from nanduti import subjects
from nanduti.actions import ActionPlanned, ActionProgressReported
from nanduti.subscribe import Hole, Message, Subscription, digest, snapshot, subscribe
from nanduti.wire import Unknown
from nanduti_hub.relay.batch import StreamMissing, WrongLastSequence, publish_batch
from nanduti_hub.relay.keeper import call, provision

#: Servers are started, killed and waited for.
pytestmark = pytest.mark.slow


def reader(bus: Bus, *, after: int = 0, member: str = "mtess", **options: object) -> Subscription:
    return subscribe(bus.server.url, credentials=bus.credentials(member), after=after, **options)  # type: ignore[arg-type]


async def take(subscription: Subscription, count: int) -> list[Message]:
    """The next messages; the subscription is then closed."""
    got: list[Message] = []
    async with asyncio.timeout(60), subscription:
        async for message in subscription:
            got.append(message)
            if len(got) == count:
                break
    return got


async def consumers(bus: Bus, stream: str, member: str = "mtess") -> list[str]:
    """Names of the consumers that are left on a member's stream."""
    keeper = await bus.connect_as(f"keeper:{member}")
    found: Sequence[str] = (await call(keeper, f"CONSUMER.NAMES.{stream}"))["consumers"] or []
    await keeper.close()
    return list(found)


async def test_events_come_decoded_with_the_ledgers_numbers(bus: Bus, relay: Client) -> None:
    """And with the bytes that were published."""
    await publish_batch(relay, [action_event(1, 1), notice("mtess"), action_event(1, 2)], 0)
    first, second = await take(reader(bus), 2)
    assert (first.seq, second.seq) == (1, 3)
    assert (second.subject, second.raw) == action_event(1, 2)
    assert isinstance(first.event, ActionPlanned)
    assert isinstance(second.event, ActionProgressReported)
    assert second.event.action.id == action_id(1)
    assert second.envelope.type == "nanduti.action.progress_reported.v1"


async def test_it_resumes_after_the_number_that_the_caller_keeps(bus: Bus, relay: Client) -> None:
    """And waits for what is yet to come."""
    await publish_batch(relay, [action_event(1, version) for version in range(1, 11)], 0)
    async with asyncio.timeout(30), reader(bus, after=7) as subscription:
        got = []
        async for message in subscription:
            got.append(message.seq)
            if message.seq == 10:
                await publish_batch(relay, [action_event(1, 11)], 10)
            if message.seq == 11:
                break
        assert got == [8, 9, 10, 11]
        assert subscription.last == 11


async def test_handoffs_are_read_from_their_own_copy_and_unknown_types_are_given_as_unknown(
    bus: Bus, relay: Client
) -> None:
    """A type of a later contract is no crash."""
    await publish_batch(relay, [notice("conaeti"), notice("mtess")], 0)
    (message,) = await take(reader(bus, stream="HANDOFF"), 1)
    assert message.seq == 2
    assert isinstance(message.event, Unknown)
    assert (message.event.type, message.event.raw) == ("nanduti.handoff.offered.v1", notice("mtess")[1])


async def test_filters_leave_out_what_is_not_wanted(bus: Bus, relay: Client) -> None:
    """One filter or several."""
    plan = envelope("nanduti.plan.drawn.v9", subjects.plan("mesa", "drawn", "p1"), '{"version":1}')
    entry = envelope("nanduti.directory.closed.v9", subjects.directory("closed", "x1"), '{"version":1}')
    await publish_batch(relay, [action_event(1, 1), plan, entry, action_event(2, 1)], 0)
    one = await take(reader(bus, filters=["nanduti.v1.action.>"]), 2)
    assert [message.seq for message in one] == [1, 4]
    two = await take(reader(bus, filters=["nanduti.v1.plan.>", "nanduti.v1.directory.>"]), 2)
    assert [message.seq for message in two] == [2, 3]


async def test_a_hole_in_an_entitys_versions_is_raised_or_reported(bus: Bus, relay: Client) -> None:
    """Of a type that is unknown too."""
    unknown = subjects.plan("conaeti", "drawn", "p1")
    messages = [
        action_event(1, 1),
        action_event(1, 3),
        envelope("nanduti.plan.drawn.v9", unknown, '{"version":1}'),
        envelope("nanduti.plan.drawn.v9", unknown, '{"version":5}'),
        action_event(1, 4),
    ]
    await publish_batch(relay, messages, 0)
    with pytest.raises(Hole) as raised:
        await take(reader(bus), 5)
    hole = raised.value
    assert (hole.entity, hole.entity_id, hole.expected, hole.found, hole.seq) == (
        "action",
        action_id(1),
        2,
        3,
        2,
    )

    holes: list[Hole] = []
    assert [message.seq for message in await take(reader(bus, on_hole=holes.append), 5)] == [1, 2, 3, 4, 5]
    assert [(hole.entity, hole.expected, hole.found) for hole in holes] == [("action", 2, 3), ("plan", 2, 5)]
    # Whoever begins in the middle has seen no version yet.
    assert [message.seq for message in await take(reader(bus, after=1), 2)] == [2, 3]


async def test_no_consumer_is_left_behind(bus: Bus, relay: Client) -> None:
    """Whether the loop is left, the subscription closed from outside, or the task cancelled."""
    await publish_batch(relay, [action_event(1, version) for version in range(1, 4)], 0)
    await take(reader(bus), 2)
    assert await consumers(bus, "REGISTER") == []

    async for message in reader(bus):
        if message.seq == 2:
            break

    async def none_left() -> bool:
        return await consumers(bus, "REGISTER") == []

    await until(none_left)

    subscription = reader(bus, after=3)
    waiting = asyncio.create_task(take(subscription, 1))

    async def one_there() -> bool:
        return len(await consumers(bus, "REGISTER")) == 1

    await until(one_there)
    await subscription.close()
    assert await waiting == []
    assert await none_left()

    cancelled = asyncio.create_task(take(reader(bus, after=3), 1))
    await until(one_there)
    cancelled.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await cancelled
    assert await none_left()


async def publish_through_anything(relay: Client, messages: list[tuple[str, bytes]], batch: int) -> None:
    """As the relay does: where LEDGER ends tells what is missing."""
    last = 0
    while last < len(messages):
        try:
            last = await publish_batch(relay, messages[last : last + batch], last, patience=1)
            await asyncio.sleep(0.002)
        except WrongLastSequence as refusal:
            if refusal.actual is not None:
                last = refusal.actual
        except (nats.errors.Error, OSError, RuntimeError, StreamMissing):
            # The server is away, or half back; it is asked again where LEDGER ends.
            await asyncio.sleep(0.05)


async def test_everything_arrives_once_and_in_order_around_two_kills_of_the_server(
    bus: Bus, relay: Client
) -> None:
    """500 events are published while the server is killed twice, and a slow and a quick reader go on."""
    messages = [action_event(number % 50, 1 + number // 50) for number in range(500)]
    readers = [
        asyncio.create_task(take(reader(bus), 500)),
        asyncio.create_task(take(reader(bus, member="conaeti"), 500)),
    ]
    publishing = asyncio.create_task(publish_through_anything(relay, messages, 3))
    for threshold in (100, 300):

        async def reached(wanted: int = threshold) -> bool:
            with contextlib.suppress(nats.errors.Error):
                keeper = await relay.request("$JS.API.STREAM.INFO.LEDGER", timeout=1)
                return int(keeper.data.split(b'"last_seq":')[1].split(b",")[0]) >= wanted
            return False

        await until(reached)
        await bus.server.stop(signal.SIGKILL)
        await bus.server.start()
    await publishing
    for got in await asyncio.gather(*readers):
        assert [message.seq for message in got] == list(range(1, 501))
        assert [(message.subject, message.raw) for message in got] == messages
    assert await consumers(bus, "REGISTER") == []
    assert await consumers(bus, "REGISTER", "conaeti") == []


@pytest.mark.parametrize("lost", ["HUB/streams/LEDGER", "."])
async def test_it_goes_on_after_the_brokers_disk_was_lost(
    lost: str, bus: Bus, keeper: Client, relay: Client
) -> None:
    """The numbers are the same after LEDGER was filled again, so nothing is given twice."""
    messages = [action_event(number % 5, 1 + number // 5) for number in range(60)]
    await publish_batch(relay, messages[:40], 0)
    subscription = reader(bus)
    reading = asyncio.create_task(take(subscription, 60))

    async def forty_are_read() -> bool:
        return subscription.last == 40

    await until(forty_are_read)
    await bus.server.stop(signal.SIGKILL)
    shutil.rmtree(bus.jetstream / lost)
    await bus.server.start()
    await provision(keeper, bus.connect_as, bus.members)
    await publish_batch(relay, messages[:40], 0)
    await publish_batch(relay, messages[40:], 40)
    got = await reading
    assert [message.seq for message in got] == list(range(1, 61))
    assert [(message.subject, message.raw) for message in got] == messages


async def test_a_consumer_that_disappears_is_made_again(bus: Bus, relay: Client) -> None:
    """Somebody deleted it: the server's silence tells."""
    await publish_batch(relay, [action_event(1, 1)], 0)
    got: list[int] = []

    async def read() -> None:
        async for message in reader(bus):
            got.append(message.seq)
            if message.seq == 2:
                break

    reading = asyncio.create_task(read())

    async def first_is_read() -> bool:
        return got == [1]

    await until(first_is_read)
    keeper = await bus.connect_as("keeper:mtess")
    (name,) = await consumers(bus, "REGISTER")
    await call(keeper, f"CONSUMER.DELETE.REGISTER.{name}")
    await publish_batch(relay, [action_event(1, 2)], 1)
    async with asyncio.timeout(30):
        await reading
    assert got == [1, 2]


async def test_a_slow_reader_gets_everything_without_losing_its_place(bus: Bus, relay: Client) -> None:
    """Far more than flow control lets pass at once, with a reader that falls asleep now and then."""
    last = 0
    for start in range(0, 6_000, 1_000):
        last = await publish_batch(
            relay, [action_event(number, 1) for number in range(start, start + 1_000)], last
        )
    got = []
    async with asyncio.timeout(60), reader(bus) as subscription:
        async for message in subscription:
            got.append(message.seq)
            if message.seq % 1_500 == 0:
                await asyncio.sleep(1.5)
            if message.seq == last:
                break
    assert got == list(range(1, last + 1))


async def test_a_snapshot_is_the_register_at_its_number(bus: Bus, relay: Client) -> None:
    """From the bucket as it is now, from the events as it was; the digest is as the promise defines it."""
    assert await snapshot(bus.server.url, credentials=bus.credentials("mtess")) == await snapshot(
        bus.server.url, credentials=bus.credentials("mtess"), at=9
    )
    messages = [
        action_event(2, 1),
        action_event(1, 1),
        notice("mtess"),
        action_event(2, 2),
        notice("conaeti"),
    ]
    await publish_batch(relay, messages, 0)
    await take(reader(bus), 3)  # the copy is there

    async def complete() -> bool:
        return (await snapshot(bus.server.url, credentials=bus.credentials("mtess"))).seq == 4

    await until(complete)
    await take(reader(bus, member="conaeti"), 3)
    now = await snapshot(bus.server.url, credentials=bus.credentials("mtess"))
    assert (now.seq, now.actions) == (4, {action_id(2): messages[3][1], action_id(1): messages[1][1]})
    assert now == await snapshot(bus.server.url, credentials=bus.credentials("conaeti"), at=5)
    then = await snapshot(bus.server.url, credentials=bus.credentials("mtess"), at=3)
    assert (then.seq, then.actions) == (2, {action_id(2): messages[0][1], action_id(1): messages[1][1]})
    in_order = messages[1][1] + b"\n" + messages[3][1] + b"\n"
    assert digest(now.actions) == hashlib.sha256(in_order).hexdigest()
    assert await consumers(bus, "KV_actions") == []


async def test_a_snapshot_is_exact_while_changes_arrive(bus: Bus, relay: Client) -> None:
    """The bucket forgets older messages while it is read; what comes out is the register at one number all the same."""
    messages = [action_event(number % 40, 1 + number // 40) for number in range(2_000)]
    await publish_batch(relay, messages[:400], 0)
    publishing = asyncio.create_task(publish_through_anything(relay, messages, 4))
    found = []
    while not publishing.done():
        found.append(await snapshot(bus.server.url, credentials=bus.credentials("mtess")))
    await publishing
    assert len({taken.seq for taken in found}) > 3
    for taken in found:
        assert taken.actions == {subject.rpartition(".")[2]: body for subject, body in messages[: taken.seq]}


async def test_closing_while_there_is_no_server_ends_the_reading(bus: Bus) -> None:
    """And leaves nothing that would connect once the server is back."""
    await bus.server.stop()
    subscription = subscribe(bus.server.url, credentials=bus.credentials("conaeti"))

    async def read() -> list[int]:
        return [message.seq async for message in subscription]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    await subscription.close()
    async with asyncio.timeout(10):
        assert await reading == []
