"""What cases are in the ledger: all or nothing, in one order, to be folded again, and told so that nothing joins them.

Real servers, the officers' own transactions.
"""

import asyncio
import random
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Any

import asyncpg
import msgspec
import pytest
from databases import Database
from desks import CHILD, MONDAY, Desk, differences, feed, founded, kinds, sealed, tick, written

import nanduti.vocabulary
from nanduti import wire
from nanduti.handoffs import (
    AcceptedNotice,
)
from nanduti.vocabulary import Consent, HandoffKind, HandoffState, Share
from nanduti_hub.caller import WORKER
from nanduti_hub.handoffs import groups
from nanduti_hub.handoffs.commands import (
    Accept,
    Advance,
    Answer,
    Ask,
    Attach,
    Close,
    Complete,
    Decline,
    RecordConsent,
    Redirect,
    Reopen,
    Withdraw,
)
from nanduti_hub.handoffs.dossiers import (
    delete_dossiers,
    dossiers_lost,
    keep_dossier,
)
from nanduti_hub.handoffs.handling import file_of, handle
from nanduti_hub.handoffs.procedure import starting
from nanduti_hub.hub import DECIDERS
from nanduti_hub.ledger.adoption import Found, adopt
from nanduti_hub.ledger.database import DATABASE_AWAY, transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.sequencer import number_events
from nanduti_hub.refusal import Refused

PRIVATE = ("case_file", "case_reference", "track", "case_party", "handoff", "waiting", "case_group")
HOUR = timedelta(hours=1)


@pytest.fixture
async def hub(ledger: Ledger) -> Ledger:
    """A ledger with the starting directory, and keys for whoever is sealed to."""
    return await founded(ledger)


@pytest.mark.slow
async def test_of_two_at_the_same_time_one_wins_and_the_other_is_told(hub: Ledger) -> None:
    """Two officers of one desk accept what they both saw; two offer it; an answer meets a withdrawal."""
    minna = Desk(hub, "minna")
    for _ in range(10):
        case = await minna.open()
        offers = [minna.offer(case, "mdp", seen=1), minna.offer(case, "csj", seen=1)]
        done = await asyncio.gather(*offers, return_exceptions=True)
        (handoff,), (lost,) = split(done)
        assert lost == "version_conflict"
        file = await minna.through(lambda c, case=case: file_of(c, case))
        receiver = Desk(hub, file.of_handoff(handoff)[1].receiver)
        answers = [
            receiver.do(case, Accept, handoff=handoff, seen=1),
            receiver.do(case, Decline, handoff=handoff, code="no_capacity", seen=1),
            minna.do(case, Withdraw, handoff=handoff, code="error", seen=1),
        ]
        won, lost_ones = split(await asyncio.gather(*answers, return_exceptions=True))
        assert len(won) == 1
        assert lost_ones == ["version_conflict", "version_conflict"]
    assert await differences(hub) == []


def split(done: list[Any]) -> tuple[list[Any], list[str]]:
    """What came of some attempts, and the codes of the refusals."""
    others = [one for one in done if isinstance(one, BaseException) and not isinstance(one, Refused)]
    assert not others, others
    refused = [one.refusal.code for one in done if isinstance(one, Refused)]
    return [one for one in done if not isinstance(one, Refused)], refused


class Dying:
    """A connection that the server ends before its nth statement."""

    def __init__(self, connection: asyncpg.Connection, administrator: asyncpg.Connection, after: int) -> None:
        self._connection = connection
        self._administrator = administrator
        self._left = after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._connection, name)

        async def mortal(*values: Any) -> Any:
            if self._left == 0:
                await self._administrator.execute(
                    "SELECT pg_terminate_backend($1)", self._connection.get_server_pid()
                )
            self._left -= 1
            return await method(*values)

        return mortal if name in ("fetch", "fetchrow", "fetchval", "execute") else method


@pytest.mark.slow
async def test_a_command_whose_connection_dies_leaves_nothing(hub: Ledger, database: Database) -> None:
    """At whichever of its statements; and once it lives through all of them, everything is there."""
    minna, mdp = Desk(hub, "minna"), Desk(hub, "mdp")
    case = await minna.open()
    handoff = await minna.offer(case, "mdp")
    administrator = await asyncpg.connect(database.dsn("superuser"))
    before = await snapshot(administrator)

    def accepts(connection: Any) -> Any:
        return handle(
            connection,
            hub,
            case,
            lambda _f, known: Accept(by="mdp", at=MONDAY, known=known, handoff=handoff),
        )

    for statements in range(40):
        try:
            await mdp.through(lambda c, n=statements: accepts(Dying(c, administrator, n)))
            break
        except DATABASE_AWAY:
            assert await snapshot(administrator) == before, f"dead at statement {statements}"
    assert statements > 8
    told = [await feed(hub, code) for code in ("minna", "mdp")]
    assert [kinds(notices)[-1] for notices in told] == [AcceptedNotice, AcceptedNotice]
    assert await differences(hub) == []
    await administrator.close()


async def snapshot(connection: asyncpg.Connection) -> list[list[str]]:
    """All rows that belong to cases, and all that is in the ledger."""
    return [
        sorted(str(row) for row in await connection.fetch(f"SELECT * FROM {table}"))
        for table in (*PRIVATE, "stream", "pending", "event")
    ]


async def test_the_tracks_of_a_case_come_in_one_order_whatever_the_plan(hub: Ledger) -> None:
    """By their codes: not as an index, or the table after many changes, happens to give them."""
    minna = Desk(hub, "minna")
    case = await minna.open("protection", "criminal")
    async with transaction(hub.database, WORKER) as connection:
        for plan in ("enable_indexscan", "enable_bitmapscan"):
            await connection.execute(f"SET LOCAL {plan} = off")
            file = await file_of(connection, case)
            assert file is not None
            assert list(file.tracks) == ["criminal", "protection"]


@pytest.mark.slow
async def test_cases_are_taken_over_from_the_stream_and_fold_to_the_same(
    hub: Ledger, database: Database
) -> None:
    """After a restore from before there were any: each event into the stream that it says, for whom it says."""
    minna, mdp = Desk(hub, "minna"), Desk(hub, "mdp")
    await number_events(hub.database, hub.gate)
    administrator = await asyncpg.connect(database.dsn("superuser"))
    last = await administrator.fetchval("SELECT seq FROM ledger_head")
    openings = [groups.Opening(facts=CHILD, tracks=("protection",), synthetic=True)]
    await minna.through(lambda c: groups.open_group(c, hub, openings, by="minna", at=MONDAY))
    case = await minna.open("protection", "criminal")
    await mdp.do(case, Accept, handoff=await minna.offer(case, "mdp", ciphertext=b"sealed"))
    lost = await minna.offer(case, "mp", track="criminal", ciphertext=b"sealed too")
    while await number_events(hub.database, hub.gate):
        pass
    before = await snapshot(administrator)
    rows = await administrator.fetch("SELECT * FROM event WHERE seq > $1 ORDER BY seq", last)
    await administrator.execute("DELETE FROM event WHERE seq > $1", last)
    await administrator.execute("UPDATE ledger_head SET seq = $1", last)
    await administrator.execute("DELETE FROM stream WHERE kind IN ('case', 'track', 'group', 'notice')")
    await administrator.execute(f"TRUNCATE {', '.join(PRIVATE)}")
    found = [Found(row["seq"], row["subject"], row["body"], row["recorded_at"]) for row in rows]
    async with transaction(hub.database, WORKER) as connection:
        await adopt(connection, found, DECIDERS)
        missing = await dossiers_lost(connection)
    assert await snapshot(administrator) == before
    assert await differences(hub) == []
    assert lost in missing, "its sender seals it anew"
    await mdp.offer(case, "csj")
    await administrator.close()


@pytest.mark.slow
async def test_ciphertext_goes_some_days_after_the_end(hub: Ledger) -> None:
    """As many as the case's procedure says; what goes on is kept."""
    minna, mdp = Desk(hub, "minna"), Desk(hub, "mdp")
    for case in (ended := await minna.open(), await minna.open()):
        handoff = await minna.offer(case, "mdp", ciphertext=b"sealed")
        await minna.through(lambda c, handoff=handoff: keep_dossier(c, handoff, b"sealed"))
        await mdp.do(case, Accept, handoff=handoff)
    for stage in ("attention", "follow_up"):
        await mdp.do(ended, Advance, track="protection", stage=stage)
    await mdp.do(ended, Close, track="protection", outcome="independent")
    days = timedelta(days=starting().keep_ciphertext_days)
    for at, deleted in ((MONDAY + days - HOUR, 0), (MONDAY + days, 1), (MONDAY + 10 * days, 0)):
        async with transaction(hub.database, WORKER) as connection:
            assert await delete_dossiers(connection, at) == deleted


DESKS = ("minna", "mdp", "csj", "mspbs", "mp", "pn")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00Z")


@pytest.mark.slow
async def test_the_feeds_of_two_members_cannot_be_joined(hub: Ledger) -> None:
    """After a long and varied history of several cases: no value that identifies anything stands in the notices of
    two pairs of members, whoever reads them; what coincides are listed words, institutions, small numbers, minutes.
    """
    cases = await history(hub, steps=700)
    assert len(cases) == 4
    by_pair: dict[tuple[str, str], set[Any]] = {}
    for row in await written(hub):
        if row["stream"].startswith("notice:"):
            member, _, reference = row["stream"].removeprefix("notice:").partition(".")
            said = msgspec.json.decode(row["body"])
            by_pair.setdefault((member, reference), set()).update(values_of(said))
    seen = {type(notice) for member in {m for m, _ in by_pair} for notice in await feed(hub, member)}
    assert len(seen) >= 16, f"the history is poor: {sorted(one.__name__ for one in seen)}"
    common = words()
    for (one, reference), said in by_pair.items():
        for (other, another), also in by_pair.items():
            if one != other and reference != another:
                shared = {value for value in said & also if not is_common(value, common)}
                assert not shared, (one, other, shared)
    assert await differences(hub) == []


def values_of(said: Any) -> Iterator[Any]:
    """Every string and number that a message says."""
    match said:
        case dict():
            for value in said.values():
                yield from values_of(value)
        case list():
            for value in said:
                yield from values_of(value)
        case None:
            return
        case _:
            yield said


def words() -> set[str]:
    """Listed words: the procedure's codes, the enumerations', institutions', and what every envelope says."""
    listed = set(re.findall(r'"([a-z][a-z0-9_]{1,39})"', msgspec.json.encode(starting()).decode()))
    for one in vars(nanduti.vocabulary).values():
        if isinstance(one, type) and issubclass(one, StrEnum):
            listed |= {member.value for member in one}
    for name in wire.EVENT_TYPES:
        listed |= {name, f"urn:nanduti:schema:{name}"}
    return listed | {"1.0", "application/json", "urn:nanduti:test"}


def is_common(value: Any, common: set[str]) -> bool:
    """Whether a value says nothing of which case it is."""
    if isinstance(value, (bool, int)):
        # Counts, and the power of two that holds a dossier.
        return value <= 100 or value == 4096
    return value in common or TIME.fullmatch(value) is not None


async def history(ledger: Ledger, steps: int) -> list[str]:
    """A long history of four cases at six desks, the same every time; refusals are part of it."""
    chance = random.Random(5)
    desks = {code: Desk(ledger, code) for code in DESKS}
    at = MONDAY
    cases = [await desks["minna"].open("protection", "criminal", at=at) for _ in range(4)]
    for step in range(steps):
        at += timedelta(minutes=chance.randrange(3, 120))
        case = chance.choice(cases)
        try:
            await something(ledger, chance, desks, case, at, step)
        except Refused:
            continue
    return cases


async def something(
    ledger: Ledger, chance: random.Random, desks: dict[str, Desk], case: str, at: Any, step: int
) -> None:
    """One thing that somebody does, or tries to do."""
    async with transaction(ledger.database, WORKER) as connection:
        file = await file_of(connection, case)
    track = chance.choice(list(file.tracks.values()))
    open_ = [handoff for handoff in track.handoffs if handoff.waits]
    taken = [handoff for handoff in track.handoffs if handoff.state is HandoffState.ACCEPTED]
    holder, share = desks[track.holder], f"sealed {step}".encode()
    can_seal = ("minna", "mdp", "mp", "csj")
    match chance.randrange(14):
        case 0 | 1:
            receiver = chance.choice(DESKS)
            kind = chance.choice(list(HandoffKind))
            content = share if receiver in can_seal and chance.random() < 0.6 else None
            await holder.offer(case, receiver, at, track.track, kind, content)
        case 2 | 3 if open_:
            one = chance.choice(open_)
            await desks[one.receiver].do(case, Accept, at, handoff=one.id)
        case 4 if open_:
            one = chance.choice(open_)
            await desks[one.receiver].do(case, Decline, at, handoff=one.id, code="no_capacity")
        case 5 | 12 | 13 if open_:
            one = chance.choice(open_)
            to = chance.choice(DESKS)
            await desks[one.receiver].do(
                case, Redirect, at, handoff=one.id, to=to, following=str(uuid.uuid4())
            )
        case 6 if open_ or taken:
            one = chance.choice([*open_, *taken])
            full = one.receiver in can_seal and file.case.consent is Consent.GRANTED
            dossier = sealed(share, one.receiver) if full else None
            share_ = Share.FULL if full else Share.NONE
            await desks[one.sender].do(case, Attach, at, handoff=one.id, share=share_, dossier=dossier)
        case 7 if open_ or taken:
            one = chance.choice([*open_, *taken])
            if (asked := next((q for q in one.questions if q.answer is None), None)) is not None:
                by = one.sender if asked.by == one.receiver else one.receiver
                await desks[by].do(case, Answer, at, handoff=one.id, number=asked.number, answer="yes")
            else:
                await desks[one.receiver].do(case, Ask, at, handoff=one.id, question="immediate_risk")
        case 8 if taken:
            one = chance.choice(taken)
            outcome = "safe_with_family" if track.track == "protection" else "archived"
            await desks[one.receiver].do(case, Complete, at, handoff=one.id, outcome=outcome)
        case 9:
            stage = chance.choice(["attention", "follow_up", "investigation", "prosecution"])
            await holder.do(case, Advance, at, track=track.track, stage=stage)
        case 10 if step > 300:
            if chance.random() < 0.5:
                outcome = "safe_with_family" if track.track == "protection" else "archived"
                await holder.do(case, Close, at, track=track.track, outcome=outcome)
            else:
                await holder.do(case, Reopen, at, track=track.track, code="new_facts")
        case 11 if step > 500:
            consent = Consent.WITHDRAWN if file.case.consent is Consent.GRANTED else Consent.GRANTED
            await holder.do(case, RecordConsent, at, consent=consent)
        case _:
            await tick(ledger, case, at)
