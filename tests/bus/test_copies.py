"""Members' copies carry the ledger's own numbers, before and after LEDGER is lost."""

import shutil

import nats.js.errors
import pytest
from bus.events import action_event, action_id, notice
from copies import health
from nats.aio.client import Client
from nats_server import Bus, until

from nanduti import subjects
from nanduti_hub.relay import streams
from nanduti_hub.relay.batch import publish_batch
from nanduti_hub.relay.keeper import (
    ConfigurationConflict,
    call,
    ensure_ledger,
    last_sequence,
    provision,
)

MESSAGES = [
    action_event(1, 1),
    notice("mtess"),
    notice("conaeti"),
    (subjects.flow("conaeti"), b"{}"),
    (subjects.case("opened"), b"{}"),
    action_event(2, 1),
    (subjects.plan("conaeti", "registered", "p1"), b"{}"),
    action_event(1, 2),
    (subjects.case("closed"), b"{}"),
]


async def all_current(bus: Bus, keeper: Client) -> None:
    async def current() -> bool:
        return all(copy.is_current for copy in await health(keeper, bus.connect_as, bus.members))

    await until(current, 60)


async def read(bus: Bus, member: str, stream: str) -> list[tuple[int, str, bytes]]:
    """What a plain client reads of a member's stream."""
    client = await bus.connect_as(member)
    jetstream = client.jetstream()
    count = (await jetstream.stream_info(stream)).state.messages
    subscription = await jetstream.subscribe("", stream=stream, ordered_consumer=True)
    got = [await subscription.next_msg(timeout=5) for _ in range(count)]
    await client.close()
    return [(message.metadata.sequence.stream, message.subject, message.data) for message in got]


def expected(*numbers: int) -> list[tuple[int, str, bytes]]:
    return [(number, *MESSAGES[number - 1]) for number in numbers]


async def test_a_copy_holds_its_own_events_under_the_ledgers_numbers(
    bus: Bus, keeper: Client, relay: Client
) -> None:
    """Register for all, handoffs and counts for their one reader, cases for nobody."""
    assert await publish_batch(relay, MESSAGES, 0) == len(MESSAGES)
    await all_current(bus, keeper)

    for member in ("conaeti", "mtess"):
        assert await read(bus, member, "REGISTER") == expected(1, 6, 7, 8)
    assert await read(bus, "mtess", "HANDOFF") == expected(2)
    assert await read(bus, "conaeti", "HANDOFF") == expected(3, 4)


async def test_the_bucket_is_read_by_a_plain_client_and_its_revisions_are_the_ledgers_numbers(
    bus: Bus, keeper: Client, relay: Client
) -> None:
    """Get, keys and watch, without an option."""
    await publish_batch(relay, MESSAGES, 0)
    await all_current(bus, keeper)
    bucket = await (await bus.connect_as("mtess")).jetstream().key_value(streams.BUCKET)

    entry = await bucket.get(action_id(1))
    assert (entry.revision, entry.value) == (8, MESSAGES[7][1])
    assert sorted(await bucket.keys()) == [action_id(1), action_id(2)]

    watch = await bucket.watchall()
    seen = [await watch.updates(timeout=5) for _ in range(2)]
    assert [entry and entry.revision for entry in seen] == [6, 8]
    assert await watch.updates(timeout=5) is None  # the snapshot ends here
    await publish_batch(relay, [action_event(2, 2)], len(MESSAGES))
    change = await watch.updates(timeout=5)
    assert change is not None
    assert (change.key, change.revision, change.value) == (action_id(2), 10, action_event(2, 2)[1])
    await watch.stop()


async def test_provisioning_again_changes_nothing(bus: Bus, keeper: Client) -> None:
    """Neither in the hub's account nor in a member's."""

    async def configurations() -> list[object]:
        member = await bus.connect_as("keeper:mtess")
        hub = [await call(keeper, f"STREAM.INFO.{name}") for name in ("LEDGER", "OUT_REGISTER", "OUT_mtess")]
        own = [await call(member, f"STREAM.INFO.{name}") for name in streams.COPIES]
        return [(info["config"], info["created"]) for info in hub + own]

    before = await configurations()
    await provision(keeper, bus.connect_as, bus.members)
    assert await configurations() == before


async def test_a_stream_is_updated_where_it_can_be_and_named_where_it_cannot(
    bus: Bus, keeper: Client
) -> None:
    """What can be changed is put right, what cannot is an error that says which field of which stream."""
    ledger = (await call(keeper, "STREAM.INFO.LEDGER"))["config"]
    await call(keeper, "STREAM.UPDATE.LEDGER", {**ledger, "subjects": ["nanduti.v1.action.>"]})
    await provision(keeper, bus.connect_as, bus.members)
    assert (await call(keeper, "STREAM.INFO.LEDGER"))["config"]["subjects"] == ["nanduti.v1.>"]

    became_platform = streams.Member("mtess", is_platform=True)
    with pytest.raises(ConfigurationConflict, match=r"OUT_mtess: mirror") as raised:
        await provision(keeper, bus.connect_as, [became_platform])
    assert raised.value.fields == ("mirror",)


async def test_a_bucket_that_could_be_purged_becomes_one_that_cannot(bare_bus: Bus, keeper: Client) -> None:
    """As hub 0.1.0 made it, in the hub's account and in a member's."""
    await ensure_ledger(keeper)
    (_, staged), (*_, copy) = streams.staging(), streams.copies(bare_bus.members[1])
    owner = await bare_bus.connect_as("keeper:mtess")
    former = {"allow_rollup_hdrs": True, "deny_purge": False}
    await call(keeper, "STREAM.CREATE.KV_actions", staged | former)
    await call(owner, "STREAM.CREATE.KV_actions", copy | former)

    await provision(keeper, bare_bus.connect_as, bare_bus.members)

    for client in (keeper, owner):
        found = (await call(client, "STREAM.INFO.KV_actions"))["config"]
        assert (found["deny_purge"], found["allow_rollup_hdrs"]) == (True, False)


async def test_health_compares_a_copy_with_the_last_message_of_its_own_filter(
    bus: Bus, keeper: Client, relay: Client
) -> None:
    """A filtered mirror never reaches the head, and is current all the same; a missing one is not."""
    await publish_batch(relay, MESSAGES, 0)
    await all_current(bus, keeper)
    found = {
        (c.member, c.stream): (c.last_seq, c.expected_seq)
        for c in await health(keeper, bus.connect_as, bus.members)
    }
    assert found == {
        ("conaeti", "REGISTER"): (8, 8),
        ("conaeti", "HANDOFF"): (4, 4),
        ("conaeti", "KV_actions"): (8, 8),
        ("mtess", "REGISTER"): (8, 8),
        ("mtess", "HANDOFF"): (2, 2),
        ("mtess", "KV_actions"): (8, 8),
    }
    assert await last_sequence(keeper, "nanduti.v1.agreement.>") == 0

    await call(await bus.connect_as("keeper:mtess"), "STREAM.DELETE.HANDOFF")
    late = [c for c in await health(keeper, bus.connect_as, bus.members) if not c.is_current]
    assert [(c.member, c.stream, c.error) for c in late] == [("mtess", "HANDOFF", "stream not found")]


@pytest.mark.parametrize("lost", ["HUB/streams/LEDGER", "HUB", "M_mtess", "."])
async def test_copies_go_on_exactly_after_the_disk_was_lost(
    lost: str, bus: Bus, keeper: Client, relay: Client
) -> None:
    """LEDGER, the hub's account, a member's or all of it goes while the server is down; what is missing is
    made again and LEDGER filled from the same bytes.
    """
    await publish_batch(relay, MESSAGES, 0)
    await all_current(bus, keeper)
    before = {(m, s): await read(bus, m, s) for m in ("conaeti", "mtess") for s in streams.COPIES}

    await bus.server.stop()
    shutil.rmtree(bus.jetstream / lost)
    await bus.server.start()
    await provision(keeper, bus.connect_as, bus.members)
    end = (await call(keeper, "STREAM.INFO.LEDGER"))["state"]["last_seq"]
    assert end == (len(MESSAGES) if lost == "M_mtess" else 0)
    if end == 0:
        assert await publish_batch(relay, MESSAGES, 0) == len(MESSAGES)
    after = [notice("mtess"), action_event(1, 3), action_event(3, 1)]
    await publish_batch(relay, after, len(MESSAGES))
    await all_current(bus, keeper)

    new = [(10 + place, *message) for place, message in enumerate(after)]
    for member in ("conaeti", "mtess"):
        assert await read(bus, member, "REGISTER") == before[member, "REGISTER"] + new[1:]
        bucket = await read(bus, member, "KV_actions")
        assert [(seq, body) for seq, _, body in bucket] == [
            (6, MESSAGES[5][1]),
            (11, new[1][2]),
            (12, new[2][2]),
        ]
    assert await read(bus, "mtess", "HANDOFF") == before["mtess", "HANDOFF"] + new[:1]
    assert await read(bus, "conaeti", "HANDOFF") == before["conaeti", "HANDOFF"]


async def test_more_messages_than_flow_control_lets_pass_at_once_reach_every_copy(
    bus: Bus, keeper: Client, relay: Client
) -> None:
    """Without the imports for flow control a copy stalls at about a thousand."""
    last = 0
    for start in range(0, 5_000, 1_000):
        last = await publish_batch(
            relay, [action_event(number, 1) for number in range(start, start + 1_000)], last
        )
    await all_current(bus, keeper)
    information = await (await bus.connect_as("mtess")).jetstream().stream_info("KV_actions")
    assert (information.state.messages, information.state.last_seq) == (5_000, 5_000)


async def test_a_member_added_by_reload_gets_the_whole_register(
    bus: Bus, keeper: Client, relay: Client
) -> None:
    """The second, identical reload brings its imports to life; provisioning waits for them."""
    await publish_batch(relay, MESSAGES, 0)
    newcomer = streams.Member("minna", is_platform=False)
    bus.members = (*bus.members, newcomer)
    (bus.server.directory / "nats.conf").write_text(bus.configuration(bus.members))

    for reloads in (1, 2):

        async def known(wanted: int = reloads) -> bool:
            return bus.server.log.count("Reloaded server configuration") == wanted

        bus.server.reload()
        await until(known)
    await provision(keeper, bus.connect_as, bus.members)
    await all_current(bus, keeper)
    assert await read(bus, "minna", "REGISTER") == expected(1, 6, 7, 8)
    assert await read(bus, "minna", "HANDOFF") == []


async def test_a_member_reaches_nothing_of_ledger(bus: Bus, relay: Client) -> None:
    """Neither the stream nor a copy of somebody else's."""
    await publish_batch(relay, MESSAGES, 0)
    jetstream = (await bus.connect_as("mtess")).jetstream(timeout=0.3)
    for name in ("LEDGER", "OUT_conaeti"):
        with pytest.raises((nats.errors.TimeoutError, nats.js.errors.Error)):
            await jetstream.stream_info(name)
