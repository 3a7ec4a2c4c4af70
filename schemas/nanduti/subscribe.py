"""Subscribing to the bus: every event of a member's own copy, exactly once and in order, for ever.

The caller keeps the `seq` of the last message beside its own data, in the same transaction, and resumes with
`after=seq`. Rules that stay true: a message is given once in a session, and none is passed over in silence;
a lost connection, consumer or server is met by asking again from the last number given; the consumer on the
server goes when the reading ends. Absent: acknowledgements and durable consumers, which die with the
broker's disk while the caller's own number does not.

    async for message in subscribe("nats://hub:4222", credentials="member.nk", after=last_seq):
        ...
"""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import msgspec
from msgspec import Struct

from nanduti import subjects
from nanduti.envelope import Envelope
from nanduti.feed import Feed
from nanduti.handoffs import Notice
from nanduti.wire import Event, Unknown, decode

#: The register as a key-value bucket is this stream.
BUCKET_STREAM = "KV_actions"
_BUCKET_PREFIX = "$KV.actions."


class Message(Struct, frozen=True):
    """An event as it was delivered. `seq` is its number in the ledger, the same for every subscriber; `raw`
    are the bytes that the ledger stores.
    """

    seq: int
    subject: str
    event: Event | Unknown
    envelope: Envelope
    raw: bytes


class Hole(Exception):
    """An event of an entity is missing: its version is not one more than the last that was seen. Notices are counted
    for each reference (`entity` is then `handoff`), the weekly counts for each platform (`flow`).

    Read a snapshot, or ask the API for the entity; a new subscription after `seq` goes on behind the hole.
    """

    def __init__(self, entity: str, entity_id: str, expected: int, found: int, seq: int) -> None:
        super().__init__(f"{entity} {entity_id}: version {found} at {seq}, where {expected} was expected")
        self.entity = entity
        self.entity_id = entity_id
        self.expected = expected
        self.found = found
        self.seq = seq


class Snapshot(Struct, frozen=True):
    """The register: its number (0 when it is empty), and for each action the bytes of its latest event."""

    seq: int
    actions: dict[str, bytes]


class Subscription:
    """What `subscribe` gives: iterate over it once. Leaving the loop, or the `async with`, ends it."""

    def __init__(self, feed: Feed, after: int, on_hole: Callable[[Hole], None] | None) -> None:
        #: The number of the last message that was given: what a caller keeps.
        self.last = after
        self._feed = feed
        self._on_hole = on_hole
        self._versions: dict[tuple[str, str], int] = {}
        # A reader of the whole copy from its beginning sees every entity begin.
        self._sees_beginnings = after == 0 and not feed.filters
        self._is_read = False

    def __aiter__(self) -> AsyncIterator[Message]:
        """Begin to read."""
        if self._is_read:
            raise RuntimeError("a subscription is iterated over once")
        self._is_read = True
        # Nothing here holds on to the generator, so that it is closed as soon as its loop is left.
        return self._messages()

    async def __aenter__(self) -> Self:
        """Nothing is opened before the first message is asked for."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def close(self) -> None:
        """End it: the consumer on the server is deleted and the connection closed."""
        await self._feed.close()

    async def _messages(self) -> AsyncGenerator[Message, None]:
        async with aclosing(self._feed.deliveries(self.last)) as deliveries:
            async for seq, delivered in deliveries:
                subject, raw = delivered.subject, delivered.data
                envelope, event = decode(raw)
                self._check_version(seq, subject, envelope, event)
                self.last = seq
                yield Message(seq, subject, event, envelope, raw)

    def _check_version(self, seq: int, subject: str, envelope: Envelope, event: Event | Unknown) -> None:
        if isinstance(event, Unknown):
            counted = _counted_of_unknown(envelope)
        else:
            counted = _Counted(event.version, event.reference if isinstance(event, Notice) else None)
        entity, version = _entity_of(subject, counted.reference), counted.version
        if entity is None or version is None:
            return
        last = self._versions.get(entity, 0 if self._sees_beginnings else None)
        self._versions[entity] = version
        if last is not None and version != last + 1:
            hole = Hole(*entity, last + 1, version, seq)
            if self._on_hole is None:
                raise hole
            self._on_hole(hole)


def subscribe(
    servers: str | Sequence[str],
    *,
    credentials: str | Path,
    stream: Literal["REGISTER", "HANDOFF"] = "REGISTER",
    after: int = 0,
    filters: Sequence[str] = (),
    on_hole: Callable[[Hole], None] | None = None,
    ca: str | Path | None = None,
) -> Subscription:
    """Read a copy after a number, and wait for what comes.

    `servers` are `nats://host:port` addresses; `credentials` is the member's nkey seed file; `after` is the
    number kept beside the caller's own data, 0 to begin at the beginning; `filters` are subjects, with
    wildcards, none for the whole copy. Filters on events, which pass over versions, need `on_hole`: it is
    called instead of raising. `ca` is the file of the authorities that may have signed the servers' certificates:
    with it nothing goes but over TLS.

    The iterator raises:
        Hole: an event is missing, and there is no `on_hole`.
        PermissionError: the server refused the subscription itself (a filter that is none, for example).
        msgspec.DecodeError: a message is not a CloudEvents object at all: not the hub's.
    """
    return Subscription(Feed(servers, str(credentials), stream, filters, ca), after, on_hole)


async def snapshot(
    servers: str | Sequence[str],
    *,
    credentials: str | Path,
    at: int | None = None,
    ca: str | Path | None = None,
) -> Snapshot:
    """Read the register: as it is now from the bucket, or as it was at number `at` from all of its events.

    It is exact at its `seq`, however many changes arrive while it is read.
    """
    if at is not None:
        return await _snapshot_at(servers, str(credentials), at, ca)
    actions: dict[str, bytes] = {}
    async with aclosing(Feed(servers, str(credentials), BUCKET_STREAM, (), ca)) as feed:
        end = await feed.last_sequence()
        if end == 0:
            return Snapshot(0, {})
        async with aclosing(feed.deliveries(0)) as deliveries:
            async for seq, delivered in deliveries:
                actions[delivered.subject.removeprefix(_BUCKET_PREFIX)] = delivered.data
                if seq < end:
                    continue
                # A key's message gives way to a newer one, which may be why an older one was not delivered:
                # only when nothing newer exists is all that was delivered the register at this number.
                end = await feed.last_sequence()
                if seq == end:
                    break
    return Snapshot(seq, actions)


def digest(actions: Mapping[str, bytes]) -> str:
    """The register's digest: SHA-256 over each action's bytes and a newline, in the order of their ids."""
    total = hashlib.sha256()
    for action_id in sorted(actions):
        total.update(actions[action_id])
        total.update(b"\n")
    return total.hexdigest()


async def _snapshot_at(
    servers: str | Sequence[str], credentials: str, at: int, ca: str | Path | None
) -> Snapshot:
    actions: dict[str, bytes] = {}
    number = 0
    filters = (subjects.everything_of("action"),)
    async with aclosing(Feed(servers, credentials, "REGISTER", filters, ca)) as feed:
        end = min(at, await feed.last_sequence(filters[0]))
        if end == 0:
            return Snapshot(0, {})
        async with aclosing(feed.deliveries(0)) as deliveries:
            async for seq, delivered in deliveries:
                if seq > end:
                    break
                number = seq
                actions[delivered.subject.rpartition(".")[2]] = delivered.data
                if seq == end:
                    break
    return Snapshot(number, actions)


class _Counted(Struct):
    """What the numbers of events are counted by, as far as an event says it."""

    version: int | None = None
    reference: str | None = None


def _counted_of_unknown(envelope: Envelope) -> _Counted:
    try:
        return msgspec.json.decode(envelope.data, type=_Counted)
    except msgspec.ValidationError:
        return _Counted()


def _entity_of(subject: str, reference: str | None) -> tuple[str, str] | None:
    """What a version is of: what the subject names, but of a notice its reference, and of counts the platform."""
    parsed = subjects.parse(subject)
    match parsed.entity:
        case "handoff":
            id_ = reference
        case "flow":
            id_ = parsed.scope
        case _:
            id_ = parsed.id
    return None if id_ is None else (parsed.entity, id_)
