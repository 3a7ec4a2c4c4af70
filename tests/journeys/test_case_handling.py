"""Cases on the real database, through the officers' own transactions, before there is any API."""

import uuid
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from desks import CHILD, MONDAY, Desk, differences, feed, founded, kinds, sealed, tick, written

from nanduti import wire
from nanduti.cases import Document
from nanduti.handoffs import (
    AcceptedNotice,
    CompletedNotice,
    ConsentWithdrawnNotice,
    EscalatedNotice,
    InformedNotice,
    MergedNotice,
    OfferedNotice,
    PartedNotice,
    RedirectedNotice,
    RemindedNotice,
    ReopenedNotice,
    ResealingNotice,
    WithdrawnNotice,
)
from nanduti.vocabulary import Consent, DocumentKind, Share
from nanduti_hub.caller import WORKER
from nanduti_hub.handoffs import groups
from nanduti_hub.handoffs.commands import (
    Accept,
    Advance,
    Attach,
    Close,
    Decline,
    RecordConsent,
    Redirect,
    Reopen,
    Withdraw,
)
from nanduti_hub.handoffs.dossiers import (
    keep_dossier,
)
from nanduti_hub.handoffs.handling import file_of, join, part
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.refusal import Refused

HOUR = timedelta(hours=1)


@pytest.fixture
async def hub(ledger: Ledger) -> Ledger:
    """A ledger with the starting directory, and keys for whoever is sealed to."""
    return await founded(ledger)


async def test_a_case_is_opened_offered_and_accepted(hub: Ledger) -> None:
    """Custody moves at the acceptance; both are told, whoever the procedure informs is, and nobody else."""
    minna, mdp = Desk(hub, "minna"), Desk(hub, "mdp")
    case = await minna.open()
    handoff = await minna.offer(case, "mdp", ciphertext=b"sealed")
    accepted = await mdp.do(case, Accept, handoff=handoff)
    assert accepted.file.tracks["protection"].holder == "mdp"
    for desk in (minna, mdp):
        offered, taken = await feed(hub, desk.code)
        assert isinstance(offered, OfferedNotice)
        assert isinstance(taken, AcceptedNotice)
        assert (offered.version, taken.version) == (1, 2)
        assert offered.handoff == taken.handoff == handoff
    assert kinds(await feed(hub, "mp")) == [InformedNotice]
    assert {row["audience"] for row in await written(hub)} == {"*", "-", "minna", "mdp", "mp"}
    assert await differences(hub) == []


async def test_a_notice_tells_nothing_beside_what_it_says(hub: Ledger) -> None:
    """A random id, the time to the minute, no correlation and no trace, though the private events are tied."""
    minna, mdp = Desk(hub, "minna"), Desk(hub, "mdp")
    case = await minna.open()
    await mdp.do(case, Accept, handoff=await minna.offer(case, "mdp"))
    notices = [row["body"] for row in await written(hub) if row["stream"].startswith("notice:")]
    assert len(notices) == 5
    for body in notices:
        said = msgspec.json.decode(body)
        assert {"correlationid", "traceparent"}.isdisjoint(said)
        assert uuid.UUID(said["id"]).version == 4
        assert said["time"] == "2026-11-23T13:05:00Z"
        assert case.encode() not in body
        if "answer_by" in said["data"]:
            assert said["data"]["answer_by"].endswith(":00Z")
    private = [wire.decode(row["body"])[0] for row in await written(hub) if row["audience"] == "-"]
    assert any(envelope.correlationid for envelope in private)


async def test_a_redirection_is_told_to_each_pair_by_its_own_reference(hub: Ledger) -> None:
    """The institution that is named hears of it only when its dossier is sealed, and then that it is offered."""
    minna, mdp, csj = (Desk(hub, code) for code in ("minna", "mdp", "csj"))
    case = await minna.open()
    first = await minna.offer(case, "mdp", ciphertext=b"to mdp")
    await minna.through(lambda c: keep_dossier(c, first, b"to mdp"))
    following = str(uuid.uuid4())
    await mdp.do(case, Redirect, handoff=first, to="csj", following=following)
    assert await feed(hub, "csj") == []
    assert await csj.through(lambda c: file_of(c, case)) is None, "it has no part yet"
    assert kinds(await feed(hub, "mdp")) == [OfferedNotice, RedirectedNotice]
    told = await feed(hub, "minna")
    assert kinds(told) == [OfferedNotice, RedirectedNotice, ResealingNotice]
    assert told[0].reference == told[1].reference != told[2].reference
    async with transaction(hub.database, WORKER) as connection:
        assert await connection.fetchval("SELECT count(*) FROM dossier") == 0, "nobody can open it any more"
    await minna.do(case, Attach, handoff=following, share=Share.FULL, dossier=sealed(b"to csj", "csj"))
    (offered,) = await feed(hub, "csj")
    assert isinstance(offered, OfferedNotice)
    assert (offered.reference, offered.handoff) == (told[2].reference, following)
    await minna.do(case, Withdraw, handoff=following, code="error")
    assert kinds(await feed(hub, "csj")) == [OfferedNotice, WithdrawnNotice]


async def test_a_redirection_that_is_never_sealed_is_never_told_to_whom_it_named(hub: Ledger) -> None:
    """Withdrawn before that, only the sender hears of it, and the one named has had no part at any time."""
    minna, mdp, csj = (Desk(hub, code) for code in ("minna", "mdp", "csj"))
    case = await minna.open()
    first, following = await minna.offer(case, "mdp"), str(uuid.uuid4())
    await mdp.do(case, Redirect, handoff=first, to="csj", following=following)
    await minna.do(case, Withdraw, handoff=following, code="error")
    assert await feed(hub, "csj") == []
    assert await csj.through(lambda c: c.fetchval("SELECT count(*) FROM handoff")) == 0
    assert await csj.through(lambda c: c.fetchval("SELECT count(*) FROM track")) == 0
    assert kinds(await feed(hub, "minna"))[-1] is WithdrawnNotice


async def test_whoever_is_off_the_hub_is_told_nothing_here(hub: Ledger) -> None:
    """The sender records its paper, and is told that it did."""
    minna = Desk(hub, "minna")
    case = await minna.open()
    handoff = await minna.offer(case, "codeni")
    paper = Document(kind=DocumentKind.OFICIO, number=12, year=2026, day=date(2026, 11, 23))
    await minna.do(case, Accept, handoff=handoff, document=paper)
    assert await feed(hub, "codeni") == []
    offered, accepted = await feed(hub, "minna")
    assert isinstance(offered, OfferedNotice)
    assert accepted.on_paper
    assert await differences(hub) == []


async def test_every_past_receiver_hears_that_consent_is_withdrawn(hub: Ledger) -> None:
    """Who took it, who declined it, and who still waits, whose offer goes with it."""
    minna, mdp = Desk(hub, "minna"), Desk(hub, "mdp")
    case = await minna.open()
    declined = await minna.offer(case, "csj", ciphertext=b"a")
    await Desk(hub, "csj").do(case, Decline, handoff=declined, code="no_capacity")
    await mdp.do(case, Accept, handoff=await minna.offer(case, "mdp", ciphertext=b"b"))
    waiting = await mdp.offer(case, "minna", ciphertext=b"c")
    await mdp.do(case, RecordConsent, consent=Consent.WITHDRAWN)
    for member in ("csj", "mdp", "minna"):
        assert ConsentWithdrawnNotice in kinds(await feed(hub, member)), member
    (withdrawn,) = [n for n in await feed(hub, "minna") if isinstance(n, WithdrawnNotice)]
    assert (withdrawn.handoff, withdrawn.code) == (waiting, "consent_withdrawn")


async def test_an_outcome_comes_back_to_every_sender_and_reopening_too(hub: Ledger) -> None:
    """Through every pair of the chain."""
    minna, mdp, csj = (Desk(hub, code) for code in ("minna", "mdp", "csj"))
    case = await minna.open()
    await mdp.do(case, Accept, handoff=await minna.offer(case, "mdp"))
    await csj.do(case, Accept, handoff=await mdp.offer(case, "csj"))
    for stage in ("attention", "follow_up"):
        await csj.do(case, Advance, track="protection", stage=stage)
    await csj.do(case, Close, track="protection", outcome="safe_with_family")
    await csj.do(case, Reopen, track="protection", code="new_facts")
    assert [kinds(await feed(hub, code)).count(CompletedNotice) for code in ("minna", "mdp", "csj")] == [
        1,
        2,
        1,
    ]
    assert [kinds(await feed(hub, code)).count(ReopenedNotice) for code in ("minna", "mdp", "csj")] == [
        1,
        1,
        1,
    ]
    assert await differences(hub) == []


async def test_the_late_one_and_the_platform_share_a_reference_of_their_own(hub: Ledger) -> None:
    """The platform learns who is late, and no handoff's id."""
    minna = Desk(hub, "minna")
    case = await minna.open("criminal")
    handoff = await minna.offer(case, "mp", track="criminal")
    for hours in range(0, 24 * 30, 12):
        await tick(hub, case, MONDAY + hours * HOUR)
    told = await feed(hub, "mesa")
    assert set(kinds(told)) == {EscalatedNotice}
    assert {notice.late for notice in told} == {"minna", "mp"}, "of the stage, and of the offer"
    assert {notice.handoff for notice in told} == {None}
    late = [n for n in await feed(hub, "mp") if isinstance(n, EscalatedNotice)]
    assert handoff in {notice.handoff for notice in late}
    shared = {n.reference for n in told} & {
        n.reference for n in [*await feed(hub, "mp"), *await feed(hub, "minna")]
    }
    assert shared == set(), "what the platform calls it is between it and the late one alone"
    assert RemindedNotice in kinds(await feed(hub, "mp"))


async def test_two_cases_of_one_person_are_joined_and_parted(hub: Ledger) -> None:
    """Each pair is told under what it knew, and under what it will know."""
    minna, mdp = Desk(hub, "minna"), Desk(hub, "mdp")
    into, joined = await minna.open(), await minna.open()
    await minna.do(joined, Accept, handoff=await mdp_takes(minna, mdp, joined))
    file = await minna.through(lambda c: join(c, hub, into, joined, by="minna", at=MONDAY, seen=None))
    assert file.case.into == into
    for desk in (minna, mdp):
        merged = [n for n in await feed(hub, desk.code) if isinstance(n, MergedNotice)]
        assert merged
        assert all(notice.into != notice.reference for notice in merged)
    again = await minna.through(lambda c: part(c, hub, joined, by="minna", at=MONDAY, seen=None))
    assert again.case.into is None
    assert PartedNotice in kinds(await feed(hub, "mdp"))
    assert await differences(hub) == []


async def mdp_takes(minna: Desk, mdp: Desk, case: str) -> str:
    """MINNA hands a case to the defender, which offers it back; that offer's id."""
    await mdp.do(case, Accept, handoff=await minna.offer(case, "mdp"))
    return await mdp.offer(case, "minna")


async def test_a_group_is_opened_offered_and_answered_in_one_command_each(hub: Ledger) -> None:
    """All of it, or none: one handoff of the bundle that was withdrawn meanwhile keeps the others from being taken."""
    minna, mdp = Desk(hub, "minna"), Desk(hub, "mdp")
    openings = [groups.Opening(facts=CHILD, tracks=("protection",), synthetic=True)] * 3
    grouped = await minna.through(lambda c: groups.open_group(c, hub, openings, by="minna", at=MONDAY))
    assert len(grouped.group.cases) == 3
    bundle = str(uuid.uuid4())
    for case in grouped.group.cases:
        await minna.offer(case, "mdp", bundle=bundle)
    found = await mdp.through(lambda c: groups.bundle_of(c, bundle))
    assert sorted(found.values()) == sorted(grouped.group.cases)

    def builds(handoffs: dict[str, str]) -> dict[str, Any]:
        return {
            case: lambda _file, known, handoff=handoff: Accept(
                by="mdp", at=MONDAY, known=known, handoff=handoff, seen=1
            )
            for handoff, case in handoffs.items()
        }

    withdrawn = next(iter(found))
    await minna.do(found[withdrawn], Withdraw, handoff=withdrawn, code="error")
    before = len(await written(hub))
    with pytest.raises(Refused, match="version_conflict"):
        await mdp.through(lambda c: groups.handle_all(c, hub, builds(found)))
    assert len(await written(hub)) == before
    found.pop(withdrawn)
    await mdp.through(lambda c: groups.handle_all(c, hub, builds(found)))
    for case in found.values():
        file = await mdp.through(lambda c, case=case: file_of(c, case))
        assert file.tracks["protection"].holder == "mdp"
    more = await minna.through(
        lambda c: groups.enlarge_group(c, hub, grouped.group.id, openings[:1], by="minna", at=MONDAY, seen=1)
    )
    assert (more.group.version, len(more.group.cases)) == (2, 4)
    assert await differences(hub) == []
