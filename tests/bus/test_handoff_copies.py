"""A member hears what is for it, and can see that it has heard all of it: notices by reference, counts by week."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import case_examples
import notice_examples
import pytest
from bus.events import action_event, envelope
from bus.test_command_line import home_of, line_of, running
from bus.test_subscription import reader, take
from msgspec.structs import replace
from nats.aio.client import Client
from nats_server import Bus

from nanduti import subjects
from nanduti.flow import FlowCounted
from nanduti.handoffs import (
    AcceptedNotice,
    EscalatedNotice,
    ExpiredNotice,
    MergedNotice,
    Notice,
    OfferedNotice,
    RemindedNotice,
)
from nanduti.notice_phrases import notice_in_words
from nanduti.subscribe import Hole
from nanduti.wire import Event, encode
from nanduti_hub.relay.batch import publish_batch

#: A server is started for each.
pytestmark = pytest.mark.slow

EXAMPLES: dict[type[Notice], Notice] = {type(notice): notice for notice in notice_examples.notices()}
FIRST, SECOND = "K7M2-9QXP-4TRB-H3WC", "3V8N-YD0E-Q5GZ-72SF"
FLOW = replace(notice_examples.FLOW, platform="conaeti")


def told(kind: type[Notice], member: str, version: int, reference: str = FIRST, **fields: Any) -> Notice:
    """A synthetic notice to a member, one of its notices of a reference."""
    return replace(EXAMPLES[kind], member=member, version=version, reference=reference, **fields)


def written(events: Iterable[Event]) -> list[tuple[str, bytes]]:
    """Subjects and bytes of events, as the hub publishes them."""
    messages = [encode(event, notice_examples.context(number)) for number, event in enumerate(events)]
    return [(message.subject, message.body) for message in messages]


#: What happens of two cases, with what everybody and what nobody is told in between.
HAPPENED: list[Event] = [
    next(case_examples.private_events()),
    told(OfferedNotice, "mtess", 1, receiver="mtess"),
    told(OfferedNotice, "minna", 1, receiver="mtess"),
    told(OfferedNotice, "mtess", 1, SECOND, receiver="mtess"),
    told(RemindedNotice, "mtess", 2),
    told(EscalatedNotice, "conaeti", 1, "P4XA-0HJ9-W6ME-1TKB", late="mtess"),
    told(AcceptedNotice, "mtess", 3),
    told(AcceptedNotice, "minna", 2),
    FLOW,
    replace(FLOW, version=2),
    replace(FLOW, platform="mesa"),
]


async def test_a_member_hears_its_own_notices_and_a_platform_its_counts_and_nobody_anything_else(
    bus: Bus, relay: Client
) -> None:
    """Under the ledger's numbers, and as what they are."""
    batch = [*written(HAPPENED), action_event(1, 1)]
    await publish_batch(relay, batch, 0)
    heard = {"mtess": [2, 4, 5, 7], "conaeti": [6, 9, 10]}
    for member, numbers in heard.items():
        got = await take(reader(bus, member=member, stream="HANDOFF"), len(numbers))
        assert [message.seq for message in got] == numbers
        assert [message.event for message in got] == [HAPPENED[number - 1] for number in numbers]
        assert [(message.subject, message.raw) for message in got] == [batch[n - 1] for n in numbers]
        own = await bus.connect_as(member)
        state = (await own.jetstream().stream_info("HANDOFF")).state
        assert state.messages == len(numbers)
        register = await take(reader(bus, member=member), 1)
        assert [message.subject for message in register] == [batch[-1][0]]


async def test_a_notice_that_is_missing_is_seen_by_the_numbers_of_its_reference(
    bus: Bus, relay: Client
) -> None:
    """Of a type of a later contract, too; each reference and each platform's weeks are counted by themselves."""
    later = '{"version":5,"reference":"%s"}' % FIRST  # noqa: UP031  # braces of its own
    batch = written([
        told(OfferedNotice, "mtess", 1),
        told(OfferedNotice, "mtess", 2, SECOND),
        told(AcceptedNotice, "mtess", 3),
        replace(FLOW, version=1),
        replace(FLOW, version=3),
    ])  # fmt: skip
    batch += [envelope("nanduti.handoff.transformed.v9", subjects.handoff("mtess", "transformed"), later)]
    # Of one that cannot be counted nothing is said.
    batch += [envelope("nanduti.handoff.sung.v9", subjects.handoff("mtess", "sung"), '{"verse":["a"]}')]
    await publish_batch(relay, batch, 0)

    with pytest.raises(Hole) as raised:
        await take(reader(bus, stream="HANDOFF"), 3)
    assert (raised.value.entity, raised.value.entity_id, raised.value.seq) == ("handoff", SECOND, 2)

    holes: list[Hole] = []
    await take(reader(bus, stream="HANDOFF", on_hole=holes.append), 5)
    found = [(hole.entity_id, hole.expected, hole.found) for hole in holes]
    assert found == [(SECOND, 1, 2), (FIRST, 2, 3), (FIRST, 4, 5)]

    holes.clear()
    await take(reader(bus, member="conaeti", stream="HANDOFF", on_hole=holes.append), 2)
    assert [(hole.entity, hole.entity_id, hole.found) for hole in holes] == [("flow", "conaeti", 3)]


async def test_tail_shows_notices_and_counts_in_words(bus: Bus, relay: Client, tmp_path: Path) -> None:
    """With the track and the reference by which the member calls the case; what is missing is said beside it."""
    events: list[Event] = [
        told(OfferedNotice, "conaeti", 1, receiver="conaeti"),
        told(MergedNotice, "conaeti", 2),
        FLOW,
        told(ExpiredNotice, "conaeti", 4),
    ]
    await publish_batch(relay, written(events), 0)
    arguments = ("--home", home_of(bus, tmp_path), "--stream", "HANDOFF", "--member", "conaeti")
    async with running("tail", *arguments, "--from-start") as follower:
        for event in events:
            line = await line_of(follower.stdout)
            if isinstance(event, FlowCounted):
                assert "derivaciones de la semana contadas" in line
                continue
            assert isinstance(event, Notice)
            assert notice_in_words(event) in line
            assert line.rstrip().endswith(f"[protection] {FIRST}")
        async with asyncio.timeout(30):
            remarks = [await line_of(follower.stderr) for _ in range(2)]
    assert f"falta un evento de handoff {FIRST}" in remarks[1]
